"""What people call a class on a day. The Chinese words here are data."""

from datetime import date
from functools import lru_cache
from typing import Literal

from schools.classnames.grades import (
    DIGITS,
    Stage,
    grade_in_stage,
    grades_before,
    used_prefix,
    years_of,
)

# "grade" counts on from primary school (七年级), "stage" starts again (初一).
Style = Literal["grade", "stage"]


def grade_name(stage: str, grade: int, system: str, lang: str = "zh", style: Style = "grade") -> str:
    """三年级, 七年级 or 初一, 高一, 职高一, 特教三年级, 大一."""
    if not 1 <= grade <= years_of(stage, system):
        return _outside(grade, lang)
    if lang == "en":
        return _english_grade(Stage(stage), grade, system)
    head = _grade_head(Stage(stage), grade, system, style)
    return head if head[0] in "初预高职大" else f"{head}年级"


@lru_cache(maxsize=4096)  # every row of a list names one of a few classes
def display_name(
    stage: str,
    entry_year: int,
    number: int,
    *,
    system: str,
    on: date,
    prefix: str = "",
    lang: str = "zh",
    style: Style = "grade",
) -> str:
    """What the class is called on a day. `prefix` is used at universities and vocational schools."""
    grade = grade_in_stage(stage, entry_year, on)
    if not 1 <= grade <= years_of(stage, system):
        name = cohort_name(stage, entry_year, number, prefix=prefix, lang=lang)
        mark = _outside(grade, lang)
        return f"{name} ({mark.lower()})" if lang == "en" else f"{name}({mark})"
    if stage == Stage.UNIVERSITY:
        return f"{prefix}{entry_year % 100:02d}{number:02d}"
    if lang == "en":
        parts = [_english_grade(Stage(stage), grade, system), used_prefix(stage, prefix), f"Class {number}"]
        return " ".join(filter(None, parts))
    return f"{_grade_head(Stage(stage), grade, system, style)}{used_prefix(stage, prefix)}({number})班"


def short_name(
    stage: str, entry_year: int, number: int, *, system: str, on: date, prefix: str = "", lang: str = "zh"
) -> str:
    """As it fits on a tile. Chinese names are short already; in English 1-3 is class 3 of grade 1."""
    grade = grade_in_stage(stage, entry_year, on)
    if lang != "en" or stage == Stage.UNIVERSITY or not 1 <= grade <= years_of(stage, system):
        return display_name(stage, entry_year, number, system=system, on=on, prefix=prefix, lang=lang)
    letter = {Stage.VOCATIONAL: "V", Stage.SPECIAL: "S"}.get(Stage(stage), "")
    ending = " ".join(filter(None, [used_prefix(stage, prefix), str(number)]))
    return f"{letter}{grade + grades_before(stage, system)}-{ending}"


def cohort_name(stage: str, entry_year: int, number: int, *, prefix: str = "", lang: str = "zh") -> str:
    """The name that never changes: 2021级1班."""
    prefix = used_prefix(stage, prefix)
    if lang == "en":
        return " ".join(filter(None, [str(entry_year), "entry", prefix, f"Class {number}"]))
    return f"{entry_year}级{prefix}{number}班"


def _outside(grade: int, lang: str) -> str:
    if lang == "en":
        return "Not yet entered" if grade < 1 else "Graduated"
    return "未入学" if grade < 1 else "已毕业"


def _grade_head(stage: Stage, grade: int, system: str, style: Style) -> str:
    if stage == Stage.JUNIOR and style == "stage":
        return _junior_by_stage(grade, system)
    heads = {Stage.SENIOR: "高", Stage.VOCATIONAL: "职高", Stage.SPECIAL: "特教", Stage.UNIVERSITY: "大"}
    counted = grade + grades_before(stage, system) if stage == Stage.JUNIOR else grade
    return heads.get(stage, "") + DIGITS[counted - 1]


def _junior_by_stage(grade: int, system: str) -> str:
    """As Shanghai does it: the sixth grade is 预初, so that 初三 is the ninth grade in both systems."""
    if system == "54":
        grade -= 1
    return f"初{DIGITS[grade - 1]}" if grade else "预初"


def _english_grade(stage: Stage, grade: int, system: str) -> str:
    if stage == Stage.JUNIOR:
        return f"Junior {grade} (Grade {grade + grades_before(stage, system)})"
    words = {Stage.PRIMARY: "Grade", Stage.UNIVERSITY: "Year"}
    return f"{words.get(stage, stage.value.capitalize())} {grade}"
