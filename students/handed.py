"""Entries of a file as they are handed over: frozen when they are offered, read again in the other school."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator

from schools.access import Viewer
from schools.models import Role
from students.file import FAMILY, FLAG, GROUP, INCIDENT, REGISTRY, SCREENING, TALK, FileEntry

# What may go along, in the order in which it is proposed.
OFFERED = (REGISTRY, FLAG, TALK, SCREENING, INCIDENT, FAMILY, GROUP)


def pack(entries: Iterable[FileEntry]) -> str:
    """Without addresses: they lead nowhere in the other school."""
    rows = [
        {
            "at": entry.at.isoformat(),
            "kind": entry.kind,
            "title": str(entry.title),
            "by": str(entry.by),
            "lines": [[str(label), str(text)] for label, text in entry.lines],
            "severity": entry.severity,
            "icon": entry.icon,
            "private": entry.is_private,
        }
        for entry in entries
    ]
    return json.dumps(rows, ensure_ascii=False)


def for_role(viewer: Viewer, entries: Iterable[FileEntry]) -> list[FileEntry]:
    """What is for counselors only, only a counselor hands over, prints and reads: also not a leader who has opened it
    in an emergency."""
    return [entry for entry in entries if not entry.is_private or viewer.role == Role.COUNSELOR]


def unpack(contents: str) -> Iterator[FileEntry]:
    for row in json.loads(contents) if contents else []:
        yield FileEntry(
            at=dt.datetime.fromisoformat(row["at"]),
            title=row["title"],
            by=row["by"],
            lines=tuple((label, text) for label, text in row["lines"]),
            severity=row["severity"],
            icon=row["icon"],
            is_private=row["private"],
            kind=row["kind"],
        )
