"""The list of openings by break-glass."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.listing import Column, Days, List, Stages
from schools.templatetags.look import moment
from students.access import student_named
from students.models import BreakGlass


def _dressed(rows: list[Any], viewer: Viewer) -> None:
    for row in rows:
        row.named = student_named(viewer, row.student)


def _reviewed(row: BreakGlass) -> str:
    return str(row.get_finding_display()) if row.reviewed_at else _("to be reviewed")


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
        Column("by__person__name", gettext_lazy("Opened by")),
        Column("named", gettext_lazy("Student")),
        Column("school__name", gettext_lazy("School")),
        Column("opened_at", gettext_lazy("Opened"), show=moment, sort="opened_at"),
        Column("review", gettext_lazy("Review"), _reviewed),
    ),
    filters=(
        Stages(
            ("open", gettext_lazy("to be reviewed"), "reviewed_at"),
            ("done", gettext_lazy("reviewed"), ""),
            label=gettext_lazy("Review"),
        ),
        Days("opened_at", folded=True),
    ),
)
