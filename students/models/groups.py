"""Special groups: tags with a legal meaning, from the registry or set by hand."""

from django.db import models
from django.utils import timezone

from schools.common.labels import Labelled
from schools.models import Person
from schools.models.visible import Visible
from students.models.students import Student


class SpecialGroup(Labelled):
    """The kinds of special groups; rows are data, the registry's come with a migration (facts 4.1)."""

    code = models.CharField(max_length=20, primary_key=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]


class GroupMemberQuerySet(Visible["GroupMember"]):
    def current(self) -> "GroupMemberQuerySet":
        return self.filter(until=None)


class GroupMember(models.Model):
    class Source(models.TextChoices):
        ROSTER = "roster"
        HAND = "hand"

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="group_members")
    group = models.ForeignKey(SpecialGroup, on_delete=models.PROTECT, related_name="members")
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.ROSTER)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

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
