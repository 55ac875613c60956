"""The file (心理健康档案): one chronology over everything that is known of a student.

It is a view, not a table. Each app may have a `chronicle.py` whose functions, marked with `chronicles`, give its
entries, already filtered for the viewer. All of them together take a fixed number of queries.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schools.common.floors import ask_apps

if TYPE_CHECKING:
    from schools.access import Viewer
    from students.models import Student


@dataclass(frozen=True)
class Entry:
    """One line of the file. `lines` are (label, text) pairs; `icon` is a heroicons name."""

    at: dt.datetime
    title: str
    by: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    url: str = ""
    severity: int = 0
    icon: str = "document-text"


Source = Callable[["Viewer", "Student"], Iterable[Entry]]
_sources: list[Source] = []


def chronicles(source: Source) -> Source:
    """Register a function that gives entries of a student's file."""
    _sources.append(source)
    return source


def file_of(viewer: "Viewer", student: "Student") -> list[Entry]:
    """What this viewer may read of the student's file, newest first."""
    ask_apps("chronicle")
    sources = sorted(_sources, key=lambda source: source.__module__)
    entries = [entry for source in sources for entry in source(viewer, student)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)
