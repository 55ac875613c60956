"""One-to-one talks. A talk may be with several students; each one's part is a row apart, and visible apart."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import Membership, Person, Unit
from schools.models.visible import Visible
from students.models import RiskFlag, Student


class TalkLogQuerySet(Visible["TalkLog"]):
    pass


class TalkLog(models.Model):
    """When, where and how; who talked. What a reader sees of it besides depends on the part."""

    class Mode(models.TextChoices):
        FACE_TO_FACE = "face", _("face to face")
        PHONE = "phone", _("by phone")
        VIDEO = "video", _("by video")
        WRITING = "writing", _("in writing")

    class Initiative(models.TextChoices):
        TEACHER = "teacher", _("I asked for the talk")
        STUDENT = "student", _("the student came")
        REFERRED = "referred", _("somebody referred the student")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Made by the form, so that a second click or a retry on a bad network cannot log a talk twice.
    submission = models.UUIDField()
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="talks")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices, default=Mode.FACE_TO_FACE)
    initiative = models.CharField(_("initiative"), max_length=8, choices=Initiative.choices, default="teacher")
    others_present = SealedTextField(_("also present"))
    is_restricted = models.BooleanField(_("for counselors only"), default=False)
    filed_at = models.DateTimeField(default=timezone.now)

    objects = TalkLogQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at"]
        indexes = [
            models.Index(fields=["school", "-happened_at"]),
            models.Index(fields=["author", "-happened_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["author", "submission"], name="one_talk_per_submission"),
        ]

    def __str__(self) -> str:
        return f"talk {self.pk}"


class TalkPartQuerySet(Visible["TalkPart"]):
    def standing(self) -> "TalkPartQuerySet":
        """Without what was deleted."""
        return self.filter(deleted_at=None)

    def covering(self) -> "TalkPartQuerySet":
        """What tables and coverage count. A talk for counselors only would show by who is missing from the list of who
        is left, or by what two counts differ in (docs/adr/0007)."""
        return self.standing().filter(talk__is_restricted=False)


class TalkPart(models.Model):
    """One student's part of a talk: the record that stands in this student's file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    talk = models.ForeignKey(TalkLog, on_delete=models.PROTECT, related_name="parts")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="talk_parts")
    # Where the student was at the time, so that past figures stay what they were.
    class_group = models.ForeignKey("schools.ClassGroup", on_delete=models.PROTECT, null=True, related_name="+")
    themes = models.JSONField(default=list)
    mood = models.CharField(max_length=30, blank=True)
    background = SealedTextField(_("background"))
    words = SealedTextField(_("the student's own words"))
    view = SealedTextField(_("my view"))
    agreed = SealedTextField(_("what was agreed"))
    effect = SealedTextField(_("effect"))
    severity = models.PositiveSmallIntegerField(_("needs attention"), default=0)
    flag = models.ForeignKey(RiskFlag, on_delete=models.SET_NULL, null=True, blank=True, related_name="talk_parts")
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    revision = models.PositiveSmallIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    deletion_reason = SealedTextField(_("why it was deleted"))

    objects = TalkPartQuerySet.as_manager()

    class Meta:
        ordering = ["-talk__happened_at"]
        indexes = [
            models.Index(fields=["student", "deleted_at"]),
            models.Index(fields=["follow_up_on"]),
            # What a list of talks counts.
            models.Index(
                fields=["talk", "student", "flag"], condition=models.Q(deleted_at=None), name="standing_parts_of_talks"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["talk", "student"], name="one_part_per_student"),
            models.CheckConstraint(condition=models.Q(severity__range=(0, 4)), name="part_severity_from_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"part {self.pk}"


class TalkRevisionQuerySet(Visible["TalkRevision"]):
    pass


class TalkRevision(models.Model):
    """How a part read before a change. Number 1 is what was filed first; the part itself is the newest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    part = models.ForeignKey(TalkPart, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    content = SealedTextField()  # JSON of the fields as they were

    objects = TalkRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["part", "number"], name="one_revision_per_number")]

    def __str__(self) -> str:
        return f"{self.part_id} r{self.number}"


class TalkDraftQuerySet(Visible["TalkDraft"]):
    pass


class TalkDraft(models.Model):
    """What a teacher has typed so far. One per form; deleted when the talk is filed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    content = SealedTextField()  # JSON of the form's fields
    saved_at = models.DateTimeField(default=timezone.now)

    objects = TalkDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["person", "submission"], name="one_draft_per_form")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
