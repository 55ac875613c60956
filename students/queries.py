"""Reads that span students, groups and flags."""

from django.db.models import Exists, OuterRef, Q

from students.models.flags import RiskFlag
from students.models.groups import GroupMember


def in_group_now() -> Exists:
    return Exists(GroupMember.objects.filter(student=OuterRef("pk"), until=None))


def has_open_flag() -> Exists:
    return Exists(RiskFlag.objects.open().filter(student=OuterRef("pk")))


def is_key() -> Q:
    """The condition of a key student, for a query over students."""
    return Q(in_group_now()) | Q(has_open_flag())
