"""What a person does with their notices: opens one, says that they have it."""

from django.db import transaction
from django.utils import timezone

from schools.access import Viewer
from schools.models import Notice
from schools.work.notices import Urgency


@transaction.atomic
def open_notice(*, by: Viewer, notice: Notice) -> Notice:
    """Seen. An urgent one goes on calling until it is acknowledged."""
    Notice.objects.visible_to(by).filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return notice


@transaction.atomic
def acknowledge_notice(*, by: Viewer, notice: Notice) -> bool:
    """“I have it”: it calls nobody else for this person any more. False if it was acknowledged before, or is over."""
    now = timezone.now()
    found = Notice.objects.visible_to(by).filter(pk=notice.pk, acknowledged_at=None, over_at=None)
    changed = bool(found.update(acknowledged_at=now, answer_by=None))
    Notice.objects.visible_to(by).filter(pk=notice.pk, read_at=None).update(read_at=now)
    return changed


@transaction.atomic
def read_all_notices(*, by: Viewer) -> int:
    """All that is not urgent counts as seen."""
    found = Notice.objects.visible_to(by).calling().filter(urgency__lt=Urgency.URGENT, read_at=None)
    return int(found.update(read_at=timezone.now()))
