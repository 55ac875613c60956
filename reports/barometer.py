"""The class barometer: five questions that a student delegate answers once a week. Rules, without Django's models."""

from collections.abc import Mapping
from typing import Any

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


def is_worrying(answers: Mapping[str, int]) -> bool:
    """A “yes” to a serious question, or something to at least three of the five."""
    yes = any(answers.get(code) == YES for code in SERIOUS)
    return yes or sum(answers.get(code, NO) > NO for code in QUESTIONS) >= 3


def level_of(answers: Mapping[str, int]) -> int:
    """Of the flag of somebody who is named: yellow for a “yes” to a serious question, else blue."""
    return 2 if any(answers.get(code) == YES for code in SERIOUS) else 1
