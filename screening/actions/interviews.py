"""Talks after a screening are planned in slots, one after the other; who did not come gets another slot."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.work.notices import notify, pulse, this_once
from screening.access import check_can_hold_rounds
from screening.models import PlannedTalk
from students.models import KeptFrom, RiskFlag

State = PlannedTalk.State


@transaction.atomic
def plan_talks(
    *, by: Viewer, flags: Sequence[RiskFlag], first: dt.datetime, minutes: int, person: Membership
) -> list[PlannedTalk]:
    """A slot for each, in this order, where the person has none yet. An earlier slot of theirs is moved."""
    check_can_hold_rounds(by)
    if first < timezone.now():
        raise Refused(_("This moment has passed."), field="day")
    if person.unit_id != by.unit.pk or person.role != Role.COUNSELOR or not person.is_current():
        raise Refused(_("Choose a counselor of your school."), field="person")
    if KeptFrom.objects.filter(flag__in=flags, person=person.person_id).exists():
        raise Refused(_("This person cannot talk with one of these students. Choose somebody else."), field="person")
    mine = PlannedTalk.objects.filter(state=State.PLANNED, flag__in=flags)
    mine.update(state=State.MOVED)
    taken = PlannedTalk.objects.filter(state=State.PLANNED, by=person, at__gte=first - dt.timedelta(minutes=minutes))
    moments = _free(first, dt.timedelta(minutes=minutes), set(taken.values_list("at", flat=True)), len(flags))
    talks = [
        PlannedTalk(flag=flag, school_id=by.unit.pk, at=at, by=person, planned_by=by.membership)
        for flag, at in zip(flags, moments, strict=True)
    ]
    try:
        with transaction.atomic():
            PlannedTalk.objects.bulk_create(talks)
    except IntegrityError:
        raise Refused(
            _("Somebody else has just planned one of these talks. Look at the list again, then plan the others.")
        ) from None
    if person.pk != by.membership.pk:
        notify(
            to=[person],
            kind="interview.planned",
            url=reverse("screening:interview_list"),
            occasion=this_once(),
            due_at=first,
        )
    pulse({by.unit.pk})
    audit.record_many(by=by, verb="interview.planned", rows=[(flag, flag.student_id) for flag in flags])
    return talks


def _free(first: dt.datetime, length: dt.timedelta, taken: set[dt.datetime], count: int) -> list[dt.datetime]:
    """The next moments at which nothing of this person begins or still runs."""
    found: list[dt.datetime] = []
    at = first
    while len(found) < count:
        if all(abs(at - other) >= length for other in taken):
            found.append(at)
        at += length
    return found


@transaction.atomic
def miss_talk(*, by: Viewer, talk: PlannedTalk) -> None:
    """The student did not come: the slot is over, the talk still waits."""
    check_can_hold_rounds(by)
    now = timezone.now()
    if not PlannedTalk.objects.filter(pk=talk.pk, state=State.PLANNED, at__lt=now).update(state=State.MISSED):
        raise Refused(_("This slot has not come yet, or it was moved. The page now shows how it stands."))
    pulse({by.unit.pk})
    audit.record(by=by, verb="interview.missed", about=talk.flag, student=talk.flag.student_id)
