"""The special groups of a unit: it adds and renames its own, and says which are offered. What an inherited one is
called stays as it is: its counts are added up with those of other units."""

from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import UnitSetting
from students.access import can_keep_groups
from students.models import SpecialGroup

OFF = "groups_off"


@transaction.atomic
def add_group(*, by: Viewer, label_zh: str, label_en: str = "") -> SpecialGroup:
    """A new special group for the own unit and everything below it."""
    _check(by)
    if SpecialGroup.objects.known_to(by.unit).filter(label_zh=label_zh).exists():
        raise Refused(_("There is a special group of this name already."), field="label_zh")
    last = SpecialGroup.objects.aggregate(last=Max("position"))["last"] or 0
    group = SpecialGroup.objects.create(
        code=uuid4().hex[:12], unit=by.unit, label_zh=label_zh, label_en=label_en, position=last + 1
    )
    audit.record(by=by, verb="special_group.added", about=group, unit=by.unit)
    return group


@transaction.atomic
def change_group(*, by: Viewer, group: SpecialGroup, is_offered: bool, label_zh: str = "", label_en: str = "") -> None:
    """Offer a group or no longer; an own one may also get another name. Who is in it stays in it."""
    _check(by)
    if group.unit_id == by.unit.pk and label_zh:
        group.label_zh, group.label_en = label_zh, label_en
        group.save(update_fields=["label_zh", "label_en"])
    off = set(by.settings[OFF]) - {group.pk} if is_offered else {*by.settings[OFF], group.pk}
    UnitSetting.objects.update_or_create(unit=by.unit, key=OFF, defaults={"value": sorted(off)})
    audit.record(by=by, verb="special_group.changed", about=group, unit=by.unit, details={"shown": is_offered})


def _check(by: Viewer) -> None:
    if not can_keep_groups(by):
        raise Refused(_("Only counselors, leaders and center staff keep the list of special groups."))
