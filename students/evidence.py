"""Why a flag stands, as far as a viewer may read it: what people wrote, and what other floors know.

An app's `chronicle.py` adds to it with functions marked `evidence`, each filtered for the viewer. Nothing is copied
into the flag: a talk that is kept for counselors or deleted later takes its words along.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from schools.common.floors import ask_apps
from students.file import FileEntry

if TYPE_CHECKING:
    from schools.access import Viewer
    from students.models import RiskFlag

Source = Callable[["Viewer", "RiskFlag"], Iterable[FileEntry]]
_sources: list[Source] = []


def evidence(source: Source) -> Source:
    """Register a function that says why a flag stands."""
    _sources.append(source)
    return source


def evidence_of(viewer: "Viewer", flag: "RiskFlag") -> list[FileEntry]:
    """What this viewer may read of it, the first first."""
    ask_apps("chronicle")
    # By their apps: which of two entries of one moment is first does not hang on what was imported first.
    sources = sorted(_sources, key=lambda source: source.__module__)
    return sorted((entry for source in sources for entry in source(viewer, flag)), key=lambda entry: entry.at)


# --- in a few words, for a list ---------------------------------------------------------------------------------------

Brief = Callable[["Viewer", "list[RiskFlag]"], Mapping[UUID, list[str]]]
_briefs: list[Brief] = []


def brief(source: Brief) -> Brief:
    """Register a function that says in a few words why flags stand: by flag, in one query for all of them.

    Never from the sealed words, and never from a record that the viewer may not read.
    """
    _briefs.append(source)
    return source


def briefs_of(viewer: "Viewer", flags: "list[RiskFlag]") -> dict[UUID, list[str]]:
    ask_apps("chronicle")
    found: dict[UUID, list[str]] = {flag.pk: [] for flag in flags}
    for source in sorted(_briefs, key=lambda one: one.__module__):
        for pk, words in source(viewer, flags).items():
            found[pk] += [word for word in words if word not in found[pk]]
    return found
