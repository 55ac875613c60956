"""What waits for a person.

Each app may have an `inbox.py` whose functions, marked with `waits`, tell it:

    @waits
    def follow_ups(viewer: Viewer) -> Iterable[Waiting]: ...
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schools.common.floors import ask_apps

if TYPE_CHECKING:
    from schools.access import Viewer


@dataclass(frozen=True)
class Waiting:
    """One thing to do. `url` leads to where it is done, if anywhere; `text` names no more than its page may show."""

    text: str
    url: str
    due_at: dt.datetime | None = None
    note: str = ""
    severity: int = 0
    count: int = 1

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.due_at is not None and self.due_at < now


Source = Callable[["Viewer"], Iterable[Waiting]]
_sources: list[Source] = []


def waits(source: Source) -> Source:
    """Register a function that tells what waits for a viewer."""
    _sources.append(source)
    return source


def inbox_of(viewer: "Viewer") -> list[Waiting]:
    """All that waits for the viewer, the most urgent first."""
    ask_apps("inbox")
    found = [item for source in _sources for item in source(viewer)]
    return sorted(found, key=_urgency)


def _urgency(item: Waiting) -> tuple[int, float]:
    return -item.severity, item.due_at.timestamp() if item.due_at else float("inf")
