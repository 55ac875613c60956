"""Coverage: how far "a talk with every student this term" has come, and who is left."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.access import can_remind
from counseling.actions.reminders import remind_of_talks
from counseling.queries import (
    ClassCoverage,
    Coverage,
    duty_to_talk,
    explain_key,
    own_coverage,
    pace_of,
    students_left,
)
from schools.access import SCHOOL_ROLES, Viewer, roles
from schools.models import Duty, Membership, Role
from schools.prepared_for import prepared_for
from schools.requests import ViewerRequest
from students.models import Student
from students.queries import attach_classes

PAGE = 50
NARROWED = ("class", "grade", "teacher", "page")


@dataclass(frozen=True)
class Left:
    """A student nobody has talked to this term, as the list shows them."""

    student: Student
    is_key: bool
    why: str
    last_talk: dt.datetime | None


@require_GET
@roles(Role.CLASS_TEACHER, Role.GRADE_HEAD, *SCHOOL_ROLES)
def coverage(request: ViewerRequest) -> HttpResponse:
    """Bars by class, teacher, grade and school; below them the students who are left, key students first."""
    viewer: Viewer = request.viewer
    term = viewer.term
    if term is None:
        return render(request, "counseling/coverage.html", {"term": None})
    rows = own_coverage(viewer)
    parts = {"class": _classes(rows), "grade": _grades(rows), "teacher": _teachers(viewer, rows)}
    chosen = _chosen(request, parts)
    left = students_left(viewer, term, only_key=request.GET.get("key") == "1").only("name", "class_group_id")
    if chosen:
        left = left.filter(class_group__in=[row.class_group.pk for row in chosen.classes])
    whole = Coverage(_("All students"), rows)
    pages = Paginator(left, PAGE)
    # The bars have counted them already.
    pages.count = _left_in(chosen or whole, only_key=request.GET.get("key") == "1")
    page = pages.get_page(request.GET.get("page"))
    duty = duty_to_talk(viewer, term)
    context = {
        "term": term,
        "whole": whole,
        "grades": parts["grade"],
        "teachers": parts["teacher"],
        "table": Table(request, parts["grade"], parts["teacher"], duty),
        "chosen": chosen,
        "only_key": request.GET.get("key") == "1",
        "page_obj": page,
        "left": _told(viewer, list(page.object_list)),
        "duty": duty,
    }
    return render(request, "counseling/coverage.html", context)


class Table:
    """Every class with its teacher, how far it is and should be by today. `asked` is what links keep of the address."""

    def __init__(
        self, request: ViewerRequest, grades: list[Coverage], teachers: list[Coverage], duty: Duty | None
    ) -> None:
        viewer = request.viewer
        kept = request.GET.copy()
        for narrowed in NARROWED:
            kept.pop(narrowed, None)
        self.asked = f"{kept.urlencode()}&" if kept else ""
        self.grades = grades
        self.may_remind = can_remind(viewer)
        self.teachers: dict[int, list[Coverage]] = {}
        for teacher in teachers:
            for row in teacher.classes:
                self.teachers.setdefault(row.class_group.pk, []).append(teacher)
        self.pace = pace_of(viewer.term, duty) if viewer.term else 1.0


@require_POST
@roles(Role.GRADE_HEAD, *SCHOOL_ROLES)
def coverage_remind(request: ViewerRequest, pk: int) -> HttpResponse:
    """Call the class teacher of a class in which students still wait."""
    group = get_object_or_404(request.viewer.classes, pk=pk)
    remind_of_talks(by=request.viewer, class_group=group)
    messages.success(request, _("The class teacher is reminded."))
    return redirect("counseling:coverage")


def _chosen(request: ViewerRequest, parts: dict[str, list[Coverage]]) -> Coverage | None:
    """The class, grade or teacher whose list the address asks for."""
    asked = [(name, request.GET[name]) for name in parts if request.GET.get(name)]
    if not asked:
        return None
    found = [row for name, key in asked for row in parts[name] if row.key == key]
    if len(found) != 1:
        raise BadRequest("unknown filter")
    return found[0]


def _left_in(part: Coverage, *, only_key: bool) -> int:
    return int(part.key_left if only_key else part.left)


def _told(viewer: Viewer, students: list[Any]) -> list[Left]:
    """Each with why they come first and when somebody last talked to them, as `students_left` tells."""
    attach_classes(students, viewer)
    why = explain_key(students)
    return [Left(one, one.is_key, why.get(one.pk, ""), one.last_talk) for one in students]


def _classes(rows: list[ClassCoverage]) -> list[Coverage]:
    return [Coverage(row.class_group.name, [row], str(row.class_group.pk)) for row in rows]


def _grades(rows: list[ClassCoverage]) -> list[Coverage]:
    grades: dict[str, Coverage] = {}
    for row in rows:
        group = row.class_group
        key = f"{group.stage}-{group.entry_year}"
        grade = grades.setdefault(key, Coverage(group.grade_name, key=key))
        grade.classes.append(row)
    return list(grades.values())


def _teachers(viewer: Viewer, rows: list[ClassCoverage]) -> list[Coverage]:
    """Class teachers with the sum of their classes, for those who look after more than their own."""
    if viewer.role == Role.CLASS_TEACHER:
        return []
    by_class = {row.class_group.pk: row for row in rows}
    found: dict[int, Coverage] = {}
    for pk, name, class_id in _taught(viewer):
        if class_id in by_class:
            found.setdefault(pk, Coverage(name, key=str(pk))).classes.append(by_class[class_id])
    return sorted(found.values(), key=lambda one: one.reached / one.students)


@prepared_for(by_class=False)
def _taught(viewer: Viewer) -> Any:
    """Each class teacher with each of their classes, by membership."""
    here = Membership.objects.current().filter(unit_id=viewer.unit.pk, role=Role.CLASS_TEACHER)
    taught = Membership.classes.through.objects.filter(membership__in=here.order_by().values("pk"))
    return taught.order_by("membership__person__name", "pk").values_list(
        "membership_id", "membership__person__name", "classgroup_id"
    )
