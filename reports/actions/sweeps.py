"""What people do with a sweep: call one, look at each student, sign for a class or a school, remind, end it.

What is found goes the ways it always goes: a group is set by `add_groups`, a concern raises a flag by `raise_flag`.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import can_call_sweep, can_end_sweep, can_remind, can_sign_sweep, can_sweep
from reports.actions.daily import URGENCY
from reports.daily import answering
from reports.models import Sweep, SweepNote, SweepSignature
from reports.sweeps import class_board, counts_to_sign, known_flags, unit_board
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership, Notice, Unit
from schools.queries import class_teachers
from schools.tallies import mark
from schools.work.notices import notify, pulse, this_once
from schools.work.reminders import call_soon, end_reminders, remind_by_hand
from students.actions.flags import raise_flag
from students.actions.students import add_groups
from students.models import GroupMember, RiskFlag, Student

CLASS, SCHOOL = "sweep.class", "sweep.school"
FURTHEST = dt.timedelta(days=120)


@dataclass(frozen=True)
class Found:
    """What somebody has to note of a student: groups, since when, and what worries them."""

    groups: frozenset[str] = frozenset()
    since: dt.date | None = None
    text: str = ""
    urgency: str = ""


@transaction.atomic
def call_sweep(*, by: Viewer, title: str, looks_for: str, groups: Iterable[str], due_on: dt.date) -> Sweep:
    """Ask every class of the own school, or of all schools below. They are called within a minute."""
    if not can_call_sweep(by):
        raise Refused(_("Only counselors, leaders and center staff call a sweep."))
    sweep = Sweep(unit=by.unit, title=title, looks_for=looks_for, groups=list(groups), due_on=due_on)
    sweep.called_by = by.membership
    _check_day(sweep)
    sweep.save()
    schools = list(Unit.objects.within(by.unit).schools())
    for kind, due in ((CLASS, sweep.class_due_at), (SCHOOL, sweep.school_due_at)):
        call_soon(kind=kind, units=schools, day=due_on, due_at=due)
    mark(*(school.pk for school in schools), then=sweep.school_due_at)
    audit.record(by=by, verb="sweep.called", about=sweep, details={"until": due_on.isoformat()})
    return sweep


@transaction.atomic
def move_sweep(*, by: Viewer, sweep: Sweep, due_on: dt.date, reason: str) -> None:
    """Another day, with a reason that everybody reads. Who was reminded of the old day is told the new one."""
    if not can_end_sweep(by, sweep):
        raise Refused(_("Only the unit that has called a sweep moves its day."))
    reason, was = reason.strip(), sweep.due_on
    if not reason:
        raise Refused(_("Say why the day is moved."), field="reason")
    if due_on == was:
        raise Refused(_("This is the day it has already."), field="due_on")
    sweep.due_on = due_on
    _check_day(sweep)
    changed = {"due_on": due_on, "was_due_on": was, "moved_because": reason}
    if not Sweep.objects.open().filter(pk=sweep.pk, due_on=was).update(**changed):
        raise Refused(_("Somebody else has just changed this. The page now shows how it stands."))
    schools = list(Unit.objects.within(sweep.unit).schools())
    _tell_new_day(sweep, was, schools)
    _end_calls(was, schools)
    mark(*(school.pk for school in schools), then=sweep.school_due_at)
    pulse({school.pk for school in schools})
    details = {"from": was.isoformat(), "until": due_on.isoformat()}
    audit.record(by=by, verb="sweep.moved", about=sweep, details=details)


def _check_day(sweep: Sweep) -> None:
    today = timezone.localdate()
    if not today <= sweep.due_on <= today + FURTHEST:
        raise Refused(_("Choose a day from today on, within four months."), field="due_on")
    if sweep.class_due_at <= timezone.now():
        raise Refused(_("The classes need some hours: choose a later day."), field="due_on")


def _tell_new_day(sweep: Sweep, was: dt.date, schools: list[Unit]) -> None:
    """Whom the old day called is told at once; where nobody was called yet, the new day calls as a new sweep does."""
    called = Notice.objects.filter(kind__in=(CLASS, SCHOOL), occasion__startswith=f"{was:%Y-%m-%d} ", unit__in=schools)
    people = Membership.objects.current().filter(pk__in=called.order_by().values("membership")).select_related("unit")
    occasion = f"{sweep.pk} {this_once()}"  # 57 of 60 characters
    if not notify(to=people, kind="sweep.moved", url=reverse("reports:sweep_list"), occasion=occasion):
        for kind, due in ((CLASS, sweep.class_due_at), (SCHOOL, sweep.school_due_at)):
            call_soon(kind=kind, units=schools, day=sweep.due_on, due_at=due)


def _end_calls(day: dt.date, schools: list[Unit]) -> None:
    """Nobody is called any more for this day, but where another sweep still asks until then."""
    others = list(Sweep.objects.open().filter(due_on=day).values_list("unit__path", flat=True))
    asked_no_more = [school for school in schools if not any(school.path.startswith(path) for path in others)]
    if asked_no_more:  # no units would mean all of them
        end_reminders(CLASS, day, units=asked_no_more)
        end_reminders(SCHOOL, day, units=asked_no_more)


@transaction.atomic
def end_sweep(*, by: Viewer, sweep: Sweep) -> None:
    """Nobody is asked any more; what was signed stays."""
    if not can_end_sweep(by, sweep):
        raise Refused(_("Only the unit that has called a sweep ends it."))
    if not Sweep.objects.open().filter(pk=sweep.pk).update(ended_at=timezone.now()):
        raise Refused(_("This sweep has ended already."))
    schools = list(Unit.objects.within(sweep.unit).schools())
    _end_calls(sweep.due_on, schools)
    mark(*(school.pk for school in schools))
    pulse({school.pk for school in schools})
    audit.record(by=by, verb="sweep.ended", about=sweep)


# --- a class ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_student(*, by: Viewer, sweep: Sweep, student: Student, found: Found | None = None) -> SweepNote:
    """Look at one student: nothing, or what was found. Groups are set and a flag is raised at once, by this person."""
    _check_may_answer(by, sweep, student.class_group_id)
    note = SweepNote.objects.select_for_update().filter(sweep=sweep, student=student).first()
    if found is None and note and note.is_noted:
        if note.groups or known_flags(SweepNote.objects.filter(pk=note.pk), by):
            raise Refused(_("Something was noted of this student. Groups are changed on the student’s page."))
        # They may not know what was noted: answered as if it were nothing, and what was noted stays.
        audit.record(by=by, verb="sweep.noted", about=note, student=student)
        return note
    note = note or SweepNote(sweep=sweep, student=student)
    note.class_group_id, note.by, note.at = student.class_group_id, by.membership, timezone.now()  # type: ignore[assignment]
    if found:
        _put_found(by, note, student, found)
    try:
        with transaction.atomic():
            note.save()
    except IntegrityError:
        raise Refused(_("Somebody else has just noted this student. Look at it before you go on.")) from None
    audit.record(by=by, verb="sweep.noted", about=note, student=student)
    return note


def _put_found(by: Viewer, note: SweepNote, student: Student, found: Found) -> None:
    if found.groups:
        added = add_groups(
            by=by,
            student=student,
            codes=set(found.groups),
            source=GroupMember.Source.SWEEP,
            since=found.since,
        )
        note.groups = sorted({*note.groups, *added})
    if found.text:
        note.flag = raise_flag(
            by=by,
            student=student,
            severity=URGENCY[found.urgency],
            known_at=timezone.now(),
            reason=found.text,
            source=RiskFlag.Source.SWEEP,
        )
    note.is_noted = bool(note.groups or note.flag)


@transaction.atomic
def sign_class(*, by: Viewer, sweep: Sweep, group: ClassGroup, over: int = 0) -> SweepSignature:
    """Sign for a class. Of every student whom nobody has looked at this says: nothing. A second one is a correction."""
    _check_may_answer(by, sweep, group.pk)
    here = Student.objects.enrolled().filter(class_group=group)
    known = SweepNote.objects.filter(sweep=sweep, student__in=here)
    known.exclude(class_group=group).update(class_group=group)  # who has come from another class since
    rest = here.exclude(pk__in=known.order_by().values("student"))
    now = timezone.now()
    SweepNote.objects.bulk_create(
        [SweepNote(sweep=sweep, student=one, class_group=group, by=by.membership, at=now) for one in rest],
        ignore_conflicts=True,
    )
    signature = _sign(by, over, sweep=sweep, unit=by.unit, class_group=group)
    end_reminders(CLASS, sweep.due_on, done=_who_is_done(sweep, group))
    pulse({by.unit.pk})
    _record_signature(by, signature)
    return signature


def _who_is_done(sweep: Sweep, group: ClassGroup) -> list[Membership]:
    """The teachers of this class, and who stands in, who have no other class that is asked for the same day."""
    today = timezone.localdate()
    teachers = [member for _class, member in class_teachers([group.pk], today)]
    teachers += answering([group.pk], today)
    asking = Sweep.objects.asking(group.school).open().filter(due_on=sweep.due_on)
    signed = set(SweepSignature.objects.filter(sweep__in=asking, unit=group.school).values_list("sweep", "class_group"))
    taught = Membership.classes.through.objects.filter(membership__in=teachers).values_list("membership", "classgroup")
    waiting = {member for member, one in taught for ask in asking if (ask.pk, one) not in signed}
    return [member for member in teachers if member.pk not in waiting]


def _check_may_answer(by: Viewer, sweep: Sweep, class_id: int | None) -> None:
    if not can_sweep(by, class_id):
        raise Refused(_("Only the class teacher or who stands in, a counselor or a leader answers for a class."))
    _check_asks(by, sweep)


def _check_asks(by: Viewer, sweep: Sweep) -> None:
    if not Sweep.objects.asking(by.unit).open().filter(pk=sweep.pk).exists():
        raise Refused(_("This sweep has ended: nothing more is noted or signed in it."))


# --- a school ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_school(*, by: Viewer, sweep: Sweep, over: int = 0) -> SweepSignature:
    """Sign for the school: the sums of its classes as they stand now, and how many have not signed."""
    if not can_sign_sweep(by):
        raise Refused(_("Only the school's leader signs for it."))
    _check_asks(by, sweep)
    _board, counts = counts_to_sign(by.unit, sweep)
    signature = _sign(by, over, sweep=sweep, unit=by.unit, class_group=None, counts=counts)
    asking = Sweep.objects.asking(by.unit).open().filter(due_on=sweep.due_on)
    signed = SweepSignature.objects.filter(sweep__in=asking, unit=by.unit, class_group=None, number=1)
    if signed.count() == asking.count():
        end_reminders(SCHOOL, sweep.due_on, units=[by.unit])
    mark(by.unit.pk)
    pulse({by.unit.pk, *([by.unit.parent_id] if by.unit.parent_id else [])})
    _record_signature(by, signature)
    return signature


def _sign(by: Viewer, over: int, **of: object) -> SweepSignature:
    """One more signature over the number that the person had before them."""
    counts = of.pop("counts", {})
    last = SweepSignature.objects.filter(**of).order_by("-number").values_list("number", flat=True).first() or 0
    if last == over:
        try:
            with transaction.atomic():
                return SweepSignature.objects.create(**of, counts=counts, number=last + 1, by=by.membership)
        except IntegrityError:
            pass
    raise Refused(_("Somebody else has signed in the meantime. Look at it before you sign a correction."))


def _record_signature(by: Viewer, signature: SweepSignature) -> None:
    verb = "sweep.class_signed" if signature.class_group_id else "sweep.school_signed"
    audit.record(by=by, verb=verb, about=signature, details={"version": signature.number})


# --- reminding --------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind_unsigned(*, by: Viewer, sweep: Sweep, only: Collection[int] = ()) -> int:
    """Call who has not signed: all of them, or those named. Returns how many people were called."""
    if not can_remind(by):
        raise Refused(_("Only those who receive the answers can send reminders."))
    if sweep.ended_at:
        raise Refused(_("This sweep has ended: nothing more is noted or signed in it."))
    is_school = by.unit.is_school
    board = class_board(by, sweep) if is_school else unit_board(by, sweep)
    rows = [row for row in board.unsigned if not only or row.key in only]
    if is_school:
        people = [member for row in rows for member in row.people]
        called = _remind(CLASS, by.unit, sweep, people) if people else 0
    else:
        units = Unit.objects.in_bulk([row.key for row in rows])
        called = sum(_remind(SCHOOL, units[row.key], sweep, row.people) for row in rows)
    audit.record(by=by, verb="sweep.reminded", about=sweep, details={"called": called})
    return called


def _remind(kind: str, unit: Unit, sweep: Sweep, people: Iterable[Membership]) -> int:
    due = sweep.class_due_at if kind == CLASS else sweep.school_due_at
    return remind_by_hand(kind=kind, unit=unit, day=sweep.due_on, due_at=due, people=people)
