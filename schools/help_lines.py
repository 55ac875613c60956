"""Whom somebody in need can call: the numbers of the nearest unit that has set its own, or those of the country."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from schools.common.labels import listed
from schools.models import Unit
from schools.settings_of import setting_of

MOST_LINES = 6
LONGEST_WORDS = 60


@dataclass(frozen=True)
class HelpLine:
    number: str
    words: str


def help_lines(unit: Unit | None) -> list[HelpLine]:
    """Those in force for the unit; without a unit, as where nobody knows whose page it is, those of the country."""
    own = setting_of(unit, "help_lines") if unit else None
    return [HelpLine(number, words) for number, words in own] if own else of_the_country()


def in_words(lines: list[HelpLine]) -> str:
    return listed(f"{line.number} {line.words}" for line in lines)


def are_help_lines(value: Any) -> bool:
    """Whether a unit may set them so: a number and what it is, a few times."""
    return isinstance(value, list) and len(value) <= MOST_LINES and all(is_help_line(one) for one in value)


def is_help_line(one: Any) -> bool:
    """Words that begin with a digit would be the rest of a number that was typed with spaces."""
    return (
        isinstance(one, list)
        and len(one) == 2
        and re.fullmatch(r"\+?[0-9][0-9-]{2,19}", one[0]) is not None
        and 0 < len(one[1]) <= LONGEST_WORDS
        and not one[1][0].isdigit()
    )


def of_the_country() -> list[HelpLine]:
    return [
        HelpLine("12356", _("psychological help line, day and night")),
        HelpLine("12355", _("service for young people")),
        HelpLine("110", _("in danger: call at once")),
    ]
