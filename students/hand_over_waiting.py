"""What waits of hand-overs: students to accept, receipts to record, offers that came back."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from students.access import can_hand_over
from students.actions.hand_over import to_answer
from students.models import HandOver

MOST = 30
RECENT = dt.timedelta(days=30)
State = HandOver.State


@waits
def hand_overs(viewer: Viewer) -> Iterator[Waiting]:
    """For who is to answer; what came back for who had offered it, until it is offered anew."""
    if not can_hand_over(viewer):
        return
    for offer in _waiting(viewer, since=timezone.now() - RECENT):
        text = _("{school} hands {name} over: accept or send back")
        if offer.state == State.RETURNED:
            text = _("The hand-over of {name} was sent back: read why")
        elif offer.to_school_id is None:
            text = _("The file of {name} left on paper: record the receipt")
        told = text.format(school=offer.school.name, name=offer.student.name)
        yield Waiting(text=told, url=offer.get_absolute_url())


@prepared_for(since=DateTimeField())
def _waiting(viewer: Viewer, since: Any) -> Any:
    later = HandOver.objects.filter(student=OuterRef("student"), state__in=[State.OFFERED, State.ACCEPTED]).order_by()
    own = Q(by__person=viewer.person, school_id=viewer.unit.pk)
    back = own & Q(state=State.RETURNED, answered_at__gte=since) & ~Exists(later)
    seen = HandOver.objects.visible_to(viewer).filter(to_answer(viewer) | back).select_related("student", "school")
    return seen.only("state", "to_school_id", "student__name", "school__name")[:MOST]
