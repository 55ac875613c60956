"""What was answered on paper and typed in by the school, twice."""

import json
from typing import Any

from django.db import models
from django.utils import timezone

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership
from schools.models.visible import Visible
from screening.models.rounds import Slip


class PaperEntryQuerySet(Visible["PaperEntry"]):
    pass


class PaperEntry(models.Model):
    """One reading of a student's paper sheet. Two readings that agree, or are decided upon, are handed in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slip = models.ForeignKey(Slip, on_delete=models.CASCADE, related_name="papers")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answers = SealedTextField()
    at = models.DateTimeField(default=timezone.now)

    objects = PaperEntryQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["slip", "number"], name="a_paper_is_read_once_by_each"),
            models.CheckConstraint(condition=models.Q(number__in=[1, 2]), name="a_paper_is_read_twice"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"

    @property
    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answers)
        return found
