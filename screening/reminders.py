"""What of this floor reminds: consent that is still missing when a survey is about to begin."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.days import midnight
from schools.ladder import DAYS, Rung
from schools.models import Membership, Reminder
from schools.work.reminders import Due, Source, remind
from screening.asking_families import REMINDER, teachers_waiting
from screening.models import Round

AHEAD = dt.timedelta(days=30)
MORNING = dt.timedelta(hours=8)
DAY = 24 * 60


def consents_due(now: dt.datetime) -> Iterator[Due]:
    """Schools and days on which a survey begins."""
    today = timezone.localdate(now)
    rounds = Round.objects.filter(is_quiet=False, opens_on__range=(today, today + AHEAD)).exclude(
        state=Round.State.CLOSED
    )
    known = {(one.school_id, one.opens_on): one for one in rounds.select_related("school__kind")}
    for one in known.values():
        yield Due(one.school, one.opens_on, midnight(one.opens_on) + MORNING)


def class_teachers_waiting(row: Reminder) -> list[Membership]:
    rounds = Round.objects.filter(school=row.unit, opens_on=row.day, is_quiet=False).exclude(state=Round.State.CLOSED)
    return teachers_waiting(row.unit, rounds.select_related("consent_text"))


remind(
    Source(
        REMINDER,
        _("Families have not answered about a survey"),
        ladder=(Rung(-5 * DAY), Rung(-DAY)),
        due=consents_due,
        people=class_teachers_waiting,
        url="screening:consent_list",
        scale=DAYS,
    )
)
