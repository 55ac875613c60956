"""Whom a sweep reminds: teachers of classes that have not answered, leaders of schools that have not signed."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.sweeps import CLASS, SCHOOL
from reports.daily import answering, classes_of, is_there, leaders_of, students_in
from reports.models import Sweep, SweepSignature
from schools.ladder import ABOVE, BACKUP, DAYS, Rung
from schools.models import Membership, Reminder, Unit
from schools.work.reminders import Due, Source, remind

DAY = 24 * 60
# Steps lie at most so far from the day; one that is longer over reminds of nothing.
AROUND = dt.timedelta(days=30)


def _sweeps_due(now: dt.datetime) -> Iterator[tuple[Unit, Sweep]]:
    """Open sweeps with each school they ask: one query, and one for each that is open."""
    today = timezone.localdate(now)
    near = Sweep.objects.open().filter(due_on__range=(today - AROUND, today + AROUND)).select_related("unit")
    for sweep in near:
        for school in Unit.objects.within(sweep.unit).schools().select_related("kind"):
            yield school, sweep


def classes_due(now: dt.datetime) -> Iterator[Due]:
    for school, sweep in _sweeps_due(now):
        yield Due(school, sweep.due_on, sweep.class_due_at)


def schools_due(now: dt.datetime) -> Iterator[Due]:
    for school, sweep in _sweeps_due(now):
        yield Due(school, sweep.due_on, sweep.school_due_at)


def unsigned_classes(row: Reminder) -> list[Membership]:
    """Teachers of classes that have not signed all sweeps of that day."""
    asking = list(Sweep.objects.asking(row.unit).open().filter(due_on=row.day))
    today = timezone.localdate()
    groups = [group for group in classes_of(row.unit) if is_there(group, row.unit, today)]
    signed = SweepSignature.objects.filter(sweep__in=asking, class_group__in=groups).order_by()
    done = set(signed.values_list("sweep", "class_group"))
    silent = {group.pk for group in groups for sweep in asking if (sweep.pk, group.pk) not in done}
    waiting = answering(silent & students_in(groups).keys(), today)
    if row.whom == BACKUP:
        return [member.backup for member in waiting if member.backup and member.backup.is_current()]
    return leaders_of(row.unit) if row.whom == ABOVE and waiting else waiting


def unsigned_school(row: Reminder) -> list[Membership]:
    """The unit above hears only of what a unit above has called."""
    asking = Sweep.objects.asking(row.unit).open().filter(due_on=row.day)
    if row.whom == ABOVE:
        asking = asking.filter(unit__kind__is_school=False)
    signed = SweepSignature.objects.filter(sweep__in=asking, unit=row.unit, class_group=None, number=1)
    if signed.count() >= asking.count():
        return []
    return leaders_of(row.unit.parent) if row.whom == ABOVE and row.unit.parent else leaders_of(row.unit)


remind(
    Source(
        CLASS,
        _("The sweep of a class"),
        ladder=(Rung(-3 * DAY), Rung(-1 * DAY), Rung(0), Rung(1 * DAY, ABOVE)),
        due=classes_due,
        people=unsigned_classes,
        url="reports:sweep_list",
        scale=DAYS,
    ),
    Source(
        SCHOOL,
        _("The sweep of a school"),
        ladder=(Rung(-1 * DAY), Rung(0), Rung(1 * DAY, ABOVE)),
        due=schools_due,
        people=unsigned_school,
        url="reports:sweep_list",
        scale=DAYS,
    ),
)
