"""Risk flags: something that a person must look at and decide on. Four clocks run on each."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Person, Unit
from schools.models.visible import Visible
from students.models.students import Student


class RiskFlagQuerySet(Visible["RiskFlag"]):
    def open(self) -> "RiskFlagQuerySet":
        return self.exclude(state=RiskFlag.State.CLOSED)


class RiskFlag(models.Model):
    class State(models.TextChoices):
        RAISED = "raised", _("waiting")
        ACKNOWLEDGED = "acknowledged", _("in hand")
        CLOSED = "closed", _("closed")

    class Source(models.TextChoices):
        TALK = "talk", _("talk")
        BY_HAND = "by_hand", _("raised by hand")

    class Outcome(models.TextChoices):
        UNFOUNDED = "unfounded", _("no need for concern")
        SUPPORTED = "supported", _("supported, settled")
        WATCHED = "watched", _("watched on in daily care")
        REFERRED = "referred", _("handed to outside help")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="flags")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    severity = models.PositiveSmallIntegerField(_("level"))
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TALK)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RAISED)
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The four clocks: known (when the teacher learned of it), reported, acted on, settled.
    known_at = models.DateTimeField()
    reported_at = models.DateTimeField(default=timezone.now)
    acted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # By when somebody must have taken it in hand; fixed when it is raised, by the unit's rules of that moment.
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)
    closing_reason = SealedTextField(_("closing reason"))

    objects = RiskFlagQuerySet.as_manager()

    class Meta:
        ordering = ["-severity", "due_at"]
        indexes = [
            models.Index(fields=["school", "state", "-severity"]),
            models.Index(fields=["school", "reported_at"]),
            models.Index(fields=["state", "due_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=~models.Q(state="closed"), name="one_open_flag_per_student"
            ),
            models.CheckConstraint(condition=models.Q(severity__range=(1, 4)), name="flag_severity_from_1_to_4"),
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | (~models.Q(settled_at=None) & ~models.Q(closed_by=None) & ~models.Q(outcome="")),
                name="flag_ends_only_by_a_persons_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(state="raised") | ~models.Q(acted_at=None), name="flag_in_hand_was_acted_on"
            ),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("students:flag_detail", args=[self.pk])


class FlagReportQuerySet(Visible["FlagReport"]):
    pass


class FlagReport(models.Model):
    """What one person wrote about why a flag stands. What a talk says stays in the talk: who may not read it, or no
    longer, does not read it here either (see `students.evidence`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, related_name="reports")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(_("reason"))
    known_at = models.DateTimeField()

    objects = FlagReportQuerySet.as_manager()

    class Meta:
        ordering = ["known_at", "pk"]

    def __str__(self) -> str:
        return f"report {self.pk}"
