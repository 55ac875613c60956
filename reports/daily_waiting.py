"""What of the daily reports waits for a person: to sign, or to correct what was signed before those below it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, Q, UUIDField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import can_sign_part, classes_to_sign
from reports.daily import due_of, receiver
from reports.models import DailyReport, ReportException
from reports.models.daily import CLASS, GRADE, UNIT_SIGNERS
from reports.parts import part_of_head, parts_among
from reports.reporting import hour_for
from schools.access import Viewer
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits


@waits
def classes_to_report(viewer: Viewer) -> Iterator[Waiting]:
    groups, today = classes_to_sign(viewer), timezone.localdate()
    due = _due(viewer, CLASS, viewer.unit.path) if groups else None
    if due is None:
        return
    signed = set(_signed_classes(viewer, classes=[group.pk for group in groups], day=today))
    unsigned = [group for group in groups if group.pk not in signed]
    later = _put_off_classes(viewer, classes=[group.pk for group in unsigned], day=today) if unsigned else []
    hours = {one.class_group_id: one.until for one in later}
    for group in unsigned:
        text = _("Daily report of {name}").format(name=group.name)
        url = reverse("reports:daily_class", args=[group.pk])
        yield Waiting(text=text, url=url, due_at=hour_for(due, hours.get(group.pk)))


@waits
def part_to_report(viewer: Viewer) -> Iterator[Waiting]:
    """Of the head of a grade or college."""
    if can_sign_part(viewer):
        name = " · ".join(parts_among(viewer.class_groups).values())
        yield from _to_sign(viewer, part_of_head(viewer.membership), name, _due(viewer, GRADE, viewer.unit.path))


@waits
def unit_to_report(viewer: Viewer) -> Iterator[Waiting]:
    if viewer.role in UNIT_SIGNERS:
        due = _due(viewer, viewer.unit.kind_id, receiver(viewer.unit.path))
        yield from _to_sign(viewer, "", viewer.unit.name, due)


def _to_sign(viewer: Viewer, part: str, name: str, due: dt.datetime | None) -> Iterator[Waiting]:
    """A report that is not signed yet, or that was signed before somebody below it signed or corrected theirs."""
    if due is None:
        return
    url, today = reverse("reports:daily_board"), timezone.localdate()
    signed = _signed(viewer, part=part, day=today)
    if not signed:
        later = _put_off(viewer, part=part, day=today)
        text = _("Daily report of {name}").format(name=name)
        yield Waiting(text=text, url=url, due_at=hour_for(due, later[0].until if later else None))
    elif _signed_since(viewer, is_part=bool(part), own=signed[0].pk, day=today, since=signed[0].signed_at):
        yield Waiting(text=_("Correction of the daily report of {name}").format(name=name), url=url)


@prepared_for(own=UUIDField(), day=DateField(), since=DateTimeField())
def _signed_since(viewer: Viewer, is_part: bool, own: Any, day: Any, since: Any) -> Any:
    """One of the reports that the board shows, as its key, if it was signed later than the own one. A center asks by
    its path: that is compiled each time."""
    rows = DailyReport.objects.filter(day=day, signed_at__gt=since).exclude(pk=own).order_by().values_list("pk")
    if is_part:
        rows = rows.filter(class_group__in=viewer.class_ids)
    elif viewer.unit.is_school:
        rows = rows.filter(unit=viewer.unit)
    else:
        rows = rows.filter(unit__path__startswith=viewer.unit.path, class_group=None, part="")
        rows = rows.filter(Q(unit__kind__is_school=True) | Q(unit__parent=viewer.unit))
    return rows[:1]


@prepared_for(classes=BigIntegerField(), day=DateField())
def _signed_classes(viewer: Viewer, classes: list[Any], day: Any) -> Any:
    return DailyReport.objects.filter(class_group__in=classes, day=day).order_by().values_list("class_group")


@prepared_for(classes=BigIntegerField(), day=DateField())
def _put_off_classes(viewer: Viewer, classes: list[Any], day: Any) -> Any:
    return ReportException.objects.filter(class_group__in=classes, day=day).order_by()


@prepared_for(part=CharField(), day=DateField())
def _signed(viewer: Viewer, part: Any, day: Any) -> Any:
    return DailyReport.objects.filter(unit=viewer.unit, class_group=None, part=part, day=day).order_by()


@prepared_for(part=CharField(), day=DateField())
def _put_off(viewer: Viewer, part: Any, day: Any) -> Any:
    return ReportException.objects.filter(unit=viewer.unit, class_group=None, part=part, day=day).order_by()


def _due(viewer: Viewer, level: str, path: str) -> dt.datetime | None:
    return due_of(viewer.unit, level, path, timezone.localdate(), calendar=viewer.calendar)
