"""Who is on duty on a day: named for the day itself, else for its weekday. And which centers a school can turn to."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import BigIntegerField, DateField, PositiveSmallIntegerField, Q
from django.utils import timezone

from schools.common.prepared import Prepared
from schools.models import Membership, OnDuty, Role, Unit
from schools.models.people import MembershipQuerySet


def on_duty(unit: Unit, day: dt.date) -> list[Membership]:
    """Current members only; nobody where nobody is named."""
    rows = _ON_DUTY.objects(unit=unit.pk, day=day, weekday=day.weekday())
    found = [row for row in rows if row.day] or rows
    members = [row.membership for row in sorted(found, key=lambda row: row.position)]
    for member in members:
        member.unit = unit
    return members


def keys_on_duty(unit: Unit, day: dt.date) -> set[int]:
    """Only whose memberships they are, for a list that holds them already."""
    rows = _KEYS.rows(unit=unit.pk, day=day, weekday=day.weekday())
    return {membership for membership, named_for in rows if named_for} or {membership for membership, _day in rows}


def _named(unit: Any, day: Any, weekday: Any) -> Any:
    """For the day or for its weekday, those who work there on that day."""
    current = Membership.objects.current(day).filter(unit=unit, person__is_active=True)
    return OnDuty.objects.filter(Q(day=day) | Q(day=None, weekday=weekday), unit=unit, membership__in=current)


_HOLES: dict[str, Any] = {"unit": BigIntegerField(), "day": DateField(), "weekday": PositiveSmallIntegerField()}
_ON_DUTY = Prepared(lambda **of: _named(**of).select_related("membership__person"), **_HOLES)
_KEYS = Prepared(lambda **of: _named(**of).order_by().values_list("membership", "day"), **_HOLES)


def auditors_above(*units: Unit) -> MembershipQuerySet:
    """The auditors who read the logs of these units."""
    codes = {code for unit in units for code in unit.ancestor_codes}
    auditors = Membership.objects.current().filter(role=Role.AUDITOR, unit__code__in=codes, person__is_active=True)
    return auditors.select_related("person", "unit")


def without_duty(unit: Unit, days: Iterable[dt.date]) -> list[dt.date]:
    """Those of these days on which nobody is on duty."""
    rows = OnDuty.objects.filter(unit=unit, membership__unit=unit, membership__person__is_active=True)
    named = [(row.day, row.weekday, row.membership) for row in rows.select_related("membership")]
    return [
        one
        for one in days
        if not any(
            member.is_current(one) and (day == one or weekday == one.weekday()) for day, weekday, member in named
        )
    ]


def _staff() -> MembershipQuerySet:
    return Membership.objects.current().filter(role=Role.CENTER_STAFF, person__is_active=True)


def centers_above(school: Unit) -> list[Unit]:
    """The centers above it where somebody works who can answer, the nearest first."""
    units = _staff().order_by().values("unit")
    found = Unit.objects.filter(code__in=school.ancestor_codes[:-1], pk__in=units)
    return sorted(found, key=lambda unit: -len(unit.path))


def staff_to_call(center: Unit, *, barred: Collection[Any] = ()) -> list[Membership]:
    """Who is on duty there today, else all of its staff; without these people, as if they did not work there."""
    able = [one for one in _staff().filter(unit=center).select_related("person") if one.person_id not in barred]
    today = keys_on_duty(center, timezone.localdate())
    return [one for one in able if one.pk in today] or able
