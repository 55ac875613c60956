"""What a file of units would change in the tree. Everything is tried in a transaction and taken back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from schools.actions.units import change_unit, create_unit
from schools.common.errors import Refused
from schools.imports.kinds import Comparison, ImportPlan
from schools.imports.problems import Problem
from schools.imports.units.rows import UnitRow
from schools.models import Unit, UnitKind


class UnitsPlan(ImportPlan):
    """All rows of the file, those above first."""

    def __init__(self, rows: list[UnitRow]) -> None:
        self.rows = rows
        self.counts: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self.done: list[tuple[UnitRow, str]] = []
        with transaction.atomic():
            self.done = list(self._tried())
            transaction.set_rollback(True)
        self.counts.update(what for _row, what in self.done)

    def fingerprint(self) -> Iterator[str]:
        yield from (f"{row.code}:{what}" for row, what in self.done)

    def write(self) -> None:
        tree = _Tree()
        for row, _what in self.done:
            tree.place(row)

    def lines(self) -> Mapping[str, list[Any]]:
        return {}

    def _tried(self) -> Iterator[tuple[UnitRow, str]]:
        tree = _Tree()
        for row in sorted(self.rows, key=tree.rank):
            try:
                with transaction.atomic():
                    yield row, tree.place(row)
            except Refused as refusal:
                self.problems.append(Problem(row.row, "", "code", str(refusal), "error", row.code))


class UnitsComparison(Comparison):
    def plans(self) -> Iterator[UnitsPlan]:
        yield UnitsPlan(self.rows)

    def record(self, counts: Mapping[str, int]) -> None:
        """Each unit has its own row in the log, written by the action that made or changed it."""


class _Tree:
    """The units as they are, and as the rows before have made them."""

    def __init__(self) -> None:
        self.known = {unit.code: unit for unit in Unit.objects.select_related("kind", "parent")}
        kinds = UnitKind.objects.all()
        self.kinds = {name: one for one in kinds for name in (one.code, one.label_zh, one.label_en) if name}

    def rank(self, row: UnitRow) -> tuple[int, int]:
        kind = self.kinds.get(row.kind) or (self.known[row.code].kind if row.code in self.known else None)
        return (kind.rank if kind else 99, row.row)

    def place(self, row: UnitRow) -> str:
        """Create or change the unit of this row; "created", "changed" or "unchanged"."""
        if row.kind and row.kind not in self.kinds:
            raise Refused(_("There is no level “%(kind)s”.") % {"kind": row.kind})
        if row.parent and row.parent not in self.known:
            raise Refused(_("The unit above, %(code)s, is not known.") % {"code": row.parent})
        unit = self.known.get(row.code)
        if unit is None:
            self.known[row.code] = self._create(row)
            return "created"
        return self._change(row, unit)

    def _create(self, row: UnitRow) -> Unit:
        if not row.kind:
            raise Refused(_("A new unit needs its level."))
        kind, parent = self.kinds[row.kind], self.known.get(row.parent)
        return create_unit(by=None, parent=parent, kind=kind, code=row.code, name=row.name, **_details(row, kind))

    def _change(self, row: UnitRow, unit: Unit) -> str:
        above = unit.parent.code if unit.parent else ""
        if (row.parent and row.parent != above) or (row.kind and self.kinds[row.kind] != unit.kind):
            raise Refused(_("This unit stands elsewhere in the tree; an import does not move it."))
        return "changed" if change_unit(by=None, unit=unit, name=row.name, **_details(row, unit.kind)) else "unchanged"


def _details(row: UnitRow, kind: UnitKind) -> dict[str, Any]:
    """What the row says about the unit; blank cells say nothing."""
    found: dict[str, Any] = {"short_name": row.short_name} if row.short_name else {}
    if kind.is_school:
        given = {"school_type": row.school_type, "stages": list(row.stages), "system": row.system}
        found |= {name: value for name, value in given.items() if value}
        if row.has_boarders is not None:
            found["has_boarders"] = row.has_boarders
    return found
