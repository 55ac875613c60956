"""All counts of a unit for a term together: the one place where figures leave the database.

Inside a school they are plain. Above it, every count of students, talks and flags goes through `reports.suppression` at
once: for the whole tree, not for the unit alone, or two centers could subtract one's table from the other's; and for
all terms that have begun, or what did not change between two of them could be read in one and hidden in the other. Of
the terms before the last, key students and open flags are told for centers only, in one number each (docs/adr/0006).
Numbers that nobody prints but anybody can work out (students who are not key students) are cells as well.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from django.core.cache import cache
from django.utils import timezone

from reports.equations import Cell, Node, add_rests, derive, equations_of
from reports.suppression import HIDDEN, Equation, Published, suppress, suppress_ratio
from schools import classnames
from schools.figures import Figure, Ratio, Rows, Scope, Tally, Value, Words, figures
from schools.models import Term, Unit

# A published board serves several pages and people; it says of when it is.
KEEP_SECONDS = 600
TRIES = 3


# What is true of a day, not of the time between two → what the same thing was called at the end of the term before.
STATES = {
    "students": "students",
    "key_students": "key_students",
    "group_entries": "group_entries",
    "flags_at_start": "flags_at_end",
}
# These hang together with no state: each term of them is suppressed when somebody asks for it.
OF_ONE_TERM = {"talks", "talk_parts", "restricted_talks"}
# Of these, earlier terms keep all tables. Whole classes are seldom small; and what was raised tells of no state, as
# long as it is not told what was closed.
OF_TERMS = {"students", "students_reached", "flags_new", "flags_due", "flags_in_time"}


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
    # Figures of which a cell that is not here is withheld; of the others it is a zero.
    untold: frozenset[str] = frozenset()

    @property
    def unit(self) -> int:
        return self.nodes[0].pk

    @property
    def schools(self) -> list[Node]:
        return [node for node in self.nodes if node.is_school]

    def count(self, figure: str, unit: int | None = None, split: str = "", value: str = "") -> Published:
        return self.cells.get(Cell(figure, unit or self.unit, split, value), HIDDEN if figure in self.untold else 0)

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
    return _published_board(scope)


def _plain_board(scope: Scope, only: Callable[[Rows], Rows] | None) -> Board:
    found = {code: figure for code, figure in figures().items() if only is None or figure.class_path}
    nodes = _nodes(scope.unit)
    cells: dict[Cell, Published] = {}
    for code, figure in found.items():
        cells.update(_cells(code, figure.tally(scope, only=only), nodes, lambda _node: True))
    return Board(scope, nodes, cells, _values(scope, cells), timezone.now(), is_suppressed=False)


def _values(scope: Scope, cells: Mapping[Cell, Published]) -> dict[tuple[str, str], tuple[Value, ...]]:
    """What occurs in the unit, in its own words: other units may call it otherwise, and have lists of their own."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell, count in cells.items():
        if cell.split and count != 0:
            found[cell.figure, cell.split].add(cell.value)
    words: dict[object, Words] = {}
    values = {}
    for (figure, code), known in found.items():
        if split := figures()[figure].split(code):
            word = words.get(split) or words.setdefault(split, split.words(scope))
            values[figure, code] = tuple(sorted({word(value) for value in known}))
    return values


# --- above the school ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """All units under one top, and their terms by code, the oldest first; of one code those of the upper units first.

    Every school is counted by the days of its own term, in the tables of every center above it: a center that sets
    other days than the city would else publish the same students a second time.
    """

    nodes: tuple[Node, ...]
    terms: Mapping[str, Sequence[Term]]

    @classmethod
    def around(cls, unit: Unit) -> "Tree":
        top = unit if unit.parent_id is None else Unit.objects.get(code=unit.ancestor_codes[0])
        terms: dict[str, list[Term]] = defaultdict(list)
        within = Term.objects.filter(unit__path__startswith=top.path).select_related("unit")
        for term in within.order_by("unit__path"):
            terms[term.code].append(term)
        return cls(_nodes(top), dict(sorted(terms.items(), key=lambda item: min(term.starts for term in item[1]))))

    @property
    def begun(self) -> list[str]:
        today = timezone.localdate()
        return [code for code, terms in self.terms.items() if any(term.starts <= today for term in terms)]

    @property
    def last(self) -> str:
        return self.begun[-1] if self.begun else ""

    @property
    def mark(self) -> str:
        """Differs when anything does that tables are cut by."""
        days = [(code, term.unit_id, term.starts, term.ends) for code, terms in self.terms.items() for term in terms]
        return sha256(repr((self.nodes, days, timezone.localdate())).encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """Cells of some terms as they may be published."""

    cells: Mapping[str, Mapping[Cell, Published]]
    built_at: dt.datetime


def refresh_boards() -> None:
    """Count anew what centers read of the last term, before it grows old: a large one would have to wait for it."""
    for top in Unit.objects.filter(parent=None, kind__is_school=False):
        tree = Tree.around(top)
        if tree.last:
            for key, build in _halves(tree, tree.last):
                cache.set(key, build(), KEEP_SECONDS)


def _halves(tree: Tree, code: str) -> tuple[tuple[str, Callable[[], Kept]], tuple[str, Callable[[], Kept]]]:
    """What is suppressed for all terms together, and what for one by itself: where each is kept, and how it is made."""
    together = _together()
    apart = [figure for figure in figures().values() if figure not in together]
    return (
        (f"board.{tree.mark}", lambda: _publish(tree, tree.begun, together)),
        (f"board.{tree.mark}.{code}", lambda: _publish(tree, [code], apart)),
    )


def _together() -> list[Figure]:
    return [figure for figure in figures().values() if figure.about_students and figure.code not in OF_ONE_TERM]


def _published_board(scope: Scope) -> Board:
    """The unit's part of what is published of the whole tree."""
    tree, code = Tree.around(scope.unit), scope.term.code
    joint, single = (_kept(key, build) for key, build in _halves(tree, code))
    nodes = tuple(node for node in tree.nodes if node.path.startswith(scope.unit.path))
    inside = {node.pk for node in nodes}
    shown = {**single.cells[code], **joint.cells.get(code, {})}
    cells = {cell: count for cell, count in shown.items() if cell.unit in inside}
    built_at = min(joint.built_at, single.built_at)
    untold = _untold(tree, code)
    return Board(scope, nodes, cells, _values(scope, cells), built_at, is_suppressed=True, untold=untold)


def _untold(tree: Tree, term: str) -> frozenset[str]:
    """A term that has not begun tells nothing: today's students are those of the running term, and stand there."""
    codes = frozenset(figure.code for figure in _together())
    if term == tree.last:
        return frozenset()
    return codes - OF_TERMS if term in tree.begun else codes


def _kept(key: str, build: Callable[[], Kept]) -> Kept:
    kept: Kept | None = cache.get(key)
    if kept is None:
        kept = build()
        cache.set(key, kept, KEEP_SECONDS)
    return kept


def _publish(tree: Tree, codes: Iterable[str], found: Sequence[Figure]) -> Kept:
    distinct, same = _folded(tree.nodes)
    counted = {code: _counted(tree, code, found, distinct) for code in codes}
    places, cells = _woven(tree, {code: secret for code, (_plain, secret) in counted.items()})
    published = suppress(cells, _woven_equations(places, distinct))
    shown = {}
    for code, (plain, secret) in counted.items():
        printed = {c: published[places[code][c]] for c in secret if c.unit > 0 and not c.figure.startswith("~")}
        shown[code] = _with_copies({**plain, **printed}, same)
    return Kept(shown, timezone.now())


def _with_copies(cells: dict[Cell, Published], same: Mapping[int, int]) -> dict[Cell, Published]:
    return cells | {
        cell._replace(unit=pk): count
        for pk, other in same.items()
        for cell, count in cells.items()
        if cell.unit == other
    }


# A cell, and the first term in which it stood as it does.
_Place = tuple[str, Cell]


def _woven(
    tree: Tree, terms: Mapping[str, Mapping[Cell, int]]
) -> tuple[dict[str, dict[Cell, _Place]], dict[_Place, int]]:
    """The cells of all terms as one set. What is as it was at the end of the term before is one cell, not two."""
    places: dict[str, dict[Cell, _Place]] = {}
    cells: dict[_Place, int] = {}
    earlier = ""
    for code, found in terms.items():
        years = _year(tree, code) - _year(tree, earlier) if earlier else 0
        places[code] = {}
        for cell, count in found.items():
            before = places.get(earlier, {}).get(_as_it_was(cell, years)) if cell.figure in STATES else None
            place = before if before and cells[before] == count else (code, cell)
            places[code][cell], cells[place] = place, count
        earlier = code
    return places, cells


def _year(tree: Tree, code: str) -> int:
    return classnames.school_year(tree.terms[code][0].ends)


def _as_it_was(cell: Cell, years: int) -> Cell:
    """The name of the cell in the term before; whoever has moved up stood in a lower grade."""
    stage, dash, grade = cell.value.partition("-")
    value = f"{stage}-{int(grade) - years}" if cell.split == "grade" and dash else cell.value
    return cell._replace(figure=STATES[cell.figure], value=value)


def _woven_equations(places: Mapping[str, Mapping[Cell, _Place]], nodes: tuple[Node, ...]) -> Iterator[Equation]:
    for found in places.values():
        for equation in equations_of(found, nodes):
            yield Equation(found[equation.total], [found[part] for part in equation.parts])


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


def _counted(
    tree: Tree, term: str, found: Sequence[Figure], nodes: tuple[Node, ...]
) -> tuple[dict[Cell, int], dict[Cell, int]]:
    """Counts to print as they are, counts to suppress. Counted again if somebody wrote between two queries."""
    for _attempt in range(TRIES):
        plain: dict[Cell, int] = {}
        secret: dict[Cell, int] = {}
        for figure in found:
            target = secret if figure.about_students else plain
            is_told = _is_told(tree, term, figure)
            cells = _cells(figure.code, _tally(tree, term, figure), nodes, lambda _node: True)
            target.update((cell, count) for cell, count in cells if is_told(cell))
        derive(secret)
        if min(secret.values(), default=0) >= 0 and _adds_up(secret):
            add_rests(secret, nodes)
            return plain, secret
    raise RuntimeError("the figures did not hold still")


def _tally(tree: Tree, code: str, figure: Figure) -> Tally:
    """Each school by the days of its own term: those set nearest to it."""
    whole = Tally(Counter(), defaultdict(Counter))
    for term in tree.terms[code]:
        inside = [node.pk for node in tree.nodes if node.path.startswith(term.unit.path)]
        for counts in (whole.total, *whole.parts.values()):
            for pk in inside:
                counts.pop(pk, None)
        found = figure.tally(Scope.of(term.unit, term))
        whole.total.update(found.total)
        for key, counts in found.parts.items():
            whole.parts[key].update(counts)
    return whole


def _is_told(tree: Tree, term: str, figure: Figure) -> Callable[[Cell], bool]:
    """Of students, schools show only totals: their splits would be all stars. Of a past day, centers show theirs."""
    schools = {node.pk for node in tree.nodes if node.is_school}
    if not figure.about_students:
        return lambda _cell: True
    if term == tree.last or figure.code in OF_ONE_TERM | OF_TERMS:
        return lambda cell: not (cell.split and cell.unit in schools)
    return lambda cell: not cell.split and cell.unit not in schools


def _adds_up(cells: Mapping[Cell, int]) -> bool:
    """The two sides of the flags' balance come from four queries."""
    return all(
        cells.get(cell._replace(figure="flags_closed"), 0) + cells.get(cell._replace(figure="flags_at_end"), 0) == count
        for cell, count in cells.items()
        if cell.figure == "~flags"
    )


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
                yield Cell(code, node, split, value), count


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
