"""What notices about flags say: whose flag it is and its level, to those who may open it."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.models import Notice
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


declare(
    Kind("flag.raised", _("A risk flag waits to be taken in hand"), flag_lines),
    Kind("flag.late", _("A risk flag was not taken in hand in time: you are called next"), flag_lines),
    Kind("flag.handed", _("A risk flag was handed to you"), flag_lines),
)
