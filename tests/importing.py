"""Reading and importing files in tests, without pages and jobs."""

from dataclasses import dataclass
from typing import Any

from schools.common.tables import LIMITS
from schools.imports import pipeline
from schools.imports.kinds import ImportOptions, kind_named
from schools.imports.reading import FileRows, read_file, take_sheets
from students.roster import present_in


@dataclass
class Parsed:
    """A file as its kind reads it, before it is compared with anything."""

    file: FileRows
    rows: list[Any]

    @property
    def problems(self):
        return [self.file.placed(problem) for problem in self.file.problems]

    @property
    def present(self):
        return present_in(self.file)

    def __getattr__(self, name):
        return getattr(self.file, name)


def parsed(code, source, *, mapping=None, limits=LIMITS):
    kind = kind_named(code)
    found = pipeline.parse(kind, read_file(source, kind.vocabulary, mapping=mapping, limits=limits))
    return Parsed(found.file, found.rows)


def parse_tables(code, *tables, mapping=None):
    kind = kind_named(code)
    found = pipeline.parse(kind, take_sheets(tables, kind.vocabulary, mapping))
    return Parsed(found.file, found.rows)


def read_roster(source, **options):
    return parsed("roster", source, **options)


class Outcome:
    """A result whose counts are attributes."""

    def __init__(self, result):
        self.result = result

    def __getattr__(self, name):
        result = self.result
        return getattr(result, name) if hasattr(result, name) else result.counts.get(name, 0)


def read(source, unit, code="roster"):
    return pipeline.read(kind_named(code), source, unit)


def preview(found, unit, **options):
    return Outcome(pipeline.preview(found, unit, options=ImportOptions(**options)))


def commit(found, unit, *, by=None, expected="", watch=None, **options):
    chosen = ImportOptions(**options)
    return Outcome(pipeline.commit(found, unit, by=by, options=chosen, expected=expected, watch=watch))


def import_file(source, unit, by=None, *, code="roster", dry_run=False, **options):
    """Read and import a file into a unit."""
    found = read(source, unit, code)
    return preview(found, unit, **options) if dry_run else commit(found, unit, by=by, **options)
