"""Whose consent a student needs to answer, by age, and what counts of all that was said. Plain Python without Django.

Under 14 it is the guardian's (Personal Information Protection Law, article 31); from 14 on the student's own. Without a
date of birth a student counts as under 14.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

OWN_CONSENT_FROM = 14
GUARDIAN, STUDENT = "guardian", "student"


class Standing(StrEnum):
    GIVEN = "given"
    WAITING = "waiting"
    REFUSED = "refused"


class Said(NamedTuple):
    """One thing that was said. `by` is the guardian who used the own link; nobody for a paper and for the student."""

    who: str
    is_given: bool
    by: Hashable = None
    on_paper: bool = False


def is_of_age(birth_date: dt.date | None, day: dt.date) -> bool:
    """Has the student turned 14? On the birthday itself, yes; who was born on 29 February turns on 1 March."""
    if birth_date is None:
        return False
    return (birth_date.year + OWN_CONSENT_FROM, birth_date.month, birth_date.day) <= (day.year, day.month, day.day)


def needed(birth_date: dt.date | None, day: dt.date, *, guardian_too: bool) -> frozenset[str]:
    if not is_of_age(birth_date, day):
        return frozenset({GUARDIAN})
    return frozenset({STUDENT, GUARDIAN}) if guardian_too else frozenset({STUDENT})


def last_words(said: Iterable[Said]) -> dict[str, bool]:
    """What counts of all that was said, in the order in which it was said: the student's last word, and of the family
    the last word of each guardian. One guardian's yes does not outvote another's no. A signed paper is the family's
    and takes the place of what was said before it."""
    voices: dict[str, dict[Hashable, bool]] = {}
    for one in said:
        if one.on_paper:
            voices[one.who] = {}
        voices.setdefault(one.who, {})[one.by] = one.is_given
    return {who: all(found.values()) for who, found in voices.items()}


def standing(wanted: frozenset[str], said: Mapping[str, bool]) -> Standing:
    """`said` is what counts of each. A no counts, whoever said it."""
    if False in said.values():
        return Standing.REFUSED
    return Standing.GIVEN if all(said.get(who) for who in wanted) else Standing.WAITING
