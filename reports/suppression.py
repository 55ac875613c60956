"""Small cells: counts from 1 to 4 are hidden outside the school, with enough others that no sum reveals them.

**What is published** is a set of cells and the equations between them (`Equation`: a total is the sum of its parts).
Tables that share totals are simply one set of equations. A cell that nobody prints but anybody can work out, as the
difference of two printed ones, belongs to the set as well: `Equation("all", ["key students", "the others"])`.

**What is guaranteed.** For every hidden count below the threshold there is another table of whole numbers that agrees
with everything published, has no zero where a cell is hidden (zeros are shown, so a reader knows that), and in which
that very cell is `threshold` or more. So nobody can tell a small cell's value, nor even that it is small. The other
table is really constructed: a cell counts as safe only once it has been found. Not covered: a reader who knows a
count from elsewhere (a school knows its own), or who runs this program backwards to see which choices led to a picture.

**How.** A *move* changes hidden cells by one, up or down, so that every equation still holds; it is a path that starts
at the small cell and goes from equation to equation. The cheapest is looked for, where a hidden cell costs nothing,
a visible one its value, and a total more; cells it needs are hidden too (complementary suppression). Moves repeat until
the small cell has reached the threshold. Should no path be found, which takes a strange set of tables, everything that
hangs together with the cell is hidden except zeros; then that whole times the threshold is the other table.

Tables that different people see must be cut out of one suppressed whole: hiding each person's part by itself may hide
different cells, and two of them who compare would see more than either.

Zeros stay visible and never move. A primary and a complementary hidden cell look the same, or the look would tell.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil, floor, inf
from typing import Any, Literal, TypeVar

THRESHOLD = 5
LARGEST_HEIGHT = 8  # of totals above totals: city, district, cluster, school, grade, class and a column or two
K = TypeVar("K", bound=Hashable)


class Suppressed(Enum):
    """Stands where a number is withheld. It has no order and no arithmetic, so no sum can be made of it by mistake."""

    HIDDEN = "*"

    def __str__(self) -> str:
        return self.value


HIDDEN: Literal[Suppressed.HIDDEN] = Suppressed.HIDDEN
Published = int | Literal[Suppressed.HIDDEN]


@dataclass(frozen=True)
class Equation:
    """`total` is the sum of `parts`. Without a total nothing is published about their sum."""

    total: Any
    parts: Sequence[Any]

    def terms(self) -> tuple[tuple[Any, int], ...]:
        """total - parts = 0, as (key, sign)."""
        return () if self.total is None else ((self.total, 1), *((part, -1) for part in self.parts))


# Hiding


def is_small(count: int, threshold: int = THRESHOLD) -> bool:
    return 1 <= count < threshold


def suppress(cells: Mapping[K, int], groups: Iterable[Equation], threshold: int = THRESHOLD) -> dict[K, Published]:
    """The cells as they may be published: HIDDEN for small ones and for those that would give them away."""
    equations = list(groups)
    part_of = _parts(cells, equations)
    found: dict[K, Published] = {}
    for part in dict.fromkeys(part_of.values()):
        inside = {key: count for key, count in cells.items() if part_of[key] == part}
        own = [equation for equation in equations if equation.terms() and part_of[equation.total] == part]
        found.update(_Suppression(inside, own, threshold).published())
    return {key: found[key] for key in cells}


def _parts(cells: Iterable[K], groups: Iterable[Equation]) -> dict[K, K]:
    """Cells that hang together through equations have the same mark. Apart, a vain search gives up sooner."""
    above: dict[K, K] = {}

    def mark(key: K) -> K:
        while key in above:
            key = above[key]
        return key

    for equation in groups:
        for key, _sign in equation.terms():
            first, other = mark(equation.total), mark(key)
            if other != first:
                above[other] = first
    return {key: mark(key) for key in cells}


def suppress_ratio(
    numerator: Published, denominator: Published, threshold: int = THRESHOLD
) -> float | None | Literal[Suppressed.HIDDEN]:
    """The share of two *published* counts. None without a base; HIDDEN where it would give a small count away.

    A share beside a visible base is the same as its count, and as the count of the others. Where both counts are
    printed too, put the others into the equations: hiding their share alone would leave them a subtraction away.
    """
    if numerator is HIDDEN or denominator is HIDDEN:
        return HIDDEN
    if denominator == 0:
        return None
    if any(is_small(count, threshold) for count in (numerator, denominator, denominator - numerator)):
        return HIDDEN
    return numerator / denominator


@dataclass(frozen=True)
class _Step:
    """One cell of a move, and the step before it."""

    key: Any
    change: int
    before: "_Step | None"
    cost: int

    def changes(self) -> dict[Any, int]:
        found: dict[Any, int] = {}
        step: _Step | None = self
        while step is not None:
            found[step.key] = step.change
            step = step.before
        return found

    def has(self, key: Any) -> bool:
        step: _Step | None = self
        while step is not None:
            if step.key == key:
                return True
            step = step.before
        return False


# Equations that a move has left unbalanced so far, by how much; the newest is repaired first.
_Unbalanced = tuple[tuple[int, int], ...]


class _Suppression:
    def __init__(self, cells: Mapping[Any, int], groups: Iterable[Equation], threshold: int) -> None:
        self.cells, self.threshold = cells, threshold
        # Tables that share totals often bring the same equation twice.
        self.equations = list(dict.fromkeys(terms for equation in groups if (terms := equation.terms())))
        self._check()
        self.place = {key: number for number, key in enumerate(cells)}
        self.found_in: dict[Any, list[tuple[int, int]]] = defaultdict(list)
        for number, terms in enumerate(self.equations):
            for key, sign in terms:
                self.found_in[key].append((number, sign))
        # Zeros never move, so a search need not look at them.
        self.movable = [[(key, sign) for key, sign in terms if cells[key] > 0] for terms in self.equations]
        self.hidden = {key for key, count in cells.items() if is_small(count, threshold)}
        heights = self._heights()
        self.price = {key: count * 10 ** heights.get(key, 0) for key, count in cells.items()}

    def _check(self) -> None:
        if any(count < 0 for count in self.cells.values()):
            raise ValueError("A count cannot be negative.")
        for terms in self.equations:
            if len({key for key, _ in terms}) != len(terms):
                raise ValueError(f"A cell stands twice in the equation of {terms[0][0]!r}.")
            if sum(sign * self.cells[key] for key, sign in terms) != 0:
                raise ValueError(f"The parts of {terms[0][0]!r} do not add up to it.")

    def _heights(self) -> dict[Any, int]:
        """How many totals of totals a cell stands above. Totals are what people read, so they are dear.

        Ten times dearer at each height: going down through a neighbour always costs less than hiding the total above.
        """
        heights: dict[Any, int] = {}
        for _ in range(LARGEST_HEIGHT):
            for (total, _sign), *parts in self.equations:
                heights[total] = max([heights.get(part, 0) for part, _ in parts], default=0) + 1
        return heights

    def published(self) -> dict[Any, Published]:
        safe: set[Any] = set()
        for key, count in self.cells.items():
            if is_small(count, self.threshold) and key not in safe:
                safe |= self._protect(key)
        return {key: HIDDEN if key in self.hidden else count for key, count in self.cells.items()}

    def _protect(self, key: Any) -> set[Any]:
        """Build the other table in which this cell is large, hiding what has to change for it; all it makes large."""
        other = dict(self.cells)
        while other[key] < self.threshold:
            move = self._search(key, other, greedy=False) or self._search(key, other, greedy=True)
            if move is None:
                connected = self._connected(key)
                self.hidden |= connected
                return connected
            room = min((other[k] - 1 for k, change in move.items() if change < 0), default=self.threshold)
            times = min(self.threshold - other[key], room)
            for k, change in move.items():
                other[k] += times * change
            self.hidden |= move.keys()
        return {k for k in self.hidden if other[k] >= self.threshold}

    def _search(self, key: Any, other: Mapping[Any, int], *, greedy: bool) -> dict[Any, int] | None:
        """A move that raises the cell: Dijkstra's search from its own equations until nothing is unbalanced.

        In a single table, flat or over a tree, a cell stands in two equations at most, so there is one loose end and
        the search ends within the bound, with the cheapest move. Where tables share totals, loose ends multiply; then
        the greedy search finds some move quickly by closing them first.
        """
        start = tuple(self.found_in[key])
        queue: list[tuple[int, int, int, _Unbalanced, _Step]] = [(0, 0, 0, start, _Step(key, 1, None, 0))]
        reached: set[_Unbalanced] = set()
        tries, bound = 0, len(self.equations) * (50 if greedy else 2)
        while queue and len(reached) <= bound:
            *_, unbalanced, step = heapq.heappop(queue)
            if not unbalanced:
                return step.changes()
            if unbalanced in reached:
                continue
            reached.add(unbalanced)
            for after, next_step in self._repairs(unbalanced, step, other):
                if after in reached:
                    continue
                tries += 1
                ends, cost = len(after), next_step.cost
                first, second = (ends, cost) if greedy else (cost, ends)
                heapq.heappush(queue, (first, second, tries, after, next_step))
        return None

    def _repairs(
        self, unbalanced: _Unbalanced, step: _Step, other: Mapping[Any, int]
    ) -> Iterator[tuple[_Unbalanced, _Step]]:
        """Every way to balance the newest loose end by changing one more cell, which must not become zero."""
        number, excess = unbalanced[-1]
        for key, sign in self.movable[number]:
            change = -excess * sign
            if (change < 0 and other[key] <= 1) or step.has(key):
                continue
            after = self._after(unbalanced, key, change)
            if after is not None:
                price = 0 if key in self.hidden else self.price[key]
                yield after, _Step(key, change, step, step.cost + price)

    def _after(self, unbalanced: _Unbalanced, key: Any, change: int) -> _Unbalanced | None:
        """What is unbalanced once this cell has changed too; None if an equation would be off by two."""
        rest = dict(unbalanced)
        for number, sign in self.found_in[key]:
            excess = rest.pop(number, 0) + sign * change
            if abs(excess) > 1:
                return None
            if excess:
                rest[number] = excess
        return tuple(rest.items())

    def _connected(self, key: Any) -> set[Any]:
        """Every cell but zeros that hangs together with this one through equations."""
        found, waiting = {key}, [key]
        while waiting:
            for number, _ in self.found_in[waiting.pop()]:
                new = [k for k, _ in self.movable[number] if k not in found]
                found.update(new)
                waiting.extend(new)
        return found


# The attacker


def audit(published: Mapping[K, Published], groups: Iterable[Equation], threshold: int = THRESHOLD) -> list[K]:
    """Hidden cells that a careful reader can work out: their number, or that it lies below the threshold.

    Knows nothing of how cells were chosen. Solves the equations for the hidden cells exactly, then narrows every
    hidden cell's range, which begins at 1 because zeros are shown, until nothing gets narrower.
    """
    rows = [_hidden_terms(published, equation.terms()) for equation in groups]
    known = [row for row in rows if row[0]]
    ranges: dict[Any, tuple[float, float]] = {key: (1, inf) for key, count in published.items() if count is HIDDEN}
    _narrow(ranges, known + _reduced(known))
    return [key for key, (low, high) in ranges.items() if low == high or high < threshold]


# Coefficients of hidden cells, and the number their sum must be.
_Row = tuple[dict[Any, Fraction], Fraction]


def _hidden_terms(published: Mapping[Any, Published], terms: Iterable[tuple[Any, int]]) -> _Row:
    coefficients, constant = {}, Fraction()
    for key, sign in terms:
        count = published[key]
        if isinstance(count, int):
            constant -= sign * count
        else:
            coefficients[key] = Fraction(sign)
    return coefficients, constant


def _reduced(rows: Iterable[_Row]) -> list[_Row]:
    """Gauss and Jordan's elimination: a cell that the equations determine ends up alone in its row."""
    pivots: dict[Any, _Row] = {}
    for row in rows:
        for key in [key for key in row[0] if key in pivots]:
            row = _minus(row, pivots[key], row[0][key])
        if not row[0]:
            continue
        pivot, lead = next(iter(row[0].items()))
        row = ({key: value / lead for key, value in row[0].items()}, row[1] / lead)
        for key, other in pivots.items():
            if pivot in other[0]:
                pivots[key] = _minus(other, row, other[0][pivot])
        pivots[pivot] = row
    return list(pivots.values())


def _minus(row: _Row, other: _Row, times: Fraction) -> _Row:
    coefficients = dict(row[0])
    for key, value in other[0].items():
        left = coefficients.pop(key, Fraction()) - times * value
        if left:
            coefficients[key] = left
    return coefficients, row[1] - times * other[1]


def _narrow(ranges: dict[Any, tuple[float, float]], rows: Sequence[_Row]) -> None:
    """Each cell lies between what the equation leaves when the others are as large, or as small, as they can be."""
    changed = True
    while changed:
        changed = False
        for coefficients, constant in rows:
            for key, factor in coefficients.items():
                others = [(value, ranges[k]) for k, value in coefficients.items() if k != key]
                least = sum(value * (low if value > 0 else high) for value, (low, high) in others)
                most = sum(value * (high if value > 0 else low) for value, (low, high) in others)
                ends = sorted([_divided(constant - least, factor), _divided(constant - most, factor)])
                low, high = max(ranges[key][0], _whole(ends[0], ceil)), min(ranges[key][1], _whole(ends[1], floor))
                changed = changed or (low, high) != ranges[key]
                ranges[key] = (low, high)


def _divided(number: Any, factor: Fraction) -> Any:
    return number / factor


def _whole(end: Any, rounded: Callable[[Any], int]) -> float:
    return end if end in (inf, -inf) else rounded(end)
