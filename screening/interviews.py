"""Who must be talked to after a screening, across all rounds, and who must be asked again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from schools.access import Viewer
from screening.models import PlannedTalk, Response, Result, Round, Slip
from students.models import Student


@dataclass(frozen=True)
class Waiting:
    """Somebody with an open flag of a screening and no interview yet, with their slot."""

    slip: Slip
    flag: Any
    label: str
    talk: PlannedTalk | None
    now: dt.datetime

    @property
    def is_planned(self) -> bool:
        return self.talk is not None and self.talk.state == PlannedTalk.State.PLANNED

    @property
    def is_past(self) -> bool:
        return self.talk is not None and self.is_planned and self.talk.at < self.now


def waiting(viewer: Viewer) -> list[Waiting]:
    """By urgency, each student once; the slip is that of the last round."""
    open_ones = Slip.objects.visible_to(viewer).filter(flag__isnull=False, flag__interviewed_at=None)
    related = open_ones.exclude(flag__state="closed").select_related("student", "class_group", "flag", "round")
    slips: dict[Any, Slip] = {
        slip.flag_id: slip for slip in related.order_by("-flag__severity", "flag__known_at", "round__opens_on")
    }
    talks = PlannedTalk.objects.visible_to(viewer).filter(flag__in=list(slips)).exclude(state=PlannedTalk.State.MOVED)
    last = {talk.flag_id: talk for talk in talks.select_related("by__person")}
    now = timezone.now()
    for slip in slips.values():
        slip.class_group.school = viewer.unit
    return [
        Waiting(slip, slip.flag, viewer.scheme.label(slip.flag.severity), last.get(pk), now)
        for pk, slip in slips.items()
        if slip.flag
    ]


@dataclass(frozen=True)
class Retest:
    """Somebody whose answers are in doubt: until when and by whom they are asked again, if that is arranged."""

    student: Student
    class_name: str
    round: Round
    until: dt.date | None
    person: str


def retests(viewer: Viewer) -> list[Retest]:
    """Second askings that are not answered yet, and doubtful answers to an instrument that the student has answered no
    more since and is not being asked again: also those of a second asking, or of a later stage."""
    asked = Slip.objects.visible_to(viewer).still_asked().filter(round__kind=Round.Kind.RETEST)
    doubtful = Response.objects.visible_to(viewer).filter(
        is_valid=False, pk__in=_in_doubt().values("response"), slip__student__status=Student.Status.ENROLLED
    )
    rows: list[tuple[Slip, bool]] = [
        (slip, True)
        for slip in asked.select_related(
            "round__responsible__person", "round__made_by__person", "student", "class_group"
        ).order_by("round__closes_on", "pk")
    ]
    related = doubtful.select_related("slip__student", "slip__class_group", "slip__round").order_by("at")
    rows += [(response.slip, False) for response in related]
    return [_retest(viewer, slip, is_arranged) for slip, is_arranged in rows]


def _in_doubt() -> Any:
    """The last results of each student and instrument, if they are in doubt and nobody is asking again."""
    same, student = OuterRef("instrument__code"), OuterRef("response__slip__student")
    later = Result.objects.filter(
        response__slip__student=student, instrument__code=same, response__at__gt=OuterRef("response__at")
    )
    asked = Slip.objects.still_asked().filter(
        student=student, round__kind=Round.Kind.RETEST, round__parts__instrument__code=same
    )
    return Result.objects.filter(is_valid=False).exclude(Exists(later)).exclude(Exists(asked))


def _retest(viewer: Viewer, slip: Slip, is_arranged: bool) -> Retest:
    slip.class_group.school = viewer.unit
    until = (slip.round.make_up_until or slip.round.closes_on) if is_arranged else None
    person = (slip.round.responsible or slip.round.made_by).person.name if is_arranged else ""
    return Retest(slip.student, slip.class_group.name, slip.round, until, person)
