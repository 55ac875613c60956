"""Why a flag stands, as far as a viewer may read it: what people wrote, and what other floors know.

An app's `chronicle.py` adds to it with functions marked `evidence`, each filtered for the viewer. Nothing is copied
into the flag: a talk that is kept for counselors or deleted later takes its words along.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from schools.common.floors import ask_apps
from students.file import Entry

if TYPE_CHECKING:
    from schools.access import Viewer
    from students.models import RiskFlag

Source = Callable[["Viewer", "RiskFlag"], Iterable[Entry]]
_sources: list[Source] = []


def evidence(source: Source) -> Source:
    """Register a function that says why a flag stands."""
    _sources.append(source)
    return source


def evidence_of(viewer: "Viewer", flag: "RiskFlag") -> list[Entry]:
    """What this viewer may read of it, the first first."""
    ask_apps("chronicle")
    return sorted((entry for source in _sources for entry in source(viewer, flag)), key=lambda entry: entry.at)
