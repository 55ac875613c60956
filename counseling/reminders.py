"""What of this floor reminds: the duty to talk with every student."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling.queries import coverage_by_class
from schools.common.days import midnight
from schools.ladder import ABOVE, BACKUP, DAYS, Rung
from schools.models import Duty, Membership, Reminder, Role, Unit
from schools.queries import TALK_DUTY, term_of
from schools.work.reminders import Due, Source, remind

AHEAD, BACK = dt.timedelta(days=60), dt.timedelta(days=30)
EVENING = dt.timedelta(hours=16)
DAY = 24 * 60


def duties_due(now: dt.datetime) -> Iterator[Due]:
    """Schools and the days by which every student is talked to: of each term the nearest unit's word counts."""
    today = timezone.localdate(now)
    by_unit: dict[str, dict[str, dt.date]] = {}
    for code, term, day in Duty.objects.filter(**TALK_DUTY).values_list("unit__code", "term_code", "due_on"):
        by_unit.setdefault(code, {})[term] = day
    for school in Unit.objects.schools().select_related("kind"):
        days: dict[str, dt.date] = {}
        for code in school.ancestor_codes:
            days |= by_unit.get(code, {})
        for day in sorted(set(days.values())):
            if today - BACK <= day <= today + AHEAD:
                yield Due(school, day, midnight(day) + EVENING)


def teachers_with_talks_left(row: Reminder) -> list[Membership]:
    """Class teachers of classes in which somebody still waits; who steps in for them; or the leaders. What is counted
    is what everybody of the school may know."""
    codes = Duty.objects.filter(unit__code__in=row.unit.ancestor_codes, due_on=row.day, **TALK_DUTY)
    term = next((one for code in codes.values_list("term_code", flat=True) if (one := term_of(row.unit, code))), None)
    left = [one.class_group.pk for one in coverage_by_class(row.unit, term) if one.left] if term else []
    here = Membership.objects.current().filter(unit=row.unit, person__is_active=True).select_related("person", "backup")
    if row.whom == ABOVE:
        return list(here.filter(role=Role.SCHOOL_LEADER)) if left else []
    teachers = list(here.filter(role=Role.CLASS_TEACHER, classes__in=left).distinct())
    if row.whom == BACKUP:
        return [one.backup for one in teachers if one.backup and one.backup.is_current()]
    return teachers


remind(
    Source(
        "talks.due",
        _("The duty to talk with every student"),
        ladder=(Rung(-14 * DAY), Rung(-3 * DAY), Rung(DAY, ABOVE)),
        due=duties_due,
        people=teachers_with_talks_left,
        url="counseling:coverage",
        scale=DAYS,
    )
)
