"""Crisis events: what happened to whom, what was done, who was told when, what was reported up and acknowledged.

Whoever may see an incident stands in `counseling.access`; a center sees what was reported to it, never the incident.
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
from students.models import RiskFlag, Student


class EventClass(models.TextChoices):
    """What kind of event it is, as one sees it at the door; never what a person has."""

    ATTEMPT = "attempt", _("attempted suicide")
    SELF_HARM = "self_harm", _("self-harm")
    THREAT = "threat", _("says they will end their life")
    VIOLENCE = "violence", _("violence, somebody is hurt")
    MISSING = "missing", _("missing, ran away")
    CONFUSED = "confused", _("confused, cannot be reached by words")
    ABUSE = "abuse", _("abused or harmed by somebody")
    DEATH = "death", _("death or grave injury")
    OTHER = "other", _("another crisis")


class IncidentQuerySet(Visible["Incident"]):
    def open(self) -> "IncidentQuerySet":
        return self.filter(closed_at=None)


class Incident(models.Model):
    """One crisis event of a school. It ends only by a person's decision, with what was learned."""

    class Outcome(models.TextChoices):
        SAFE = "safe", _("safe, in care of the school")
        FAMILY = "family", _("handed over to the family")
        HOSPITAL = "hospital", _("in hospital or outside care")
        POLICE = "police", _("with the police or an authority")
        DIED = "died", _("death")
        FALSE = "false", _("no crisis")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Made by the form, so that a second tap or a retry on a bad network starts no second incident.
    submission = models.UUIDField()
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of event"), max_length=10, choices=EventClass.choices)
    happened = SealedTextField(_("what happened"))
    place = SealedTextField(_("where"))
    # What the usual form asks besides: how the people are, and what it is thought to come from.
    condition = SealedTextField(_("injuries and condition"))
    cause = SealedTextField(_("first judgement of the cause"))
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The four clocks: known, reported, first measure, settled.
    known_at = models.DateTimeField()
    reported_at = models.DateTimeField(default=timezone.now)
    acted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)
    lessons = SealedTextField(_("what was learned"))
    not_reported_because = SealedTextField(_("why nothing was reported to the center"))
    # The region's deadlines as they were when it began: minutes, hours, hours (`counseling.deadlines`).
    deadlines = models.JSONField()
    # What follows from them, so that a figure can ask who was in time.
    oral_by = models.DateTimeField(null=True)
    written_by = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-known_at"]
        indexes = [models.Index(fields=["school", "-known_at"])]
        constraints = [
            models.UniqueConstraint(fields=["started_by", "submission"], name="one_incident_per_submission"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(closed_by=None) & ~Q(outcome="")),
                name="incident_ends_only_by_a_persons_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("counseling:incident_detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def first_known_at(self) -> dt.datetime:
        """The earliest moment that was ever given: deadlines count from it, and no correction puts them off."""
        return self.oral_by - dt.timedelta(minutes=self.deadlines[0]) if self.oral_by else self.known_at


class IncidentVersionQuerySet(Visible["IncidentVersion"]):
    pass


class IncidentVersion(models.Model):
    """How an incident read before a correction, or how it had ended before it was opened again. The first one stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")  # who changed it then
    at = models.DateTimeField(default=timezone.now)
    reason = SealedTextField(_("Reason"))
    content = SealedTextField()  # JSON of the fields as they were

    objects = IncidentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["incident_id", "number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="one_incident_version_per_number")]

    def __str__(self) -> str:
        return f"version {self.number}"


class IncidentPersonQuerySet(Visible["IncidentPerson"]):
    pass


class IncidentPerson(models.Model):
    """One person of an incident, each apart: who sees one of them does not thereby see the others."""

    class Part(models.TextChoices):
        CONCERNED = "concerned", _("it is about")
        HURT = "hurt", _("was hurt")
        INVOLVED = "involved", _("was involved")
        WITNESS = "witness", _("saw it")

    class Belongs(models.TextChoices):
        HERE = "here", _("student here, not found on the roster")
        STAFF = "staff", _("works at the school")
        ELSEWHERE = "elsewhere", _("student of another school")
        UNKNOWN = "unknown", _("somebody else, or unknown")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="people")
    # Nobody of the roster: a name as it was called out, and where this person belongs.
    belongs = models.CharField(_("where they belong"), max_length=10, choices=Belongs.choices, default=Belongs.UNKNOWN)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    who = SealedTextField(_("who"))
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, default=Part.CONCERNED)
    # Kept from somebody together with the flag: then the incident is not there for them.
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = IncidentPersonQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "student"], name="student_once_in_an_incident")]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def name(self) -> str:
        return self.student.name if self.student else self.who


class IncidentBarrierQuerySet(Visible["IncidentBarrier"]):
    pass


class IncidentBarrier(models.Model):
    """An event about nobody of the roster is kept from one person of the staff: there is no flag that could carry it.

    With a student it is kept by the flag (`students.models.KeptFrom`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="barriers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField(_("reason"))
    at = models.DateTimeField(default=timezone.now)

    objects = IncidentBarrierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "person"], name="incident_kept_once_from_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} kept"


class IncidentActQuerySet(Visible["IncidentAct"]):
    pass


class IncidentAct(models.Model):
    """One line of the timeline. It is never changed; what was wrong is corrected by a later one that names it."""

    class Kind(models.TextChoices):
        TICK = "tick", _("done")
        LEAD = "lead", _("takes the lead")
        MEASURE = "measure", _("measure")
        NOTE = "note", _("note")
        TOLD = "told", _("told")
        EXCEPTION = "exception", _("exception to confidentiality")
        PERSON = "person", _("person added")
        SAFETY = "safety", _("safety plan agreed")
        REPORT = "report", _("reported up")
        ANSWER = "answer", _("center has acknowledged")
        PASSED = "passed", _("passed on up")
        CORRECTED = "corrected", _("corrected")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")

    class Whom(models.TextChoices):
        GUARDIAN = "guardian", _("guardian")
        HOSPITAL = "hospital", _("hospital, 120")
        POLICE = "police", _("police, 110")
        FIRE = "fire", _("fire brigade, 119")
        CENTER = "center", _("center or education office")
        COLLEAGUE = "colleague", _("leader or colleague")
        OTHER = "other", _("somebody else")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="acts")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Of a tick: which line of the list; of telling: whom.
    code = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(IncidentPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    text = SealedTextField(_("what was done"))

    objects = IncidentActQuerySet.as_manager()

    class Meta:
        ordering = ["incident_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="one_incident_act_per_number"),
            models.UniqueConstraint(fields=["incident", "code"], condition=Q(kind="tick"), name="ticked_once"),
        ]

    def __str__(self) -> str:
        return f"act {self.number}"


class IncidentReportQuerySet(Visible["IncidentReport"]):
    pass


class IncidentReport(models.Model):
    """What a school told the unit above of an incident, in its own words. The unit sees this and nothing else."""

    class Form(models.TextChoices):
        ORAL = "oral", _("oral report")
        WRITTEN = "written", _("written report")
        FOLLOW_UP = "follow_up", _("follow-up report")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # A center tells the unit above it, in its own words, of a report that it received; each once.
    passes_on = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="passed_on")
    number = models.PositiveSmallIntegerField()
    form = models.CharField(_("kind of report"), max_length=10, choices=Form.choices)
    kind = models.CharField(_("kind of event"), max_length=10, choices=EventClass.choices)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    text = SealedTextField(_("what is reported"))
    # A student is named upwards only by an explicit decision with a reason.
    names = SealedTextField(_("who it is about"))
    named_because = SealedTextField(_("why they are named"))
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reply = SealedTextField(_("what the center answers"))

    objects = IncidentReportQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["to", "-at"])]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="one_incident_report_per_number")]

    def __str__(self) -> str:
        return f"report {self.number}"

    def get_absolute_url(self) -> str:
        return address_of("counseling:incident_report_detail", self.pk)

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.at > self.due_at


class SafetyPlanQuerySet(Visible["SafetyPlan"]):
    pass


class SafetyPlan(models.Model):
    """What was agreed with one person of an incident. Each change is a new version; the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(IncidentPerson, on_delete=models.PROTECT, related_name="safety_plans")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    signs = SealedTextField(_("warning signs"))
    helps = SealedTextField(_("what helps"))
    people = SealedTextField(_("people to turn to"))
    places = SealedTextField(_("safe places"))
    numbers = SealedTextField(_("numbers to call"))
    means = SealedTextField(_("means made safe"))

    objects = SafetyPlanQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["person", "number"], name="one_safety_plan_per_number")]

    def __str__(self) -> str:
        return f"safety plan {self.number}"

    def lines(self) -> list[tuple[str, str]]:
        """What is filled in, in the order of the form."""
        labels = {field.name: str(field.verbose_name) for field in self._meta.fields}
        return [(labels[name], getattr(self, name)) for name in PLANNED if getattr(self, name)]


PLANNED = ("signs", "helps", "people", "places", "numbers", "means")
