"""The list of what one person opened outside their care."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.access import may_meet_students
from schools.access import Viewer
from schools.audit.trail import tell
from schools.listing import Column, List
from students.models import Student


def _told(entries: list[Any], viewer: Viewer) -> None:
    """With words and, for who may meet them, the students."""
    names = may_meet_students(viewer)
    ids = [entry.student_id for entry in entries]
    seen = Student.objects.visible_to(viewer).select_related("class_group__school").in_bulk(ids) if names else {}
    for entry in tell(entries, viewer if names else None):
        entry.student = seen.get(entry.student_id)


def _when(entry: Any) -> Any:
    at = date_format(timezone.localtime(entry.at), "Y-m-d D H:i")
    mark = format_html(' <span class="tag">{}</span>', _("at night")) if entry.is_night else ""
    return format_html('<time class="nowrap" datetime="{}">{}</time>{}', entry.at.isoformat(), at, mark)


def _student(entry: Any) -> Any:
    if not entry.student:
        return "—"
    return format_html(
        '<a href="{}">{}</a>', reverse("students:student_opened", args=[entry.student_id]), entry.student.name
    )


def _without_names(viewer: Viewer) -> bool:
    return not may_meet_students(viewer)


OPENS_OF_ONE = List(
    name="open_detail",
    title=gettext_lazy("Opens outside one’s own care"),
    page_size=100,
    order=("-at",),
    dress=_told,
    columns=(
        Column("at", gettext_lazy("When"), draw=_when),
        Column("what", gettext_lazy("What"), lambda entry: entry.words),
        Column("student", gettext_lazy("Student"), draw=_student, seen_by=may_meet_students),
        Column("class", gettext_lazy("Class"), lambda entry: _class(entry.student), seen_by=may_meet_students),
        Column("number", gettext_lazy("Student"), lambda entry: entry.student_id, seen_by=_without_names),
    ),
)


def _class(student: Student | None) -> str:
    return student.class_group.name if student and student.class_group else "—"
