"""Actions say here that the figures of a unit are no longer as they were counted."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from schools.common.prepared import PreparedInsert
from schools.models import TallyMark

_MARKS = PreparedInsert(TallyMark)


def mark(
    *unit_ids: int, since: dt.date | None = None, then: dt.datetime | Sequence[dt.datetime | None] | None = None
) -> None:
    """Have the figures of these units counted anew within a minute. One insert; call it in the action's transaction.

    `since` is the first day that the change touches, if it may lie in a term that is over. `then` is a moment, or
    several, that changes the figures again by passing, such as the time by which a flag must be in hand.
    """
    now = timezone.now()
    later = [then] if isinstance(then, dt.datetime) else then or []
    moments = [now, *(moment for moment in later if moment and moment > now)]
    _MARKS.write([TallyMark(unit_id=unit, at=at, since=since) for unit in dict.fromkeys(unit_ids) for at in moments])


def mark_later(moments: Iterable[tuple[int, dt.datetime]]) -> None:
    """Have the figures of many units counted anew, each from a moment on, although nothing has changed yet."""
    TallyMark.objects.bulk_create([TallyMark(unit_id=unit, at=at) for unit, at in moments], batch_size=1000)
