"""The list of who opened or changed what of one student."""

from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.audit.trail import tell
from schools.listing import Column, Days, List
from students.forms import UnmaskForm


def _told(entries: list[Any], viewer: Viewer) -> None:
    """What the entries say to this viewer, in words.

    Who looked behind the mask said what for: the page where they did promises that it is read here.
    """
    for entry in tell(entries, viewer):
        entry.reason = ""
        if entry.verb == "student.unmasked":
            looked_at = dict(UnmaskForm.WHAT).get(entry.details.get("what"), "")
            reason = dict(UnmaskForm.REASONS).get(entry.details.get("reason"), "")
            entry.reason = f"{looked_at} · {reason}"


def _act(entry: Any) -> Any:
    if not entry.reason:
        return entry.words
    return format_html("<span>{}<br><small>{}</small></span>", entry.words, entry.reason)


OPENS = List(
    name="student_opened",
    title=gettext_lazy("Who opened this page"),
    icon="eye",
    nothing=(gettext_lazy("Nobody yet"), ""),
    page_size=100,
    order=("-at", "-number"),
    dress=_told,
    columns=(
        Column("at", gettext_lazy("When"), lambda entry: timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M")),
        Column("who", gettext_lazy("Who"), lambda entry: entry.person.name if entry.person else _("the system")),
        Column("what", gettext_lazy("What"), lambda entry: entry.words, draw=_act),
    ),
    filters=(Days("at"),),
)
