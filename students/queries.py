"""Reads that span students, groups and flags."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer, once
from schools.common import crypto
from schools.common.identity import tidy_number
from schools.common.labels import in_language
from schools.common.prepared import Prepared, PreparedIn, PreparedUp
from schools.models import Unit
from schools.prepared_for import prepared_for
from schools.severity import WORST
from students.access import can_read_base_data, can_use
from students.flag_states import UPPER
from students.models.flags import RiskFlag
from students.models.groups import GroupMember, SpecialGroup
from students.models.registry import RegistryEntry
from students.models.students import Guardian

if TYPE_CHECKING:
    from students.models.students import Student, StudentQuerySet

LONGEST_SEARCH, MOST_WORDS = 60, 6
# Fifteen or more digits, perhaps with X: an identity or registry number, which does not belong in an address.
_PAPER_NUMBER = re.compile(r"[GJL]?\d{14,17}[\dX]")


def is_key(scope: Unit | Viewer) -> Q:
    """The condition of a key student, for a query over students: on the registry, in a special group now, or with an
    open flag of the two upper levels; for a viewer as far as this viewer may know of it."""
    if isinstance(scope, Unit) or can_use(scope, "is_key"):
        return Q(state__is_key=True)
    upper = RiskFlag.objects.visible_to(scope).open().filter(severity__gte=UPPER).order_by().values("student_id")
    listed = RegistryEntry.objects.visible_to(scope).open().order_by().values("student_id")
    return Q(state__in_group=True) | Q(pk__in=upper) | Q(pk__in=listed)


def is_flagged(viewer: Viewer) -> Q:
    """The condition of a student with an open flag that this viewer may know of, for a query over students."""
    if can_use(viewer, "flag_severity"):
        return Q(state__flag_severity__gt=0)
    return Q(pk__in=_flagged_of(viewer))


def _flagged_of(viewer: Viewer) -> QuerySet[RiskFlag, UUID]:
    flags = RiskFlag.objects.visible_to(viewer).open().order_by()
    return flags.values_list("student_id", flat=True)


def open_severity(viewer: Viewer) -> F | Subquery:
    """The level of the open flag that this viewer may know of, for a query over students; 0 or none without one."""
    if can_use(viewer, "flag_severity"):
        return F("state__flag_severity")
    flags = RiskFlag.objects.visible_to(viewer).open().filter(student=OuterRef("pk"))
    return Subquery(flags.order_by("-severity").values("severity")[:1])


def groups_of(students: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The words of the special groups these students are in now: one query, none for nobody."""
    found: dict[UUID, list[str]] = defaultdict(list)
    if ids := list(students):
        for student, chinese, english in _MEMBERS.of(ids):
            found[student].append(in_language(chinese, english))
    return found


_MEMBERS = PreparedIn(
    lambda among: (
        GroupMember.objects.current()
        .filter(student__in=among)
        .values_list("student_id", "group__label_zh", "group__label_en")
    ),
    UUIDField(),
)


def guardians_of(student: "Student") -> list[Guardian]:
    """Of a student whom the viewer sees."""
    return _GUARDIANS.objects(student=student.pk)


_GUARDIANS = Prepared(lambda student: Guardian.objects.filter(student=student), student=UUIDField())


@once
def groups_on_offer(viewer: Viewer) -> list[SpecialGroup]:
    """The special groups that may be set at the viewer's unit."""
    off = set(viewer.settings["groups_off"])
    return [group for group in groups_known_to(viewer.unit) if group.pk not in off]


def groups_known_to(unit: Unit) -> list[SpecialGroup]:
    return _KNOWN.of(unit.ancestor_codes)


_KNOWN = PreparedUp(lambda codes: SpecialGroup.objects.known_by(codes))


def why_key(groups: Iterable[GroupMember], entry: RegistryEntry | None, flag: RiskFlag | None) -> list[str]:
    """Why a student is a key one, in words, from what the viewer sees; nothing if the student is none."""
    found = [member.group.label for member in groups]
    if entry:
        found.append(_("on the registry"))
    if flag and flag.severity >= UPPER:
        found.append(_("open flag of an upper level"))
    return found


def attach_classes(students: "Iterable[Student]", viewer: Viewer) -> None:
    """Give rows their class without asking for each: a few classes stand for many students."""
    classes = {group.pk: group for group in viewer.class_groups}
    for student in students:
        if student.class_group_id in classes:
            student.class_group = classes[student.class_group_id]


@once
def open_flags(viewer: Viewer) -> list[RiskFlag]:
    """The open flags that a viewer sees, as far as counting needs them: navigation, heading and tabs ask once."""
    return list(_open_flags(viewer))


def flag_counts(viewer: Viewer) -> dict[str, Any]:
    """The open flags a viewer sees; of them those nobody has in hand, and those past a target.

    Of the worst level apart, while nobody has them in hand: those whose time still runs, until when the first of them
    does, and those past it. Counted here: a school has some dozens open, and six conditions would cost more to compile
    to SQL.
    """
    rows, now = open_flags(viewer), timezone.now()
    waiting = [flag for flag in rows if flag.state == RiskFlag.State.RAISED]
    worst = [flag.in_hand_by for flag in waiting if flag.severity == WORST]
    in_time = [until for until in worst if until >= now]
    return {
        "open": len(rows),
        "waiting": len(waiting),
        "late": sum(flag.is_late(now) for flag in rows),
        "worst": len(in_time),
        "worst_due": min(in_time, default=None),
        "worst_late": len(worst) - len(in_time),
    }


@prepared_for()
def _open_flags(viewer: Viewer) -> Any:
    columns = ("state", "severity", "take_by", "due_at", "acted_at", "assignee", "waits_for")
    return RiskFlag.objects.visible_to(viewer).open().order_by().only(*columns)


def matching(students: "StudentQuerySet", text: str, viewer: Viewer) -> "StudentQuerySet":
    """Students by name, pinyin, initials of the pinyin, or the beginning of a number; by former name and auxiliary
    number only for those who may read these. A name has few words: with thousands of them a database would be busy
    for a minute."""
    reads_base_data = can_read_base_data(viewer)
    for word in text[:LONGEST_SEARCH].split()[:MOST_WORDS]:
        latin = word.lower()
        found = Q(name__contains=word) | Q(student_number__istartswith=word) | _by_pinyin(latin)
        if reads_base_data:
            found |= Q(former_name=word) | Q(auxiliary_number__istartswith=word)
        students = students.filter(found)
    return students


def _by_pinyin(latin: str) -> Q:
    """The beginning of one of the keys; from three letters on also what stands within (the given name)."""
    if not latin.isascii():
        return Q()
    within = Q(search_keys__contains=latin) if len(latin) > 2 else Q(search_keys__contains=f" {latin}")
    return Q(search_keys__startswith=latin) | within


def is_paper_number(text: str) -> bool:
    return _PAPER_NUMBER.fullmatch(tidy_number(text)) is not None


def by_paper_number(students: "StudentQuerySet", text: str) -> "Student | None":
    """The student with exactly this identity or registry number, through its keyed hash."""
    number = tidy_number(text)
    if not is_paper_number(number):
        return None
    by_identity = Q(id_hash=crypto.lookup_hash(number, purpose="id_number"))
    by_registry = Q(registry_hash=crypto.lookup_hash(number, purpose="registry_number"))
    return students.filter(by_identity | by_registry).first()
