"""Counseling rooms: where students come to talk, and when they are open."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from schools.models.people import Person
from schools.models.records import WorkRecord, WorkRecordQuerySet


class CounselingRoom(WorkRecord):
    class Rating(models.TextChoices):
        EXCELLENT = "excellent", _("excellent")
        STANDARD = "standard", _("up to standard")
        BELOW = "below", _("not yet up to standard")

    name = models.CharField(_("room"), max_length=60)
    place = models.CharField(_("where"), max_length=80, blank=True)
    square_metres = models.PositiveSmallIntegerField(_("square metres"), null=True, blank=True)
    zones = models.CharField(_("zones"), max_length=120, blank=True)
    open_days = models.CharField(_("open on"), max_length=60, blank=True)
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    in_charge = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    rating = models.CharField(_("rating"), max_length=10, choices=Rating.choices, blank=True)

    objects: ClassVar[Any] = WorkRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_room_of_a_name"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=models.F("opens_at")),
                name="room_closes_after_it_opens",
            ),
        ]
