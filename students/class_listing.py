"""The list of classes: who leads each, how many students it has."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.access import Viewer
from schools.common.labels import listed
from schools.listing import Choice, Column, List
from schools.models import ClassGroup, Membership, Role
from students.access import LOOKING_AFTER, can_correct
from students.models import Student
from students.queries import is_key

ORDER = tuple(str(name) for name in ClassGroup._meta.ordering or ())


def listed_classes(viewer: Viewer) -> QuerySet[Any]:
    """The classes this viewer looks after that are at the school today, and those closed by hand that a filter shows;
    who finished stays in the records."""
    today = timezone.localdate()
    present = [g.pk for g in viewer.class_groups if g.closed_on or g.is_there(today, viewer.unit.system)]
    return ClassGroup.objects.visible_to(viewer).filter(pk__in=present)


def _dressed(groups: list[Any], viewer: Viewer) -> None:
    """Put teachers and numbers on the rows of one page: two queries."""
    by_id = {group.pk: group for group in groups}
    for group in groups:
        group.school = viewer.unit
        group.teachers, group.students_here, group.on_leave, group.key = [], 0, 0, 0
    posts = Membership.objects.not_over().filter(role=Role.CLASS_TEACHER, classes__in=list(by_id))
    for class_id, name in posts.order_by("starts_on", "pk").values_list("classes", "person__name"):
        if class_id in by_id:
            by_id[class_id].teachers.append(name)
    enrolled = Q(status=Student.Status.ENROLLED)
    rows = Student.objects.visible_to(viewer).filter(class_group__in=list(by_id)).order_by().values_list("class_group")
    counted = rows.annotate(
        here=Count("pk", filter=enrolled),
        away=Count("pk", filter=Q(status=Student.Status.ON_LEAVE)),
        key=Count("pk", filter=enrolled & is_key(viewer)),
    )
    for class_id, here, away, key in counted:
        group = by_id[class_id]
        group.students_here, group.on_leave, group.key = here, away, key


def _name(group: ClassGroup) -> SafeString:
    return format_html('<a href="{}?class={}">{}</a>', reverse("students:student_list"), group.pk, group.name)


def _teachers(group: Any) -> SafeString | str:
    return listed(group.teachers) or format_html('<span class="tag warn">{}</span>', _("nobody yet"))


def _grades(viewer: Viewer) -> list[tuple[str, str]]:
    return list({f"{group.stage}-{group.entry_year}": group.grade_name for group in viewer.class_groups}.items())


def _of_grade(groups: Any, grade: str, _viewer: Viewer) -> QuerySet[Any]:
    stage, _dash, year = grade.partition("-")
    found: QuerySet[Any] = groups.filter(stage=stage, entry_year=int(year)) if grade else groups
    return found


def _open_or_closed(groups: Any, state: str, _viewer: Viewer) -> QuerySet[Any]:
    found: QuerySet[Any] = groups.filter(closed_on__isnull=state != "closed")
    return found


def _change(group: Any) -> SafeString:
    words = _("Open again or change") if group.closed_on else _("Change")
    address = reverse("students:class_edit", args=[group.pk])
    return format_html('<a class="btn small" href="{}">{}<span class="sr"> {}</span></a>', address, words, group.name)


CLASSES = List(
    name="class_list",
    title=_("Classes"),
    icon="rectangle-stack",
    nothing=(_("No classes yet"), _("They are made from the school's roster when it is imported, or added by hand.")),
    order=ORDER,
    dress=_dressed,
    columns=(
        Column("name", _("Class"), draw=_name, sort=ORDER),
        Column("teachers", _("Class teacher"), lambda group: listed(group.teachers), draw=_teachers),
        Column("students", _("Students"), lambda group: group.students_here, css="num"),
        Column("on_leave", _("On leave"), lambda group: group.on_leave or "", css="num"),
        Column(
            "key",
            _("Key students"),
            lambda group: group.key or "",
            css="num",
            seen_by=lambda viewer: viewer.role in LOOKING_AFTER,
        ),
        Column("change", _("Change"), draw=_change, css="act", in_file=False, seen_by=can_correct),
    ),
    filters=(
        Choice("grade", label=_("Grade"), any_label=_("All grades"), choices=_grades, narrow=_of_grade),
        Choice(
            "state",
            label=pgettext_lazy("of a class", "State"),
            any_label=pgettext_lazy("of classes", "Open"),
            choices=[("closed", pgettext_lazy("of classes", "Closed"))],
            chips=True,
            narrow=_open_or_closed,
        ),
    ),
)
