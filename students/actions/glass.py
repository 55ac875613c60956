"""Break-glass: a leader reads for an hour what is closed to them; the counselors, whose it is, and the auditor are told
at once, and somebody else reviews it afterwards (docs/adr/0017)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.on_duty import auditors_above
from schools.work.notices import Urgency, end_notices, notify
from students.access import barriers_about, can_break_glass, can_review_glass
from students.flag_states import says_something
from students.models import BreakGlass, Student

OPEN_FOR = dt.timedelta(hours=1)


@transaction.atomic
def break_glass(*, by: Viewer, student: Student, reason: str) -> BreakGlass:
    """Open it for an hour. The view has asked for a fresh second factor.

    Nothing here depends on whether there is a closed record: neither the offer nor the answer may tell of one.
    """
    if not can_break_glass(by) or not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("Only a leader of the school can open what is closed to them."))
    if not says_something(reason):
        raise Refused(_("Write down what makes it necessary now."), field="reason")
    # One after the other: two taps must not open it twice.
    Membership.objects.select_for_update().get(pk=by.membership.pk)
    running = BreakGlass.objects.running().filter(by=by.membership, student=student).first()
    if running:
        return running
    now = timezone.now()
    opening = BreakGlass.objects.create(
        school=by.unit, student=student, by=by.membership, opened_at=now, until=now + OPEN_FOR, reason=reason.strip()
    )
    here, auditors = _school(opening), list(auditors_above(opening.school))
    counselors = [one for one in here if one.role == Role.COUNSELOR]
    reviewers = auditors or [one for one in here if one.role == Role.SCHOOL_LEADER]
    notify(to=counselors, kind="glass.opened", about=opening, urgency=Urgency.URGENT)
    notify(to=reviewers, kind="glass.review", about=opening, unit=by.unit)
    audit.record(by=by, verb="glass.opened", about=opening, student=student)
    return opening


def _school(opening: BreakGlass) -> list[Membership]:
    """Counselors and leaders, but not whoever opened it, and nobody from whom a flag of the student is kept: to them it
    is not there. All counselors, because whose closed record it is, or that there is one, must not show."""
    kept = barriers_about(opening.student_id).order_by().values("person")
    here = Membership.objects.current().filter(unit=opening.school, role__in=SCHOOL_ROLES, person__is_active=True)
    return list(here.exclude(person__in=kept).exclude(person=opening.by.person_id).select_related("person", "unit"))


@transaction.atomic
def review_glass(*, by: Viewer, opening: BreakGlass, finding: str, remark: str) -> BreakGlass:
    """Somebody else has looked at it: in order or not, with a word. Once."""
    if not can_review_glass(by, opening) or not BreakGlass.objects.visible_to(by).filter(pk=opening.pk).exists():
        raise Refused(_("It is reviewed by an auditor, or by another leader of the school."))
    if finding not in BreakGlass.Finding.values:
        raise Refused(_("Say whether it was in order."), field="finding")
    if not says_something(remark):
        raise Refused(_("Write a word on what you found."), field="remark")
    row = BreakGlass.objects.select_for_update().get(pk=opening.pk)
    if row.reviewed_at:
        raise Refused(_("Somebody has reviewed it already."))
    row.reviewed_at, row.reviewed_by, row.finding, row.remark = timezone.now(), by.membership, finding, remark.strip()
    row.save(update_fields=["reviewed_at", "reviewed_by", "finding", "remark"])
    end_notices(row, "glass.review")
    audit.record(by=by, verb="glass.reviewed", about=row, unit=row.school, details={"finding": finding})
    return row
