"""A school whose own daily report is missing today, as a figure: the map of a center shows it."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.daily import due_of, receiver, unit_exceptions, unit_reports
from reports.reminders import unit_reports_due
from schools.figures import Alarm, Figure, Rows, Scope, declare
from schools.models import Unit
from schools.tallies import mark_later

# Asked each hour, so that one run may be missed.
AHEAD = dt.timedelta(hours=2)


def daily_missing(scope: Scope) -> Rows:
    """The school itself, from the hour of its report until somebody signs it. Tomorrow is another day."""
    today = timezone.localdate()
    if not scope.unit.is_school or not scope.is_running or scope.on != today:
        return Unit.objects.none()
    due = due_of(scope.unit, scope.unit.kind_id, receiver(scope.unit.path), today)
    later = unit_exceptions([scope.unit], today).filter(until__gt=scope.known_until)
    if due is None or due > scope.known_until or later.exists():
        return Unit.objects.none()
    signed = unit_reports([scope.unit]).filter(day=today)
    return Unit.objects.none() if signed.exists() else Unit.objects.filter(pk=scope.unit.pk)


def mark_hours(now: dt.datetime) -> int:
    """Have the schools counted anew when the hour of their report comes. Returns how many."""
    found = [due for due in unit_reports_due(now) if now <= due.at < now + AHEAD]
    mark_later((due.unit.pk, due.at + dt.timedelta(seconds=1)) for due in found)
    return len(found)


def _words(_count: int) -> str:
    return str(_("daily report missing"))


declare(
    Figure(
        code="daily_missing",
        label=_("Schools whose daily report is missing today"),
        group="daily",
        unit_of_measure=_("schools"),
        records=daily_missing,
        about_students=False,
    ),
    Alarm("daily_missing", 15, _words),
)
