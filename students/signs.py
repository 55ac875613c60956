"""Why a flag stands, in a few words: chips to tap when it is raised. Lists show them; the words stay sealed."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SIGNS: dict[str, Any] = {
    "death": _("talks or writes of death"),
    "self_harm": _("marks of self-harm"),
    "low": _("low for weeks"),
    "sleep": _("sleeps or eats badly"),
    "withdrawn": _("keeps away from others"),
    "loss": _("a loss, or a quarrel at home"),
    "bullied": _("is bullied"),
    "violence": _("violence, or fear of somebody"),
    "school": pgettext_lazy("sign", "does not want to come to school"),
    "changed": _("changed all at once"),
    "online": _("posts that worry"),
}


def words_for(codes: Iterable[str]) -> list[str]:
    return [str(SIGNS[code]) for code in codes if code in SIGNS]


def choices() -> list[tuple[str, Any]]:
    return list(SIGNS.items())
