"""What was done about a flag, step by step; and contacts with guardians, of a flag or of daily work."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models.flags import RiskFlag
from students.models.students import Guardian, Student


class GuardianContactQuerySet(Visible["GuardianContact"]):
    pass


class GuardianContact(models.Model):
    """One contact with a guardian: when, how, what was said, how it was received."""

    class Channel(models.TextChoices):
        CALL = "call", _("telephone")
        MEETING = "meeting", _("at school")
        VISIT = "visit", _("home visit")
        MESSAGE = "message", _("message")
        UNREACHED = "unreached", _("not reached")

    class Attitude(models.TextChoices):
        COOPERATIVE = "cooperative", _("cooperative")
        HESITANT = "hesitant", _("hesitant")
        REFUSING = "refusing", _("refusing")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="guardian_contacts")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey(Guardian, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices)
    attitude = models.CharField(_("attitude"), max_length=12, choices=Attitude.choices, blank=True)
    notice_signed = models.BooleanField(_("notice signed"), default=False)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    said = SealedTextField(_("what was said"))

    objects = GuardianContactQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at"]
        indexes = [models.Index(fields=["school", "-happened_at"])]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class FlagStepQuerySet(Visible["FlagStep"]):
    pass


class FlagStep(models.Model):
    """One step. It is never changed: what was wrong is corrected by a later step that names its number."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        BEGUN = "begun", _("interview begun")
        INTERVIEW = "interview", _("interview")
        CONTACT = "contact", _("contact with a guardian")
        QUESTION = "question", _("question to the class teacher")
        ANSWER = "answer", _("answer")
        HAND_OVER = "hand_over", _("handed over")
        LEVEL = "level", _("level changed")
        WATCH = "watch", _("watched until a day")
        REQUEST = "request", _("request to the center")
        REPORT = "report", _("mandatory report made")
        DECISION = "decision", _("decision")
        SENT_BACK = "sent_back", _("sent back")
        REOPENED = "reopened", _("opened again")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # To whom it is addressed: the teacher asked, the one it was handed to, the second person.
    to = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="answered")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    contact = models.ForeignKey(GuardianContact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the center was asked, or what it answered, stands there.
    request = models.ForeignKey(
        "students.CenterRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="steps"
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    # Something was done with the student or the family: it stops the clock of the first measure.
    is_measure = models.BooleanField(default=False)
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    # The words as JSON: by field of the form (`students.step_words`).
    words = SealedTextField(_("what was written"))

    objects = FlagStepQuerySet.as_manager()

    class Meta:
        ordering = ["flag_id", "number"]
        indexes = [models.Index(fields=["to", "kind"])]
        constraints = [models.UniqueConstraint(fields=["flag", "number"], name="one_flag_step_per_number")]

    def __str__(self) -> str:
        return f"step {self.number}"
