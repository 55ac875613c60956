"""A student begins, saves answers and hands them in. Nobody of the staff acts here: the rows are their own record.

Saving is adding a row under the client's id, so a request that is sent twice is one row and two devices lose nothing.
An answer that calls somebody does so in the transaction that saves it; the scores, the flag and the state beside the
student stand in the transaction of the submission.
"""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import DateTimeField, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.common.days import midnight
from schools.common.errors import Refused
from schools.common.prepared import Prepared, PreparedInsert, PreparedUpdate
from schools.tallies import mark
from schools.work.notices import pulse
from screening.actions.consents import say_yourself
from screening.consent_rules import STUDENT, Standing, standing
from screening.consents import needed_of, said_of
from screening.models import (
    AnonymousSheet,
    CriticalAnswer,
    Response,
    Result,
    Round,
    RoundClass,
    SavedAnswers,
    ScaleResult,
    Slip,
)
from screening.models.responses import AT_ONCE
from screening.outcome import Outcome, PartOutcome, outcome_of, split
from screening.scoring import critical_answers
from screening.states import note, screenings
from screening.windows import can_begin, takes_answers
from screening.words import NEEDS_ATTENTION
from students.actions.flags import raise_flag
from students.models import RiskFlag, Student
from students.states import keep

# So many rows of one slip wait at most: more than an hour of saving every ten seconds brings. Then they become one, so
# that whoever holds a slip cannot fill the disk, and nobody is refused.
MOST_SAVED = 500

# A school hands in within minutes: what each submission asks and writes is compiled once.
_HELD = Prepared(
    lambda slip: (
        Slip.objects.select_for_update()
        .filter(pk=slip)
        .order_by()
        .values_list("started_at", "finished_at", "revoked_at", "flag")
    ),
    slip=UUIDField(),
)
_SENT = Prepared(
    lambda slip, client_id: SavedAnswers.objects.filter(slip=slip, client_id=client_id),
    slip=UUIDField(),
    client_id=UUIDField(),
)
_TOO_MANY = Prepared(
    lambda slip: SavedAnswers.objects.filter(slip=slip).order_by().values_list("pk")[MOST_SAVED - 1 : MOST_SAVED],
    slip=UUIDField(),
)
_ON_THEIR_WAY = Prepared(lambda slip: SavedAnswers.objects.filter(slip=slip).order_by("at", "pk"), slip=UUIDField())
_FINISHED = PreparedUpdate(
    lambda slip, now, flag: (Slip.objects.filter(pk=slip), {"finished_at": now, "flag": flag}),
    slip=UUIDField(),
    now=DateTimeField(),
    flag=UUIDField(),
)
_STUDENT = Prepared(lambda student: Student.objects.filter(pk=student).select_related("school"), student=UUIDField())
_FLAGGED = PreparedUpdate(
    lambda slip, flag: (Slip.objects.filter(pk=slip), {"flag": flag}), slip=UUIDField(), flag=UUIDField()
)
_SAVED, _CRITICAL = PreparedInsert(SavedAnswers), PreparedInsert(CriticalAnswer)
_RESPONSES = PreparedInsert(Response)
_RESULTS, _SCALES = PreparedInsert(Result), PreparedInsert(ScaleResult)


class NotNow(Refused):
    """The student cannot answer at present. One sentence for every reason: nobody learns which."""

    def __init__(self) -> None:
        super().__init__(_("This survey cannot be answered now. Please ask the counselor."))


@transaction.atomic
def begin(*, slip: Slip, agrees: bool | None, now: dt.datetime | None = None) -> Slip:
    """Open the survey, if it is running and everybody whose consent is needed has given it.

    `agrees` is what the student says: True or False, or None where the student is not asked.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    row = RoundClass.objects.filter(round=slip.round_id, class_group=slip.class_group_id).first()
    has_left = slip.student.status == Student.Status.LEFT
    if has_left or slip.revoked_at or slip.finished_at or not can_begin(slip.round, row, now):
        raise NotNow()
    wanted, own = needed_of(slip.round, slip.student, day), said_of(slip.round, slip.student_id)
    is_asked = agrees is False or STUDENT in wanted or STUDENT in own
    if agrees is not None and is_asked and own.get(STUDENT) is not agrees:  # the same word once more is no new one
        say_yourself(slip=slip, is_given=agrees)
        own = {**own, STUDENT: agrees}
    if agrees is False:
        return slip
    if standing(wanted, own) != Standing.GIVEN:
        raise NotNow()
    began = midnight(day) if slip.round.is_anonymous else now
    Slip.objects.filter(pk=slip.pk, started_at=None).update(started_at=began, absent_on=None)
    slip.refresh_from_db(fields=["started_at"])
    return slip


@transaction.atomic
def save_answers(
    *, slip: Slip, client_id: UUID, answers: Mapping[str, Any], seconds: int = 0, left_out: Iterable[str] = ()
) -> bool:
    """Keep some answers. False if all has been handed in before: then nothing is kept, but a critical answer calls.

    `left_out` are questions that a page without a script showed and that were skipped. Another device may have answered
    them in the meantime; that answer stands.
    """
    if slip.round.is_anonymous:  # nothing on its way is tied to a slip
        raise NotNow()
    if hold(slip).finished_at is not None:
        _call_late(slip, answers)
        return False
    _check_taken(slip)
    if skipped := list(left_out):
        before, _seconds = answers_so_far(slip)
        answers = {key: None for key in skipped if before.get(key) is None} | dict(answers)
    known = next(iter(_SENT.objects(slip=slip.pk, client_id=client_id)), None)
    if known is None or known.given != dict(answers):
        if known:  # a page that was sent, changed and sent again
            client_id = uuid4()
        if _TOO_MANY.rows(slip=slip.pk):
            _make_one_of_all(slip)
        row = SavedAnswers(slip=slip, client_id=client_id, answers=json.dumps(dict(answers)), seconds=seconds)
        _SAVED.write([row])
        call_for(slip, answers)
    return True


def _make_one_of_all(slip: Slip) -> None:
    """What waits, as one row with the same answers."""
    merged, spent = answers_so_far(slip)
    SavedAnswers.objects.filter(slip=slip).delete()
    _SAVED.write([SavedAnswers(slip=slip, client_id=uuid4(), answers=json.dumps(merged), seconds=spent)])


def hold(slip: Slip) -> Slip:
    """The row as it is now, until the transaction ends: what one device hands in, another does not add to."""
    (now,) = _HELD.rows(slip=slip.pk)
    slip.started_at, slip.finished_at, slip.revoked_at, slip.flag_id = now
    return slip


def _check_taken(slip: Slip) -> None:
    """Also a consent that is withdrawn while the student answers ends it; what has called stays."""
    said = said_of(slip.round, slip.student_id)
    if False in said.values() or not takes_answers(slip, timezone.now()):
        raise NotNow()


def call_for(slip: Slip, answers: Mapping[str, Any]) -> bool:
    """Each critical answer calls once, whatever the student answers later. True if one did now."""
    has_called = False
    for part, given in split(slip.round, answers):
        alerts = [one for one in critical_answers(part.instrument.parsed, given) if one.kind == "critical"]
        rows = [
            CriticalAnswer(slip=slip, instrument=part.instrument, item=one.item, value=str(one.value)) for one in alerts
        ]
        for _new in _CRITICAL.write_new(rows):
            call_person(slip, AT_ONCE, is_critical=True)
            has_called = True
    return has_called


def _call_late(slip: Slip, answers: Mapping[str, Any]) -> None:
    """Answers that arrive after the hand-in, as from a second device: the score stands, a critical one still calls."""
    if call_for(slip, answers):
        Response.objects.filter(slip=slip, attention__lt=AT_ONCE).update(attention=AT_ONCE)
        keep([slip.student_id], screenings)
        mark(slip.round.school_id)


def call_person(slip: Slip, severity: int, *, is_critical: bool = False) -> None:
    _raise_for(slip, severity, is_critical=is_critical)
    _FLAGGED.run(slip=slip.pk, flag=slip.flag_id)


def _raise_for(slip: Slip, severity: int, *, is_critical: bool = False) -> None:
    (student,) = _STUDENT.objects(student=slip.student_id)
    flag = raise_flag(
        by=None,
        student=student,
        severity=severity,
        known_at=timezone.now(),
        source=RiskFlag.Source.SCREENING,
        is_critical=is_critical,
    )
    slip.flag = flag


@transaction.atomic
def hand_in(*, slip: Slip, submission: UUID, answers: Mapping[str, Any], seconds: int = 0) -> Response:
    """All is answered: score it, raise what must be raised. A second time changes no score."""
    if hold(slip).finished_at is not None:
        _call_late(slip, answers)
        return Response.objects.get(slip=slip)
    _check_taken(slip)
    call_for(slip, answers)
    return complete(slip=slip, submission=submission, answers=answers, seconds=seconds)


@transaction.atomic
def hand_in_unnamed(*, slip: Slip, answers: Mapping[str, Any]) -> None:
    """Of an anonymous round: that this student has answered, on this day, and apart from it what. A second time changes
    nothing. The closing writes all sheets anew: it waits for this one, or this one finds the round closed."""
    if hold(slip).finished_at is not None:
        return
    round_ = Round.objects.select_for_update(no_key=True).get(pk=slip.round_id)
    slip.round.state, slip.round.closed_at = round_.state, round_.closed_at
    _check_taken(slip)
    AnonymousSheet.objects.create(round_id=slip.round_id, answers=json.dumps(dict(answers), ensure_ascii=False))
    Slip.objects.filter(pk=slip.pk).update(finished_at=midnight(timezone.localdate()))
    mark(slip.round.school_id)
    pulse({slip.round.school_id})


def complete(*, slip: Slip, submission: UUID, answers: Mapping[str, Any], seconds: int = 0) -> Response:
    """Put everything together, score it and raise what must be raised, in the transaction of whoever calls."""
    saved = _ON_THEIR_WAY.objects(slip=slip.pk)
    merged, spent = put_together(saved)
    # What this device left open may have been answered on another one.
    answers = {key: value for key, value in answers.items() if value is not None or merged.get(key) is None}
    found = outcome_of(slip.round, {**merged, **answers}, spent + seconds)
    # What has called stands with its flag on the slip.
    is_called = slip.flag_id is not None and CriticalAnswer.objects.filter(slip=slip).exists()
    response = _write(slip, submission, {**merged, **answers}, spent + seconds, found, is_called)
    severity = min(found.attention, 3)
    if severity >= NEEDS_ATTENTION and not (is_called and _stands(slip, severity)):
        _raise_for(slip, severity)
    now = timezone.now()
    _FINISHED.run(slip=slip.pk, now=now, flag=slip.flag_id)
    slip.finished_at = now
    if saved:
        SavedAnswers.objects.filter(slip=slip).delete()
    if found.is_scored or response.attention == AT_ONCE:
        note(response)
    mark(slip.round.school_id)
    pulse({slip.round.school_id})
    return response


def _stands(slip: Slip, severity: int) -> bool:
    """Does what called before call still? Somebody may have dismissed it before the whole was there; a flag of less
    does not stand for it."""
    return RiskFlag.objects.open().filter(student=slip.student_id, severity__gte=severity).exists()


def answers_so_far(slip: Slip) -> tuple[dict[str, Any], int]:
    """What was saved, the later answer to the same item last, and the seconds it took."""
    return put_together(_ON_THEIR_WAY.objects(slip=slip.pk))


def put_together(rows: Collection[SavedAnswers]) -> tuple[dict[str, Any], int]:
    merged: dict[str, Any] = {}
    for row in rows:
        merged.update(row.given)
    return merged, sum(row.seconds for row in rows)


def _write(
    slip: Slip, submission: UUID, answers: Mapping[str, Any], seconds: int, found: Outcome, is_called: bool
) -> Response:
    response = Response(
        slip=slip,
        submission=submission,
        answers=json.dumps(dict(answers), ensure_ascii=False),
        seconds=min(seconds, 86_400),
        attention=AT_ONCE if is_called else found.attention,
        is_valid=found.is_valid,
    )
    results, scales = [], []
    for place, one in enumerate(found.parts):
        result = Result(
            response=response,
            instrument=one.instrument,
            position=place,
            attention=one.scored.attention,
            is_valid=one.is_valid,
            doubts=list(one.doubts),
        )
        results.append(result)
        scales += scale_rows(result, one)
    _RESPONSES.write([response])
    _RESULTS.write(results)
    _SCALES.write(scales)
    return response


def scale_rows(result: Result, found: PartOutcome) -> list[ScaleResult]:
    return [
        ScaleResult(
            result=result,
            scale=scale.scale,
            position=number,
            raw=scale.raw,
            score=scale.score,
            band=scale.band,
            attention=scale.attention,
            is_valid=scale.valid,
        )
        for number, scale in enumerate(found.scored.scales)
    ]
