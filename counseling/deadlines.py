"""By when a crisis event must be reported up: orally, in writing, then again and again until it is settled.

Plain arithmetic. The times are data of the region (`incident_deadlines` of the unit): by kind of event
[minutes to the oral report, hours to the written one, hours between follow-ups]; "*" counts for every other kind.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ORAL, WRITTEN, FOLLOW_UP = "oral", "written", "follow_up"
USUAL = (60, 24, 24)


@dataclass(frozen=True)
class Due:
    """One report that is owed: by when, and when it was made."""

    form: str
    by: dt.datetime
    made: dt.datetime | None = None

    def is_late(self, now: dt.datetime) -> bool:
        return (self.made or now) > self.by


def rules_for(table: Mapping[str, Sequence[int]], kind: str) -> list[int]:
    """Minutes, hours, hours for this kind. A gap in the data of a region must not keep an incident from starting."""
    return list(table.get(kind) or table.get("*") or USUAL)


def first_dues(known_at: dt.datetime, rules: Sequence[int]) -> tuple[dt.datetime, dt.datetime]:
    """By when the first oral report and the first written one are owed."""
    minutes, hours, _interval = rules
    return known_at + dt.timedelta(minutes=minutes), known_at + dt.timedelta(hours=hours)


def dues(
    known_at: dt.datetime, rules: Sequence[int], made: Sequence[tuple[str, dt.datetime]], *, is_open: bool
) -> list[Due]:
    """What is owed. Any report made first counts as the oral one too: it was sooner and said more. A follow-up is owed
    while the event is open, each counted from the last report of any form; none before the written one."""
    oral_by, written_by = first_dues(known_at, rules)
    times = sorted(at for _form, at in made)
    written = [at for form, at in made if form == WRITTEN]
    found = [
        Due(ORAL, oral_by, times[0] if times else None),
        Due(WRITTEN, written_by, min(written) if written else None),
    ]
    if is_open and written:
        found.append(Due(FOLLOW_UP, times[-1] + dt.timedelta(hours=rules[2])))
    return found


def next_due(found: Sequence[Due]) -> Due | None:
    """The first that is not made yet."""
    return min((due for due in found if due.made is None), key=lambda due: due.by, default=None)
