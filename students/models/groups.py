"""Special groups: dated tags with a legal meaning, from the roster, set by hand, or found in a sweep."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.labels import Labelled
from schools.models import Person, Unit
from schools.models.visible import Visible
from students.models.students import Student


class SpecialGroupQuerySet(models.QuerySet["SpecialGroup"]):
    def known_to(self, unit: Unit) -> "SpecialGroupQuerySet":
        """Those that ship, and those that the unit or one above it has added."""
        return self.known_by(unit.ancestor_codes)

    def known_by(self, codes: list[str]) -> "SpecialGroupQuerySet":
        return self.filter(Q(unit=None) | Q(unit__code__in=codes))


class SpecialGroup(Labelled):
    """The kinds of special groups; rows are data, the registry's come with a migration.

    A unit adds its own, for itself and everything below it. What an inherited one means is never changed: its counts
    are added up. A unit that does not want to offer one switches it off (setting `groups_off`).
    """

    code = models.CharField(max_length=20, primary_key=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    objects = SpecialGroupQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]


class GroupMemberQuerySet(Visible["GroupMember"]):
    def current(self) -> "GroupMemberQuerySet":
        return self.filter(until=None)


class GroupMember(models.Model):
    """A student is in a group from a day on: where that comes from, who set it, and who ended it."""

    class Source(models.TextChoices):
        ROSTER = "roster", _("roster")
        HAND = "hand", _("set by hand")
        SWEEP = "sweep", _("sweep")

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="group_members")
    group = models.ForeignKey(SpecialGroup, on_delete=models.PROTECT, related_name="members")
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.ROSTER)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # Nobody where the roster no longer says so, or the student has left.
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        ordering = ["group__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "group"], condition=models.Q(until=None), name="once_in_a_special_group"
            ),
        ]

    def __str__(self) -> str:
        return self.group_id
