"""Break-glass: for a short time somebody reads of one student what is otherwise closed to their role."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models.students import Student


class BreakGlassQuerySet(Visible["BreakGlass"]):
    def running(self, now: Any = None) -> "BreakGlassQuerySet":
        return self.filter(until__gt=now or timezone.now())

    def unreviewed(self) -> "BreakGlassQuerySet":
        return self.filter(reviewed_at=None)


class BreakGlass(models.Model):
    """One opening: who, of whom, why, until when; and what somebody else found when they looked at it afterwards."""

    class Finding(models.TextChoices):
        IN_ORDER = "in_order", _("in order")
        NOT_IN_ORDER = "not", _("not in order")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reason = SealedTextField(_("Reason"))
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField(max_length=8, blank=True, choices=Finding.choices)
    remark = SealedTextField(_("What the review found"))

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["school", "-opened_at"]),
            models.Index(fields=["by", "until"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at=None) | (~Q(reviewed_by=None) & ~Q(finding="")),
                name="glass_is_reviewed_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"break-glass {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("students:glass_detail", self.pk)

    def is_running(self, now: dt.datetime) -> bool:
        return self.until > now
