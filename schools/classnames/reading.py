"""What a roster means by the name of a class. The Chinese words here are data."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from schools.classnames.grades import (
    DIGITS,
    ClassKey,
    Stage,
    UnknownClass,
    grade_in_stage,
    grades_before,
    school_year,
    used_prefix,
    years_of,
)

LARGEST_SPOKEN_NUMBER = 60  # 七十一班 is class 11 of grade 7, not class 71
LARGEST_NUMBER = 99
Cohort = tuple[Stage, int]
Cohorts = frozenset[Cohort]

NUMBER = rf"(?:\d{{1,2}}|[{DIGITS}十]{{1,3}})"
# Longer words first, because a pattern takes the first that fits.
STAGE_WORDS = {
    "小学": Stage.PRIMARY,
    "小": Stage.PRIMARY,
    "初中": Stage.JUNIOR,
    "初": Stage.JUNIOR,
    "普通高中": Stage.SENIOR,
    "普高": Stage.SENIOR,
    "高中": Stage.SENIOR,
    "高": Stage.SENIOR,
    "中职": Stage.VOCATIONAL,
    "职高": Stage.VOCATIONAL,
    "职": Stage.VOCATIONAL,
    "特教": Stage.SPECIAL,
    "培智": Stage.SPECIAL,
    "大学": Stage.UNIVERSITY,
    "大": Stage.UNIVERSITY,
}
STAGE_WORD = "|".join(STAGE_WORDS)
COHORT = re.compile(rf"(?P<word>{STAGE_WORD})?(?P<year>\d{{4}}|\d\d)(?P<kind>年?级|届)")
BARE_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)")
PREPARATORY = re.compile(r"预(?:初|备)(?:班|年级)?")
GRADE = re.compile(rf"(?P<word>{STAGE_WORD})?(?P<grade>{NUMBER})(?:年级|年|级)?")
ONLY_NUMBER = re.compile(rf"\(?(?P<number>{NUMBER})\)?班?")
CODE = re.compile(r"(?P<grade>\d{1,2})(?P<number>\d\d)班?")
DEPARTMENT_CODE = re.compile(r"(?P<prefix>[^\d()]*)(?P<year>\d\d)-?(?P<number>\d{1,2})班?")
TAIL = re.compile(rf"[.·・\-_、/|]?(?:\((?P<inside>{NUMBER})\)|(?P<number>{NUMBER}))班?")
# Numbers as they stand on cheques, where a number of a grade or class stands.
CHEQUE = re.compile(r"[壹贰貳叁參肆伍陆陸柒捌玖拾两兩]+(?=[班年级)])")
CHEQUE_DIGITS = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾两兩", "一二二三三四五六六七八九十二二")
# 第三年级第1班: the word says only that a number follows.
ORDINAL = re.compile(rf"第(?=\(?[\d{DIGITS}十])")
# 实验班, A班: a class that is told by a word or a letter, not by a number.
NAMED = re.compile(rf".*[^\d{DIGITS}十()级届年]班")
BRACKETS = str.maketrans("[]【】〔〕{}", "()()()()")
PREFIX = re.compile(rf"[^\d()级届年班]*[^\d()级届年班{DIGITS}十.·・\-_、/|]")


class Reading(NamedTuple):
    """What one label says. `cohorts` is None when it says nothing about the grade."""

    cohorts: Cohorts | None = None
    number: int | None = None
    prefix: str = ""


@dataclass(frozen=True)
class Scope:
    """What a school teaches on a day: enough to tell which cohort a spoken grade means."""

    stages: Sequence[Stage]
    system: str
    on: date

    @property
    def has_departments(self) -> bool:
        return Stage.VOCATIONAL in self.stages or Stage.UNIVERSITY in self.stages

    def by_grade(self, stage: Stage, grade: int) -> Cohorts:
        if stage not in self.stages or not 1 <= grade <= years_of(stage, self.system):
            return frozenset()
        return frozenset({(stage, school_year(self.on) - grade + 1)})

    def by_number(self, n: int) -> Cohorts:
        """A bare number counts on from primary school; where that fits nothing, it counts within the stage."""
        counted = [stage for stage in self.stages if stage in (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR)]
        absolute = [self.by_grade(stage, n - grades_before(stage, self.system)) for stage in counted]
        relative = [self.by_grade(stage, n) for stage in self.stages if stage != Stage.PRIMARY]
        return _union(absolute) or _union(relative)

    def by_word(self, word: str, grade: int) -> Cohorts:
        stage = self.stage_of(word)
        if stage == Stage.JUNIOR and self.system == "54" and grade < 4:
            grade += 1  # 初一 is the seventh grade; only where there is a 初四 would it be the sixth
        return self.by_grade(stage, grade)

    def by_year(self, year: int, stages: Sequence[Stage], *, leaving: bool = False) -> Cohorts:
        """Cohorts enrolled now, or entering at the next promotion, that entered in `year`, or leave in it."""
        entries = {stage: year - years_of(stage, self.system) if leaving else year for stage in stages}
        return frozenset(
            (stage, entry)
            for stage, entry in entries.items()
            if 0 <= grade_in_stage(stage, entry, self.on) <= years_of(stage, self.system)
        )

    def stage_of(self, word: str) -> Stage:
        """高一 is what vocational schools say as well, when they teach no ordinary senior classes."""
        stage = STAGE_WORDS[word]
        if stage == Stage.SENIOR and Stage.SENIOR not in self.stages and Stage.VOCATIONAL in self.stages:
            return Stage.VOCATIONAL
        return stage


def parse_class(
    grade_label: str,
    class_label: str,
    *,
    stages: Iterable[str],
    system: str,
    on: date,
    entry_year: int | None = None,
    born: int | None = None,
) -> ClassKey:
    """The class that two cells of a roster name together; either may be empty if the other says it all.

    `entry_year` helps where the labels leave it open, the year of birth where 2026级 entered two stages of a school.
    A guess is never made: raises UnknownClass instead.
    """
    scope = Scope([Stage(stage) for stage in stages], system, on)
    of_grade, of_class = _read_grade_cell(_plain(grade_label), scope), _read_class_cell(_plain(class_label), scope)
    cohorts = _narrow(_agree(of_grade.cohorts, of_class.cohorts), entry_year, born, scope)
    numbers = {n for n in (of_grade.number, of_class.number) if n is not None}
    if len(numbers) != 1:
        raise UnknownClass("conflict" if numbers else "no_number")
    number = numbers.pop()
    if not 1 <= number <= LARGEST_NUMBER:
        raise UnknownClass("no_number")
    stage, year = next(iter(cohorts))
    return ClassKey(stage, year, number, used_prefix(stage, of_class.prefix or of_grade.prefix))


def _agree(first: Cohorts | None, second: Cohorts | None) -> Cohorts | None:
    for cohorts in (first, second):
        if cohorts is not None and not cohorts:
            raise UnknownClass("not_taught")
    if first is None or second is None:
        return second if first is None else first
    if not first & second:
        raise UnknownClass("conflict")
    return first & second


def _narrow(cohorts: Cohorts | None, entry_year: int | None, born: int | None, scope: Scope) -> Cohorts:
    if cohorts is None:
        if entry_year is None:
            raise UnknownClass("no_grade")
        cohorts = scope.by_year(entry_year, scope.stages)
        if not cohorts:
            raise UnknownClass("not_taught")
    if len(cohorts) > 1:
        cohorts = frozenset(cohort for cohort in cohorts if cohort[1] == entry_year) or cohorts
    if len(cohorts) > 1 and born is not None:
        cohorts = frozenset(cohort for cohort in cohorts if _fits_age(*cohort, born, scope)) or cohorts
    if len(cohorts) > 1:
        raise UnknownClass("ambiguous")
    return cohorts


def _fits_age(stage: Stage, entry_year: int, born: int, scope: Scope) -> bool:
    """Entered a year early up to two years late; primary school is entered at six or seven, later stages count on."""
    if stage == Stage.SPECIAL:
        return True  # who goes there enters at any age
    years_before = {
        Stage.JUNIOR: years_of(Stage.PRIMARY, scope.system),
        Stage.SENIOR: 9,
        Stage.VOCATIONAL: 9,
        Stage.UNIVERSITY: 12,
    }
    return -1 <= entry_year - born - 6 - years_before.get(stage, 0) <= 3


def _read_grade_cell(text: str, scope: Scope) -> Reading:
    if not text:
        return Reading()
    cohorts = _read_grade(text, scope)
    return Reading(cohorts) if cohorts is not None else _read_class_cell(text, scope)


def _read_class_cell(text: str, scope: Scope) -> Reading:
    if not text:
        return Reading()
    reading = (
        _read_department_code(text, scope)
        or _read_code(text, scope)
        or _read_only_number(text)
        or _read_whole(text, scope)
    )
    if reading is None:
        raise UnknownClass("named" if NAMED.fullmatch(text) else "unreadable")
    return reading


def _read_grade(text: str, scope: Scope) -> Cohorts | None:
    """None if this is no name of a grade; empty if it names one that the school does not teach."""
    if match := COHORT.fullmatch(text) or BARE_YEAR.fullmatch(text):
        found = match.groupdict()
        stages = [scope.stage_of(found["word"])] if found.get("word") else scope.stages
        cohorts = scope.by_year(_full_year(found["year"]), _taught(stages, scope), leaving=found.get("kind") == "届")
        # 03级 and 11年级 can be grades as well as years.
        if cohorts or len(found["year"]) == 4:
            return cohorts
    if PREPARATORY.fullmatch(text):
        return scope.by_grade(Stage.JUNIOR, 1) if scope.system == "54" else frozenset()
    match = GRADE.fullmatch(text)
    grade = _number(match["grade"]) if match else None
    if match is None or grade is None:
        return None
    return scope.by_word(match["word"], grade) if match["word"] else scope.by_number(grade)


def _read_code(text: str, scope: Scope) -> Reading | None:
    """701 and 0301: grade and number; 2101: year and number."""
    match = CODE.fullmatch(text)
    # 2021 is more likely a year than class 21 of 2020.
    if match is None or BARE_YEAR.fullmatch(text):
        return None
    cohorts = scope.by_number(int(match["grade"]))
    if not cohorts and len(match["grade"]) == 2:
        cohorts = scope.by_year(_full_year(match["grade"]), scope.stages)
    return Reading(cohorts, int(match["number"]))


def _read_department_code(text: str, scope: Scope) -> Reading | None:
    """计科2101, 2101 or 护理21-1班."""
    match = DEPARTMENT_CODE.fullmatch(text) if scope.has_departments else None
    if match is None or not (match["prefix"] or len(match["number"]) == 2):
        return None
    if match["prefix"] in STAGE_WORDS or _read_grade(match["prefix"], scope) is not None:
        return None
    cohorts = scope.by_year(_full_year(match["year"]), scope.stages)
    return Reading(cohorts, int(match["number"]), match["prefix"]) if cohorts else None


def _read_only_number(text: str) -> Reading | None:
    match = ONLY_NUMBER.fullmatch(text)
    number = _number(match["number"]) if match else None
    if match is None or number is None or (number > LARGEST_SPOKEN_NUMBER and not match["number"].isdigit()):
        return None
    return Reading(None, number)


def _read_whole(text: str, scope: Scope) -> Reading | None:
    """三(1)班, 三年级一班, 2021级护理1班, 计科1班: every cut in two is tried, the longest head first."""
    if text.isdigit():
        return None
    readings = []
    for cut in range(len(text) - 1, 0, -1):
        match = TAIL.fullmatch(text[cut:])
        number = _number(match["inside"] or match["number"]) if match else None
        head = _read_head(text[:cut], scope) if number is not None else None
        if head is not None:
            readings.append(head._replace(number=number))
    # 高三十二班 can be cut after 高三十, a grade that nobody teaches, and after 高三.
    return next((reading for reading in readings if reading.cohorts), readings[0] if readings else None)


def _read_head(text: str, scope: Scope) -> Reading | None:
    cohorts = _read_grade(text, scope)
    if cohorts is not None:
        return Reading(cohorts)
    if not scope.has_departments:
        return None
    for cut in range(len(text) - 1, 0, -1):
        # 三 begins the word 三维动画; only 三年级, 高三 or 2021级 stand before a department.
        cohorts = _read_grade(text[:cut], scope) if _number(text[:cut]) is None else None
        if cohorts is not None and PREFIX.fullmatch(text[cut:]):
            return Reading(cohorts, prefix=text[cut:])
    return Reading(prefix=text) if PREFIX.fullmatch(text) else None


def _plain(label: str) -> str:
    """Half-width, without spaces, round brackets only; 3.0 from a spreadsheet is 3."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))
    text = text.translate(BRACKETS).replace("級", "级")
    text = ORDINAL.sub("", CHEQUE.sub(lambda found: found[0].translate(CHEQUE_DIGITS), text))
    return re.sub(r"(\d+)\.0", r"\1", text) if re.fullmatch(r"\d+\.0", text) else text


def _number(text: str) -> int | None:
    """12 and 十二; None for 三一, which is two numbers."""
    if text.isdigit():
        return int(text)
    match = re.fullmatch(rf"(?:(?P<tens>[{DIGITS}])?(?P<ten>十))?(?P<ones>[{DIGITS}])?", text)
    if match is None:
        return None
    tens = DIGITS.index(match["tens"]) + 1 if match["tens"] else 1
    ones = DIGITS.index(match["ones"]) + 1 if match["ones"] else 0
    return (tens * 10 if match["ten"] else 0) + ones


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _taught(stages: Sequence[Stage], scope: Scope) -> list[Stage]:
    return [stage for stage in stages if stage in scope.stages]


def _union(sets: Iterable[Cohorts]) -> Cohorts:
    return frozenset().union(*sets)
