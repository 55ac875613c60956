"""Setting the ladder by which a unit reminds."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer, check_can_lead_unit
from schools.common.errors import Refused
from schools.ladder import ABOVE, BACKUP, REPORTER, Rung
from schools.models import UnitSetting
from schools.work.reminders import OUTSIDE, all_sources, setting_key

A_YEAR = 366 * 24 * 60


@transaction.atomic
def set_ladder(*, by: Viewer, kind: str, steps: Sequence[Rung]) -> None:
    """From now on the unit, and those below without a ladder of their own, remind at these steps. None: never."""
    check_can_lead_unit(by, by.unit)
    if kind not in all_sources():
        raise Refused(_("There are no reminders of this kind."))
    known = (REPORTER, BACKUP, ABOVE)
    if any(abs(one.minutes) > A_YEAR or one.whom not in known or one.channel not in OUTSIDE for one in steps):
        raise Refused(_("A step must lie within a year of the hour, and call one of the people offered."))
    value = sorted({(step.minutes, step.whom): step for step in steps}.values())
    UnitSetting.objects.update_or_create(unit=by.unit, key=setting_key(kind), defaults={"value": value})
    audit.record(by=by, verb="unit.ladder", about=by.unit, details={"kind": kind, "steps": len(value)})
