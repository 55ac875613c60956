"""A round is made, opened, extended and closed; slips are made with it, withdrawn and issued anew."""

import datetime as dt
from collections.abc import Iterable
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership
from schools.tallies import mark
from schools.work.notices import pulse
from schools.work.reminders import end_reminders
from screening.access import check_can_hold_rounds
from screening.actions.guessing import forget_guesses
from screening.asking_families import REMINDER
from screening.definition import Kind
from screening.models import AnonymousSheet, ConsentText, Instrument, Response, Round, RoundClass, RoundInstrument, Slip
from screening.progress import still_to_ask
from screening.slip_codes import class_code_of, code_of, hash_of
from screening.windows import has_critical_items, is_on_duty
from students.access import kept_from
from students.models import GroupMember, KeptFrom, SpecialGroup, Student

KEPT_IN_LATER_STAGES = (
    "title",
    "opens_at",
    "closes_at",
    "notice",
    "asks_guardian_too",
    "where_to_talk",
    "after_critical",
    "shows_results",
)


@transaction.atomic
def make_round(
    *,
    by: Viewer,
    instruments: Iterable[Instrument],
    classes: Iterable[ClassGroup],
    consent: str,
    special: Iterable[SpecialGroup] = (),
    **about: Any,
) -> Round:
    """A round that is being prepared, with a slip for every enrolled student of these classes; of special groups, for
    those of them who are in one now, and then it is quiet."""
    check_can_hold_rounds(by)
    groups, chosen, only = list(classes), list(instruments), list(special)
    if about.get("is_anonymous") and any(one.has_critical_items for one in chosen):
        sentence = _("An answer to one of these may call somebody at once: that cannot be anonymous.")
        raise Refused(sentence, field="is_anonymous")
    students = Student.objects.visible_to(by).enrolled().filter(class_group__in=groups)
    if only:
        members = GroupMember.objects.visible_to(by).current().filter(group__in=only)
        students = students.filter(pk__in=members.order_by().values("student"))
        groups = list(ClassGroup.objects.filter(pk__in=students.order_by().values("class_group")))
        if not groups:
            raise Refused(_("Nobody of these classes is in one of these groups."), field="special")
    text = _consent_text(by, consent, purpose_of(chosen), is_anonymous=about.get("is_anonymous", False))
    round_ = Round.objects.create(
        school=by.unit, made_by=by.membership, consent_text=text, is_quiet=bool(only), **about
    )
    _add_parts(round_, chosen, groups)
    count = add_slips(round_, students)
    audit.record(by=by, verb="round.made", about=round_, details={"classes": len(groups), "students": count})
    return round_


def purpose_of(instruments: Iterable[Instrument]) -> str:
    """What families agree to: questions about daily life, or, as soon as one instrument is scored, a screening."""
    asks_only = all(one.kind == Kind.SURVEY for one in instruments)
    return ConsentText.Purpose.SURVEY if asks_only else ConsentText.Purpose.SCREENING


def _consent_text(by: Viewer, body: str, purpose: str, *, is_anonymous: bool = False) -> ConsentText:
    """The same words for the same purpose are the same version: who agreed to them has agreed. With and without names
    are two things to agree to."""
    texts = list(ConsentText.objects.filter(unit=by.unit, purpose=purpose).order_by("-version"))
    last = next((one for one in texts if one.is_anonymous == is_anonymous), None)
    if last is not None and last.body == body:
        return last
    return ConsentText.objects.create(
        unit=by.unit,
        purpose=purpose,
        version=texts[0].version + 1 if texts else 1,
        is_anonymous=is_anonymous,
        body=body,
        made_by=by.membership,
    )


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
    if not round_.is_quiet:
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
    # Holds the row of the round: sheets on their way are in before it, or refused after it.
    _move(round_, Round.State.OPEN, state=Round.State.CLOSED, closed_at=timezone.now())
    mark(round_.school_id, since=round_.opens_on)  # its results count from now on, in the term in which it began
    end_reminders(REMINDER, round_.opens_on, units=[round_.school])
    if round_.is_anonymous:
        _shuffle(round_)
    audit.record(by=by, verb="round.closed", about=round_)
    return round_


@transaction.atomic
def ask_again(*, by: Viewer, round_: Round, opens_on: dt.date, closes_on: dt.date, responsible: Membership) -> Round:
    """Prepare a retest of those whose answers are in doubt, with new slips, for these days and in this person's care.
    Whoever has answered again already, or still can, is not asked a third time by it."""
    check_can_hold_rounds(by)
    doubtful = Response.objects.visible_to(by).filter(slip__round=round_, is_valid=False)
    parts = [part.instrument for part in round_.parts.select_related("instrument")]
    refusal = _("Nobody's answers are in doubt, or all of them are being asked again already.")
    about = {"opens_on": opens_on, "closes_on": closes_on, "responsible": responsible, "kind": Round.Kind.RETEST}
    return _follow(by, round_, doubtful, parts, refusal, consent_text=round_.consent_text, **about)


@transaction.atomic
def ask_more(
    *,
    by: Viewer,
    round_: Round,
    instruments: Iterable[Instrument],
    attention: int,
    opens_on: dt.date,
    closes_on: dt.date,
    responsible: Membership,
) -> Round:
    """Prepare a second stage for those whose valid answers ask for at least this much attention. It may be done again
    when more have answered: who has answered a second stage, or still can, is asked no other."""
    check_can_hold_rounds(by)
    above = Response.objects.visible_to(by).filter(slip__round=round_, attention__gte=attention).counted()
    chosen = list(instruments)
    text = _consent_text(by, round_.consent_text.body, purpose_of(chosen))
    refusal = _("Nobody is above this level, or all of them are asked already.")
    about = {"opens_on": opens_on, "closes_on": closes_on, "responsible": responsible, "kind": Round.Kind.SECOND}
    return _follow(by, round_, above, chosen, refusal, consent_text=text, **about)


def _follow(
    by: Viewer, round_: Round, responses: Any, instruments: list[Instrument], refusal: str, **about: Any
) -> Round:
    """A later stage for those who gave these responses, and have neither answered one of this kind nor can still."""
    students = list(still_to_ask(by, round_, responses, about["kind"]))
    if not students:
        raise Refused(refusal)
    # Of barriers that `by` may know of: nobody learns from the answer that a flag is kept from themselves.
    barriers = KeptFrom.objects.filter(person=about["responsible"].person_id, flag__student__in=students)
    if barriers.exclude(flag__in=kept_from(by)).exists():
        sentence = _("This person cannot be in charge of one of these students. Choose somebody else.")
        raise Refused(sentence, field="responsible")
    kept = {name: getattr(round_, name) for name in KEPT_IN_LATER_STAGES}
    made = Round.objects.create(
        school_id=round_.school_id, made_by=by.membership, after=round_, is_quiet=True, **kept, **about
    )
    groups = list(ClassGroup.objects.filter(pk__in={one.class_group_id for one in students}))
    _add_parts(made, instruments, groups)
    count = add_slips(made, students)
    audit.record(by=by, verb="round.made", about=made, details={"classes": len(groups), "students": count})
    return made


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
    Slip.objects.filter(pk=slip.pk).update(issue=F("issue") + 1, revoked_at=None)
    forget_guesses(slip)
    slip.refresh_from_db()
    Slip.objects.filter(pk=slip.pk).update(code_hash=hash_of(code_of(slip)))
    changed(slip.round.school_id)
    audit.record(by=by, verb="slip.reissued", about=slip, student=slip.student_id)
    return slip


@transaction.atomic
def revoke_slip(*, by: Viewer, slip: Slip) -> Slip:
    """Nobody answers with it any more."""
    check_can_hold_rounds(by)
    if not Slip.objects.filter(pk=slip.pk, finished_at=None, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused(_("This student has handed in already, or the slip was withdrawn before."))
    changed(slip.round.school_id)
    audit.record(by=by, verb="slip.revoked", about=slip, student=slip.student_id)
    slip.refresh_from_db()
    return slip


@transaction.atomic
def mark_absent(*, by: Viewer, slip: Slip, is_absent: bool) -> Slip:
    """Was not there today, for the counselor's list of whom to ask later; or was there after all."""
    check_can_hold_rounds(by)
    _check_runs(slip.round)
    day = timezone.localdate() if is_absent else None
    if not Slip.objects.filter(pk=slip.pk, started_at=None, revoked_at=None).update(absent_on=day):
        raise Refused(_("This student has begun already, or the slip was withdrawn before."))
    audit.record(by=by, verb="slip.absent", about=slip, student=slip.student_id, details={"absent": is_absent})
    slip.refresh_from_db()
    return slip


def _check_runs(round_: Round) -> None:
    if round_.state != Round.State.OPEN:
        raise Refused(_("This round is not running: nobody is marked."))


@transaction.atomic
def mark_absent_together(*, by: Viewer, round_: Round, slips: Iterable[UUID]) -> int:
    """Were not there today; who has begun in the meantime stays as it is. Returns how many are marked."""
    check_can_hold_rounds(by)
    _check_runs(round_)
    seen = Slip.objects.visible_to(by).filter(round=round_, pk__in=list(slips)).order_by().values("pk")
    today = timezone.localdate()
    waiting = Slip.objects.filter(pk__in=seen, started_at=None, revoked_at=None).exclude(absent_on=today)
    rows = list(waiting.order_by("pk").select_for_update(no_key=True))  # who begins now waits for this
    Slip.objects.filter(pk__in=[one.pk for one in rows]).update(absent_on=today)
    if rows:
        about = [(one, one.student_id) for one in rows]
        audit.record_many(by=by, verb="slip.absent", rows=about, details={"absent": True})
    return len(rows)


def _shuffle(round_: Round) -> None:
    """Write the sheets of an anonymous round anew in an order by chance: that of the table would tell who came when."""
    answers = [sheet.answers for sheet in AnonymousSheet.objects.filter(round=round_)]
    SystemRandom().shuffle(answers)
    AnonymousSheet.objects.filter(round=round_).delete()
    AnonymousSheet.objects.bulk_create((AnonymousSheet(round=round_, answers=one) for one in answers), batch_size=500)


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
