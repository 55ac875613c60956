"""A flag is kept from somebody: planned talks with its student and later stages in their care are taken from them, and
notices about the slip behind it."""

from django.utils import timezone

from schools.models import Membership, Notice
from schools.work.notices import withdraw_notices
from screening.models import PlannedTalk, Round, Slip
from students.actions.keeping import when_kept
from students.models import RiskFlag


@when_kept
def planned_talks(flag: RiskFlag, members: list[Membership]) -> None:
    """The slot is free, so that somebody else gets one. Which students a call meant, it does not say: it is taken back
    with the first of them."""
    theirs = PlannedTalk.objects.filter(flag=flag, by__in=members)
    if theirs.exists():
        calls = Notice.objects.filter(kind="interview.planned", membership__in=members, withdrawn_at=None)
        calls.update(withdrawn_at=timezone.now())
    theirs.filter(state=PlannedTalk.State.PLANNED).update(state=PlannedTalk.State.MOVED)


@when_kept
def later_stages(flag: RiskFlag, members: list[Membership]) -> None:
    """Whoever prepared the round sees to it."""
    asked = Round.objects.filter(slips__student=flag.student_id).exclude(state=Round.State.CLOSED)
    Round.objects.filter(pk__in=asked.values("pk"), responsible__in=members).update(responsible=None)


@when_kept
def slips(flag: RiskFlag, members: list[Membership]) -> None:
    for slip in Slip.objects.filter(flag=flag):
        withdraw_notices(slip, members)
