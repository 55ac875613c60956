"""The steps of a ladder: when something that is due calls, and whom. Plain rules, without Django."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

REPORTER, BACKUP, ABOVE, BY_HAND = "reporter", "backup", "above", "hand"
AS_CHOSEN = ""
MINUTES, DAYS = "minutes", "days"
# A step that could not be sent for this long is dropped: it would remind of yesterday.
STALE = {MINUTES: dt.timedelta(hours=12), DAYS: dt.timedelta(days=4)}
FURTHEST = 1_000_000  # minutes that a step may lie before or after its hour


class Rung(NamedTuple):
    """When, in minutes before (-) or after the hour; whom: who is to do it, who steps in, or who stands above; and by
    which channel."""

    minutes: int
    whom: str = REPORTER
    channel: str = AS_CHOSEN


def passed_steps(
    ladder: Iterable[Rung], due: dt.datetime, now: dt.datetime, stale: dt.timedelta
) -> list[tuple[Rung, dt.datetime]]:
    """The steps whose moment has come, and is not long over. After a standstill only the last of each person's
    steps is left: whoever was not called at 9:30 and at 10:00 is called once."""
    last: dict[str, tuple[Rung, dt.datetime]] = {}
    for step in sorted(ladder):
        at = due + dt.timedelta(minutes=step.minutes)
        if now - stale < at <= now:
            last[step.whom] = (step, at)
    return sorted(last.values())


def minutes_since(due: dt.datetime, now: dt.datetime) -> int:
    """The step that somebody takes by hand."""
    return max(-FURTHEST, min(FURTHEST, int((now - due).total_seconds() // 60)))
