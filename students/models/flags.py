"""Risk flags: something that a person must look at and decide on. Four clocks run on each.

Which state follows which stands in `students.flag_states`; what was done stands in `students.models.flag_steps`.
"""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Person, Unit
from schools.models.visible import Visible
from students.models.students import Student


class RiskFlagQuerySet(Visible["RiskFlag"]):
    def open(self) -> "RiskFlagQuerySet":
        return self.exclude(state=RiskFlag.State.CLOSED)

    def late(self, now: dt.datetime) -> "RiskFlagQuerySet":
        return self.filter(is_late(now))


def is_late(now: dt.datetime) -> Q:
    """Past one of the two targets: not in hand in time, or without a first measure in time."""
    waits = Q(state=RiskFlag.State.RAISED)
    not_taken = waits & (Q(take_by__lt=now) | Q(take_by=None, due_at__lt=now))
    no_measure = (waits | Q(state=RiskFlag.State.ACKNOWLEDGED)) & Q(acted_at=None, due_at__lt=now)
    return not_taken | no_measure


class RiskFlag(models.Model):
    class State(models.TextChoices):
        RAISED = "raised", _("waiting")
        ACKNOWLEDGED = "acknowledged", _("in hand")
        WATCHED = "watched", _("watched")
        PROPOSED = "proposed", _("waits for the second person")
        CLOSED = "closed", _("closed")

    class Source(models.TextChoices):
        TALK = "talk", _("talk")
        BY_HAND = "by_hand", _("raised by hand")
        SCREENING = "screening", _("screening")
        SWEEP = "sweep", _("sweep")
        HANDED = "handed", _("handed over by another school")

    class Outcome(models.TextChoices):
        REGISTERED = "registered", _("put on the registry")
        UNFOUNDED = "unfounded", _("no need for concern")
        SUPPORTED = "supported", _("supported, settled")
        WATCHED = "watched", _("watched on in daily care")
        REFERRED = "referred", _("handed to outside help")
        # Only by a hand-over that a named person of the other school has accepted (`students.actions.taking_over`).
        MOVED = "moved", _("handed over to another school")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="flags")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    severity = models.PositiveSmallIntegerField(_("level"))
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TALK)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RAISED)
    # Nobody where the system raised it, as after a critical answer.
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    assignee = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # An answer that alone sets the worst level: never muted, and the first step cannot lower it.
    is_critical = models.BooleanField(default=False)
    # The four clocks: known (when somebody learned of it), reported, first measure (acted_at), settled.
    known_at = models.DateTimeField()
    reported_at = models.DateTimeField(default=timezone.now)
    acted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Taking it in hand is recorded and stops the call; it is no measure.
    taken_at = models.DateTimeField(null=True, blank=True)
    # The two targets, fixed when it is raised, by the unit's rules of that moment: in hand, and first measure.
    take_by = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    # Since when it is passed on because a target has passed, how often, and when the next person is called.
    escalated_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True, blank=True)
    watch_until = models.DateField(null=True, blank=True)
    # Whose answer or confirmation is awaited at present.
    waits_for = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Recorded since it was raised, called again or opened again: what the two upper levels need before they end.
    interviewed_at = models.DateTimeField(null=True, blank=True)
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
            models.Index(fields=["call_at"], condition=Q(call_at__isnull=False), name="flag_calls_the_next_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["student"], condition=~Q(state="closed"), name="one_open_flag_per_student"),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="flag_severity_from_1_to_4"),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(settled_at=None) & ~Q(closed_by=None) & ~Q(outcome="")),
                name="flag_ends_only_by_a_persons_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="raised") | ~Q(acted_at=None) | ~Q(taken_at=None), name="flag_in_hand_was_taken"
            ),
            models.CheckConstraint(
                condition=~Q(state="watched") | ~Q(watch_until=None), name="watched_flag_has_a_last_day"
            ),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("students:flag_detail", self.pk)

    @property
    def in_hand_by(self) -> dt.datetime:
        """When it calls if nobody takes it in hand. At the end of a school day the first measure can be due before the
        time to take it in hand: then that is when. Flags from before there were two targets have one."""
        if self.take_by is None or self.acted_at:
            return self.take_by or self.due_at
        return min(self.take_by, self.due_at)

    def is_late(self, now: dt.datetime) -> bool:
        """As `is_late` above says it to the database."""
        if self.state == self.State.RAISED:
            return self.in_hand_by < now
        return self.state == self.State.ACKNOWLEDGED and self.acted_at is None and self.due_at < now


# How a person may end a flag. Handed over to another school it is only when somebody there accepts it.
ENDINGS = [one for one in RiskFlag.Outcome.choices if one[0] != RiskFlag.Outcome.MOVED]


class FlagReportQuerySet(Visible["FlagReport"]):
    pass


class FlagReport(models.Model):
    """What one person wrote about why a flag stands. What a talk says stays in the talk: who may not read it, or no
    longer, does not read it here either (see `students.evidence`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, related_name="reports")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(_("reason"))
    # Why, in a few words: codes of `students.signs`, chosen when it is raised.
    signs = models.JSONField(default=list, blank=True)
    known_at = models.DateTimeField()

    objects = FlagReportQuerySet.as_manager()

    class Meta:
        ordering = ["known_at", "pk"]

    def __str__(self) -> str:
        return f"report {self.pk}"


class KeptFromQuerySet(Visible["KeptFrom"]):
    pass


class KeptFrom(models.Model):
    """A flag is kept from one person of the staff, with all its traces: when the adult is the danger."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, related_name="kept_from")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField(_("reason"))
    at = models.DateTimeField(default=timezone.now)

    objects = KeptFromQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flag", "person"], name="flag_kept_once_from_a_person")]

    def __str__(self) -> str:
        return f"{self.flag_id} kept"
