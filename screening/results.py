"""A result as its page shows it: words instead of codes, a bar for each scale, the answers in the words of the form."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.labels import listed
from screening.change import least_change
from screening.definition import Definition, Scale
from screening.models import CriticalAnswer, ReplacedResult, Response, Result, ScaleResult, Slip
from screening.models.responses import AT_ONCE, counts
from screening.paper import Paper, Question
from screening.queries import papers_for
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
    before: str = ""  # the score of the time before, and whether the change is more than measurement error


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
    error: str  # from which difference on a change is one, with the source
    replaced: list[str]  # what it was before a corrected version scored it anew


@dataclass(frozen=True)
class Before:
    """An earlier score of the same scale."""

    score: float
    on: dt.date


@dataclass(frozen=True)
class EarlierResult:
    response: Response
    told: str


Known = dict[tuple[str, str], Before]


def earlier_of(viewer: Viewer, response: Response, language: str) -> tuple[list[EarlierResult], Known]:
    """Earlier rounds of the student, the newest first, and the last valid score of each scale."""
    seen = Response.objects.visible_to(viewer).filter(slip__student=response.slip.student_id, at__lt=response.at)
    rows = list(seen.select_related("slip__round__consent_text")[:10])
    scales = ScaleResult.objects.filter(result__response__in=rows, score__isnull=False)
    told: dict[Any, list[str]] = {}
    known: Known = {}
    for row in scales.select_related("result__response", "result__instrument").order_by(
        "-result__response__at", "result__position", "position"
    ):
        of, instrument = row.result.response, row.result.instrument
        name = instrument.parsed.scale(row.scale).name.in_language(language) or row.scale
        if row.scale == "total":
            told.setdefault(of.pk, []).append(f"{instrument.name} {name} {row.score:.4g}")
        if row.result.is_valid and row.is_valid and row.score is not None:
            known.setdefault((instrument.code, row.scale), Before(row.score, timezone.localdate(of.at)))
    return [EarlierResult(one, _told_earlier(one, told.get(one.pk, []))) for one in rows], known


def _told_earlier(response: Response, scores: list[str]) -> str:
    return " · ".join([level_word(response), *scores])


def level_word(response: Response) -> str:
    """Of a survey that asks no scale only that it is answered, unless an answer has called."""
    if response.is_valid and not response.slip.round.is_scored and response.attention < AT_ONCE:
        return _("answered")
    return _level_word(response)


def _level_word(row: Response | ReplacedResult) -> str:
    return attention_word(row.attention) if counts(row.attention, is_valid=row.is_valid) else _("answers in doubt")


def parts_shown(response: Response, language: str, known: Known | None = None) -> list[ShownPart]:
    given = response.given
    results = list(response.results.select_related("instrument").prefetch_related("scales", "replaced__instrument"))
    positions = {row.instrument_id: row.position for row in response.slip.round.parts.all()}
    papers = papers_for([result.instrument for result in results], response.slip.round.school, language)
    return [
        _part(result, papers[result.instrument_id], given, positions[result.instrument_id], language, known or {})
        for result in results
    ]


def _part(result: Result, paper: Paper, given: dict[str, Any], position: int, language: str, known: Known) -> ShownPart:
    definition = result.instrument.parsed
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
        scales=[
            _scale(definition, scale, language, known.get((definition.code, scale.scale)))
            for scale in result.scales.all()
        ],
        answers=answers,
        error=_error(definition, known, language),
        replaced=[_replaced(one, definition, language) for one in result.replaced.all()],
    )


def _replaced(row: ReplacedResult, definition: Definition, language: str) -> str:
    scores = [
        f"{definition.scale(code).name.in_language(language) or code} {score:.4g}"
        for code, _raw, score, _band, _attention, _valid in row.scales
        if score is not None
    ]
    words = _("Scored anew on %(day)s. With version %(version)s it was: %(result)s")
    result = listed([_level_word(row), *scores])
    return words % {
        "day": f"{timezone.localdate(row.at):%Y-%m-%d}",
        "version": row.instrument.version,
        "result": result,
    }


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


def _error(definition: Definition, known: Known, language: str) -> str:
    """Told once, of the scales that have an earlier score."""
    found = [
        scale
        for scale in definition.scales
        if least_change(scale) is not None and (definition.code, scale.code) in known
    ]
    return "; ".join(dict.fromkeys(scale.reliability_source.in_language(language) for scale in found))


def _before(scale: Scale, row: ScaleResult, before: Before | None) -> str:
    """What it was, by how much it moved, and whether that is more than the scale measures inexactly."""
    if before is None or row.score is None:
        return ""
    moved, least = row.score - before.score, least_change(scale)
    told = _("%(score)s on %(day)s") % {"score": f"{before.score:.4g}", "day": f"{before.on:%Y-%m-%d}"}
    if least is None or not row.is_valid:
        return told
    if abs(moved) < least:
        return told + _(": the change is within the error of measurement")
    if moved > 0:
        words = _(": %(n)s more, beyond the error of measurement")
    else:
        words = _(": %(n)s less, beyond the error of measurement")
    return told + words % {"n": f"{abs(moved):.4g}"}


def _scale(definition: Definition, row: ScaleResult, language: str, before: Before | None) -> ShownScale:
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
        before=_before(scale, row, before),
    )


def own_result(slip: Slip) -> str:
    """For the student: one calm sentence without names of instruments and numbers. Where an answer has called somebody,
    who then comes to talk, and where the answers are in doubt, that the counselor will tell. Nothing of a survey that
    asks no scale: its answers are counted and say nothing about one student."""
    if not slip.round.is_scored:
        return ""
    response = Response.objects.filter(slip=slip, is_valid=True).first()
    if response is None or CriticalAnswer.objects.filter(slip=slip).exists():
        return _("The counselor reads them and will tell you.")
    if response.attention < 2:
        return _("Nothing in them asks for special attention at present.")
    return _("It may do you good to talk with somebody you trust. The counselor is there for you.")
