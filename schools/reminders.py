"""What of this floor reminds: certificates that run out."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.days import midnight
from schools.ladder import DAYS, Rung
from schools.models import Certificate, Membership, Reminder
from schools.work.reminders import Due, Source, remind

AHEAD = dt.timedelta(days=90)
MORNING = dt.timedelta(hours=8)
DAY = 24 * 60


def certificates_due(now: dt.datetime) -> Iterator[Due]:
    """Units and days on which a certificate ends, so far ahead that somebody can still renew it."""
    today = timezone.localdate(now)
    ending = Certificate.objects.valid(today).filter(expires_on__range=(today, today + AHEAD))
    rows = ending.select_related("unit__kind").order_by("unit", "expires_on").distinct()
    known = {(row.unit_id, row.expires_on): row for row in rows}
    for row in known.values():
        if row.expires_on:
            yield Due(row.unit, row.expires_on, midnight(row.expires_on) + MORNING)


def holders(row: Reminder) -> list[Membership]:
    """Whose certificate ends that day and who holds no later one of the same level."""
    here = Certificate.objects.valid(row.day).filter(unit=row.unit)
    later = here.filter(Q(expires_on=None) | Q(expires_on__gt=row.day)).values_list("holder", "level")
    renewed = set(later)
    ending = here.filter(expires_on=row.day).values_list("holder", "level")
    people = {holder for holder, level in ending if (holder, level) not in renewed}
    members = Membership.objects.current().filter(unit=row.unit, person__in=people, person__is_active=True)
    return list({one.person_id: one for one in members.select_related("person")}.values())


remind(
    Source(
        "certificate.ending",
        _("A certificate runs out"),
        ladder=(Rung(-60 * DAY), Rung(-14 * DAY)),
        due=certificates_due,
        people=holders,
        url="schools:certificate_list",
        scale=DAYS,
    )
)
