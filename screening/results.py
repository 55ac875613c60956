"""A result as its page shows it: words instead of codes, a bar for each scale, the answers in the words of the form."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from schools.common.labels import listed
from screening.definition import Definition
from screening.models import CriticalAnswer, Response, Result, ScaleResult, Slip
from screening.paper import Question
from screening.queries import paper_for
from screening.ranges import range_of
from screening.words import DOUBTS, attention_word


@dataclass(frozen=True)
class ShownScale:
    name: str
    score: str
    of: str
    width: int  # percent of the highest score
    attention: int | None
    asks: str
    missing: bool


@dataclass(frozen=True)
class ShownAnswer:
    number: int
    text: str
    answer: str
    alert: str


@dataclass(frozen=True)
class ShownPart:
    name: str
    is_valid: bool
    doubts: list[str]
    attention: int
    scales: list[ShownScale]
    answers: list[ShownAnswer]


def parts_shown(response: Response, language: str) -> list[ShownPart]:
    given = response.given
    results = list(response.results.select_related("instrument").prefetch_related("scales"))
    positions = {row.instrument_id: row.position for row in response.slip.round.parts.all()}
    return [_part(response, result, given, positions[result.instrument_id], language) for result in results]


def _part(response: Response, result: Result, given: dict[str, Any], position: int, language: str) -> ShownPart:
    definition = result.instrument.parsed
    paper = paper_for(result.instrument, response.slip.round.school, language)
    alerts = {one.item: one for one in definition.critical}
    answers = []
    for question in paper.questions:
        value = given.get(f"{position}.{question.number}")
        alert = alerts.get(question.number)
        calls = alert is not None and isinstance(value, int) and value >= alert.at_least
        told = ShownAnswer(
            question.number, question.text, answer_told(question, value), alert.kind if calls and alert else ""
        )
        answers.append(told)
    return ShownPart(
        name=result.instrument.name,
        is_valid=result.is_valid,
        doubts=[_doubt(definition, code, language) for code in result.doubts],
        attention=result.attention,
        scales=[_scale(definition, scale, language) for scale in result.scales.all()],
        answers=answers,
    )


def answer_told(question: Question, value: Any) -> str:
    """In the words of the form; a dash for what was left out."""
    if value is None:
        return "–"
    words = {choice.value: choice.text for choice in question.choices}
    values = value if isinstance(value, list) else [value]
    return listed(words.get(one, str(one)) for one in values)


def _doubt(definition: Definition, code: str, language: str) -> str:
    if code in DOUBTS:
        return str(DOUBTS[code])
    return definition.scale(code).name.in_language(language) or code


def _scale(definition: Definition, row: ScaleResult, language: str) -> ShownScale:
    scale = definition.scale(row.scale)
    top = range_of(definition, row.scale)[1]
    share = round(100 * row.score / top) if row.score is not None and top else 0
    return ShownScale(
        name=scale.name.in_language(language) or row.scale,
        score="" if row.score is None else f"{row.score:.4g}",
        of=f"{top:.4g}" if top else "",
        width=max(0, min(100, share)),
        attention=row.attention,
        asks=attention_word(row.attention),
        missing=row.score is None,
    )


def own_result(slip: Slip) -> str:
    """For the student: one calm sentence without names of instruments and numbers. Where an answer has called somebody,
    who then comes to talk, and where the answers are in doubt, that the counselor will tell."""
    response = Response.objects.filter(slip=slip, is_valid=True).first()
    if response is None or CriticalAnswer.objects.filter(slip=slip).exists():
        return _("The counselor reads them and will tell you.")
    if response.attention < 2:
        return _("Nothing in them asks for special attention at present.")
    return _("It may do you good to talk with somebody you trust. The counselor is there for you.")
