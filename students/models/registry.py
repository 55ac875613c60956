"""The registry (台账) and the plan of each student on it (一人一策): measures, what each is told, reviews."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.common.labels import Labelled
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models.flags import RiskFlag
from students.models.students import Student

# What a notice is called that says: reviews of plans are due (`students.reminders`).
REVIEW_DUE = "plan.review"


class RegistryCategory(Labelled):
    """Why somebody is on the registry, in the words of the offices; rows are data."""

    code = models.CharField(max_length=20, primary_key=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]


class RegistryEntryQuerySet(Visible["RegistryEntry"]):
    def open(self) -> "RegistryEntryQuerySet":
        return self.filter(off_on=None)

    def overdue(self, today: dt.date) -> "RegistryEntryQuerySet":
        """A review whose day has passed; also the one after leaving."""
        return self.filter(review_by__lt=today)


class RegistryEntry(models.Model):
    """One student on the registry, from the day of listing until the day of leaving. Listed again is a new entry."""

    class Ending(models.TextChoices):
        BETTER = "better", _("stable at the lowest level")
        MOVED = "moved", _("moved to another school")
        FINISHED = "finished", _("finished school")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="registry_entries")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    first_severity = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField(_("level"))
    # Codes of RegistryCategory.
    categories = models.JSONField(default=list, blank=True)
    reasons = SealedTextField(_("reasons"))
    found_how = SealedTextField(_("how it was found"))
    treatment = SealedTextField(_("treatment and medication as the family told it"))
    # What to watch for, a line each; and whom to call besides the counselor and the guardians.
    signs = SealedTextField(_("signs to watch for"))
    calls = SealedTextField(_("whom to call"))
    listed_on = models.DateField(_("first listed"), default=timezone.localdate)
    listed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counselor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    teacher = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The day of the next review; after leaving that of the last look; empty once that is done.
    review_by = models.DateField(null=True, blank=True)
    off_on = models.DateField(null=True, blank=True)
    ending = models.CharField(max_length=10, blank=True, choices=Ending.choices)
    # Whose it is, the same in every school (`students.places`): nobody stands on two registries.
    person_key = models.CharField(max_length=64, blank=True, editable=False)

    objects = RegistryEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-severity", "review_by", "pk"]
        indexes = [
            models.Index(fields=["school", "off_on", "-severity"]),
            models.Index(fields=["school", "review_by"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["student"], condition=Q(off_on=None), name="once_on_the_registry"),
            models.UniqueConstraint(
                fields=["person_key"], condition=Q(off_on=None) & ~Q(person_key=""), name="on_one_registry_of_all"
            ),
            models.CheckConstraint(
                condition=Q(severity__range=(1, 4), first_severity__range=(1, 4)), name="registry_severity_from_1_to_4"
            ),
            models.CheckConstraint(condition=Q(off_on=None) | ~Q(ending=""), name="registry_is_left_for_a_reason"),
            models.CheckConstraint(condition=Q(off_on=None) | Q(off_on__gte=F("listed_on")), name="listed_before_left"),
            models.CheckConstraint(condition=~Q(off_on=None) | ~Q(review_by=None), name="listed_has_a_next_review"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("students:plan_detail", self.pk)


class PlanMeasureQuerySet(Visible["PlanMeasure"]):
    def open(self) -> "PlanMeasureQuerySet":
        return self.filter(done_on=None, dropped_on=None)


class PlanMeasure(models.Model):
    """What is done, by whom, by when. A measure that no longer fits is dropped with a reason, never removed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(RegistryEntry, on_delete=models.PROTECT, related_name="measures")
    what = SealedTextField(_("what is done"))
    # Somebody of the school, or somebody else by name: a parent, the hospital.
    who = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other = SealedTextField(_("somebody else"))
    due_on = models.DateField(_("by when"), null=True, blank=True)
    added_on = models.DateField(default=timezone.localdate)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    # How it went, or why it was dropped.
    outcome = SealedTextField(_("how it went"))
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PlanMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["entry_id", F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(done_on=None) | Q(dropped_on=None), name="measure_ends_once"),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk}"


class PlanPartQuerySet(Visible["PlanPart"]):
    pass


class PlanPart(models.Model):
    """What one of those around the student is told of the plan: each reads the own part."""

    class Audience(models.TextChoices):
        CLASS_TEACHER = "class_teacher", _("class teacher")
        SUBJECT_TEACHERS = "subject", _("subject teachers, through the class teacher")
        GRADE_HEAD = "grade_head", _("grade head")
        LEADER = "leader", _("school leader")
        FAMILY = "family", _("the family")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(RegistryEntry, on_delete=models.PROTECT, related_name="parts")
    audience = models.CharField(max_length=14, choices=Audience.choices)
    text = SealedTextField(_("what they are told"))
    told_on = models.DateField(default=timezone.localdate)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["entry_id", "audience"]
        constraints = [models.UniqueConstraint(fields=["entry", "audience"], name="one_part_of_a_plan_per_audience")]

    def __str__(self) -> str:
        return f"part {self.pk}"


class PlanReviewQuerySet(Visible["PlanReview"]):
    def pending(self) -> "PlanReviewQuerySet":
        return self.filter(state=PlanReview.State.PROPOSED)

    def in_force(self) -> "PlanReviewQuerySet":
        return self.filter(state=PlanReview.State.IN_FORCE)


class PlanReview(models.Model):
    """One review: what changed, and the level kept, raised, lowered or left. It is never changed afterwards.

    Down and off waits for the second person; until then everything stays as it was.
    """

    class Kind(models.TextChoices):
        LISTED = "listed", _("put on the registry")
        KEPT = "kept", _("level kept")
        UP = "up", _("level raised")
        DOWN = "down", _("level lowered")
        OFF = "off", _("taken off the registry")
        AFTER = "after", _("looked again after leaving")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for the second person")
        IN_FORCE = "in_force", _("in force")
        SENT_BACK = "sent_back", _("sent back")
        TAKEN_BACK = "taken_back", _("taken back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(RegistryEntry, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    severity_before = models.PositiveSmallIntegerField()
    severity_after = models.PositiveSmallIntegerField()
    ending = models.CharField(max_length=10, blank=True, choices=RegistryEntry.Ending.choices)
    reviewed_on = models.DateField(default=timezone.localdate)
    recorded_at = models.DateTimeField(default=timezone.now)
    # From which day it counts: at once, or when the second person agreed.
    in_force_on = models.DateField(null=True, blank=True)
    second = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    changed = SealedTextField(_("what changed"))
    next_look = SealedTextField(_("what the next review looks at"))
    answer = SealedTextField(_("what the second person wrote"))

    objects = PlanReviewQuerySet.as_manager()

    class Meta:
        ordering = ["entry_id", "number"]
        indexes = [models.Index(fields=["second", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="one_plan_review_per_number"),
            models.UniqueConstraint(fields=["entry"], condition=Q(state="proposed"), name="one_proposal_per_plan"),
            models.CheckConstraint(
                condition=~Q(kind__in=["down", "off"]) | ~Q(state="in_force") | ~Q(second=None),
                name="down_and_off_by_two_persons",
            ),
            models.CheckConstraint(condition=~Q(state="in_force") | ~Q(in_force_on=None), name="in_force_since_a_day"),
        ]

    def __str__(self) -> str:
        return f"review {self.number}"
