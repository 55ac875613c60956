"""What a result is called before students, teachers and leaders: what it asks of the school, never an illness."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from screening.definition import Scale

ATTENTION: dict[int, Any] = {
    0: _("no special attention"),
    1: _("keep an eye on"),
    2: _("needs attention"),
    3: _("needs attention soon"),
    4: _("needs attention at once"),
}
NEEDS_ATTENTION = 2  # from here on somebody must look at it
DOUBTS: dict[str, Any] = {
    "all_same": _("the same answer everywhere"),
    "too_fast": _("faster than one can read"),
    "contradiction": _("answers that contradict one another"),
}
TYPES: dict[str, Any] = {
    "single": _("one answer"),
    "multiple": _("several answers"),
    "scale": pgettext_lazy("type of question", "rating"),
    "number": pgettext_lazy("type of question", "number"),
    "text": pgettext_lazy("type of question", "text"),
    "date": pgettext_lazy("type of question", "date"),
}
INFORMANTS: dict[str, Any] = {
    "self": _("the student"),
    "parent": _("a parent"),
    "teacher": _("a teacher"),
}


def attention_word(attention: int | None) -> str:
    """Nothing where a scale has no bands."""
    return "" if attention is None else str(ATTENTION[attention])


def how_scored(scale: Scale) -> str:
    """What stands between the sum and the score."""
    if scale.score == "mean":
        return str(_("mean"))
    if scale.score == "times":
        return str(_("sum × %(factor)s, cut off") % {"factor": f"{scale.factor:g}"})
    return str(pgettext_lazy("of a scale", "sum"))


def numbers_told(numbers: tuple[int, ...]) -> str:
    """1–15, 20, 22–24."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in parts)
