"""Who is on duty: by weekday, and on single days."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, OnDuty, Role

KEEPERS = frozenset({Role.SCHOOL_LEADER, Role.COUNSELOR, Role.CENTER_STAFF})
ABLE = frozenset({Role.SCHOOL_LEADER, Role.COUNSELOR, Role.CENTER_STAFF})


def _check(by: Viewer, members: "list[Membership | None]") -> None:
    if by.role not in KEEPERS:
        raise Refused(_("Only counselors, leaders and the center's staff say who is on duty."))
    fits = all(one is None or (one.unit_id == by.unit.pk and one.role in ABLE and one.is_current()) for one in members)
    if not fits:
        raise Refused(_("Choose somebody of this unit who can act on a flag."))


@transaction.atomic
def set_week(*, by: Viewer, week: Mapping[int, Membership | None]) -> None:
    """Who is called first on each weekday (0 is Monday); nobody named means everybody."""
    _check(by, list(week.values()))
    OnDuty.objects.filter(unit=by.unit, day=None).delete()
    OnDuty.objects.bulk_create(
        OnDuty(unit=by.unit, membership=member, weekday=day) for day, member in week.items() if member
    )
    audit.record(by=by, verb="unit.duty", about=by.unit)


@transaction.atomic
def set_day(*, by: Viewer, day: dt.date, member: Membership | None) -> None:
    """Another person on one day; without one, the day follows its weekday again."""
    _check(by, [member])
    OnDuty.objects.filter(unit=by.unit, day=day).delete()
    if member:
        OnDuty.objects.create(unit=by.unit, membership=member, day=day)
    audit.record(by=by, verb="unit.duty", about=by.unit, details={"day": day.isoformat()})
