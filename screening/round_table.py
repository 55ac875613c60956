"""All valid and doubtful answers of a round as one table: what a column is, and a row for each response.

Without names unless they are asked for; then also what was written in own words. Texts are made safe for spreadsheets
here, so that no way of writing the table can forget it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.workbooks import plain
from screening.definition import COUNTED, Type
from screening.models import Response, Round, RoundInstrument
from screening.outcome import parts_of
from screening.paper import Question
from screening.queries import papers_for
from screening.words import attention_word
from students.models import Student

Value = str | int | float | None
GENDERS = {"m": 1, "f": 2}


@dataclass(frozen=True)
class Variable:
    """A column: a name of Latin letters and digits as SPSS wants it, its words, and those of its values."""

    name: str
    label: str
    value: Callable[[Any], Value]  # of what `Table.sheets` yields
    labels: dict[int, str] = field(default_factory=dict)
    is_text: bool = False


@dataclass(frozen=True)
class Answered:
    """One response, taken apart once for all columns."""

    number: int
    response: Response
    given: dict[str, Any]
    results: dict[int, Any]
    scales: dict[tuple[int, str], Any]


@dataclass(frozen=True)
class Table:
    variables: list[Variable]
    sheets: Callable[[], Iterator[Any]]

    def rows(self) -> Iterator[list[Value]]:
        for sheet in self.sheets():
            yield [_safe(variable.value(sheet)) for variable in self.variables]


def _safe(value: Value) -> Value:
    return plain(value) if isinstance(value, str) else value


def responses_of(viewer: Viewer, round_: Round) -> Any:
    """What this viewer may read, in an order that tells nothing of the class or the hour."""
    return Response.objects.visible_to(viewer).filter(slip__round=round_).order_by("submission", "pk")


def table_of(viewer: Viewer, round_: Round, language: str, *, with_names: bool) -> Table:
    variables = [*_about_students(round_, with_names=with_names), *_about_responses(round_)]
    parts = parts_of(round_)
    papers = papers_for([part.instrument for part in parts], round_.school, language)
    for part in parts:
        variables += _of_instrument(part, language)
        for question in papers[part.instrument_id].questions:
            key, name = f"{part.position}.{question.number}", f"{part.instrument.code}_{question.number}"
            variables += of_question(key, name, question, with_names=with_names)
    rows = responses_of(viewer, round_).select_related("slip__student", "slip__class_group")
    rows = rows.prefetch_related("results__scales")

    def sheets() -> Iterator[Answered]:
        for number, response in enumerate(rows.iterator(chunk_size=500), start=1):
            response.slip.class_group.school = round_.school
            results = {result.instrument_id: result for result in response.results.all()}
            scales = {(pk, row.scale): row for pk, result in results.items() for row in result.scales.all()}
            yield Answered(number, response, response.given, results, scales)

    return Table(variables, sheets)


def _about_students(round_: Round, *, with_names: bool) -> list[Variable]:
    found = [Variable("nr", _("Number in this file"), lambda sheet: sheet.number)]
    if with_names:
        found += [
            Variable("name", _("Name"), lambda sheet: sheet.response.slip.student.name, is_text=True),
            Variable(
                "student_number",
                _("Student number"),
                lambda sheet: sheet.response.slip.student.student_number,
                is_text=True,
            ),
        ]
    genders = {number: str(Student.Gender(code).label) for code, number in GENDERS.items()}
    return [
        *found,
        Variable("grade", _("Grade"), lambda sheet: sheet.response.slip.class_group.grade_name, is_text=True),
        Variable("class", _("Class"), lambda sheet: sheet.response.slip.class_group.name, is_text=True),
        Variable("gender", _("Gender"), lambda sheet: GENDERS.get(sheet.response.slip.student.gender), genders),
        Variable("age", _("Age on the first day"), lambda sheet: _age(sheet, round_.opens_on)),
    ]


def _age(sheet: Answered, day: date) -> int | None:
    born = sheet.response.slip.student.birth_date
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _about_responses(round_: Round) -> list[Variable]:
    levels = {level: attention_word(level) for level in range(5)}
    attention = Variable("attention", _("Attention"), lambda sheet: sheet.response.attention, levels)
    return [
        Variable(
            "answered_on",
            _("Answered on"),
            lambda sheet: timezone.localdate(sheet.response.at).isoformat(),
            is_text=True,
        ),
        Variable("seconds", _("Seconds"), lambda sheet: sheet.response.seconds),
        Variable("valid", _("Valid"), lambda sheet: int(sheet.response.is_valid), {0: _("in doubt"), 1: _("valid")}),
        *([attention] if round_.is_scored else []),
    ]


def _of_instrument(part: RoundInstrument, language: str) -> list[Variable]:
    """Whether it is valid, and each scale with its score and the manual's band; doubtful ones keep their score."""
    pk, code, name = part.instrument_id, part.instrument.code, part.instrument.name
    words, is_valid, band = {0: _("in doubt"), 1: _("valid")}, _("Valid"), _("band")
    found = [
        Variable(
            f"{code}_valid",
            f"{name}: {is_valid}",
            lambda sheet: int(sheet.results[pk].is_valid) if pk in sheet.results else None,
            words,
        )
    ]
    for number, scale in enumerate(part.instrument.parsed.scales, start=1):
        short = scale.code if scale.code.isascii() else f"s{number}"
        label = f"{name}: {scale.name.in_language(language) or scale.code}"
        found += [
            Variable(f"{code}_{short}", label, _score(pk, scale.code)),
            Variable(f"{code}_{short}_band", f"{label}, {band}", _band(pk, scale.code), is_text=True),
        ]
    return found


def _score(pk: int, scale: str) -> Callable[[Answered], Value]:
    return lambda sheet: sheet.scales[pk, scale].score if (pk, scale) in sheet.scales else None


def _band(pk: int, scale: str) -> Callable[[Answered], Value]:
    return lambda sheet: sheet.scales[pk, scale].band if (pk, scale) in sheet.scales else ""


def of_question(key: str, name: str, question: Question, *, with_names: bool) -> list[Variable]:
    """The columns of a question, of sheets whose answer stands under `key`."""
    words = question.text or _("Question {number}").format(number=question.number)
    label = f"{question.number}. {words}" if question.text else words
    if question.type == Type.MULTIPLE:
        return [
            Variable(f"{name}_{one.value}", f"{label}: {one.text}", _ticked(key, one.value), {0: _("no"), 1: _("yes")})
            for one in question.choices
        ]
    if question.type in COUNTED or question.type == Type.NUMBER:
        return [Variable(name, label, lambda sheet: sheet.given.get(key), {c.value: c.text for c in question.choices})]
    if with_names:  # own words and dates may tell who somebody is
        return [Variable(name, label, lambda sheet: str(sheet.given.get(key) or ""), is_text=True)]
    return []


def _ticked(key: str, value: int) -> Callable[[Any], Value]:
    def ticked(sheet: Any) -> Value:
        answer = sheet.given.get(key)
        return None if answer is None else int(value in answer)

    return ticked
