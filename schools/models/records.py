"""What simple records of the work (registers) have in common, and what any record may carry: files.

A register's own model is a `WorkRecord` with its columns; who sees its rows stands in `schools.access`.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models.people import Membership, Person
from schools.models.units import Unit
from schools.models.visible import Row, Visible


class WorkRecordQuerySet(Visible[Row]):
    def confirmed(self) -> "WorkRecordQuerySet[Row]":
        """Those that count: entered or confirmed by a keeper."""
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> "WorkRecordQuerySet[Row]":
        """Entered or changed by whom they are about, and not confirmed since."""
        return self.filter(confirmed_at=None)


class WorkRecord(models.Model):
    """One row of a register. Nothing about one student goes in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Counted up with each change: who changes what somebody else has changed meanwhile is told.
    revision = models.PositiveIntegerField(default=1)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects: ClassVar[Any] = WorkRecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


class AboutRecord(models.Model):
    """A row that belongs to a record of any kind, and is seen by whoever sees that record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


class AboutRecordQuerySet(Visible[Row]):
    def of(self, record: models.Model) -> "AboutRecordQuerySet[Row]":
        return self.filter(subject_type=record._meta.label_lower, subject_id=record.pk)


class RecordVersion(AboutRecord):
    """What a record said after an act: entered, changed, confirmed. `values` are words, as its page shows them."""

    class Act(models.TextChoices):
        ENTERED = "entered"
        CHANGED = "changed"
        CONFIRMED = "confirmed"

    act = models.CharField(max_length=10, choices=Act.choices)
    revision = models.PositiveIntegerField()
    values = models.JSONField(default=dict)

    objects: Any = AboutRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]


class Attachment(AboutRecord):
    """A photo, scan or file of a record. Its content is encrypted and stored under this row's id alone."""

    name = SealedTextField()
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()

    objects: Any = AboutRecordQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]


def subject_of(record: models.Model) -> dict[str, str | UUID]:
    """The columns by which an `AboutRecord` names its record."""
    return {"subject_type": record._meta.label_lower, "subject_id": record.pk}
