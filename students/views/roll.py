"""The list of students, and finding one by the number of a paper."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, roles
from schools.common.labels import listed
from schools.common.workbooks import Sheet
from schools.exporting import export_page
from schools.models import ClassGroup
from schools.requests import ViewerRequest
from students.access import can_read_base_data
from students.models import SpecialGroup, Student
from students.queries import (
    attach_classes,
    by_paper_number,
    groups_of,
    is_paper_number,
    key_students,
    matching,
    open_severity,
)

PAGE = 50
SHOWN = ("name", "student_number", "status", "class_group_id")
SORTS: dict[str, list[str]] = {
    "class": [str(name) for name in Student._meta.ordering or ()],
    "name": ["search_keys", "name"],
    "number": ["student_number", "name"],
    "level": ["-level", "search_keys"],
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for; every name and value is one we know."""

    q: str
    class_id: int | None
    grade: tuple[str, int] | None
    group: str
    status: str
    key: bool
    sort: str

    @classmethod
    def read(cls, request: ViewerRequest) -> "Filters":
        given = request.GET
        return cls(
            q=given.get("q", "").strip()[:40],
            class_id=_number(given.get("class", "")),
            grade=_grade(given.get("grade", "")),
            group=given.get("group", "")[:20],
            status=_one_of(given.get("status", ""), ["", "all", *Student.Status.values]),
            key=given.get("key") == "1",
            sort=_one_of(given.get("sort", ""), ["", *SORTS, *(f"-{name}" for name in SORTS)]),
        )

    @property
    def any_set(self) -> bool:
        return bool(self.q or self.class_id or self.grade or self.group or self.status or self.key)


def _one_of(value: str, known: list[str]) -> str:
    if value not in known:
        raise BadRequest("unknown value in the address")
    return value


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 12):
        raise BadRequest("not a number")
    return int(text) if text else None


def _grade(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    stage, _dash, year = text.partition("-")
    _one_of(stage, ClassGroup.Stage.values)
    return stage, _number(year) or 0


def students_for(viewer: Viewer, filters: Filters) -> Any:
    """The students of the list: one query, however many there are."""
    found = matching(Student.objects.visible_to(viewer), filters.q)
    if filters.class_id:
        found = found.filter(class_group_id=filters.class_id)
    if filters.grade:
        found = found.filter(class_group__stage=filters.grade[0], class_group__entry_year=filters.grade[1])
    if filters.group:
        found = found.filter(group_members__group_id=filters.group, group_members__until=None)
    if filters.status != "all":
        found = found.filter(status=filters.status) if filters.status else found.exclude(status=Student.Status.LEFT)
    if filters.key:
        found = found.filter(key_students(viewer))
    return found.annotate(level=open_severity(viewer)).order_by(*_order(filters.sort), "pk")


def _order(sort: str) -> list[str]:
    columns = SORTS[sort.lstrip("-") or "class"]
    if not sort.startswith("-"):
        return columns
    return [column[1:] if column.startswith("-") else f"-{column}" for column in columns]


def keeps_papers_out(view: Callable[[ViewerRequest], HttpResponse]) -> Callable[[ViewerRequest], HttpResponse]:
    """The number of a paper must not stay in the address, the history or a log."""

    @wraps(view)
    def checked(request: ViewerRequest) -> HttpResponse:
        if is_paper_number(request.GET.get("q", "")):
            messages.warning(request, _("Search for the number of a paper in the field made for it; it opens below."))
            return redirect("students:student_list")
        return view(request)

    return checked


@roles(*STAFF_ROLES)
@keeps_papers_out
def student_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    filters = Filters.read(request)
    page = Paginator(students_for(viewer, filters), PAGE).get_page(request.GET.get("page"))
    page.object_list = _with_words(page.object_list, viewer)
    context = {
        "filters": filters,
        "page_obj": page,
        "classes": viewer.class_groups,
        "grades": _grades(viewer.class_groups),
        "groups": SpecialGroup.objects.all(),
        "statuses": Student.Status.choices,
        "may_find": can_read_base_data(viewer),
        "may_import": viewer.role in SCHOOL_ROLES,
    }
    return render(request, "students/student_list.html", context)


def _with_words(students: Any, viewer: Viewer) -> list[Student]:
    """The rows of one page with their class, groups and the word of the level."""
    rows = list(students.only(*SHOWN))
    groups = groups_of(student.pk for student in rows)
    attach_classes(rows, viewer)
    for student in rows:
        student.group_labels = groups.get(student.pk, [])
        student.level_label = viewer.scheme.word(student.level) if student.level else ""
    return rows


@roles(*STAFF_ROLES)
@keeps_papers_out
def student_export(request: ViewerRequest) -> HttpResponse:
    """Just what the list shows, with its filters and order, as a workbook."""
    viewer = request.viewer
    found = students_for(viewer, Filters.read(request))
    sheet = Sheet(
        kind="student_list",
        title=_("Students"),
        count=found.count(),
        heads=[_("Name"), _("Class"), _("Student number"), _("Special groups"), _("Level"), _("Status")],
        lines=lambda: [_line(student) for student in _with_words(found, viewer)],
    )
    return export_page(request, sheet, back=f"{reverse('students:student_list')}?{request.GET.urlencode()}")


def _line(student: Any) -> list[str]:
    return [
        student.name,
        student.class_group.name if student.class_group else "",
        student.student_number,
        listed(student.group_labels),
        str(student.level_label),
        student.get_status_display(),
    ]


def _grades(classes: list[ClassGroup]) -> list[tuple[str, str]]:
    return list({f"{group.stage}-{group.entry_year}": group.grade_name for group in classes}.items())


@roles(*STAFF_ROLES)
@require_POST
def student_find(request: ViewerRequest) -> HttpResponse:
    """By identity or registry number: posted, so that the number is in no address."""
    viewer = request.viewer
    students = Student.objects.visible_to(viewer) if can_read_base_data(viewer) else Student.objects.none()
    student = by_paper_number(students, request.POST.get("number", ""))
    if student is None:
        messages.warning(request, _("No student with this number among those you look after."))
        return redirect("students:student_list")
    with transaction.atomic():
        audit.record_read(by=viewer, about=student, student=student, verb="student.found_by_number")
    return redirect(student)
