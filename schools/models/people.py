"""People who sign in, and what they are where, from when until when."""

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common import crypto
from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models.classes import ClassGroup
from schools.models.units import Unit
from schools.models.visible import Visible


class Role(models.TextChoices):
    CLASS_TEACHER = "class_teacher", _("class teacher")
    SUBJECT_TEACHER = "subject_teacher", _("subject teacher")
    GRADE_HEAD = "grade_head", _("grade head")
    COUNSELOR = "counselor", _("counselor")
    SCHOOL_LEADER = "school_leader", _("school leader")
    CENTER_STAFF = "center_staff", _("center staff")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    AUDITOR = "auditor", _("auditor")


CLASS_ROLES = frozenset({Role.CLASS_TEACHER, Role.SUBJECT_TEACHER})
# Those who see the students of certain classes only.
ROLES_WITH_CLASSES = CLASS_ROLES | {Role.GRADE_HEAD}


class Employment(models.TextChoices):
    FULL_TIME = "full_time", _("full-time")
    PART_TIME = "part_time", _("part-time")
    VISITING = "visiting", _("visiting")


class PersonQuerySet(Visible["Person"]):
    pass


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "Person":
        """Staff number or phone number: people know one of the two."""
        name = (username or "").strip()
        by_number = models.Q(staff_number=name)
        person: Person = self.get(by_number | models.Q(phone_hash=crypto.lookup_hash(name, purpose="phone")))
        return person


class Person(AbstractBaseUser):
    """An account. Students have none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff_number = models.CharField(_("staff number"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=40)
    phone = SealedTextField()
    phone_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  empty is not unique
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    # Counted up to end every session of the person: at a change of role, status or password.
    session_epoch = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=8, blank=True)

    objects = PersonManager()
    USERNAME_FIELD = "staff_number"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """A session holds this; changing the password or the epoch ends all sessions."""
        secret = f"{self.password}|{self.session_epoch}|{self.is_active}"
        return salted_hmac("schools.Person.session", secret, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Any:
        return iter(())

    def set_phone(self, phone: str) -> None:
        self.phone = phone
        self.phone_hash = crypto.lookup_hash(phone, purpose="phone") if phone else None


def heads_of(group: ClassGroup) -> models.Q:
    """Of memberships: who heads the grade, or the college, of a class."""
    heads = models.Q(department=None, cohort_stage=group.stage, cohort_year=group.entry_year)
    if group.department_id:
        heads |= models.Q(department=group.department_id)
    return models.Q(role=Role.GRADE_HEAD) & heads


class MembershipQuerySet(Visible["Membership"]):
    def current(self, on: dt.date | None = None) -> "MembershipQuerySet":
        day = on or timezone.localdate()
        not_ended = models.Q(ends_on=None) | models.Q(ends_on__gte=day)
        return self.filter(not_ended, starts_on__lte=day)

    def working(self) -> "MembershipQuerySet":
        """Current ones whose account is open."""
        return self.current().filter(person__is_active=True)

    def not_over(self, on: dt.date | None = None) -> "MembershipQuerySet":
        """Current ones and those that begin later."""
        day = on or timezone.localdate()
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day))

    def within(self, unit: Unit) -> "MembershipQuerySet":
        """Of this unit and all below it; a school is named by its id, which costs less than its path."""
        return self.filter(unit_id=unit.pk) if unit.is_school else self.filter(unit__path__startswith=unit.path)


class Membership(models.Model):
    """One person in one role in one unit, with dates and the classes it covers.

    A grade head covers a cohort (stage and entry year), or a college of a university (`department`), so that a class
    added later is covered too.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    title = models.CharField(pgettext_lazy("of a person", "title"), max_length=30, blank=True)
    employment = models.CharField(_("employment"), max_length=10, choices=Employment.choices, default="full_time")
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    classes = models.ManyToManyField(ClassGroup, blank=True, related_name="memberships")
    cohort_stage = models.CharField(max_length=10, blank=True, choices=ClassGroup.Stage.choices)
    cohort_year = models.PositiveSmallIntegerField(null=True, blank=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    backup = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="who steps in"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["unit_id", "role", "id"]
        indexes = [models.Index(fields=["unit", "role"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(employment="visiting") | ~models.Q(ends_on=None),
                name="visiting_membership_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.unit}"

    def is_current(self, on: dt.date | None = None) -> bool:
        day = on or timezone.localdate()
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def heads(self, group: ClassGroup) -> bool:
        """Is this the head of the grade, or of the college, that the class belongs to?"""
        if self.role != Role.GRADE_HEAD or self.unit_id != group.school_id:
            return False
        if self.department_id:
            return self.department_id == group.department_id
        return (self.cohort_stage, self.cohort_year) == (group.stage, group.entry_year)

    @property
    def covers(self) -> list[str]:
        """The names of the classes this role is held for, or of a head's grade or college. Prefetch `classes__school`
        for many."""
        if self.department:
            return [self.department.short_name or self.department.name]
        if self.cohort_year:
            return [ClassGroup(school=self.unit, stage=self.cohort_stage, entry_year=self.cohort_year).grade_name]
        return [group.name for group in self.classes.all()]
