"""The file (心理健康档案): one chronology over everything that is known of a student.

It is a view, not a table. Each app may have a `chronicle.py` whose functions, marked with `chronicles(kind)`, give its
entries, already filtered for the viewer. All of them together take a fixed number of queries. Page, paper and what is
handed over to another school are made from the same entries.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from schools.common.floors import ask_apps

if TYPE_CHECKING:
    from schools.access import Viewer
    from students.models import Student


@dataclass(frozen=True)
class Kind:
    """What entries may be chosen by. `position` is its place among the choices."""

    code: str
    label: Any
    position: int


TALK = Kind("talk", _("Talks"), 1)
FLAG = Kind("flag", _("Flags and steps"), 2)
REGISTRY = Kind("registry", _("Registry and plan"), 3)
SCREENING = Kind("screening", _("Screenings"), 4)
INCIDENT = Kind("incident", _("Crisis events"), 5)
FAMILY = Kind("family", _("Contacts with the family"), 6)
GROUP = Kind("group", _("Special groups"), 7)
ROLL = Kind("roll", _("Roll"), 8)
KINDS = {kind.code: kind for kind in (TALK, FLAG, REGISTRY, SCREENING, INCIDENT, FAMILY, GROUP, ROLL)}


@dataclass(frozen=True)
class FileEntry:
    """One line of the file. `lines` are (label, text) pairs; `icon` is a heroicons name.

    `recorded_at` is when it came into the file, if that is not when it happened; `by_id` is the person who wrote it.
    What `is_private` is for counselors only, wherever it goes.
    """

    at: dt.datetime
    title: str
    by: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    url: str = ""
    severity: int = 0
    icon: str = "document-text"
    recorded_at: dt.datetime | None = None
    by_id: UUID | None = None
    is_private: bool = False
    kind: str = ""

    @property
    def came_at(self) -> dt.datetime:
        return self.recorded_at or self.at


Source = Callable[["Viewer", "Student"], Iterable[FileEntry]]
_sources: list[tuple[Kind, Source]] = []


def chronicles(kind: Kind) -> Callable[[Source], Source]:
    """Register a function that gives entries of this kind of a student's file."""

    def register(source: Source) -> Source:
        _sources.append((kind, source))
        return source

    return register


def file_of(viewer: "Viewer", student: "Student", *kinds: Kind) -> list[FileEntry]:
    """What this viewer may read of the student's file, newest first; only of these kinds, if any are named.

    A source may give an entry another kind than its own: what came from another school keeps the kind it had there.
    """
    ask_apps("chronicle")
    wanted = [(kind, source) for kind, source in _sources if not kinds or kind in kinds or kind == ROLL]
    entries = [
        entry if entry.kind else replace(entry, kind=kind.code)
        for kind, source in sorted(wanted, key=lambda one: (one[1].__module__, one[0].position))
        for entry in source(viewer, student)
    ]
    codes = {kind.code for kind in kinds}
    chosen = [entry for entry in entries if not kinds or entry.kind in codes]
    return sorted(chosen, key=lambda entry: entry.at, reverse=True)
