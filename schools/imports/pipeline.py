"""Read, compare, and write all of it in one transaction.

`preview` makes plans with a digest and writes nothing; `commit` makes them anew inside its transaction and lets it
stand only if the digest is still the same. Plans are made and written one after the other, so that a district's file
needs little more memory than its rows.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.tables import UnreadableFile
from schools.imports.columns import mend_columns
from schools.imports.kinds import Comparison, Handout, ImportKind, ImportOptions, ImportPlan
from schools.imports.problems import Problem, rows_out
from schools.imports.reading import FileRows, read_file
from schools.models import Unit

Watch = Callable[[ImportPlan], None]
NOTHING = ImportOptions()


class PreviewOutdated(Exception):
    """The database is no longer as it was when the preview was made."""


@dataclass(slots=True)
class ReadFile:
    """A file that was read: what the pages tell of it, and the records of its good rows."""

    kind: ImportKind
    file: FileRows
    rows: list[Any]


@dataclass(slots=True)
class ImportResult:
    """What was done, or would be."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    digest: str = ""
    applied: bool = False
    handout: Handout | None = None

    @property
    def problem_rows(self) -> int:
        """Rows that stay out."""
        return rows_out(self.problems)

    @property
    def all_counts(self) -> dict[str, int]:
        return {**self.counts, "problems": self.problem_rows}


def read(kind: ImportKind, source: Path | bytes, unit: Unit) -> ReadFile:
    """Raises UnreadableFile; everything smaller is a Problem."""
    mapping = kind.explained(unit)
    return parse(kind, read_file(source, kind.vocabulary, mapping=mapping, sheets=kind.sheets))


def parse(kind: ImportKind, file: FileRows) -> ReadFile:
    file.shown = kind.shown
    mend_columns(file, kind.free_texts)
    rows = kind.parse(file)
    if not file.total:
        raise UnreadableFile("no_rows")
    return ReadFile(kind, file, rows)


def preview(
    found: ReadFile,
    unit: Unit,
    *,
    by: Viewer | None = None,
    options: ImportOptions = NOTHING,
    watch: Watch | None = None,
) -> ImportResult:
    """What `commit` would do; writes nothing."""
    return _compared(_comparison(found, unit, by, options, lock=False), watch or (lambda _plan: None))


def commit(
    found: ReadFile,
    unit: Unit,
    *,
    by: Viewer | None = None,
    options: ImportOptions = NOTHING,
    expected: str = "",
    watch: Watch | None = None,
) -> ImportResult:
    """Write it all, or nothing: with `expected`, only what the preview showed (else raises PreviewOutdated)."""
    comparison = _comparison(found, unit, by, options, lock=True)
    comparison.prepare()
    try:
        with transaction.atomic():
            result = _written(comparison, watch)
            if expected and result.digest != expected:
                raise PreviewOutdated
            if options.strict and result.problem_rows:
                transaction.set_rollback(True)
                result.applied = False
            return result
    except IntegrityError:
        raise Refused(
            _("Two rows would have the same number, or somebody else is importing. Nothing was changed.")
        ) from None


def _comparison(found: ReadFile, unit: Unit, by: Viewer | None, options: ImportOptions, *, lock: bool) -> Comparison:
    return found.kind.compare(found.file, found.rows, unit, by, options, lock)


def _written(comparison: Comparison, watch: Watch | None) -> ImportResult:
    def write(plan: ImportPlan) -> None:
        plan.write()
        if watch:
            watch(plan)

    result = _compared(comparison, write)
    comparison.record(result.all_counts)
    result.applied = True
    result.handout = comparison.handout
    return result


def _compared(comparison: Comparison, each: Watch) -> ImportResult:
    """Plan after plan, each handed on, and all of them summed up."""
    file = comparison.file
    before = len(file.problems)
    result = ImportResult()
    digest = hashlib.sha256(f"{comparison.unit.code} {file.total}".encode())
    found: list[Problem] = []
    for plan in comparison.plans():
        for line in plan.fingerprint():
            digest.update(line.encode())
        result.counts.update(plan.counts)
        found += plan.problems
        each(plan)
    result.problems = [file.placed(problem) for problem in [*file.problems, *found]]
    del file.problems[before:]  # found by this comparison; the next one finds its own
    result.digest = digest.hexdigest()
    return result
