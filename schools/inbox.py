"""What those who can notice a take-over are told for a week, whether or not they have seen it before."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import DateTimeField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import records_waiting  # noqa: F401  records of the work
from schools.access import Viewer
from schools.actions.takeover import TOLD
from schools.models import Notice, Role
from schools.prepared_for import prepared_for
from schools.templatetags.look import moment
from schools.work.inbox import Waiting, waits
from schools.work.notices import told

WEEK = dt.timedelta(days=7)


@waits
def accounts_taken_in_hand(viewer: Viewer) -> Iterator[Waiting]:
    """Who has just taken over an account would read its notices away: these stay."""
    since = timezone.now() - WEEK
    for notice in told(viewer, _told_since(viewer, since=since)):
        own = notice.subject_id == viewer.person.pk
        text = _("{what}: {whose}. If it was not agreed with you, tell the auditor.") if own else _("{what}: {whose}")
        yield Waiting(
            text=text.format(what=notice.title, whose=notice.detail),
            url=reverse("schools:audit_list") if viewer.role == Role.AUDITOR else "",
            note=moment(timezone.localtime(notice.created_at)),
        )


@prepared_for(since=DateTimeField())
def _told_since(viewer: Viewer, since: Any) -> Any:
    kinds = list(TOLD.values())
    return Notice.objects.standing().filter(membership=viewer.membership, kind__in=kinds, created_at__gte=since)
