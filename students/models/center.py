"""Requests to a center: what a school asks of a unit above it about one student, in its own words."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models.flags import RiskFlag
from students.models.registry import RegistryEntry
from students.models.students import Student


class CenterRequestQuerySet(Visible["CenterRequest"]):
    def open(self) -> "CenterRequestQuerySet":
        return self.filter(closed_at=None)

    def for_help(self) -> "CenterRequestQuerySet":
        return self.filter(second=None)

    def to_confirm(self) -> "CenterRequestQuerySet":
        return self.exclude(second=None)


class CenterRequest(models.Model):
    """What a school asks of a center, from a flag or from an entry of the registry: help, or, with `second`, to confirm
    a decision where the school has no second person of its own.

    The center reads this and nothing else of the student, and only as long as it is open; then it is a number.
    """

    class Ending(models.TextChoices):
        DONE = "done", _("closed by the school")
        WITHDRAWN = "withdrawn", _("withdrawn by the school")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="+")
    # What it is about: one of the two.
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, blank=True, related_name="center_requests")
    entry = models.ForeignKey(
        RegistryEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="center_requests"
    )
    # The level when it was asked.
    severity = models.PositiveSmallIntegerField(_("level"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # The number under which the school keeps the matter: by it both speak of the student without a name.
    case = SealedTextField(_("case number"))
    text = SealedTextField(_("the school's summary"))
    # Asked to confirm a decision as its second person, where the school has nobody else: who, and the school's reason.
    second = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = SealedTextField(_("the school's reason"))
    # A student is named upwards only by an explicit decision with a reason.
    names = SealedTextField(_("who it is about"))
    named_because = SealedTextField(_("why they are named"))
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = SealedTextField(_("what the center answers"))
    closed_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, blank=True, choices=Ending.choices)

    objects = CenterRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["to", "closed_at", "-at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(flag=None) ^ Q(entry=None), name="center_is_asked_about_a_flag_or_an_entry"
            ),
            *(
                models.UniqueConstraint(
                    fields=[about],
                    condition=Q(closed_at=None, second=None),
                    name=f"one_open_center_request_per_{about}",
                )
                for about in ("flag", "entry")
            ),
            *(
                models.UniqueConstraint(
                    fields=[about],
                    condition=Q(closed_at=None, second__isnull=False),
                    name=f"one_second_person_asked_per_{about}",
                )
                for about in ("flag", "entry")
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(ending=""), name="center_request_ends_in_a_way"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("students:center_request_detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
