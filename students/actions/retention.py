"""Records of who was handed over are closed once the years of the old school are over (docs/adr/0019)."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from schools import audit
from schools.work.steadily import each
from students.holds import without_held
from students.models import HandOver, Student

AT_ONCE = 200  # in one run; the next night does the rest


def lock_handed_over() -> int:
    """Lock who left by a hand-over whose `keep_until` has passed. Returns how many."""
    today = timezone.localdate()
    students = _due(today).select_related("school").order_by("pk")[:AT_ONCE]
    return each("close the records", students, lambda student: _lock(student, today))


def _due(today: dt.date) -> QuerySet[Student]:
    """Not who has come back, or left again since without a hand-over, nor who is still worked on here (`holds`)."""
    accepted = HandOver.objects.filter(state=HandOver.State.ACCEPTED)
    of_this_leaving = accepted.filter(answered_at__date__gte=F("student__left_on"))
    over = of_this_leaving.filter(keep_until__lt=today).order_by().values("student")
    still_kept = accepted.filter(keep_until__gte=today).order_by().values("student")
    left = Student.objects.filter(status=Student.Status.LEFT, locked_on=None, pk__in=over).exclude(pk__in=still_kept)
    return without_held(left)


@transaction.atomic
def _lock(student: Student, today: dt.date) -> bool:
    if not _due(today).filter(pk=student.pk).update(locked_on=today):  # something may have been opened just now
        return False
    audit.record(by=None, verb="student.locked", about=student, student=student, unit=student.school)
    return True
