"""Sweeps: a call to look at every student, what was noted of each, and who signed that it was done."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.days import midnight
from schools.common.ids import new_id
from schools.models import ClassGroup, Membership, Unit
from schools.models.visible import Visible
from students.models import RiskFlag, Student

# Until when classes and schools sign on the last day.
CLASS_HOUR, SCHOOL_HOUR = 12, 17


class SweepQuerySet(Visible["Sweep"]):
    def asking(self, unit: Unit) -> "SweepQuerySet":
        """Those that ask a unit: it has called them itself, or one above it."""
        return self.filter(unit__code__in=unit.ancestor_codes)

    def open(self) -> "SweepQuerySet":
        return self.filter(ended_at=None)


class Sweep(models.Model):
    """A center or a school asks every class of its schools to look at each student until a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sweeps")
    title = models.CharField(_("title"), max_length=40)
    looks_for = models.TextField(_("what to look for"), max_length=600)
    groups = models.JSONField(default=list, blank=True)  # codes of special groups that are asked about before others
    due_on = models.DateField(_("until"))
    called_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(default=timezone.now)
    was_due_on = models.DateField(null=True, blank=True)  # before it was moved last
    moved_because = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SweepQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on", "-called_at", "pk"]

    def __str__(self) -> str:
        return f"sweep {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("reports:sweep_detail", self.pk)

    @property
    def class_due_at(self) -> dt.datetime:
        return midnight(self.due_on) + dt.timedelta(hours=CLASS_HOUR)

    @property
    def school_due_at(self) -> dt.datetime:
        return midnight(self.due_on) + dt.timedelta(hours=SCHOOL_HOUR)


class SweepNoteQuerySet(Visible["SweepNote"]):
    pass


class SweepNote(models.Model):
    """Somebody has looked at one student: nothing, or groups that were set and a flag that was raised by it. What was
    seen stands in the flag, and nowhere here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="notes")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="+")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="+")
    groups = models.JSONField(default=list, blank=True)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, related_name="+")
    is_noted = models.BooleanField(default=False)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = SweepNoteQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["sweep", "class_group"])]
        constraints = [models.UniqueConstraint(fields=["sweep", "student"], name="one_note_of_a_student_in_a_sweep")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class SweepSignatureQuerySet(Visible["SweepSignature"]):
    pass


class SweepSignature(models.Model):
    """A class or a school has answered a sweep. Rows are never changed: a correction is one more, with its number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="signatures")
    # The school that signs, or that of the class.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    # What a school sends up; a class is counted from its notes, by whoever may know of them.
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = SweepSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["sweep", "class_group", "number"],
                condition=Q(class_group__isnull=False),
                name="one_sweep_signature_of_a_class_by_number",
            ),
            models.UniqueConstraint(
                fields=["sweep", "unit", "number"],
                condition=Q(class_group__isnull=True),
                name="one_sweep_signature_of_a_school_by_number",
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"
