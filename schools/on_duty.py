"""Who is on duty on a day: named for the day itself, else for its weekday."""

import datetime as dt

from schools.models import Membership, OnDuty, Unit


def on_duty(unit: Unit, day: dt.date) -> list[Membership]:
    """Current members only; nobody where nobody is named."""
    current = Membership.objects.current(day).filter(unit=unit, person__is_active=True)
    rows = OnDuty.objects.filter(unit=unit, membership__in=current).select_related("membership__person")
    named = list(rows.filter(day=day))
    found = named or list(rows.filter(day=None, weekday=day.weekday()))
    members = [row.membership for row in sorted(found, key=lambda row: row.position)]
    for member in members:
        member.unit = unit
    return members
