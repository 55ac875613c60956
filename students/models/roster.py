from typing import Any

from django.db import models

from schools.models import Person, Unit
from schools.models.visible import Visible
from students.models.students import Student


class ColumnMapping(models.Model):
    """A column a person mapped by hand, remembered for the school's next file. An empty field means "ignore it"."""

    school = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=100)
    field = models.CharField(max_length=40, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "label"], name="one_mapping_per_label")]

    def __str__(self) -> str:
        return f"{self.label} → {self.field}"


class RosterImportQuerySet(Visible["RosterImport"]):
    def from_above(self) -> Any:
        """Those a center made for a school, with the number of students who wait."""
        there = models.Q(waiting__status__in=[Student.Status.ENROLLED, Student.Status.ON_LEAVE])
        return self.exclude(unit=models.F("school")).annotate(waits=models.Count("waiting", filter=there))


class RosterImport(models.Model):
    """What one import meant for one school, in numbers of students: the school learns of it whoever did it."""

    school = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # whose file it was
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    held = models.PositiveIntegerField()  # students with key fields that wait for a confirmation
    kept = models.PositiveIntegerField()  # students with fields corrected by hand
    # Of those held for a center's file, who still waits for the school's own. Each waits for one import, the last.
    waiting = models.ManyToManyField(Student, related_name="+")

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.school_id} {self.at}"
