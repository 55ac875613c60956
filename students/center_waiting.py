"""Requests of schools that wait for a center: for its workbench."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.models import Role
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from students.actions.asking import ANSWER_WITHIN
from students.center_list import state_of
from students.flag_states import UPPER
from students.models import CenterRequest

MOST = 20


@waits
def requests_for_help(viewer: Viewer) -> Iterator[Waiting]:
    """What is open: first what nobody has acknowledged, then what is not answered yet."""
    if viewer.role != Role.CENTER_STAFF:
        return
    for one in _unanswered(viewer):
        yield Waiting(
            text=(
                _("{school} asks you to confirm a decision") if one.second_id else _("{school} asks for help")
            ).format(school=one.school.name),
            url=one.get_absolute_url(),
            due_at=_due(one, viewer),
            note=state_of(one),
            severity=0 if one.acknowledged_at else one.severity,
        )


def _due(request: CenterRequest, viewer: Viewer) -> dt.datetime:
    """By when somebody is to acknowledge what is urgent; an answer is due by the end of the next school day."""
    is_urgent = request.severity >= UPPER and request.flag_id is not None and request.second_id is None
    if is_urgent and request.acknowledged_at is None:
        return request.at + ANSWER_WITHIN
    return viewer.calendar.add_school_days(request.at, 1)


@prepared_for(by_class=False)
def _unanswered(viewer: Viewer) -> Any:
    waiting = CenterRequest.objects.visible_to(viewer).filter(answered_at=None).select_related("school")
    return waiting.order_by("acknowledged_at", "at")[:MOST]
