"""The list of openings by break-glass."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.listing import Choice, Column, Days, List
from schools.templatetags.look import moment
from students.access import student_named
from students.models import BreakGlass


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    for row in rows:
        row.named = student_named(viewer, row.student)


def _reviewed(row: BreakGlass) -> str:
    return str(row.get_finding_display()) if row.reviewed_at else _("to be reviewed")


def _state(rows: Any, value: str, viewer: Viewer) -> Any:
    return rows.filter(reviewed_at__isnull=value == "open") if value else rows


OPENINGS = List(
    name="glass_list",
    title=gettext_lazy("Opened in an emergency"),
    nothing=(
        gettext_lazy("Nothing was opened in an emergency"),
        gettext_lazy("Each opening stands here, with who, when and why, until somebody else has reviewed it."),
    ),
    icon="lock-open",
    order=("-opened_at",),
    link="students:glass_detail",
    dress=_dressed,
    columns=(
        Column("by", gettext_lazy("Opened by"), lambda row: row.by.person.name),
        Column("student", gettext_lazy("Student"), lambda row: row.named),
        Column("school", gettext_lazy("School"), lambda row: row.school.name),
        Column("opened", gettext_lazy("Opened"), lambda row: moment(row.opened_at), sort=("opened_at",)),
        Column("review", gettext_lazy("Review"), _reviewed),
    ),
    filters=(
        Choice(
            "state",
            "reviewed_at",
            label=gettext_lazy("Review"),
            choices=[("open", gettext_lazy("to be reviewed")), ("done", gettext_lazy("reviewed"))],
            chips=True,
            narrow=_state,
        ),
        Days("opened_at", folded=True),
    ),
)
