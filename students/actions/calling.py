"""Whom a risk flag calls: the counselors of the school, then the named backup, then the leader."""

import datetime as dt

from schools.models import Membership, Role
from schools.work.notices import Urgency, end_notices, notify, pulse
from students.models import RiskFlag

# From this level on the call is urgent: it goes on until somebody acknowledges it.
UPPER = 3


def call_for(flag: RiskFlag, *, occasion: str = "") -> None:
    """Call those who handle flags: every counselor, or the leaders of a school without one."""
    here = Membership.objects.current().filter(unit_id=flag.school_id, person__is_active=True)
    able = list(here.filter(role=Role.COUNSELOR)) or list(here.filter(role=Role.SCHOOL_LEADER))
    notify(
        to=able,
        kind="flag.raised",
        about=flag,
        urgency=urgency_of(flag),
        due_at=flag.due_at,
        occasion=occasion or f"{flag.severity} {flag.known_at:%Y%m%d%H%M%S}",
    )


def call_late(flag: RiskFlag, to: Membership | None, now: dt.datetime) -> None:
    """Nobody had it in hand in time: call the next person."""
    if to:
        notify(to=[to], kind="flag.late", about=flag, urgency=urgency_of(flag), occasion=f"{now:%Y%m%d%H%M%S}")


def call_handed(flag: RiskFlag, to: Membership) -> None:
    """Somebody handed it to this person."""
    notify(
        to=[to], kind="flag.handed", about=flag, urgency=urgency_of(flag), occasion=f"{to.pk} {flag.due_at:%m%d%H%M}"
    )


def stop_calling(flag: RiskFlag) -> None:
    """Somebody has it in hand: the call is over for all."""
    end_notices(flag, "flag.raised", "flag.late", "flag.handed")
    pulse({flag.school_id})


def urgency_of(flag: RiskFlag) -> int:
    return Urgency.URGENT if flag.severity >= UPPER else Urgency.NORMAL
