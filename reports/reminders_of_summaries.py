"""Whom the semester summary reminds: who writes it, until somebody has exported it."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.daily import Calendars, leaders_of
from reports.models.summaries import AUTHORS
from schools.common.days import midnight
from schools.ladder import ABOVE, BACKUP, DAYS, Rung
from schools.models import AuditEntry, Membership, Reminder, Term, Unit
from schools.queries import terms_of
from schools.work.reminders import Due, Source, remind

AROUND = dt.timedelta(days=60)
AFTERNOON = dt.timedelta(hours=16)
DAY = 24 * 60


def summaries_due(now: dt.datetime) -> Iterator[Due]:
    """Units whose term has just ended, or soon will."""
    units, today = list(Unit.objects.select_related("kind")), timezone.localdate(now)
    calendars = Calendars(units)
    for unit in units:
        for span in calendars.of(unit).terms:
            if today - AROUND <= span.ends <= today + AROUND:
                yield Due(unit, span.ends, midnight(span.ends) + AFTERNOON)


def authors_of_summaries(row: Reminder) -> list[Membership]:
    """Counselors and leaders of a school, or the staff of a center, as long as nobody has exported it."""
    term = next((one for one in terms_of(row.unit) if one.ends == row.day), None)
    if term is None or _is_exported(row.unit, term):
        return []
    if row.whom == ABOVE:
        return leaders_of(row.unit)
    here = Membership.objects.current().filter(unit=row.unit, role__in=AUTHORS, person__is_active=True)
    members = list(here.select_related("person", "backup"))
    if row.whom == BACKUP:
        return [one.backup for one in members if one.backup and one.backup.is_current()]
    return members


def _is_exported(unit: Unit, term: Term) -> bool:
    """By the log: the file itself is deleted after a day."""
    acts = AuditEntry.objects.filter(chain__scope=unit.code, verb="summary.exported")
    return acts.filter(at__gte=midnight(term.starts), details__term=term.code).exists()


remind(
    Source(
        "summary.due",
        _("The semester summary"),
        ladder=(Rung(-14 * DAY), Rung(0), Rung(7 * DAY, ABOVE)),
        due=summaries_due,
        people=authors_of_summaries,
        url="reports:summary_list",
        scale=DAYS,
    )
)
