"""By name: who may report later on one day, and who signs while a class teacher is away."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import SIGNERS, can_except, can_name_stand_in
from reports.models import DailyReport, ReportException, StandIn
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership, Role, Unit
from schools.tallies import mark


@transaction.atomic
def let_report_late(
    *,
    by: Viewer,
    day: dt.date,
    until: dt.datetime,
    reason: str,
    group: ClassGroup | None = None,
    part: str = "",
    unit: Unit | None = None,
) -> ReportException:
    """One class, grade or college of the own school, or one unit below the own center, has until `until` on one day."""
    place = by.unit if group or part else unit
    if place is None or not can_except(by, place, group, part):
        raise Refused(_("Only who receives a report may put it off."))
    if day < timezone.localdate() or until <= timezone.now():
        raise Refused(_("This hour has passed. Who reports late says why when they sign."), field="until")
    if timezone.localdate(until) != day:
        raise Refused(_("An exception is for one day: choose an hour of that day."), field="until")
    if DailyReport.objects.filter(unit=place, class_group=group, part=part, day=day).exists():
        raise Refused(_("This day has been signed already."))
    row, _created = ReportException.objects.update_or_create(
        unit=place,
        class_group=group,
        part=part,
        day=day,
        defaults={"until": until, "reason": reason, "by": by.membership},
    )
    if place.pk != by.unit.pk:
        mark(place.pk, then=until + dt.timedelta(seconds=1))  # until then it is not missing
    details: dict[str, Any] = {"day": day.isoformat(), "class_group": group.pk if group else None}
    if part:
        details["part"] = part
    audit.record(by=by, verb="daily.put_off", about=row, unit=place, details=details)
    return row


@transaction.atomic
def name_stand_in(*, by: Viewer, group: ClassGroup, member: Membership, first_on: dt.date, last_on: dt.date) -> StandIn:
    """Signs for the class from one day to another. Only somebody who sees its students can: a report may name one."""
    if not can_name_stand_in(by) or group.school_id != by.unit.pk:
        raise Refused(_("Only the school's leaders and counselors name who stands in."))
    if last_on < first_on or last_on < timezone.localdate():
        raise Refused(_("The last day must not be before the first one, nor in the past."), field="last_on")
    if member.unit_id != by.unit.pk or not member.is_current() or not sees_class(member, group):
        raise Refused(
            _("This person does not see the students of the class. Give them the class under People first."),
            field="member",
        )
    row = StandIn.objects.create(
        class_group=group, membership=member, first_on=first_on, last_on=last_on, by=by.membership
    )
    details = {"to": member.pk, "class_group": group.pk, "from": first_on.isoformat(), "until": last_on.isoformat()}
    audit.record(by=by, verb="daily.stand_in", about=row, details=details)
    return row


def sees_class(member: Membership, group: ClassGroup) -> bool:
    if member.role not in SIGNERS:
        return False
    if member.role == Role.COUNSELOR:
        return True
    if member.role == Role.GRADE_HEAD:
        return member.heads(group)
    return group.pk in {one.pk for one in member.classes.all()}


@transaction.atomic
def end_stand_in(*, by: Viewer, row: StandIn) -> None:
    """The class teacher is back."""
    if not can_name_stand_in(by) or row.class_group.school_id != by.unit.pk:
        raise Refused(_("Only the school's leaders and counselors name who stands in."))
    audit.record(by=by, verb="daily.stand_in_ended", about=row, details={"class_group": row.class_group_id})
    row.delete()
