"""From the rows of a unit file to units. For whoever runs the command on the machine."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schools.actions.units import change_unit, create_unit
from schools.common.errors import Refused
from schools.models import Unit, UnitKind
from schools.staffing import Problem, UnitRow


@dataclass
class Done:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def import_units(*, rows: Iterable[UnitRow], problems: Iterable[Problem] = (), write: bool, strict: bool) -> Done:
    """Create and change units, those above first. Without `write` everything is tried and taken back."""
    done = Done(problems=list(problems))
    kinds = _kinds()
    with transaction.atomic():
        known = {unit.code: unit for unit in Unit.objects.select_related("kind", "parent")}
        for row in sorted(rows, key=lambda row: _rank(row, kinds, known)):
            try:
                with transaction.atomic():
                    what = _place(row, kinds, known)
            except Refused as refusal:
                done.problems.append(Problem(row.row, pgettext("of a unit", "Code"), str(refusal), row.code))
            else:
                setattr(done, what, getattr(done, what) + 1)
        if not write or (strict and done.problems):
            transaction.set_rollback(True)
    done.problems.sort(key=lambda problem: problem.row)
    return done


def _kinds() -> dict[str, UnitKind]:
    """Levels by code and by either name."""
    return {name: kind for kind in UnitKind.objects.all() for name in (kind.code, kind.label_zh, kind.label_en) if name}


def _rank(row: UnitRow, kinds: dict[str, UnitKind], known: dict[str, Unit]) -> tuple[int, int]:
    kind = kinds.get(row.kind) or (known[row.code].kind if row.code in known else None)
    return (kind.rank if kind else 99, row.row)


def _place(row: UnitRow, kinds: dict[str, UnitKind], known: dict[str, Unit]) -> str:
    if row.kind and row.kind not in kinds:
        raise Refused(_("There is no level “%(kind)s”.") % {"kind": row.kind})
    if row.parent and row.parent not in known:
        raise Refused(_("The unit above, %(code)s, is not known.") % {"code": row.parent})
    unit = known.get(row.code)
    if unit is None:
        known[row.code] = _create(row, kinds, known)
        return "created"
    return _change(row, kinds, unit)


def _create(row: UnitRow, kinds: dict[str, UnitKind], known: dict[str, Unit]) -> Unit:
    if not row.kind:
        raise Refused(_("A new unit needs its level."))
    kind, parent = kinds[row.kind], known.get(row.parent)
    return create_unit(by=None, parent=parent, kind=kind, code=row.code, name=row.name, **_details(row, kind))


def _change(row: UnitRow, kinds: dict[str, UnitKind], unit: Unit) -> str:
    above = unit.parent.code if unit.parent else ""
    if (row.parent and row.parent != above) or (row.kind and kinds[row.kind] != unit.kind):
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
