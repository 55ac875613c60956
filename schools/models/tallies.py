"""Counts that are kept, so that no page of a center counts records (docs/adr/0011)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from schools.models.units import Unit


class Tally(models.Model):
    """How many records of a figure one unit has in a term: in all, or with one value of a split. Zeros have no row."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=11)  # its code: units of one network may set other days for the same term
    figure = models.CharField(max_length=40)
    split = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "term", "figure", "split", "value"], name="one_tally_per_value")
        ]
        # A center shows the totals of all its schools: one row in fifteen.
        indexes = [models.Index(fields=["unit", "term"], condition=Q(split=""), name="tally_in_all")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.term} {self.figure} {self.split}={self.value}"


class TalliedTerm(models.Model):
    """Of when the tallies of a unit's term are, and by which days they were counted."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=11)
    starts = models.DateField()
    ends = models.DateField()
    counted_at = models.DateTimeField()
    # Set when a correction changed the counts of a term that was frozen.
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "term"], name="one_tallied_term")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.term}"


class TallyMark(models.Model):
    """A change at a unit, or a moment that will change its figures by passing: count it anew from `at` on.

    Marks are only added, and deleted once they are counted: two people who act at the same time never wait for each
    other's mark.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # How far back the change reaches, where it reaches into terms that are over.
    since = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "at"])]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.at}"
