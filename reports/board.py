"""All counts of a unit for a term together: the one place where figures leave the database.

Inside a school they are plain. Above it, every count of students, talks and flags goes through `reports.suppression` at
once: for the whole tree in which the term holds, not for the unit alone, or two centers could subtract one's table from
the other's. Numbers that nobody prints but anybody can work out (students who are not key students) are cells as well.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from reports.suppression import HIDDEN, Equation, Published, suppress, suppress_ratio
from schools.figures import Figure, Ratio, Rows, Scope, Tally, Value, figures
from schools.models import Unit

# A published board serves several pages and people; it says of when it is.
KEEP_SECONDS = 600
TRIES = 3


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


@dataclass(frozen=True)
class Share:
    """Two counts that are read together. `quotient` is hidden where it would give a small count away."""

    ratio: Ratio
    numerator: Published
    denominator: Published
    quotient: Published | float | None


@dataclass(frozen=True)
class Board:
    """Counts by cell. `nodes` are the unit and all below it, the unit first."""

    scope: Scope
    nodes: tuple[Node, ...]
    cells: Mapping[Cell, Published]
    values: Mapping[tuple[str, str], tuple[Value, ...]]
    built_at: dt.datetime
    is_suppressed: bool

    @property
    def unit(self) -> int:
        return self.nodes[0].pk

    @property
    def schools(self) -> list[Node]:
        return [node for node in self.nodes if node.is_school]

    def count(self, figure: str, unit: int | None = None, split: str = "", value: str = "") -> Published:
        return self.cells.get(Cell(figure, unit or self.unit, split, value), 0)

    def split(self, figure: str, split: str) -> list[tuple[Value, Published]]:
        """The values of a split for the unit, in their order."""
        return [(value, self.count(figure, None, split, value.code)) for value in self.values.get((figure, split), ())]

    def share(self, ratio: Ratio, unit: int | None = None, split: str = "", value: str = "") -> Share:
        top = self.count(ratio.numerator, unit, split, value)
        bottom = self.count(ratio.denominator, unit, split, value)
        return Share(ratio, top, bottom, self._quotient(ratio, top, bottom))

    def _quotient(self, ratio: Ratio, top: Published, bottom: Published) -> Published | float | None:
        if self.is_suppressed and ratio.is_share and figures()[ratio.numerator].about_students:
            return suppress_ratio(top, bottom)
        if top is HIDDEN or bottom is HIDDEN:
            return HIDDEN
        return top / bottom if bottom else None


def board_of(scope: Scope, only: Callable[[Rows], Rows] | None = None) -> Board:
    """The counts a reader of this unit's tables may have. `only` narrows the records to those one person sees."""
    if scope.unit.is_school:
        return _plain_board(scope, only)
    return _sliced(_published_board(replace(scope, unit=_top(scope))), scope)


def _top(scope: Scope) -> Unit:
    """Where the term comes from: as far up as the same days count."""
    owner = scope.term.unit
    return owner if scope.unit.is_within(owner) else scope.unit


def _plain_board(scope: Scope, only: Callable[[Rows], Rows] | None) -> Board:
    found = {code: figure for code, figure in figures().items() if only is None or figure.class_path}
    tallies = {code: figure.tally(scope, only=only) for code, figure in found.items()}
    nodes = _nodes(scope.unit)
    cells: dict[Cell, Published] = {}
    for code, tally in tallies.items():
        cells.update(_cells(code, tally, nodes, lambda _node: True))
    return Board(scope, nodes, cells, _values(tallies), timezone.now(), is_suppressed=False)


def _published_board(scope: Scope) -> Board:
    key = f"board.{scope.unit.pk}.{scope.term.pk}.{scope.on}.{get_language()}"
    board = cache.get(key)
    if board is None:
        board = _suppressed_board(scope)
        cache.set(key, board, KEEP_SECONDS)
    return board  # type: ignore[no-any-return]


def _suppressed_board(scope: Scope) -> Board:
    nodes = _nodes(scope.unit)
    distinct, same = _folded(nodes)
    plain, secret, tallies = _counted(scope, distinct)
    published = suppress(secret, _equations(secret, distinct))
    shown = {cell: count for cell, count in published.items() if cell.unit > 0 and not cell.figure.startswith("~")}
    cells: dict[Cell, Published] = {**plain, **shown}
    copies = {cell._replace(unit=pk): cells[cell] for pk, other in same.items() for cell in cells if cell.unit == other}
    return Board(scope, nodes, cells | copies, _values(tallies), timezone.now(), is_suppressed=True)


def _folded(nodes: tuple[Node, ...]) -> tuple[tuple[Node, ...], dict[int, int]]:
    """A center with a single center below it has the same counts: suppressed once, and copied."""
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in nodes:
        below[node.parent].append(node)
    parents = {node.pk: node.parent for node in nodes}
    alone = {
        pk: found[0].pk for pk, found in below.items() if pk in parents and len(found) == 1 and not found[0].is_school
    }
    above = {child: pk for pk, child in alone.items()}

    def parent(pk: int) -> int | None:
        return parent(above[pk]) if pk in above else parents[pk]

    def last(pk: int) -> int:
        return last(alone[pk]) if pk in alone else pk

    kept = tuple(replace(node, parent=parent(node.pk)) for node in nodes if node.pk not in alone)
    return kept, {pk: last(pk) for pk in alone}


def _counted(scope: Scope, nodes: tuple[Node, ...]) -> tuple[dict[Cell, int], dict[Cell, int], dict[str, Tally]]:
    """Counts to print as they are, counts to suppress. Counted again if somebody wrote between two queries."""
    for _attempt in range(TRIES):
        tallies = {code: figure.tally(scope) for code, figure in figures().items()}
        plain: dict[Cell, int] = {}
        secret: dict[Cell, int] = {}
        for code, tally in tallies.items():
            target = secret if figures()[code].about_students else plain
            target.update(_cells(code, tally, nodes, _splits_shown(figures()[code])))
        _derive(secret)
        if min(secret.values(), default=0) >= 0 and _adds_up(secret):
            _add_rests(secret, nodes)
            return plain, secret, tallies
    raise RuntimeError("the figures did not hold still")


def _splits_shown(figure: Figure) -> Callable[[Node], bool]:
    """Of students, schools show only totals: their splits would be all stars."""
    return lambda node: not (figure.about_students and node.is_school)


def _adds_up(cells: Mapping[Cell, int]) -> bool:
    """The two sides of the flags' balance come from four queries."""
    return all(
        cells.get(cell._replace(figure="flags_closed"), 0) + cells.get(cell._replace(figure="flags_at_end"), 0) == count
        for cell, count in cells.items()
        if cell.figure == "~flags"
    )


def _sliced(board: Board, scope: Scope) -> Board:
    """The unit's part of the published board of the whole tree."""
    nodes = tuple(node for node in board.nodes if node.path.startswith(scope.unit.path))
    inside = {node.pk for node in nodes}
    cells = {cell: count for cell, count in board.cells.items() if cell.unit in inside}
    return replace(board, scope=scope, nodes=nodes, cells=cells)


def _nodes(unit: Unit) -> tuple[Node, ...]:
    rows = Unit.objects.within(unit).select_related("kind").order_by("path")
    return tuple(
        Node(row.pk, row.code, row.short_name or row.name, row.path, row.parent_id, row.is_school) for row in rows
    )


def _cells(
    code: str, tally: Tally, nodes: tuple[Node, ...], has_splits: Callable[[Node], bool]
) -> Iterator[tuple[Cell, int]]:
    """Counts by school, added up the tree."""
    up = _ancestors(nodes)
    for node, count in _rolled_up(tally.total, up, nodes).items():
        yield Cell(code, node), count
    with_splits = {node.pk for node in nodes if has_splits(node)}
    for (split, value), counts in tally.parts.items():
        for node, count in _rolled_up(counts, up, nodes).items():
            if node in with_splits:
                yield Cell(code, node, split, value.code), count


def _ancestors(nodes: Iterable[Node]) -> dict[int, list[int]]:
    """A unit with everything above it, within the tree at hand."""
    by_path = {node.path: node.pk for node in nodes}
    return {node.pk: [by_path[path] for path in _prefixes(node.path) if path in by_path] for node in nodes}


def _prefixes(path: str) -> list[str]:
    codes = path.strip("/").split("/")
    return ["/".join(codes[: n + 1]) + "/" for n in range(len(codes))]


def _rolled_up(counts: Mapping[int, int], up: Mapping[int, list[int]], nodes: Iterable[Node]) -> dict[int, int]:
    total = {node.pk: 0 for node in nodes}
    for school, count in counts.items():
        for node in up.get(school, ()):
            total[node] += count
    return total


def _values(tallies: Mapping[str, Tally]) -> dict[tuple[str, str], tuple[Value, ...]]:
    found: dict[tuple[str, str], set[Value]] = defaultdict(set)
    for code, tally in tallies.items():
        for split, value in tally.parts:
            found[code, split].add(value)
    return {key: tuple(sorted(values)) for key, values in found.items()}


# --- equations -----------------------------------------------------------------------------------------------------


def _derive(cells: dict[Cell, int]) -> None:
    """Add what can be worked out, wherever both figures have the same cell."""
    for name, (how, first, second) in DERIVED.items():
        places = {cell._replace(figure=name) for cell in cells if cell.figure in (first, second)}
        for place in places & _comparable(cells, first, second, name):
            a, b = (cells.get(place._replace(figure=figure), 0) for figure in (first, second))
            cells[place] = a + b if how == "plus" else a - b


def _comparable(cells: Mapping[Cell, int], first: str, second: str, name: str) -> set[Cell]:
    """Splits that both figures have; a value that one of them lacks is a zero there."""
    splits = {cell.split for cell in cells if cell.figure == first} & {
        cell.split for cell in cells if cell.figure == second
    }
    return {
        cell._replace(figure=name) for cell in cells if cell.figure in (first, second) and cell.split in splits | {""}
    }


def _add_rests(cells: dict[Cell, int], nodes: tuple[Node, ...]) -> None:
    """Where a center has schools beside clusters, the schools' share of a split can be worked out: a cell -pk."""
    for pk, inner in _mixed(nodes).items():
        for cell in [cell for cell in cells if cell.unit == pk and cell.split]:
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


def _equations(cells: Mapping[Cell, int], nodes: tuple[Node, ...]) -> Iterator[Equation]:
    yield from _tree_sums(cells, nodes)
    yield from _split_sums(cells)
    for total, parts in SUMS:
        for cell in [cell for cell in cells if cell.figure == total]:
            terms = [cell._replace(figure=part) for part in parts]
            if any(term in cells for term in terms):
                yield Equation(cell, [term for term in terms if term in cells])


def _tree_sums(cells: Mapping[Cell, int], nodes: tuple[Node, ...]) -> Iterator[Equation]:
    """Every unit is the sum of those below it."""
    below = defaultdict(list)
    for node in nodes:
        if node.parent is not None:
            below[node.parent].append(node.pk)
    for cell in cells:
        if cell.unit in below:
            parts = [cell._replace(unit=unit) for unit in (*below[cell.unit], -cell.unit)]
            # Schools have no splits: where only they stand below, nothing is printed that adds up.
            known = [part for part in parts if part in cells]
            if known:
                yield Equation(cell, known)


def _split_sums(cells: Mapping[Cell, int]) -> Iterator[Equation]:
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
