"""Students and their guardians."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.common.addresses import address_of
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models import ClassGroup, Unit
from schools.models.visible import Visible


class StudentQuerySet(Visible["Student"]):
    def within(self, unit: Unit) -> "StudentQuerySet":
        """Students of all schools below a unit, for counting."""
        return self.filter(school_id=unit.pk) if unit.is_school else self.filter(school__path__startswith=unit.path)

    def enrolled(self) -> "StudentQuerySet":
        return self.filter(status=Student.Status.ENROLLED)


class Student(models.Model):
    class Status(models.TextChoices):
        ENROLLED = "enrolled", _("enrolled")
        ON_LEAVE = "on_leave", _("on leave")
        LEFT = "left", _("left")

    class Gender(models.TextChoices):
        MALE = "m", _("male")
        FEMALE = "f", _("female")

    class IdType(models.TextChoices):
        IDENTITY_CARD = "identity_card", _("identity card")
        RESIDENCE_PERMIT = "residence_permit", _("residence permit (HK, Macau, Taiwan)")
        PASSPORT = "passport", _("passport")
        OTHER = "other", _("other paper")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="students")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, null=True, related_name="students")
    name = models.CharField(_("name"), max_length=60)
    former_name = models.CharField(_("former name"), max_length=60, blank=True)
    search_keys = models.CharField(max_length=200, blank=True)
    gender = models.CharField(_("gender"), max_length=1, blank=True, choices=Gender.choices)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    ethnicity = models.CharField(_("ethnic group"), max_length=2, blank=True)
    student_number = models.CharField(_("student number"), max_length=30, blank=True)
    auxiliary_number = models.CharField(_("auxiliary number"), max_length=30, blank=True)
    # The registry number of a G pupil is the identity number, so it is as sensitive.
    registry_number = SealedTextField(_("registry number"))
    registry_hash = models.CharField(max_length=64, blank=True)
    id_type = models.CharField(_("kind of paper"), max_length=20, blank=True, choices=IdType.choices)
    id_number = SealedTextField(_("identity number"))
    id_hash = models.CharField(max_length=64, blank=True)
    phone = SealedTextField(_("phone"))
    address = SealedTextField(_("address"))
    health = SealedTextField(_("health"))
    is_boarder = models.BooleanField(_("boards"), default=False)
    entered_on = models.DateField(_("entered on"), null=True, blank=True)
    # The day a roster first named the student here, so that past figures stay; empty for a school's first roster.
    listed_on = models.DateField(null=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ENROLLED)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    on_leave_since = models.DateField(_("on leave since"), null=True, blank=True)
    # Handed over, and the years are over for which this school keeps its records: nobody reads them here any more.
    locked_on = models.DateField(null=True, editable=False)
    # Names of fields a person set by hand: an import reports a difference there and never overwrites it.
    set_by_hand = models.JSONField(default=list, blank=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        # The class as in ClassGroup.Meta.
        ordering = [
            "class_group__stage",
            "-class_group__entry_year",
            "class_group__prefix",
            "class_group__number",
            "student_number",
            "name",
        ]
        indexes = [
            models.Index(fields=["school", "status"]),
            models.Index(fields=["school", "name"]),
            models.Index(fields=["registry_hash"]),
            models.Index(fields=["id_hash"]),
            # Whether the records of a student are locked, for each row of a list or count, without reading the student.
            models.Index(fields=["id", "class_group"], condition=models.Q(locked_on=None), name="students_not_locked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "registry_hash"],
                condition=~models.Q(registry_hash=""),
                name="one_student_per_registry_number",
            ),
            models.UniqueConstraint(
                fields=["school", "id_hash"], condition=~models.Q(id_hash=""), name="one_student_per_identity_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="left") | ~models.Q(left_on=None), name="left_student_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("students:student_detail", self.pk)


class GuardianQuerySet(Visible["Guardian"]):
    pass


class Guardian(models.Model):
    """A family member from the registry (成员1, 成员2), or added by hand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardians")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("name"), max_length=60)
    relation = models.CharField(_("relation"), max_length=20, blank=True)
    phone = SealedTextField(_("phone"))
    id_number = SealedTextField(_("identity number"))
    is_guardian = models.BooleanField(_("is guardian"), default=True)
    set_by_hand = models.BooleanField(default=False)
    # When the adult is the danger: nobody calls this person, and every page that shows the number says so first.
    do_not_call = models.BooleanField(_("do not call"), default=False)
    do_not_call_reason = SealedTextField(_("why not to call"))

    objects = GuardianQuerySet.as_manager()

    class Meta:
        ordering = ["student_id", "position"]
        constraints = [models.UniqueConstraint(fields=["student", "position"], name="one_guardian_per_position")]

    def __str__(self) -> str:
        return self.name
