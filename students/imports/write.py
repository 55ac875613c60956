"""Write the plan of a school, set-based: a fixed number of statements for every thousand rows.

What is kept beside the students (states, marks for counting anew) is written here too, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from schools.access import Viewer
from schools.classnames import ClassKey
from schools.common.fields import seal_for_update
from schools.common.pinyin import search_keys
from schools.models import ClassGroup
from schools.tallies import mark
from students.actions.students import hash_of, refresh_keys
from students.imports.classes import key_of
from students.imports.compare import SAME_NAME, Change, Newcomer, SchoolPlan, boards, student_number
from students.models import GroupMember, Guardian, Student
from students.places import refresh_places
from students.roster import GuardianRow, RosterRow
from students.states import groups, keep

CHUNK = 1000
T = TypeVar("T")


def apply(plan: SchoolPlan, *, by: Viewer | None) -> None:
    class_ids = _create_classes(plan)
    for department, classes in plan.without_department.items():
        ClassGroup.objects.filter(pk__in=classes).update(department_id=department)
    for chunk in chunks(plan.newcomers):
        _create_students(chunk, plan, class_ids)
    _change_students(plan, class_ids)
    _change_guardians(plan.changes)
    _change_groups(plan.changes)
    mark(plan.school.pk)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    iterator = iter(items)
    while found := list(islice(iterator, size)):
        yield found


def _create_classes(plan: SchoolPlan) -> dict[ClassKey, int]:
    ClassGroup.objects.bulk_create(
        [
            ClassGroup(
                school=plan.school,
                stage=key.stage.value,
                entry_year=key.entry_year,
                number=key.number,
                prefix=key.prefix,
                department_id=plan.departments.get(key),
            )
            for key in plan.new_classes
        ]
    )
    if not plan.new_classes:
        return plan.class_ids
    return {key_of(group): group.pk for group in ClassGroup.objects.filter(school=plan.school)}


# --- newcomers --------------------------------------------------------------------------------------------


def _create_students(newcomers: list[Newcomer], plan: SchoolPlan, class_ids: dict[ClassKey, int]) -> None:
    students = [_student(one, plan, class_ids) for one in newcomers]
    Student.objects.bulk_create(students)
    pairs = list(zip(students, (one.row for one in newcomers), strict=True))
    Guardian.objects.bulk_create(
        [
            _guardian(student, position, guardian)
            for student, row in pairs
            for position, guardian in enumerate(row.guardians, start=1)
        ]
    )
    GroupMember.objects.bulk_create([_member(student, code) for student, row in pairs for code in sorted(row.groups)])
    keep([student.pk for student in students], groups)


def _student(one: Newcomer, plan: SchoolPlan, class_ids: dict[ClassKey, int]) -> Student:
    row: RosterRow = one.row
    return Student(
        school_id=plan.school.pk,
        class_group_id=class_ids[one.class_key] if one.class_key else None,
        search_keys=search_keys(row.name),
        student_number=student_number(row, plan.present),
        registry_number=row.registry_number,
        registry_hash=hash_of(row.registry_number, "registry_number"),
        id_type=row.id_type,
        id_number=row.id_number,
        id_hash=hash_of(row.id_number, "id_number"),
        is_boarder=boards(row),
        entered_on=row.entry_date,
        listed_on=None if plan.is_first else timezone.localdate(),
        **{name: getattr(row, name) for name in SAME_NAME},
    )


def _guardian(student: Student, position: int, row: GuardianRow) -> Guardian:
    return Guardian(
        student=student,
        position=position,
        name=row.name,
        relation=row.relation,
        phone=row.phone,
        id_number=row.id_number,
        is_guardian=row.is_guardian is not False,
    )


def _member(student: Student, code: str) -> GroupMember:
    return GroupMember(student=student, group_id=code, since=timezone.localdate())


# --- changes --------------------------------------------------------------------------------------------


def _change_students(plan: SchoolPlan, class_ids: dict[ClassKey, int]) -> None:
    """Students whose same fields change are written together."""
    by_fields: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for change in plan.changes:
        names = [one.field for one in change.fields]
        for one in change.fields:
            _set(change.student, one.field, one.new, class_ids)
        if "status" in names:
            change.student.left_on = None
            names.append("left_on")
        columns = (*names, *refresh_keys(change.student, names))
        if columns:
            by_fields[columns].append(change.student)
    for columns, students in by_fields.items():
        update_rows(Student, students, list(columns))
        if set(columns) & {"id_hash", "registry_hash"}:
            for chunk in chunks((student.pk for student in students), 500):
                refresh_places(chunk)


def _set(student: Student, name: str, value: Any, class_ids: dict[ClassKey, int]) -> None:
    if name == "class_group":
        student.class_group_id = class_ids[value]
    else:
        setattr(student, name, value)


def _change_guardians(changes: list[Change]) -> None:
    new = ((change.student, position, row) for change in changes for position, row in change.new_guardians)
    for chunk in chunks(new):
        Guardian.objects.bulk_create([_guardian(*one) for one in chunk])
    by_fields: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for change in changes:
        for guardian, differences in change.guardians:
            for one in differences:
                setattr(guardian, one.field, one.new)
            by_fields[tuple(one.field for one in differences)].append(guardian)
    for columns, guardians in by_fields.items():
        update_rows(Guardian, guardians, list(columns))


def _change_groups(changes: list[Change]) -> None:
    joined = (_member(change.student, code) for change in changes for code in change.joined)
    for chunk in chunks(joined):
        GroupMember.objects.bulk_create(chunk)
    ended = (member.pk for change in changes for member in change.ended)
    for keys in chunks(ended, 500):
        GroupMember.objects.filter(pk__in=keys).update(until=timezone.localdate())
    keep([change.student.pk for change in changes if change.joined or change.ended], groups)


def update_rows(model: type[models.Model], rows: list[Any], columns: list[str]) -> None:
    for chunk in chunks(rows):
        seal_for_update(chunk, columns)
        model._default_manager.bulk_update(chunk, columns, batch_size=250)
