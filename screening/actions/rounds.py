"""A round is made, opened, extended and closed; slips are made with it, withdrawn and issued anew."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup
from schools.tallies import mark
from schools.work.notices import pulse
from schools.work.reminders import end_reminders
from screening.access import check_can_hold_rounds
from screening.asking_families import REMINDER
from screening.definition import Kind
from screening.models import ConsentText, Instrument, Round, RoundClass, RoundInstrument, Slip
from screening.slip_codes import class_code_of, code_of, hash_of
from screening.windows import has_critical_items, is_on_duty
from students.models import Student

KEPT_WHEN_ASKED_AGAIN = (
    "title",
    "opens_at",
    "closes_at",
    "notice",
    "consent_text",
    "asks_guardian_too",
    "where_to_talk",
    "after_critical",
)


@transaction.atomic
def make_round(
    *, by: Viewer, instruments: Iterable[Instrument], classes: Iterable[ClassGroup], consent: str, **about: Any
) -> Round:
    """A round that is being prepared, with a slip for every enrolled student of these classes."""
    check_can_hold_rounds(by)
    groups = list(classes)
    chosen = list(instruments)
    text = _consent_text(by, consent, purpose_of(chosen))
    round_ = Round.objects.create(school=by.unit, made_by=by.membership, consent_text=text, **about)
    _add_parts(round_, chosen, groups)
    students = Student.objects.enrolled().filter(school_id=by.unit.pk, class_group__in=groups)
    count = add_slips(round_, students)
    audit.record(by=by, verb="round.made", about=round_, details={"classes": len(groups), "students": count})
    return round_


def purpose_of(instruments: Iterable[Instrument]) -> str:
    """What families agree to: questions about daily life, or, as soon as one instrument is scored, a screening."""
    asks_only = all(one.kind == Kind.SURVEY for one in instruments)
    return ConsentText.Purpose.SURVEY if asks_only else ConsentText.Purpose.SCREENING


def _consent_text(by: Viewer, body: str, purpose: str) -> ConsentText:
    """The same words for the same purpose are the same version: who agreed to them has agreed."""
    last = ConsentText.objects.filter(unit=by.unit, purpose=purpose).order_by("-version").first()
    if last is not None and last.body == body:
        return last
    version = last.version + 1 if last else 1
    return ConsentText.objects.create(unit=by.unit, purpose=purpose, version=version, body=body, made_by=by.membership)


def _add_parts(round_: Round, instruments: Iterable[Instrument], groups: Iterable[ClassGroup]) -> None:
    RoundInstrument.objects.bulk_create(
        RoundInstrument(round=round_, instrument=one, position=place) for place, one in enumerate(instruments, start=1)
    )
    rows = [RoundClass(round=round_, class_group=group) for group in groups]
    for row in rows:
        row.code_hash = hash_of(class_code_of(row))
    RoundClass.objects.bulk_create(rows)


def add_slips(round_: Round, students: Iterable[Student]) -> int:
    """One for each of these students; returns how many."""
    in_class = ((one, one.class_group_id) for one in students)
    slips = [Slip(round=round_, student=one, class_group_id=group) for one, group in in_class if group]
    for slip in slips:
        slip.code_hash = hash_of(code_of(slip))
    Slip.objects.bulk_create(slips, batch_size=500)
    return len(slips)


@transaction.atomic
def open_round(*, by: Viewer, round_: Round) -> Round:
    """From now on students may answer, in its days and hours."""
    check_can_hold_rounds(by)
    if has_critical_items(round_) and not _somebody_on_duty(round_):
        raise Refused(
            _("An answer may call somebody at once. First say who is on duty on these days; until then it stays shut.")
        )
    _move(round_, Round.State.PLANNED, state=Round.State.OPEN)
    if round_.after_id is None:
        _add_who_came_since(round_)
    audit.record(by=by, verb="round.opened", about=round_)
    return round_


def _add_who_came_since(round_: Round) -> None:
    """Students who entered these classes while it was being prepared get their slip too."""
    groups = round_.classes.values("class_group")
    here = Student.objects.enrolled().filter(school_id=round_.school_id, class_group__in=groups)
    add_slips(round_, here.exclude(pk__in=round_.slips.values("student")))


def _somebody_on_duty(round_: Round) -> bool:
    """On the first day, or today if that has passed. On every later day it is asked again before anybody begins."""
    return is_on_duty(round_, max(round_.opens_on, timezone.localdate()))


@transaction.atomic
def close_round(*, by: Viewer, round_: Round) -> Round:
    check_can_hold_rounds(by)
    _move(round_, Round.State.OPEN, state=Round.State.CLOSED, closed_at=timezone.now())
    end_reminders(REMINDER, round_.opens_on, units=[round_.school])
    audit.record(by=by, verb="round.closed", about=round_)
    return round_


@transaction.atomic
def ask_again(*, by: Viewer, round_: Round) -> Round:
    """Prepare a second asking of those whose answers are in doubt: a week from today, with new slips. Whoever has been
    asked again already is not asked a third time by it; no class teacher sees it."""
    check_can_hold_rounds(by)
    doubtful = round_.slips.filter(response__is_valid=False, student__status=Student.Status.ENROLLED)
    known = Slip.objects.filter(round__after=round_).values("student")
    slips = list(doubtful.exclude(student__in=known).select_related("student"))
    if not slips:
        raise Refused(_("Nobody's answers are in doubt, or all of them are being asked again already."))
    today = timezone.localdate()
    again = Round.objects.create(
        school_id=round_.school_id,
        made_by=by.membership,
        after=round_,
        opens_on=today,
        closes_on=today + dt.timedelta(days=7),
        **{name: getattr(round_, name) for name in KEPT_WHEN_ASKED_AGAIN},
    )
    groups = list(ClassGroup.objects.filter(pk__in=[slip.student.class_group_id for slip in slips]))
    _add_parts(again, [part.instrument for part in round_.parts.select_related("instrument")], groups)
    count = add_slips(again, [slip.student for slip in slips])
    audit.record(by=by, verb="round.made", about=again, details={"classes": len(groups), "students": count})
    return again


@transaction.atomic
def extend_class(*, by: Viewer, row: RoundClass, until: dt.date) -> RoundClass:
    """Give one class longer."""
    check_can_hold_rounds(by)
    if until < timezone.localdate():
        raise Refused(_("This day has passed."), field="until")
    row.extended_until = until
    row.save(update_fields=["extended_until"])
    audit.record(by=by, verb="round.extended", about=row.round, details={"class": row.class_group_id})
    return row


@transaction.atomic
def reissue_slip(*, by: Viewer, slip: Slip) -> Slip:
    """A new code and PIN; the paper that was lost is worth nothing from now on."""
    check_can_hold_rounds(by)
    if slip.finished_at is not None:
        raise Refused(_("This student has handed in already."))
    Slip.objects.filter(pk=slip.pk).update(issue=F("issue") + 1, revoked_at=None, wrong_pins=0, wrong_pin_at=None)
    slip.refresh_from_db()
    Slip.objects.filter(pk=slip.pk).update(code_hash=hash_of(code_of(slip)))
    audit.record(by=by, verb="slip.reissued", about=slip, student=slip.student_id)
    return slip


@transaction.atomic
def revoke_slip(*, by: Viewer, slip: Slip) -> Slip:
    """Nobody answers with it any more."""
    check_can_hold_rounds(by)
    if not Slip.objects.filter(pk=slip.pk, finished_at=None, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused(_("This student has handed in already, or the slip was withdrawn before."))
    audit.record(by=by, verb="slip.revoked", about=slip, student=slip.student_id)
    slip.refresh_from_db()
    return slip


@transaction.atomic
def mark_absent(*, by: Viewer, slip: Slip, is_absent: bool) -> Slip:
    """Was not there today, for the counselor's list of whom to ask later; or was there after all."""
    check_can_hold_rounds(by)
    day = timezone.localdate() if is_absent else None
    if not Slip.objects.filter(pk=slip.pk, started_at=None, revoked_at=None).update(absent_on=day):
        raise Refused(_("This student has begun already, or the slip was withdrawn before."))
    audit.record(by=by, verb="slip.absent", about=slip, student=slip.student_id, details={"absent": is_absent})
    slip.refresh_from_db()
    return slip


def _move(round_: Round, before: str, **values: Any) -> None:
    """Only if nobody was faster."""
    if not Round.objects.filter(pk=round_.pk, state=before).update(**values):
        raise Refused(_("Somebody else has just changed this round. The page now shows how it stands."))
    round_.refresh_from_db()
    changed(round_.school_id)


def changed(school: int) -> None:
    """Figures are counted anew, and open pages of the school ask for themselves."""
    mark(school)
    pulse({school})
