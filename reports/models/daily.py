"""Daily reports. A row exists only if somebody signed it: silence is no row, and never a zero."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import ClassGroup, Membership, Role, Unit
from schools.models.visible import Visible

# Levels of a school; that of a unit is the code of its kind.
CLASS = "class"
GRADE = "grade"  # the grades of a school, or the colleges of a university: between its classes and itself
# Who signs for a school or center.
UNIT_SIGNERS = (Role.SCHOOL_LEADER, Role.CENTER_STAFF)


class ReportingScheme(models.Model):
    """Who reports how often and until when: a rule of a unit for everything below it, in force from a day on.

    One with a last day (exam weeks, an emergency) stands before the ordinary one while it lasts. A scheme is never
    changed: another one takes over from a later day, so that a report keeps the rule it was made under.
    """

    class Every(models.TextChoices):
        NEVER = "never", _("nobody reports")
        DAY = "day", _("every school day")
        WEEK = "week", _("once a week")
        MONTH = "month", _("once a month")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="reporting_schemes")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    preset = models.CharField(max_length=20, blank=True)
    every = models.CharField(_("how often"), max_length=10, choices=Every.choices)
    weekday = models.PositiveSmallIntegerField(_("day of the week"), default=4)  # 0 is Monday
    # By level the hour until which it reports: {"class": "10:00", "school": "10:30"}. Who is not named reports nothing.
    deadlines = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="scheme_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="scheme_has_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"scheme of {self.unit_id} from {self.starts_on:%Y-%m-%d}"


class ReportQuestion(models.Model):
    """A question that a unit adds to the reports of everybody below it, from a day on and never backwards.

    Its words are never changed: another one takes over from a later day, so that an answer keeps its question.
    """

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("yes or no")
        NUMBER = "number", _("a number")
        CHOICE = "choice", _("one of several")
        TEXT = "text", _("a short text")

    class Asks(models.TextChoices):
        CLASS = CLASS, _("each class")
        SCHOOL = "school", _("each school")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="report_questions")
    words = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    options = models.JSONField(default=list, blank=True)
    asks = models.CharField(max_length=10, choices=Asks.choices, default=Asks.CLASS)
    # Nothing stands in it: whoever signs must answer it by hand.
    is_required = models.BooleanField(default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["unit__path", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="question_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class DailyReportQuerySet(Visible["DailyReport"]):
    pass


class DailyReport(models.Model):
    """What a class or a unit signed for one day, as it stands now; how it stood before is in its versions."""

    class State(models.TextChoices):
        REPORTED = "reported", _("reported")
        ZERO = "zero", _("confirmed zero")

    class LateReason(models.TextChoices):
        LESSON = "lesson", _("in lessons")
        ABSENT = "absent", _("was away")
        NETWORK = "network", _("no network")
        FORGOTTEN = "forgotten", _("forgotten")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField()
    # The unit that reports, or the school of the class that does.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="daily_reports")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, null=True, related_name="daily_reports")
    # Of a grade or college the code of it (`reports.parts`); empty in the report of a class or of the unit itself.
    part = models.CharField(max_length=24, blank=True)
    scheme = models.ForeignKey(ReportingScheme, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    # Students who worry somebody. Their names stand in the flags, and nowhere here.
    concerns = models.PositiveIntegerField(default=0)
    # What the system knew of the class, or the sums of a unit, and the answers to further questions as numbers.
    counts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    first_signed_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    late_reason = models.CharField(max_length=10, blank=True, choices=LateReason.choices)

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "pk"]
        indexes = [models.Index(fields=["unit", "day"]), models.Index(fields=["class_group", "day"])]
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "day"], condition=Q(class_group__isnull=False), name="one_report_of_a_class"
            ),
            models.UniqueConstraint(
                fields=["unit", "part", "day"], condition=Q(class_group__isnull=True), name="one_report_of_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(state="reported", concerns__gt=0) | Q(state="zero", concerns=0),
                name="report_is_zero_or_counts_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def is_late(self) -> bool:
        """A correction does not make it late: the first signature counts."""
        return self.first_signed_at > self.due_at

    @property
    def is_backfilled(self) -> bool:
        """Signed on a later day than the one it is about."""
        return timezone.localdate(self.first_signed_at) > self.day


class ReportVersionQuerySet(Visible["ReportVersion"]):
    pass


class ReportVersion(models.Model):
    """One signature under a report: the first one, and each correction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(DailyReport, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=DailyReport.State.choices)
    concerns = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    # In the unit's own words, for the unit itself. What goes up are the counts.
    note = SealedTextField(_("note"))
    # What was answered in words: JSON, by question. It stays inside the school; what goes up is that there was one.
    texts = SealedTextField()
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        ordering = ["report_id", "number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.number}"


class ReportException(models.Model):
    """One class, grade, college or unit may report later on one day, by name and with a reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, null=True, related_name="+")
    part = models.CharField(max_length=24, blank=True)  # as in a report: the code of a grade or college
    day = models.DateField()
    until = models.DateTimeField()
    reason = SealedTextField(_("reason"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "day"], condition=Q(class_group__isnull=False), name="one_exception_of_a_class"
            ),
            models.UniqueConstraint(
                fields=["unit", "part", "day"], condition=Q(class_group__isnull=True), name="one_exception_of_a_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day:%Y-%m-%d}"


class StandInQuerySet(Visible["StandIn"]):
    def on(self, day: dt.date) -> "StandInQuerySet":
        return self.filter(first_on__lte=day, last_on__gte=day)


class StandIn(models.Model):
    """Who signs for a class while its teacher is away."""

    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="stand_ins")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    objects = StandInQuerySet.as_manager()

    class Meta:
        ordering = ["-first_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="stand_in_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} for {self.class_group_id}"
