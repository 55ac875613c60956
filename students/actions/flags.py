"""What happens to a risk flag: raised, taken in hand, assigned, raised in level, closed, escalated."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.calendar import Target, deadline
from schools.common.errors import Refused
from schools.models import Membership, Role, Unit
from schools.queries import calendar_of
from schools.settings_of import setting_of
from schools.tallies import mark
from students.access import can_handle_flags
from students.actions.calling import call_for, call_handed, call_late, stop_calling
from students.models import FlagReport, RiskFlag, Student
from students.states import flags, keep


def due_at(*, school: Unit, severity: int, known_at: dt.datetime) -> dt.datetime:
    """By when a flag must be in hand, by the rules of the school (design: four clocks)."""
    kind, amount = setting_of(school, "clock_targets")[str(severity)]
    return deadline(severity, known_at, calendar_of(school), {severity: Target(kind, amount)})


@transaction.atomic
def raise_flag(
    *, by: Viewer, student: Student, severity: int, known_at: dt.datetime, reason: str = "", source: str = "by_hand"
) -> RiskFlag:
    """Raise a flag, or raise the level of the student's open one: repeats merge, and a level never falls by itself.

    `reason` is what a person writes here; what a talk says stays in the talk.
    """
    if not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("You cannot raise a flag for a student you do not look after."))
    if source == RiskFlag.Source.BY_HAND and not reason.strip():
        raise Refused(_("Write down why you raise this flag."))
    flag = _merge(by=by, student=student, severity=severity, known_at=known_at)
    if flag is None:
        try:
            with transaction.atomic():
                flag = _raise(by=by, student=student, severity=severity, known_at=known_at, source=source)
        except IntegrityError:  # somebody else raised one at the same moment: a student has one open flag
            flag = _merge(by=by, student=student, severity=severity, known_at=known_at)
            if flag is None:
                raise
    _mark(flag)
    if reason:
        FlagReport.objects.create(flag=flag, by=by.membership, text=reason.strip(), known_at=known_at)
    keep([student.pk], flags)
    return flag


def _raise(*, by: Viewer, student: Student, severity: int, known_at: dt.datetime, source: str) -> RiskFlag:
    flag = RiskFlag.objects.create(
        student=student,
        school=by.unit,
        severity=severity,
        source=source,
        raised_by=by.membership,
        known_at=known_at,
        due_at=due_at(school=by.unit, severity=severity, known_at=known_at),
    )
    call_for(flag)
    audit.record(by=by, verb="flag.raised", about=flag, student=student, details={"severity": severity})
    return flag


def _merge(*, by: Viewer, student: Student, severity: int, known_at: dt.datetime) -> RiskFlag | None:
    """Add a second report to the open flag of the student, if one stands; a higher level starts the clock anew."""
    flag = RiskFlag.objects.open().select_for_update().filter(student=student).first()
    if flag is None:
        return None
    if severity > flag.severity:
        flag.severity = severity
        flag.due_at = due_at(school=flag.school, severity=severity, known_at=known_at)
        flag.state, flag.acted_at, flag.escalated_at = RiskFlag.State.RAISED, None, None
        flag.save(update_fields=["severity", "due_at", "state", "acted_at", "escalated_at"])
        call_for(flag, occasion=f"{severity} {known_at:%Y%m%d%H%M%S}")
    audit.record(by=by, verb="flag.repeated", about=flag, student=flag.student, details={"severity": severity})
    return flag


def stand_by_hand(*, flag: RiskFlag, by: Membership, reason: str, known_at: dt.datetime, began: bool) -> None:
    """A talk behind the flag becomes one for counselors only: from now on the flag stands as if `by` had raised it by
    hand, with a reason that may be read by those who may not read the talk. `began`: no flag stood before that talk."""
    if began:
        RiskFlag.objects.filter(pk=flag.pk).update(source=RiskFlag.Source.BY_HAND)
    FlagReport.objects.create(flag=flag, by=by, text=reason.strip(), known_at=known_at)


@transaction.atomic
def acknowledge_flag(*, by: Viewer, flag: RiskFlag) -> RiskFlag:
    """Take it in hand: the third clock, "acted on", stops."""
    _check_may_handle(by)
    now = timezone.now()
    _move(
        flag,
        {RiskFlag.State.RAISED},
        state=RiskFlag.State.ACKNOWLEDGED,
        acted_at=now,
        assignee_id=by.membership.pk,
    )
    _mark(flag)
    stop_calling(flag)
    audit.record(by=by, verb="flag.acknowledged", about=flag, student=flag.student_id)
    return flag


@transaction.atomic
def assign_flag(*, by: Viewer, flag: RiskFlag, to: Membership) -> RiskFlag:
    """Hand it to a named counselor or leader of the school. The clock runs on until that person acts."""
    _check_may_handle(by)
    if to.unit_id != flag.school_id or to.role not in (Role.COUNSELOR, Role.SCHOOL_LEADER) or not to.is_current():
        raise Refused(_("Only a counselor or leader of this school can take this on."))
    details = {"from": flag.assignee_id, "to": to.pk}
    _move(flag, {RiskFlag.State.RAISED, RiskFlag.State.ACKNOWLEDGED}, assignee_id=to.pk)
    call_handed(flag, to)
    audit.record(by=by, verb="flag.assigned", about=flag, student=flag.student_id, details=details)
    return flag


@transaction.atomic
def close_flag(*, by: Viewer, flag: RiskFlag, outcome: str, reason: str) -> RiskFlag:
    """End it by a person's decision, with a reason. Closing one that nobody took in hand counts as acting on it."""
    _check_may_handle(by)
    if not reason.strip():
        raise Refused(_("Write down why this can be closed."))
    if outcome not in RiskFlag.Outcome.values:
        raise Refused(_("Choose how this ended."))
    now = timezone.now()
    _move(
        flag,
        {RiskFlag.State.RAISED, RiskFlag.State.ACKNOWLEDGED},
        state=RiskFlag.State.CLOSED,
        acted_at=flag.acted_at or now,
        settled_at=now,
        closed_by_id=by.person.pk,
        outcome=outcome,
    )
    flag.closing_reason = reason.strip()
    flag.save(update_fields=["closing_reason"])
    keep([flag.student_id], flags)
    _mark(flag)
    stop_calling(flag)
    audit.record(by=by, verb="flag.closed", about=flag, student=flag.student_id, details={"outcome": outcome})
    return flag


def escalate_overdue(*, now: dt.datetime | None = None) -> int:
    """Hand flags whose time is over to the assignee's backup, else to the school's leader. Returns how many."""
    now = now or timezone.now()
    overdue = RiskFlag.objects.filter(state=RiskFlag.State.RAISED, due_at__lt=now, escalated_at=None)
    found = list(overdue.select_related("school", "assignee__backup")[:500])
    for flag in found:
        _escalate(flag, now)
    return len(found)


@transaction.atomic
def _escalate(flag: RiskFlag, now: dt.datetime) -> None:
    backup = _backup_of(flag)
    taken = RiskFlag.objects.filter(pk=flag.pk, state=RiskFlag.State.RAISED, escalated_at=None)
    if taken.update(escalated_at=now, assignee=backup or flag.assignee):
        call_late(flag, backup, now)
        details = {"from": flag.assignee_id, "to": backup.pk if backup else None}
        audit.record(
            by=None, verb="flag.escalated", about=flag, student=flag.student_id, unit=flag.school, details=details
        )


def _backup_of(flag: RiskFlag) -> Membership | None:
    """The named backup of whoever has it, or of the school's counselors; else a leader of the school."""
    here = Membership.objects.current().filter(unit_id=flag.school_id)
    if flag.assignee and flag.assignee.backup and flag.assignee.backup.is_current():
        return flag.assignee.backup
    if flag.assignee is None:
        named = here.filter(role=Role.COUNSELOR).exclude(backup=None).select_related("backup").first()
        if named and named.backup and named.backup.is_current():
            return named.backup
    return here.filter(role=Role.SCHOOL_LEADER).order_by("pk").first()


def _mark(flag: RiskFlag) -> None:
    """It counts in the term in which it was reported, and as late once its time is over."""
    mark(flag.school_id, since=timezone.localdate(flag.reported_at), then=flag.due_at)


def _check_may_handle(by: Viewer) -> None:
    if not can_handle_flags(by):
        raise Refused(_("Only a counselor or leader of the school decides on a flag."))


def _move(flag: RiskFlag, before: set[str], **values: object) -> None:
    """Change state only if nobody was faster; safe on both databases."""
    moved = RiskFlag.objects.filter(Q(state__in=before), pk=flag.pk).update(**values)
    if not moved:
        raise Refused(_("Somebody else has just dealt with this. The page now shows how it stands."))
    flag.refresh_from_db()
