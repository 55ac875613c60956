"""The class barometer: the link of a class's delegate, and what was handed in by it."""

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import ClassGroup, Membership
from schools.models.visible import Visible
from students.models import RiskFlag


class BarometerLinkQuerySet(Visible["BarometerLink"]):
    def open(self, on: dt.date) -> "BarometerLinkQuerySet":
        return self.filter(ended_at=None, last_on__gte=on)


class BarometerLink(models.Model):
    """Opens the form of one class, or of one dormitory of it, and nothing else. Only a keyed hash of it is stored."""

    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="+")
    # Its name, where the delegate of a dormitory reports beside the one of the class.
    dormitory = models.CharField(max_length=30, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    last_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    objects = BarometerLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "dormitory"],
                condition=models.Q(ended_at=None),
                name="one_open_barometer_link",
            ),
        ]

    def __str__(self) -> str:
        return f"link of {self.class_group_id}"


class BarometerQuerySet(Visible["Barometer"]):
    pass


class Barometer(models.Model):
    """A sheet of one class, or of one dormitory of it, in one week. A week has one calm sheet at most, and any number
    of worrying ones. The name and the words are for counselors and leaders; answers alone say nobody's name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="+")
    dormitory = models.CharField(max_length=30, blank=True)
    week = models.DateField()  # its Monday
    # The unit's own questions as they were asked that week: [code, words].
    asked = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=dict)
    is_worrying = models.BooleanField(default=False)
    named = SealedTextField(_("whom"))
    words = SealedTextField(_("what a delegate wrote"))
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(default=timezone.now)

    objects = BarometerQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "class_group_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "dormitory", "week"],
                condition=models.Q(is_worrying=False),
                name="one_calm_barometer_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"barometer {self.pk}"
