"""Stages, grades and dates: what a class is, before anybody names it."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

PROMOTION_MONTH = 9
DIGITS = "一二三四五六七八九"


class Stage(StrEnum):
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    VOCATIONAL = "vocational"
    SPECIAL = "special"
    UNIVERSITY = "university"


# Where classes are named after their department or their subject; as long as the column has room for.
WITH_DEPARTMENTS = frozenset({Stage.VOCATIONAL, Stage.UNIVERSITY})
LONGEST_PREFIX = 20


class ClassKey(NamedTuple):
    stage: Stage
    entry_year: int
    number: int
    prefix: str = ""  # a department's short name, as in 计科2101


class UnknownClass(ValueError):
    """A label that names no class of this school for certain. `code` is one of CODES."""

    CODES = ("unreadable", "named", "no_grade", "no_number", "not_taught", "ambiguous", "conflict")

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


YEARS = {Stage.SENIOR: 3, Stage.VOCATIONAL: 3, Stage.SPECIAL: 9, Stage.UNIVERSITY: 4}
# In the 五四 system the sixth grade belongs to the junior stage.
YEARS_BY_SYSTEM = {"63": {Stage.PRIMARY: 6, Stage.JUNIOR: 3}, "54": {Stage.PRIMARY: 5, Stage.JUNIOR: 4}}


def school_year(on: date) -> int:
    """The year in which the school year of this day began."""
    return on.year if on.month >= PROMOTION_MONTH else on.year - 1


def grade_in_stage(stage: str, entry_year: int, on: date) -> int:
    """1 in the first year; 0 or less before entry; more than `years_of` after leaving. The same for every stage;
    `stage` is kept so that callers name the class whole."""
    return school_year(on) - entry_year + 1


def entry_year_of(grade: int, on: date) -> int:
    """Of those who are in this grade of their stage on this day."""
    return school_year(on) - grade + 1


def years_of(stage: str, system: str) -> int:
    return (YEARS | YEARS_BY_SYSTEM[system])[Stage(stage)]


def is_enrolled(stage: str, entry_year: int, *, system: str, on: date) -> bool:
    return 1 <= grade_in_stage(stage, entry_year, on) <= years_of(stage, system)


def grades_before(stage: str, system: str) -> int:
    """How many grades lie below this stage when counting on from primary school; 0 where nobody counts so."""
    if stage == Stage.JUNIOR:
        return years_of(Stage.PRIMARY, system)
    return 9 if stage == Stage.SENIOR else 0


def used_prefix(stage: str, prefix: str) -> str:
    """Only some classes are named after a department."""
    return prefix if stage in WITH_DEPARTMENTS else ""
