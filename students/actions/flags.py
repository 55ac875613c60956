"""What happens to a risk flag until somebody has it in hand: raised, merged, taken, handed over, late."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.common.prepared import Prepared, PreparedInsert
from schools.models import Membership, Person
from schools.severity import WORST
from schools.work.notices import this_once
from schools.work.steadily import each
from students.actions.calling import (
    begin_ladder_anew,
    call_for,
    call_handed,
    call_late,
    call_repeated,
    ladder_anew,
    next_step_up,
    stop_calling,
)
from students.actions.keeping import inherit_barriers, keep_from, note_inherited, tell_of_inherited
from students.actions.moving import add_step, check_may_handle, check_move, locked, mark_figures, move, times_of
from students.flag_states import State
from students.models import FlagReport, FlagStep, RiskFlag, Student
from students.models.flags import is_late
from students.states import flags, keep

_OPEN = Prepared(
    lambda student: RiskFlag.objects.open().select_for_update().filter(student=student), student=UUIDField()
)
_NEW = PreparedInsert(RiskFlag)


class Report(NamedTuple):
    """What one report brings."""

    severity: int
    known_at: dt.datetime
    source: str
    is_critical: bool
    is_emergency: bool


@dataclass
class Following:
    """What follows once every row of an act is written: people are called, which locks what makes open pages of the
    school ask anew (`pulse`), and last comes the log. Every act takes them in this order, so that none waits for
    another one forever."""

    students: list[UUID] = field(default_factory=list)
    calls: list[Callable[[], None]] = field(default_factory=list)
    notes: list[Callable[[], None]] = field(default_factory=list)

    def call(self) -> None:
        keep(self.students, flags)
        for one in self.calls:
            one()

    def note(self) -> None:
        for one in self.notes:
            one()


@transaction.atomic
def raise_flag(
    *,
    by: Viewer | None,
    student: Student,
    severity: int,
    known_at: dt.datetime,
    reason: str = "",
    source: str = "by_hand",
    signs: Iterable[str] = (),
    is_critical: bool = False,
    is_emergency: bool = False,
    keep_it_from: Iterable[Person] = (),
    following: Following | None = None,
) -> RiskFlag:
    """Raise a flag, or add to the student's open one: repeats merge, and a level never falls by itself.

    `reason` is what a person writes here; what a talk or an answer says stays there. `by` is None where the system
    raises it; `is_critical` is an answer that alone sets the worst level: it calls again even on a flag in hand, and
    so does a crisis event (`is_emergency`), also if whoever has the flag in hand starts it.

    An act that raises several flags, or writes a row of the log before that of the flag, hands in `following`: once its
    own rows are written, it calls and notes what was put there.
    """
    if by and not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("You cannot raise a flag for a student you do not look after."))
    if by and source == RiskFlag.Source.BY_HAND and not reason.strip():
        raise Refused(_("Write down why you raise this flag."))
    report = Report(WORST if is_critical else severity, known_at, source, is_critical, is_emergency)
    then = Following() if following is None else following
    flag = None
    while flag is None:  # a student has one open flag: of two who raise one at the same moment, the slower merges
        flag = _merge(by, student, report, then) or _raise(by, student, report, then)
    if by and (reason or signs):
        FlagReport.objects.create(
            flag=flag, by=by.membership, text=reason.strip(), signs=list(signs), known_at=known_at
        )
    mark_figures(flag)
    then.students.append(student.pk)
    if by and keep_it_from:
        then.notes.append(partial(_keep_from_all, by, flag, keep_it_from, reason))
    if following is None:
        then.call()
        then.note()
    return flag


def _keep_from_all(by: Viewer, flag: RiskFlag, persons: Iterable[Person], reason: str) -> None:
    """From whom it is kept already, they keep it from nobody; nor do they learn that it is."""
    if not flag.kept_from.filter(person=by.person).exists():
        for person in persons:
            keep_from(by=by, flag=flag, person=person, reason=reason)


def _raise(by: Viewer | None, student: Student, report: Report, then: Following) -> RiskFlag | None:
    """A new flag; none where somebody has raised one a moment ago."""
    times = times_of(school=student.school, severity=report.severity, known_at=report.known_at)
    flag = RiskFlag(
        student=student,
        school=student.school,
        severity=report.severity,
        source=report.source,
        is_critical=report.is_critical,
        raised_by=by.membership if by else None,
        known_at=report.known_at,
        take_by=times.take_by,
        call_at=times.call_at,
        due_at=times.due_at,
    )
    if not _NEW.write_new([flag]):
        return None
    inherited = inherit_barriers(flag=flag)
    then.calls += [partial(tell_of_inherited, flag, inherited), partial(call_for, flag)]
    then.notes += [
        partial(note_inherited, by, flag, inherited),
        partial(_record, "flag.raised", by, flag, severity=report.severity),
    ]
    return flag


def _merge(by: Viewer | None, student: Student, report: Report, then: Following) -> RiskFlag | None:
    """Add another report to the open flag of the student, if one stands."""
    flag: RiskFlag | None = next(iter(_OPEN.objects(student=student.pk)), None)
    if flag is None:
        return None
    if _is_new_emergency(by, flag, report):
        _call_again(flag, report, then)
    else:
        if flag.state in (State.WATCHED, State.PROPOSED):
            move("report_again", flag, watch_until=None, waits_for=None, outcome="")
        then.calls.append(partial(call_repeated, flag))
    then.notes.append(partial(_record, "flag.repeated", by, flag, severity=report.severity))
    return flag


def _is_new_emergency(by: Viewer | None, flag: RiskFlag, report: Report) -> bool:
    """Both clocks begin anew: for a higher level, for a critical answer, and for a report of the worst level while
    nothing calls any more. What the person who has it in hand reports is no news to them, but for a crisis event."""
    if report.severity > flag.severity or report.is_critical:
        return True
    has_called_all = flag.calls > 0 and flag.call_at is None
    still_calls = flag.state == State.RAISED and flag.acted_at is None and not has_called_all
    if report.severity < WORST or still_calls:
        return False
    holder = flag.assignee.person_id if flag.assignee and flag.state != State.RAISED else None
    return report.is_emergency or by is None or by.person.pk != holder


def _call_again(flag: RiskFlag, report: Report, then: Following) -> None:
    times = times_of(school=flag.school, severity=report.severity, known_at=report.known_at)
    move(
        "call_again",
        flag,
        severity=report.severity,
        is_critical=flag.is_critical or report.is_critical,
        take_by=times.take_by,
        call_at=times.call_at,
        due_at=times.due_at,
        acted_at=None,
        taken_at=None,
        watch_until=None,
        waits_for=None,
        interviewed_at=None,
        outcome="",
        **ladder_anew(flag),
    )
    begin_ladder_anew(flag)
    then.calls.append(partial(call_for, flag, occasion=f"{report.severity} {this_once()}"))


def stand_by_hand(*, flag: RiskFlag, by: Membership, reason: str, known_at: dt.datetime, began: bool) -> None:
    """A talk behind the flag becomes one for counselors only: from now on the flag stands as if `by` had raised it by
    hand, with a reason that may be read by those who may not read the talk. `began`: no flag stood before that talk."""
    if began:
        RiskFlag.objects.filter(pk=flag.pk).update(source=RiskFlag.Source.BY_HAND)
    FlagReport.objects.create(flag=flag, by=by, text=reason.strip(), known_at=known_at)


@transaction.atomic
def acknowledge_flag(*, by: Viewer, flag: RiskFlag) -> RiskFlag:
    """Take it in hand: the call for it is over. The clock of the first measure runs on, and calls in its turn."""
    check_may_handle(by, flag)
    now, row = timezone.now(), locked(flag)
    # From now on it calls for the first measure, beginning with the backup again.
    call_at = None if row.acted_at else row.due_at
    move("take", flag, taken_at=now, assignee_id=by.membership.pk, call_at=call_at, calls=0)
    mark_figures(flag)
    stop_calling(flag)
    audit.record(by=by, verb="flag.acknowledged", about=flag, student=flag.student_id)
    return flag


@transaction.atomic
def assign_flag(*, by: Viewer, flag: RiskFlag, to: Membership, text: str = "") -> RiskFlag:
    """Hand it to a named counselor or leader of the school. The clock runs on until that person acts."""
    check_may_handle(by, flag)
    if not can_be_given(flag, to):
        raise Refused(_("Only a counselor or leader of this school can take this on."))
    check_move("hand_over", flag)
    details = {"from": flag.assignee_id, "to": to.pk}
    move("hand_over", flag, assignee_id=to.pk, escalated_at=None)
    if text:
        add_step(by=by, flag=flag, kind=FlagStep.Kind.HAND_OVER, words={"text": text}, to=to)
    call_handed(flag, to)
    audit.record(by=by, verb="flag.assigned", about=flag, student=flag.student_id, details=details)
    return flag


def can_be_given(flag: RiskFlag, to: Membership) -> bool:
    """A counselor or leader of its school at present, from whom it is not kept."""
    fits = to.unit_id == flag.school_id and to.role in SCHOOL_ROLES and to.is_current()
    return fits and not flag.kept_from.filter(person=to.person_id).exists()


# --- nobody acts ------------------------------------------------------------------------------------------------------


def escalate_overdue(*, now: dt.datetime | None = None) -> int:
    """A target has passed: call the named backup, then the leader, then perhaps the center. Returns how many flags."""
    now = now or timezone.now()
    # Late, and nobody was called yet: whatever `call_at` says, which older releases set by another rule.
    is_due = Q(call_at__lt=now) | Q(calls=0)
    overdue = RiskFlag.objects.filter(is_late(now), is_due)
    found = list(overdue.select_related("school", "assignee__backup")[:500])
    return each("escalate", found, lambda flag: _escalate(flag, now))


@transaction.atomic
def _escalate(flag: RiskFlag, now: dt.datetime) -> bool:
    """One step up, only if nobody was faster. Who is called has it in hand only once they say so."""
    step = next_step_up(flag)
    times = times_of(school=flag.school, severity=flag.severity, known_at=now)
    taken = RiskFlag.objects.filter(is_late(now), pk=flag.pk, calls=flag.calls, call_at=flag.call_at).update(
        escalated_at=flag.escalated_at or now, calls=flag.calls + 1, call_at=times.call_at if step.goes_on else None
    )
    if not taken:
        return False
    to = step.members[0] if step.members else None
    details = {"from": flag.assignee_id, "to": to.pk if to else None}
    if to and flag.state == State.RAISED:
        RiskFlag.objects.filter(pk=flag.pk, state=State.RAISED).update(assignee=to)
    call_late(flag, step, now)
    audit.record(by=None, verb="flag.escalated", about=flag, student=flag.student_id, unit=flag.school, details=details)
    return True


def _record(verb: str, by: Viewer | None, flag: RiskFlag, **details: int) -> None:
    unit = None if by else flag.school
    audit.record(by=by, verb=verb, about=flag, student=flag.student_id, unit=unit, details=dict(details))
