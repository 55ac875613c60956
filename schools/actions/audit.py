"""What is done about the audit log itself: anchored, looked after, and begun anew after a restore."""

import datetime as dt
import logging

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.audit import anchors
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.work.notices import Urgency, notify

logger = logging.getLogger(__name__)
LONGEST = 200
# What the scheduler found, and what a glance did, for the pages and healthz.
FOUND, SEEN = "audit-faults-found", "audit-faults-seen"
# When all was well last: read as a whole, and compared with its anchors.
PROVED, ANCHORED = "audit-proved-at", "audit-anchored-at"
FOUND_SECONDS, SEEN_SECONDS = 3600, 60


def anchor_log() -> list[audit.Fault]:
    """Add an anchor; where the log has a fault, add none, and tell the auditors once a day."""
    faults = audit.write_anchor()
    cache.set(FOUND, bool(faults), FOUND_SECONDS)
    if faults:
        _tell_auditors(faults)
    else:
        cache.set(ANCHORED, timezone.now().isoformat(), None)
    return faults


def prove_log() -> list[audit.Fault]:
    """Read the whole log and tell the auditors of faults."""
    faults = list(audit.verify())
    cache.set(PROVED, "" if faults else timezone.now().isoformat(), None)
    if faults:
        _tell_auditors(faults)
    return faults


def _tell_auditors(faults: list[audit.Fault]) -> None:
    logger.error("the audit log is not whole: %d faults, the first in chain %s", len(faults), faults[0].scope)
    auditors = Membership.objects.current().filter(role=Role.AUDITOR, person__is_active=True).select_related("unit")
    with transaction.atomic():
        notify(
            to=auditors,
            kind="audit.fault",
            url=reverse("schools:audit_list"),
            urgency=Urgency.URGENT,
            occasion=timezone.localdate().isoformat(),
        )


def has_faults() -> bool:
    """For pages and healthz, which ask often: what the scheduler found, or a glance of the last minute."""
    if cache.get(FOUND):
        return True
    seen: bool | None = cache.get(SEEN)
    if seen is None:
        seen = bool(audit.glance())
        cache.set(SEEN, seen, SEEN_SECONDS)
    return seen


def checked_at() -> tuple[dt.datetime | None, dt.datetime | None]:
    """When the log was last read as a whole and found whole, and when it last fitted its anchors."""
    times = [cache.get(key) for key in (PROVED, ANCHORED)]
    proved, anchored = (dt.datetime.fromisoformat(one) if one else None for one in times)
    return proved, anchored


def can_accept_log(viewer: Viewer) -> bool:
    """Anchors tell of all chains, so only an auditor of the whole network accepts them."""
    return viewer.role == Role.AUDITOR and viewer.unit.parent_id is None


@transaction.atomic
def accept_log(*, by: Viewer, reason: str) -> None:
    """After a restore: take the log as it now is for its beginning. The anchors until now are kept beside the new file.

    What is wrong within a chain stays a fault: only anchors that tell of rows that are gone are given up.
    """
    if not can_accept_log(by):
        raise Refused(_("Only an auditor of the whole network accepts a new beginning of the log."))
    if not reason.strip():
        raise Refused(_("Write down why the log begins anew, for example which copy was restored."))
    if len(reason.strip()) > LONGEST:
        raise Refused(_("This text is too long. Shorten it to {n} characters.").format(n=LONGEST))
    if not has_faults():
        raise Refused(_("The log fits its anchors: there is nothing to accept."))
    audit.record(by=None, person=by.person, verb="audit.accepted", details={"why": reason.strip()})
    transaction.on_commit(_begin_anew)


def _begin_anew() -> None:
    path = anchors.anchors_path()
    if path.exists():
        anchors.move_aside(path)
    anchors.end_path().unlink(missing_ok=True)
    anchors.begin_file(anchors.heads_now())
    cache.delete_many([FOUND, SEEN])
