"""What of the daily reports waits for a person: to sign for a class, to sign for the school or center."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import can_sign_part, classes_to_sign
from reports.daily import due_of, receiver
from reports.models import DailyReport
from reports.models.daily import CLASS, GRADE, UNIT_SIGNERS
from reports.parts import part_of_head, parts_among
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
    for group in groups:
        if group.pk not in signed:
            text = _("Daily report of {name}").format(name=group.name)
            yield Waiting(text=text, url=reverse("reports:daily_class", args=[group.pk]), due_at=due)


@waits
def part_to_report(viewer: Viewer) -> Iterator[Waiting]:
    """Of the head of a grade or college."""
    due = _due(viewer, GRADE, viewer.unit.path) if can_sign_part(viewer) else None
    if due is None or _signed_by_part(viewer, part=part_of_head(viewer.membership), day=timezone.localdate()):
        return
    place = " · ".join(parts_among(viewer.class_groups).values())
    text = _("Daily report of {name}").format(name=place)
    yield Waiting(text=text, url=reverse("reports:daily_board"), due_at=due)


@waits
def unit_to_report(viewer: Viewer) -> Iterator[Waiting]:
    if viewer.role not in UNIT_SIGNERS:
        return
    due = _due(viewer, viewer.unit.kind_id, receiver(viewer.unit.path))
    if due is None:
        return
    if not _signed_by_unit(viewer, day=timezone.localdate()):
        text = _("Daily report of {name}").format(name=viewer.unit.name)
        yield Waiting(text=text, url=reverse("reports:daily_board"), due_at=due)


@prepared_for(classes=BigIntegerField(), day=DateField())
def _signed_classes(viewer: Viewer, classes: list[Any], day: Any) -> Any:
    return DailyReport.objects.filter(class_group__in=classes, day=day).order_by().values_list("class_group")


@prepared_for(part=CharField(), day=DateField())
def _signed_by_part(viewer: Viewer, part: Any, day: Any) -> Any:
    rows = DailyReport.objects.filter(unit=viewer.unit, class_group=None, part=part, day=day)
    return rows.order_by().values_list("pk")


@prepared_for(day=DateField())
def _signed_by_unit(viewer: Viewer, day: Any) -> Any:
    return DailyReport.objects.filter(unit=viewer.unit, class_group=None, part="", day=day).order_by().values_list("pk")


def _due(viewer: Viewer, level: str, path: str) -> dt.datetime | None:
    return due_of(viewer.unit, level, path, timezone.localdate(), calendar=viewer.calendar)
