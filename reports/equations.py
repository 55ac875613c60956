"""The counts of a term as cells, those that can be worked out from them, and the sums that hold between all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reports.suppression import Equation
from schools.figures import Figure, figures


class Cell(NamedTuple):
    figure: str
    unit: int
    split: str = ""
    value: str = ""


# What can be worked out although it is not printed: name → (how, figures).
DERIVED: dict[str, tuple[str, str, str]] = {
    "~others": ("minus", "students", "key_students"),
    "~unreached": ("minus", "students", "students_reached"),
    "~key_unreached": ("minus", "key_students", "key_students_reached"),
    "~others_reached": ("minus", "students_reached", "key_students_reached"),
    "~others_unreached": ("minus", "~others", "~others_reached"),
    "~flags": ("plus", "flags_at_start", "flags_new"),
    "~not_due": ("minus", "flags_new", "flags_due"),
    "~late": ("minus", "flags_due", "flags_in_time"),
}
# Sums that follow from what the figures mean; they hold for every unit and for every grade, gender or level.
SUMS: list[tuple[str, tuple[str, str]]] = [
    ("students", ("key_students", "~others")),
    ("students", ("students_reached", "~unreached")),
    ("key_students", ("key_students_reached", "~key_unreached")),
    ("students_reached", ("key_students_reached", "~others_reached")),
    ("~others", ("~others_reached", "~others_unreached")),
    ("~unreached", ("~key_unreached", "~others_unreached")),
    ("~flags", ("flags_at_start", "flags_new")),
    ("~flags", ("flags_closed", "flags_at_end")),
    ("flags_new", ("flags_due", "~not_due")),
    ("flags_due", ("flags_in_time", "~late")),
]


@dataclass(frozen=True)
class Node:
    """A unit of the tree, as much of it as a table needs."""

    pk: int
    code: str
    name: str
    path: str
    parent: int | None
    is_school: bool


def derive(cells: dict[Cell, int]) -> None:
    """Add what can be worked out, wherever both figures have the same cell."""
    for name, (how, first, second) in DERIVED.items():
        for place in _comparable(cells, first, second, name):
            a, b = (cells.get(place._replace(figure=figure), 0) for figure in (first, second))
            cells[place] = a + b if how == "plus" else a - b


def _comparable(cells: Mapping[Cell, int], first: str, second: str, name: str) -> set[Cell]:
    """Units and splits that both figures have; a value that one of them lacks is a zero there."""
    both = [cell for cell in cells if cell.figure in (first, second)]
    splits = {cell.split for cell in both if cell.figure == first} & {
        cell.split for cell in both if cell.figure == second
    }
    return {
        cell._replace(figure=name)
        for cell in both
        if cell.split in splits | {""} and Cell(first, cell.unit) in cells and Cell(second, cell.unit) in cells
    }


def add_rests(cells: dict[Cell, int], nodes: tuple[Node, ...]) -> None:
    """Where a center has schools beside clusters, what these schools are together can be worked out: a cell -pk."""
    for pk, inner in _mixed(nodes).items():
        for cell in [cell for cell in cells if cell.unit == pk]:
            cells[cell._replace(unit=-pk)] = cells[cell] - sum(
                cells.get(cell._replace(unit=child), 0) for child in inner
            )


def _mixed(nodes: tuple[Node, ...]) -> dict[int, list[int]]:
    inner, with_schools = defaultdict(list), set()
    for node in nodes:
        if node.parent is not None and node.is_school:
            with_schools.add(node.parent)
        elif node.parent is not None:
            inner[node.parent].append(node.pk)
    return {pk: children for pk, children in inner.items() if pk in with_schools}


def equations_of(cells: Collection[Cell], nodes: tuple[Node, ...]) -> Iterator[Equation]:
    yield from _tree_sums(cells, nodes)
    yield from _split_sums(cells)
    for total, parts in SUMS:
        for cell in [cell for cell in cells if cell.figure == total]:
            terms = [cell._replace(figure=part) for part in parts]
            if any(term in cells for term in terms):
                yield Equation(cell, [term for term in terms if term in cells])


def _tree_sums(cells: Collection[Cell], nodes: tuple[Node, ...]) -> Iterator[Equation]:
    """Every unit is the sum of those below it; where schools stand beside clusters, these and the rest, the schools."""
    below: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        if node.parent is not None:
            below[node.parent].append(node.pk)
    inner = _mixed(nodes)
    for cell in [cell for cell in cells if cell.unit in below]:
        centers = inner.get(cell.unit, [])
        schools = [pk for pk in below[cell.unit] if pk not in centers]
        sums = {cell.unit: [*centers, -cell.unit], -cell.unit: schools} if centers else {cell.unit: schools}
        for total, units in sums.items():
            # Schools have no splits: where only they stand below, nothing is printed that adds up.
            known = [part for pk in units if (part := cell._replace(unit=pk)) in cells]
            if known:
                yield Equation(cell._replace(unit=total), known)


def _split_sums(cells: Collection[Cell]) -> Iterator[Equation]:
    """A figure is the sum of its values, except where a record may have several."""
    parts = defaultdict(list)
    for cell in cells:
        if cell.split:
            parts[cell.figure, cell.unit, cell.split].append(cell)
    for (figure, unit, split), found in parts.items():
        if _is_partition(figure, split) and Cell(figure, unit) in cells:
            yield Equation(Cell(figure, unit), found)


def _is_partition(figure: str, split: str) -> bool:
    declared: Figure | None = figures().get(figure)
    if declared is None:  # a derived one: its splits are those that partition both figures it comes from
        return _is_partition(DERIVED[figure][1], split) and _is_partition(DERIVED[figure][2], split)
    found = declared.split(split)
    return found is not None and found.is_partition
