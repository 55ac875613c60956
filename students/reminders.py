"""What of this floor reminds: reviews of plans."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.days import midnight
from schools.ladder import ABOVE, BACKUP, DAYS, REPORTER, Rung
from schools.models import Membership, Reminder, Role
from schools.work.reminders import Due, Source, remind
from students.access import is_kept_from_a_flag
from students.actions.registry import who_reviews
from students.models import RegistryEntry
from students.models.registry import REVIEW_DUE

AHEAD, BACK = dt.timedelta(days=30), dt.timedelta(days=60)
MORNING = dt.timedelta(hours=8)
DAY = 24 * 60


def reviews_due(now: dt.datetime) -> Iterator[Due]:
    """Schools and days on which a plan is to be reviewed, and has not been."""
    today = timezone.localdate(now)
    rows = RegistryEntry.objects.filter(review_by__range=(today - BACK, today + AHEAD)).select_related("school__kind")
    known = {(one.school_id, one.review_by): one for one in rows.only("review_by", "school").order_by()}
    for one in known.values():
        if one.review_by:
            yield Due(one.school, one.review_by, midnight(one.review_by) + MORNING)


def reviewers(row: Reminder) -> list[Membership]:
    """Who answers for a plan whose review still waits; who steps in for them; or the leaders. Nobody from whom a flag
    of the student is kept."""
    rows = RegistryEntry.objects.filter(school=row.unit, review_by=row.day)
    entries = rows.select_related("counselor__person", "listed_by__person", "counselor__backup", "listed_by__backup")
    leaders = _leaders(row) if row.whom == ABOVE else []
    found: dict[int, Membership] = {}
    for entry in entries:
        for member in who_reviews(entry, _called(entry, row.whom, leaders)):
            found[member.pk] = member
    return list(found.values())


def _called(entry: RegistryEntry, whom: str, leaders: list[Membership]) -> Iterable[Membership]:
    own = entry.counselor or entry.listed_by
    if whom == REPORTER:
        return [own]
    if whom == BACKUP:
        return [own.backup] if own.backup else []
    return leaders


def _leaders(row: Reminder) -> list[Membership]:
    here = Membership.objects.current().filter(unit=row.unit, role=Role.SCHOOL_LEADER, person__is_active=True)
    return list(here.select_related("person", "unit"))


remind(
    Source(
        REVIEW_DUE,
        _("The review of a plan"),
        ladder=(Rung(0), Rung(2 * DAY, BACKUP), Rung(5 * DAY, ABOVE)),
        due=reviews_due,
        people=reviewers,
        url="students:registry_list",
        scale=DAYS,
        seen_by=lambda viewer: not is_kept_from_a_flag(viewer),
    )
)
