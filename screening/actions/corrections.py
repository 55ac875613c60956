"""The results of a closed round are scored anew with a corrected version of an instrument; the old ones are kept."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Job
from schools.work.jobs import start_job
from screening.access import check_can_hold_rounds
from screening.actions.answering import call_for, call_person, put_together, scale_rows
from screening.actions.rounds import changed
from screening.consents import said_in
from screening.corrections import corrections_of
from screening.models import (
    AnswerCounts,
    CriticalAnswer,
    Instrument,
    ReplacedResult,
    Response,
    Result,
    Round,
    ScaleResult,
    Slip,
)
from screening.models.responses import AT_ONCE
from screening.outcome import Outcome, outcome_of
from screening.states import screenings
from screening.words import NEEDS_ATTENTION
from students.states import keep


def begin_scoring_anew(*, by: Viewer, round_: Round, instrument: Instrument) -> Job:
    """In the background: a whole school takes seconds."""
    check_can_hold_rounds(by)
    params = {"round": str(round_.pk), "instrument": instrument.pk, "language": get_language() or "zh-hans"}
    return start_job(by=by, kind="score_anew", params=params)


@transaction.atomic
def score_anew(*, by: Viewer, round_: Round, instrument: Instrument) -> int:
    """Of everybody, also of whom `by` may not read. What asks for more attention now calls, and what is critical now
    also where it was never handed in; nobody whose records are closed. A flag that stands stays, also where the result
    asks for less: it ends by a person's decision. Returns of how many the level has changed."""
    check_can_hold_rounds(by)
    Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    old = next((old for old, new in corrections_of(by, round_) if new.pk == instrument.pk), None)
    if old is None:
        raise Refused(_("This version cannot score this screening anew."))
    round_.parts.filter(instrument=old).update(instrument=instrument)
    round_ = Round.objects.select_related("school__kind").prefetch_related("parts__instrument").get(pk=round_.pk)
    CriticalAnswer.objects.filter(slip__round=round_, instrument=old).update(instrument=instrument)
    rows = Response.objects.filter(slip__round=round_).select_related("slip__student").order_by("at", "pk")
    responses = list(rows)
    before = {one.pk: one.attention for one in responses}
    found = {one.pk: outcome_of(round_, one.given, one.seconds) for one in responses}
    _keep_old(by, round_, old)
    _write_new(round_, old, instrument, found)
    for one in responses:
        one.slip.round = round_
        if one.slip.student.locked_on is None:
            call_for(one.slip, one.given)  # answers that only the new version calls critical
    for slip, given in _not_handed_in(round_):
        call_for(slip, given)
    called = set(CriticalAnswer.objects.filter(slip__round=round_).values_list("slip", flat=True))
    for one in responses:
        one.attention = AT_ONCE if one.slip_id in called else found[one.pk].attention
        one.is_valid = found[one.pk].is_valid
        asks_for_more = one.attention >= NEEDS_ATTENTION and one.attention > before[one.pk]
        if asks_for_more and one.slip_id not in called and one.slip.student.locked_on is None:
            call_person(one.slip, min(one.attention, 3))
    Response.objects.bulk_update(responses, ["attention", "is_valid"], batch_size=500)
    AnswerCounts.objects.filter(round=round_).delete()  # other answers may be valid now
    keep([one.slip.student_id for one in responses], screenings)
    changed(round_.school_id)
    moved = sum(one.attention != before[one.pk] for one in responses)
    details = {"code": instrument.code, "version": instrument.version, "students": moved}
    audit.record(by=by, verb="round.scored_anew", about=round_, details=details)
    return moved


def _not_handed_in(round_: Round) -> Iterator[tuple[Slip, dict[str, Any]]]:
    """Answers that were saved or read from paper and never became a response: a critical one calls all the same. Not
    those of a slip that was withdrawn, of whom somebody said no for, or whose records are closed."""
    rows = Slip.objects.filter(round=round_, finished_at=None, revoked_at=None, student__locked_on=None)
    slips = list(rows.select_related("student").prefetch_related("saved", "papers"))
    said = said_in([round_.consent_text_id], [slip.student_id for slip in slips])
    for slip in slips:
        if False in said.get((round_.consent_text_id, slip.student_id), {}).values():
            continue
        slip.round = round_
        yield slip, put_together(slip.saved.all())[0]
        for paper in slip.papers.all():
            yield slip, paper.given


def _keep_old(by: Viewer, round_: Round, old: Instrument) -> None:
    results = Result.objects.filter(response__slip__round=round_, instrument=old).prefetch_related("scales")
    ReplacedResult.objects.bulk_create(
        (
            ReplacedResult(
                result=one,
                instrument=old,
                attention=one.attention,
                is_valid=one.is_valid,
                doubts=one.doubts,
                scales=[[s.scale, s.raw, s.score, s.band, s.attention, s.is_valid] for s in one.scales.all()],
                by=by.membership,
            )
            for one in results
        ),
        batch_size=500,
    )


def _write_new(round_: Round, old: Instrument, new: Instrument, found: dict[Any, Outcome]) -> None:
    results = list(Result.objects.filter(response__slip__round=round_, instrument=old))
    scales = []
    for one in results:
        part = next(part for part in found[one.response_id].parts if part.instrument.pk == new.pk)
        one.instrument, one.attention = new, part.scored.attention
        one.is_valid, one.doubts = part.is_valid, list(part.doubts)
        scales += scale_rows(one, part)
    ScaleResult.objects.filter(result__in=[one.pk for one in results]).delete()
    Result.objects.bulk_update(results, ["instrument", "attention", "is_valid", "doubts"], batch_size=500)
    ScaleResult.objects.bulk_create(scales, batch_size=500)
