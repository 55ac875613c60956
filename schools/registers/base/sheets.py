"""The sheet of a register in a workbook: the rows of a file beside what is stored, through the one pipeline of imports.

A row is known again by a few of its values (`identity`). What it says replaces what is stored; a blank cell says
nothing. Whoever imports is a keeper, so the rows count at once, except their own.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.tables.columns import Vocabulary
from schools.imports.cells import Cells, parse_rows, parse_text
from schools.imports.kinds import Comparison, ImportKind, ImportPlan, Tab, register_kind
from schools.imports.problems import Problem
from schools.imports.reading import FileRows
from schools.models import RecordVersion, Unit
from schools.models.records import subject_of
from schools.tallies import mark

if TYPE_CHECKING:
    from schools.registers.base.register import Register

Values = dict[str, Any]
BLANK = ("", None)


class StaysOut(Exception):
    """A row whose cell names nothing here. `sentence` is for whoever corrects the file."""

    def __init__(self, name: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.name, self.sentence, self.value = name, sentence, value


@dataclass(frozen=True)
class RecordSheet:
    """`names` are the sheet's in a workbook; `titles` a file of field and alias; `keys` the fields without which a row
    stays out. `find(unit)` reads once what the rows may name, and gives the function that makes the values of a record
    from those of a row, or raises `StaysOut`."""

    names: frozenset[str]
    titles: Path
    keys: frozenset[str]
    parsers: Mapping[str, Callable[[str], Any]]
    identity: tuple[str, ...]
    find: Callable[[Unit], Callable[[Values], Values]]
    stored: Callable[[Unit], Any]
    sentences: Mapping[str, Any] = field(default_factory=dict)


def register_sheet(declared: "Register", sheet: RecordSheet) -> ImportKind:
    comparison = type("RecordComparison", (RecordComparison,), {"register": declared, "sheet": sheet})
    fields = {str(one.name): str(one.label) for one in declared.columns}

    def check(by: Viewer, unit: Unit) -> None:
        if by.role not in declared.keeps or not unit.is_within(by.unit):
            raise Refused(_("You import only into your own unit and those below it."))

    return register_kind(
        ImportKind(
            code=f"{declared.name}s",
            title=declared.title,
            vocabulary=Vocabulary.from_csv(sheet.titles, required=sheet.keys),
            parse=partial(_parsed, sheet),
            compare=comparison,
            sentences=sheet.sentences,
            sheets=sheet.names,
            roles=declared.keeps,  # type: ignore[arg-type]
            check=check,
            begin=declared.page("import"),
            see=declared.url_name,
            tabs=(Tab("rows", gettext_lazy("Rows")),),
            lines_template="schools/parts/record_lines.html",
            count_words={
                "created": gettext_lazy("new"),
                "changed": gettext_lazy("changed"),
                "unchanged": gettext_lazy("left as they are"),
            },
            field_word=lambda name: fields.get(name, name),
        )
    )


def _parsed(sheet: RecordSheet, file: FileRows) -> list[Values]:
    def row(cells: Cells) -> Values:
        found: Values = {"row": cells.row}
        for name in file.vocabulary.fields:
            parse = sheet.parsers.get(name, parse_text)
            found[name] = (cells.need if name in sheet.keys else cells.get)(name, parse, None)
        return found

    return parse_rows(file, sheet.keys, row)


class RecordComparison(Comparison):
    register: "Register"
    sheet: RecordSheet

    def plans(self) -> Iterator["RecordPlan"]:
        yield RecordPlan(self)

    def record(self, counts: Mapping[str, int]) -> None:
        told = {what: counts.get(what, 0) for what in ("created", "changed", "unchanged")}
        audit.record(by=self.by, verb=f"{self.register.name}.imported", about=self.unit, unit=self.unit, details=told)


@dataclass
class RecordChange:
    row: int
    what: str
    record: Any
    changed: list[str] = field(default_factory=list)
    before: tuple[set[int], dt.date | None] = (set(), None)


class RecordPlan(ImportPlan):
    def __init__(self, comparison: RecordComparison) -> None:
        self.comparison, self.register, self.sheet = comparison, comparison.register, comparison.sheet
        self.problems: list[Problem] = []
        self.changes: list[RecordChange] = []
        find = self.sheet.find(comparison.unit)
        stored = self.sheet.stored(comparison.unit).select_related("unit", *self.register.related)
        self.known = {self._key(one): one for one in stored}
        for row in comparison.rows:
            try:
                self.changes.append(self._change(row["row"], find(row)))
            except StaysOut as found:
                self.problems.append(Problem(row["row"], "", found.name, found.sentence, "error", found.value))
        self.counts = Counter(change.what for change in self.changes)

    def _key(self, record: Any) -> tuple[Any, ...]:
        return tuple(getattr(record, name) for name in self.sheet.identity)

    def _change(self, row: int, values: Values) -> RecordChange:
        given = {name: value for name, value in values.items() if value not in BLANK}
        record = self.known.get(tuple(values[name] for name in self.sheet.identity))
        if record is None:
            record = self.register.model(**{"unit": self.comparison.unit, **given})
            self.known[self._key(record)] = record
            return RecordChange(row, "created", record)
        del given["unit"]
        changed = sorted(name for name, value in given.items() if getattr(record, name) != value)
        before = self.register.marks(record) if changed else (set(), None)
        for name in changed:
            setattr(record, name, given[name])
        return RecordChange(row, "changed" if changed else "unchanged", record, changed, before)

    def fingerprint(self) -> Iterator[str]:
        for one in self.changes:
            told = [str(text) for _name, _label, text in self.register.facts(one.record)]
            yield repr([one.what, one.changed, told, one.record.revision])

    def write(self) -> None:
        """A few statements, however many rows."""
        new = [one.record for one in self.changes if one.what == "created"]
        old = {one.record.pk: one.record for one in self.changes if one.what == "changed" and one.record not in new}
        for record in [*new, *old.values()]:
            self._confirm(record)
        for record in old.values():
            record.revision += 1
        self.register.model.objects.bulk_create(new, batch_size=1000)
        columns = sorted({name for one in self.changes for name in one.changed})
        kept = ["revision", "confirmed_by", "confirmed_at"]
        self.register.model.objects.bulk_update(list(old.values()), [*columns, *kept], batch_size=500)
        self._keep_versions(new, list(old.values()))
        self._mark()

    def _confirm(self, record: Any) -> None:
        by = self.comparison.by
        counts = by is None or self.register.counts_at_once(by, record)
        record.confirmed_at = timezone.now() if counts else None
        record.confirmed_by = by.person if by and counts else None

    def _keep_versions(self, new: list[Any], old: list[Any]) -> None:
        by = self.comparison.by.membership if self.comparison.by else None
        acts = [*((one, "entered") for one in new), *((one, "changed") for one in old)]
        versions = [
            RecordVersion(
                **subject_of(record), by=by, act=act, revision=record.revision, values=self.register.told(record)
            )
            for record, act in acts
        ]
        RecordVersion.objects.bulk_create(versions, batch_size=1000)

    def _mark(self) -> None:
        touched = [one for one in self.changes if one.what != "unchanged"]
        found = [pair for one in touched for pair in (one.before, self.register.marks(one.record))]
        units = {unit for ids, _since in found for unit in ids}
        if units:
            mark(*sorted(units), since=min((since for _ids, since in found if since), default=None))

    def lines(self) -> Mapping[str, list[Any]]:
        return {"rows": [self._line(one) for one in self.changes]}

    def _line(self, one: RecordChange) -> dict[str, Any]:
        name, *rest = [str(text) for _name, _label, text in self.register.facts(one.record) if text]
        return {"row": one.row, "name": name, "texts": rest, "what": one.what}
