"""The class barometer: five questions that a student delegate answers once a week. Rules, without Django's models."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

QUESTIONS: Mapping[str, Any] = {
    "mood": _("Was the mood in the class bad this week?"),
    "alone": _("Is somebody left out, or alone all the time?"),
    "quarrel": _("Was there a quarrel that did not end, or is somebody bullied?"),
    "low": _("Is somebody very sad or worn out, so that others noticed?"),
    "help": _("Is there somebody whom an adult should look after soon?"),
}
NO, A_LITTLE, YES = 0, 1, 2
ANSWERS = ((NO, _("no")), (A_LITTLE, _("a little")), (YES, _("yes")))
# A “yes” to one of these is worrying by itself.
SERIOUS = frozenset({"quarrel", "low", "help"})


class Own(NamedTuple):
    """A question that a unit has added, in its own words; a “yes” may be worrying by itself."""

    code: str
    words: str
    is_serious: bool


def own_questions(rows: Iterable[Sequence[Any]]) -> list[Own]:
    """Those of the setting `barometer_questions`, in their order."""
    return [Own(f"own_{number}", words, bool(is_serious)) for number, (words, is_serious) in enumerate(rows)]


def is_worrying(answers: Mapping[str, int], own: Iterable[Own] = ()) -> bool:
    """A “yes” to a serious question, or something to at least three of all."""
    return _says_yes(answers, own) or sum(answer > NO for answer in answers.values()) >= 3


def level_of(answers: Mapping[str, int], own: Iterable[Own] = ()) -> int:
    """Of the flag of somebody who is named: yellow for a “yes” to a serious question, else blue."""
    return 2 if _says_yes(answers, own) else 1


def _says_yes(answers: Mapping[str, int], own: Iterable[Own]) -> bool:
    serious = SERIOUS | {one.code for one in own if one.is_serious}
    return any(answers.get(code) == YES for code in serious)
