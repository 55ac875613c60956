"""What notices about flags say: whose flag it is and its level, to those who may open it."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.models import Notice, Unit
from schools.work.notices import Kind, declare
from students.models import RiskFlag


def flag_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """Name, class and level, in one query for all."""
    seen = RiskFlag.objects.visible_to(viewer).filter(pk__in={notice.subject_id for notice in notices})
    classes: dict[int | None, str] = {group.pk: group.name for group in viewer.class_groups}
    lines = {
        flag.pk: " · ".join(
            filter(
                None, [flag.student.name, classes.get(flag.student.class_group_id), viewer.scheme.word(flag.severity)]
            )
        )
        for flag in seen.select_related("student").distinct()
    }
    return {notice.pk: lines.get(notice.subject_id, "") for notice in notices}


def school_lines(viewer: Viewer, notices: list[Notice]) -> Mapping[UUID, str]:
    """For a center: which school, and nothing else."""
    names = dict(Unit.objects.filter(pk__in={notice.unit_id for notice in notices}).values_list("pk", "name"))
    return {notice.pk: names.get(notice.unit_id, "") for notice in notices}


declare(
    Kind("flag.raised", _("A risk flag waits to be taken in hand"), flag_lines),
    Kind("flag.repeated", _("Somebody reported again about a risk flag"), flag_lines),
    Kind("flag.late", _("A target of a risk flag has passed: you are called next"), flag_lines),
    Kind("flag.handed", _("A risk flag was handed to you"), flag_lines),
    Kind("flag.question", _("The counselor asks you about a student of your class"), flag_lines),
    Kind("flag.answered", _("The class teacher has answered"), flag_lines),
    Kind("flag.watch_over", _("The watch over a risk flag has ended: look again"), flag_lines),
    Kind("flag.confirm", _("A decision about a risk flag waits for you as the second person"), flag_lines),
    Kind("flag.sent_back", _("The second person sent your decision back"), flag_lines),
    Kind(
        "flag.center_called",
        _("A flag of the worst level waits at a school, and nobody there has answered"),
        school_lines,
    ),
    Kind("flag.kept", _("A risk flag was kept from somebody of the staff: the log says by whom"), school_lines),
)
