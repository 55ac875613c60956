"""Surveys of a unit's own staff: what they need and wish for. Nothing is scored and nobody is called."""

import json
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from screening.models.instruments import Instrument


class StaffSurveyQuerySet(Visible["StaffSurvey"]):
    pass


class StaffSurvey(models.Model):
    """One survey of people of the unit, each asked once and answering signed in, until its last day or its closing."""

    class State(models.TextChoices):
        OPEN = "open", _("running")
        CLOSED = "closed", pgettext_lazy("a screening", "closed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=60)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    notice = models.TextField(_("what people read before they begin"))
    closes_on = models.DateField(_("last day"))
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = StaffSurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["unit", "state"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("screening:staff_survey_detail", self.pk)

    @property
    def answer_url(self) -> str:
        return reverse("screening:staff_survey_answer", args=[self.pk])


class StaffAskedQuerySet(Visible["StaffAsked"]):
    pass


class StaffAsked(models.Model):
    """Somebody who is asked, and on which day this person has answered: the day only, and never what."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survey = models.ForeignKey(StaffSurvey, on_delete=models.CASCADE, related_name="asked")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # Codes of roles, joined by "+": in an anonymous survey small ones stand together (`screening.groups`).
    group = models.CharField(max_length=120)
    answered_on = models.DateField(null=True, blank=True)

    objects = StaffAskedQuerySet.as_manager()

    class Meta:
        ordering = ["membership__person__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "membership"], name="staff_are_asked_once")]

    def __str__(self) -> str:
        return f"asked {self.pk}"


class StaffSheetQuerySet(Visible["StaffSheet"]):
    pass


class StaffSheet(models.Model):
    """The answers of one person. In an anonymous survey with nothing that leads to who answered: nobody's name, no
    time, and a random key, so that it tells no order either."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(StaffSurvey, on_delete=models.CASCADE, related_name="sheets")
    group = models.CharField(max_length=120)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answers = SealedTextField()

    objects = StaffSheetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "by"], condition=~Q(by=None), name="one_sheet_per_named_person")
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"

    @property
    def given(self) -> dict[int, Any]:
        """By number of the question."""
        return {int(number): value for number, value in json.loads(self.answers).items()}
