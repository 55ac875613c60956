"""The list of students: its columns, and what its address may ask for."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, List, Search
from schools.templatetags.look import level
from students.models import Student
from students.queries import attach_classes, groups_known_to, groups_of, is_key, matching, open_severity

SHOWN = ("name", "student_number", "status", "class_group_id")
ALL = "all"
Rows = QuerySet[Any]


def listed_students(viewer: Viewer) -> Any:
    """Every student this viewer sees, with what the list shows of each."""
    return Student.objects.visible_to(viewer).annotate(level=open_severity(viewer)).only(*SHOWN)


# --- what the address may ask for ---------------------------------------------------------------------------------


def _found(students: Any, text: str, viewer: Viewer) -> Rows:
    return matching(students, text, viewer)


def _grades(viewer: Viewer) -> list[tuple[str, str]]:
    return list({f"{group.stage}-{group.entry_year}": group.grade_name for group in viewer.class_groups}.items())


def _of_grade(students: Rows, grade: str, _viewer: Viewer) -> Rows:
    stage, _dash, year = grade.partition("-")
    return students.filter(class_group__stage=stage, class_group__entry_year=int(year)) if grade else students


def _in_group(students: Rows, code: str, _viewer: Viewer) -> Rows:
    return students.filter(group_members__group_id=code, group_members__until=None) if code else students


def _with_status(students: Rows, status: str, _viewer: Viewer) -> Rows:
    if status == ALL:
        return students
    return students.filter(status=status) if status else students.exclude(status=Student.Status.LEFT)


def _only_key(students: Rows, asked: str, viewer: Viewer) -> Rows:
    return students.filter(is_key(viewer)) if asked else students


# --- a row in words -----------------------------------------------------------------------------------------------


def _dressed(students: list[Any], viewer: Viewer) -> None:
    """Put class, groups and the word of the level on the rows of one page."""
    groups = groups_of(student.pk for student in students)
    words = {severity: viewer.scheme.word(severity) for severity in range(1, 5)}
    attach_classes(students, viewer)
    for student in students:
        student.group_labels = groups.get(student.pk, [])
        student.level_label = words.get(student.level, "")


def _name(student: Student) -> SafeString | str:
    if student.status == Student.Status.ENROLLED:
        return student.name
    return format_html('{} <span class="tag">{}</span>', student.name, student.get_status_display())


def _groups(student: Any) -> SafeString | str:
    return format_html_join(" ", '<span class="tag">{}</span>', ((label,) for label in student.group_labels))


def _level(student: Any) -> SafeString | str:
    return level(student.level, student.level_label) if student.level else ""


STUDENTS = List(
    name="student_list",
    title=_("Students"),
    icon="users",
    nothing=(
        _("No students yet"),
        _("They appear here once the school's roster has been imported, or once you are given a class."),
    ),
    order=tuple(str(name) for name in Student._meta.ordering or ()),
    link="students:student_detail",
    dress=_dressed,
    columns=(
        Column("name", _("Name"), draw=_name, sort=("search_keys", "name")),
        Column(
            "class",
            _("Class"),
            lambda student: student.class_group.name if student.class_group else "",
            sort=tuple(str(name) for name in Student._meta.ordering or ()),
        ),
        Column("student_number", _("Student number"), sort=("student_number", "name")),
        Column("groups", _("Special groups"), lambda student: listed(student.group_labels), draw=_groups),
        Column("level", _("Level"), lambda student: student.level_label, draw=_level, sort=("-level", "search_keys")),
        Column("status", _("Status"), on_page=False),
    ),
    filters=(
        Search(
            label=_("Name, pinyin, initials or student number"),
            matches=_found,
        ),
        Choice("grade", label=_("Grade"), any_label=_("All grades"), choices=_grades, narrow=_of_grade),
        Choice(
            "class",
            "class_group",
            label=_("Class"),
            any_label=_("All classes"),
            choices=lambda viewer: [(group.pk, group.name) for group in viewer.class_groups],
        ),
        Choice(
            "group",
            label=_("Special group"),
            any_label=_("All groups"),
            choices=lambda viewer: [(group.code, group.label) for group in groups_known_to(viewer.unit)],
            narrow=_in_group,
        ),
        Choice(
            "status",
            label=_("Status"),
            any_label=_("At school and on leave"),
            choices=[*Student.Status.choices, (ALL, _("All, also who left"))],
            narrow=_with_status,
        ),
        Choice(
            "key",
            label=_("Which students"),
            choices=[("1", _("Key students"))],
            narrow=_only_key,
            chips=True,
        ),
    ),
)
