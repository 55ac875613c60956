"""What people do to a student's base data: correct it, set groups, keep guardians, look behind a mask.

Whatever a person sets here is remembered as set by hand; an import reports a difference and leaves it alone.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common import crypto
from schools.common.errors import Refused
from schools.common.pinyin import search_keys
from schools.tallies import mark
from students.access import can_correct, can_keep_family, can_read_base_data
from students.actions.classes import check_takes_students
from students.models import GroupMember, Guardian, SpecialGroup, Student
from students.places import refresh_places
from students.states import groups, keep

CORRECTABLE = (
    "name",
    "former_name",
    "gender",
    "birth_date",
    "ethnicity",
    "class_group",
    "student_number",
    "auxiliary_number",
    "registry_number",
    "id_type",
    "id_number",
    "phone",
    "address",
    "health",
    "is_boarder",
    "entered_on",
    "status",
    "left_on",
)
GUARDIAN_FIELDS = ("name", "relation", "phone", "id_number", "is_guardian")
# The registry brings at most two family members; those added by hand stand behind them.
REGISTRY_GUARDIANS = 2


@transaction.atomic
def correct_student(*, by: Viewer, student: Student, values: Mapping[str, Any]) -> list[str]:
    """Change base data by hand. Returns the names of the fields that really changed."""
    if not can_correct(by):
        raise Refused(_("Only a counselor or leader of the school corrects base data."))
    check_visible(by, student)
    changed = [name for name in CORRECTABLE if name in values and getattr(student, name) != values[name]]
    if not changed:
        return []
    reaches_back = _days_of(student)
    for name in changed:
        setattr(student, name, values[name])
    if "class_group" in changed and student.class_group:
        check_takes_students(student.class_group, student.school_id)
    _check_class(student)
    columns = changed + refresh_keys(student, changed)
    student.set_by_hand = sorted({*student.set_by_hand, *changed})
    try:
        with transaction.atomic():
            student.save(update_fields=[*columns, "set_by_hand"])
    except IntegrityError:
        raise Refused(_("Another student of this school already has this number.")) from None
    if set(columns) & {"id_hash", "registry_hash"}:
        refresh_places([student.pk])
    days = reaches_back ^ _days_of(student)
    mark(student.school_id, since=min(days, default=None))
    audit.record(by=by, verb="student.corrected", about=student, student=student, details={"fields": changed})
    return changed


def _days_of(student: Student) -> set[dt.date]:
    """The days that say in which terms the student was here."""
    return {day for day in (student.entered_on, student.left_on) if day}


def refresh_keys(student: Student, changed: list[str]) -> list[str]:
    """Set what is derived from changed fields, and name those columns."""
    derived = []
    if "name" in changed:
        student.search_keys = search_keys(student.name)
        derived.append("search_keys")
    if "id_number" in changed:
        student.id_hash = hash_of(student.id_number, "id_number")
        derived.append("id_hash")
    if "registry_number" in changed:
        student.registry_hash = hash_of(student.registry_number, "registry_number")
        derived.append("registry_hash")
    return derived


def hash_of(number: str, purpose: str) -> str:
    return crypto.lookup_hash(number, purpose=purpose) if number else ""


def _check_class(student: Student) -> None:
    if student.class_group and student.class_group.school_id != student.school_id:
        raise Refused(_("This class belongs to another school."))
    if student.status == Student.Status.LEFT and student.left_on is None:
        raise Refused(_("Say on which day the student left."))


@transaction.atomic
def set_groups(*, by: Viewer, student: Student, codes: set[str], since: dt.date | None = None) -> bool:
    """Make these the special groups of a student: new ones from `since` on, today unless it is given; those no longer
    named end today. True if anything changed."""
    current = _groups_to_set(by, student)
    ended = [current[code].pk for code in sorted(current.keys() - codes)]
    GroupMember.objects.filter(pk__in=ended).update(until=timezone.localdate(), ended_by=by.person)
    added = _join(by, student, codes - current.keys(), GroupMember.Source.HAND, since)
    _note_groups(by, student, added, sorted(current.keys() - codes), since)
    return bool(ended or added)


@transaction.atomic
def add_groups(
    *,
    by: Viewer,
    student: Student,
    codes: set[str],
    source: str = GroupMember.Source.HAND,
    since: dt.date | None = None,
) -> list[str]:
    """Put a student in more special groups and leave the others as they are. Returns the codes that are new."""
    current = _groups_to_set(by, student)
    added = _join(by, student, codes - current.keys(), source, since)
    _note_groups(by, student, added, [], since)
    return added


def _groups_to_set(by: Viewer, student: Student) -> dict[str, GroupMember]:
    """The groups the student is in now, if this person may change them."""
    if not can_keep_family(by):
        raise Refused(_("Only the class teacher, a counselor or a leader sets special groups."))
    check_visible(by, student)
    return {member.group_id: member for member in student.group_members.select_for_update().current()}


def _join(by: Viewer, student: Student, codes: set[str], source: str, since: dt.date | None) -> list[str]:
    today = timezone.localdate()
    if since and since > today:
        raise Refused(_("A student is in a group from today on or from an earlier day."), field="since")
    if SpecialGroup.objects.known_to(by.unit).filter(pk__in=codes).count() < len(codes):
        raise Refused(_("This special group is not known here."), field="groups")
    new = [
        GroupMember(student=student, group_id=code, since=since or today, source=source, set_by=by.person)
        for code in sorted(codes)
    ]
    try:
        with transaction.atomic():
            GroupMember.objects.bulk_create(new)
    except IntegrityError:
        raise Refused(_("Somebody else has just set a group of this student. Look at it before you go on.")) from None
    return sorted(codes)


def _note_groups(by: Viewer, student: Student, added: list[str], ended: list[str], since: dt.date | None) -> None:
    if added or ended:
        keep([student.pk], groups)
        mark(student.school_id, since=since if added else None)
        details = {"added": added, "ended": ended}
        audit.record(by=by, verb="student.groups_set", about=student, student=student, details=details)


@transaction.atomic
def save_guardian(*, by: Viewer, student: Student, guardian: Guardian | None, values: Mapping[str, Any]) -> Guardian:
    """Add a guardian, or correct one."""
    if not can_keep_family(by):
        raise Refused(_("Only the class teacher, a counselor or a leader keeps the guardians."))
    check_visible(by, student)
    verb = "guardian.corrected" if guardian else "guardian.added"
    if guardian is None:
        last = student.guardians.select_for_update().order_by("-position").first()
        position = max(last.position if last else 0, REGISTRY_GUARDIANS) + 1
        guardian = Guardian(student=student, position=position)
    changed = [name for name in GUARDIAN_FIELDS if name in values and getattr(guardian, name) != values[name]]
    for name in changed:
        setattr(guardian, name, values[name])
    if changed:  # saved as it stood, it stays the roster's
        guardian.set_by_hand = True
        guardian.save()
        audit.record(by=by, verb=verb, about=guardian, student=student, details={"fields": changed})
    return guardian


@transaction.atomic
def unmask(*, by: Viewer, student: Student, what: str, reason: str) -> None:
    """Note that somebody looked behind the mask, at what, and why; without the note there is no look."""
    if not can_read_base_data(by):
        raise Refused(_("Your role does not include this."))
    check_visible(by, student)
    details = {"what": what, "reason": reason}
    audit.record(by=by, verb="student.unmasked", about=student, student=student, details=details)


def check_visible(by: Viewer, student: Student) -> None:
    if not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("This is not a student you look after."))
