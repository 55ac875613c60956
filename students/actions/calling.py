"""Whom a risk flag calls: who is on duty or every counselor, then the named backup, the leader, the center."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, DateField, UUIDField
from django.urls import reverse
from django.utils import timezone

from schools.access import SCHOOL_ROLES
from schools.common.prepared import Prepared
from schools.models import Membership, Person, Role
from schools.models.people import MembershipQuerySet
from schools.on_duty import centers_above, keys_on_duty, staff_to_call
from schools.settings_of import setting_of
from schools.severity import WORST
from schools.work.notices import Urgency, about_this, end_notices, notify, pulse, this_once
from students.access import barriers_about
from students.flag_states import UPPER, State
from students.models import KeptFrom, RiskFlag

CALLS = ("flag.raised", "flag.worse", "flag.late", "flag.handed", "flag.repeated", "flag.confirm")


@dataclass(frozen=True)
class StepUp:
    """Who is called next, and whether somebody could be called after them."""

    members: list[Membership]
    center: list[Membership]
    goes_on: bool


def handlers(flag: RiskFlag) -> list[Membership]:
    """The counselors of its school, or the leaders of one without; nobody from whom it is kept."""
    return _first_of(_able(flag))


def in_place_of(member: Membership | None, flag: RiskFlag) -> list[Membership]:
    """This person, in whatever role they handle flags of the school today. Where they have left, or their account is
    closed: their backup, else everybody who handles it."""
    able = _able(flag)
    if member is None:
        return _first_of(able)
    here = [one for one in able if one.pk == member.pk] or [one for one in able if one.person_id == member.person_id]
    return here or [one for one in able if one.pk == member.backup_id] or _first_of(able)


def _able(flag: RiskFlag) -> list[Membership]:
    return _HANDLERS.objects(flag=flag.pk, school=flag.school_id, today=timezone.localdate())


def _first_of(able: list[Membership]) -> list[Membership]:
    return [one for one in able if one.role == Role.COUNSELOR] or able


def _allowed(flag: Any, school: Any, today: Any) -> MembershipQuerySet:
    """Everybody of its school at present from whom it is not kept."""
    kept = KeptFrom.objects.filter(flag=flag).values("person")
    here = Membership.objects.current(today).filter(unit_id=school, person__is_active=True)
    return here.exclude(person__in=kept)


_HANDLERS = Prepared(
    lambda **of: _allowed(**of).filter(role__in=SCHOOL_ROLES),
    flag=UUIDField(),
    school=BigIntegerField(),
    today=DateField(),
)


def _first_called(flag: RiskFlag) -> list[Membership]:
    """Who is on duty today; for the worst level, and where nobody is on duty, every counselor."""
    able = handlers(flag)
    today = keys_on_duty(flag.school, timezone.localdate())
    called = [one for one in able if one.pk in today]
    return able if flag.severity == WORST or not called else called


def call_for(flag: RiskFlag, *, occasion: str = "") -> None:
    """Call the first: somebody is to take it in hand."""
    notify(
        to=_first_called(flag),
        kind="flag.raised",
        about=flag,
        unit=flag.school,
        urgency=urgency_of(flag),
        due_at=flag.in_hand_by,
        occasion=occasion or "first",
    )


def call_worse(flag: RiskFlag, by: Person) -> None:
    """It is in hand, and its level was raised: whoever has it and the same people learn of it; who raised it knows."""
    told = [*_first_called(flag), *in_place_of(flag.assignee, flag)]
    notify(
        to=[one for one in told if one.person_id != by.pk],
        kind="flag.worse",
        about=flag,
        unit=flag.school,
        urgency=urgency_of(flag),
        due_at=None if flag.acted_at else flag.due_at,
        occasion=this_once(),
    )


def call_repeated(flag: RiskFlag) -> None:
    """Somebody reported again: whoever has it in hand learns of it, or those who were called first."""
    to = handlers(flag) if flag.state == State.RAISED else in_place_of(flag.assignee, flag)
    notify(to=to, kind="flag.repeated", about=flag, unit=flag.school, occasion=this_once())


def call_handed(flag: RiskFlag, to: Membership) -> None:
    notify(
        to=[to],
        kind="flag.handed",
        about=flag,
        urgency=urgency_of(flag),
        due_at=flag.due_at,
        occasion=this_once(),
    )


def next_step_up(flag: RiskFlag) -> StepUp:
    """The named backup of whoever has it, or of the counselors; then the leaders; then perhaps the center."""
    # Calls of an earlier ladder are over: whoever was called by it is called again.
    late = about_this(flag, "flag.late").filter(over_at=None, withdrawn_at=None)
    here = _allowed(flag.pk, flag.school_id, timezone.localdate())
    called = set(late.values_list("membership_id", flat=True))
    allowed = {one.pk: one for one in here.select_related("person", "backup__person")}
    first = [flag.assignee] if flag.assignee else [one for one in allowed.values() if one.role == Role.COUNSELOR]
    backups = [one.backup for one in first if one.backup_id in allowed and one.backup and one.backup_id not in called]
    if flag.calls == 0 and backups:
        return StepUp(backups[:1], [], goes_on=True)
    leaders = [one for one in allowed.values() if one.role == Role.SCHOOL_LEADER and one.pk not in called]
    center = center_on_duty(flag)
    if leaders:
        return StepUp(leaders, [], goes_on=bool(center))
    return StepUp([], center, goes_on=False)


def center_on_duty(flag: RiskFlag) -> list[Membership]:
    """Of the nearest center above, for the worst level and only if the school's rules say so; nobody from whom a flag
    of the student is kept."""
    if flag.severity != WORST or not setting_of(flag.school, "center_is_called"):
        return []
    barred = set(barriers_about(flag.student_id).values_list("person", flat=True))
    for center in centers_above(flag.school):
        if found := staff_to_call(center, barred=barred):
            return found
    return []


def call_late(flag: RiskFlag, step: StepUp, now: dt.datetime) -> None:
    """Those of the school open the flag; the center learns only that one of the worst level waits there."""
    when = f"{now:%Y%m%d%H%M%S}"
    notify(to=step.members, kind="flag.late", about=flag, urgency=urgency_of(flag), occasion=when)
    notify(
        to=step.center,
        kind="flag.center_called",
        about=flag,
        url=reverse("schools:unit_detail", args=[flag.school_id]),
        unit=flag.school,
        urgency=Urgency.URGENT,
        occasion=f"{flag.school_id} {when}",
    )


def ladder_anew(flag: RiskFlag) -> dict[str, Any]:
    """As a flag begins that nobody was called for yet. To whom it was passed on because its time was over has not taken
    it in hand: it is nobody's again, and the first who is called late is the backup of a counselor."""
    was_passed_on = flag.state == State.RAISED and flag.escalated_at is not None
    return {"calls": 0, "escalated_at": None} | ({"assignee": None} if was_passed_on else {})


def begin_ladder_anew(flag: RiskFlag) -> None:
    """Whoever was called because it was late is called again when it is late again."""
    end_notices(flag, "flag.late")


def stop_calling(flag: RiskFlag) -> None:
    """Somebody has it in hand: the call is over for all."""
    end_notices(flag, *CALLS)
    pulse({flag.school_id})


def urgency_of(flag: RiskFlag) -> int:
    return Urgency.URGENT if flag.severity >= UPPER else Urgency.NORMAL
