"""Setting the ladder by which a unit reminds."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer, check_can_lead_unit
from schools.common.errors import Refused
from schools.models import UnitSetting
from schools.work.reminders import ABOVE, BACKUP, REPORTER, Rung, all_sources, setting_key

A_YEAR = 366 * 24 * 60


@transaction.atomic
def set_ladder(*, by: Viewer, kind: str, steps: Sequence[Rung]) -> None:
    """From now on the unit, and those below without a ladder of their own, remind at these steps. None: never."""
    check_can_lead_unit(by, by.unit)
    if kind not in all_sources():
        raise Refused(_("There is nothing of this kind that reminds."))
    if any(abs(step.minutes) > A_YEAR or step.whom not in (REPORTER, BACKUP, ABOVE) for step in steps):
        raise Refused(_("A step lies within a year of the hour, and calls one of those named."))
    value = sorted({(step.minutes, step.whom) for step in steps})
    UnitSetting.objects.update_or_create(unit=by.unit, key=setting_key(kind), defaults={"value": value})
    audit.record(by=by, verb="unit.ladder", about=by.unit, details={"kind": kind, "steps": len(value)})
