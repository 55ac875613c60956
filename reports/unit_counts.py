"""The counts of a unit for a term: the one place where pages and files take figures from.

They are read from what is kept (`schools.models.Tally`), never counted from records: what is kept of a center is the
sum of all below it. A school that is marked is counted anew first for its own staff, so that their page shows what was
just done; the page of figures of a center that opens it reads what is kept. A grade head sees only some records of the
school: these are counted for this one reader, once for each count of the school.
For who must not know of a flag (`Scope.unseen`) it is counted as if it had never been raised.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.core.cache import cache
from django.db.models import BigIntegerField, CharField
from django.utils import timezone

from reports.editions import HIDDEN, Edition, Published, published, share_of
from schools.common.prepared import Prepared, PreparedIn
from schools.figures import CLASS, Ratio, Rows, Scope, Value, Words, figures, timings
from schools.models import TalliedTerm, Tally, Unit
from schools.recounting import is_marked, recount

Key = tuple[str, str, str]  # figure, split, value
KEPT_FOR = 24 * 60 * 60  # seconds; each night all is counted anew


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
    """Two counts that are read together."""

    ratio: Ratio
    numerator: Published
    denominator: Published
    quotient: Published | float | None


@dataclass(frozen=True)
class UnitCounts:
    """Counts of a unit in all and by split, and of the units below it in all."""

    scope: Scope
    edition: Edition
    counts: Counter[Key]
    counted_at: dt.datetime
    corrected_at: dt.datetime | None = None
    _words: dict[object, Words] = field(default_factory=dict, repr=False)

    @property
    def is_public(self) -> bool:
        return self.edition == Edition.PUBLIC

    @property
    def unit(self) -> int:
        return self.scope.unit.pk

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The unit and all below it, the unit first."""
        return tuple(
            Node(pk, code, short_name or name, path, parent, is_school)
            for pk, code, short_name, name, path, parent, is_school in _NODES.rows(path=self.scope.unit.path)
        )

    @property
    def schools(self) -> list[Node]:
        return [node for node in self.nodes if node.is_school]

    def count(self, figure: str, unit: int | None = None, split: str = "", value: str = "") -> Published:
        """Of the unit, or of one below it."""
        is_own = unit in (None, self.unit)
        if is_own:
            count = self.counts[figure, split, value]
        else:
            count = self._split_by_unit[unit, split, value] if split else self._by_unit[unit, figure]
        declared = figures()[figure]
        if not (self.is_public and declared.about_students):
            return count
        is_one_of_many = self.scope.unit.is_school or not is_own
        if is_one_of_many and (split or not declared.is_told_by_school):
            return HIDDEN
        return published(count)

    @cached_property
    def _by_unit(self) -> Counter[tuple[int | None, str]]:
        """Of each unit below, in all."""
        rows = _TOTALS.of([node.pk for node in self.nodes], term=self.scope.term.code)
        return Counter({(unit, figure): count for unit, figure, count in rows})

    @cached_property
    def _split_by_unit(self) -> Counter[tuple[int | None, str, str]]:
        """What a table by unit tells besides: how the counselors of each are employed (T2). They are no students."""
        rows = _EMPLOYED.of([node.pk for node in self.nodes], term=self.scope.term.code)
        return Counter({(unit, split, value): count for unit, split, value, count in rows})

    def tells_splits(self, figure: str) -> bool:
        return self.counts[figure, "", ""] >= figures()[figure].fewest_split

    def values(self, figure: str, split: str) -> list[Value]:
        """What occurs in the unit, in its own words: other units may call it otherwise, and have lists of their own."""
        declared = figures()[figure].split(split)
        if declared is None or (self.is_public and self.scope.unit.is_school and figures()[figure].about_students):
            return []
        if not self.tells_splits(figure):
            return []
        if declared not in self._words:
            self._words[declared] = declared.words(self.scope)
        word = self._words[declared]
        return sorted({word(value) for value in self._occurring[figure, split]})

    @cached_property
    def _occurring(self) -> dict[tuple[str, str], list[str]]:
        """Of each figure and split, the values that occur."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for figure, split, value in self.counts:
            found[figure, split].append(value)
        return found

    def split(self, figure: str, split: str) -> list[tuple[Value, Published]]:
        """The values of a split for the unit, in their order."""
        return [(value, self.count(figure, None, split, value.code)) for value in self.values(figure, split)]

    def share(self, ratio: Ratio, unit: int | None = None, split: str = "", value: str = "") -> Share:
        part = self.count(ratio.numerator, unit, split, value)
        whole = self.count(ratio.denominator, unit, split, value)
        return Share(ratio, part, whole, share_of(part, whole))

    def minutes(self, timing: str, level: str = "") -> Counter[int]:
        """How many took how long, by class of minutes: of one level, or of all."""
        found: Counter[int] = Counter()
        for (code, severity, minutes), count in self.counts.items():
            if code == timing and level in ("", severity):
                found[int(minutes)] += count
        return found


_NODES = Prepared(
    lambda path: (
        Unit.objects.filter(path__startswith=path)
        .order_by("path")
        .values_list("pk", "code", "short_name", "name", "path", "parent_id", "kind__is_school")
    ),
    path=CharField(),
)
_TOTALS = PreparedIn(
    lambda among, term: Tally.objects.filter(unit__in=among, term=term, split="").values_list(
        "unit_id", "figure", "count"
    ),
    BigIntegerField(),
    term=CharField(),
)
_EMPLOYED = PreparedIn(
    lambda among, term: Tally.objects.filter(
        unit__in=among, term=term, figure="counselors", split="employment"
    ).values_list("unit_id", "split", "value", "count"),
    BigIntegerField(),
    term=CharField(),
)


def counts_of(scope: Scope, *, edition: Edition = Edition.WORK) -> UnitCounts:
    """The counts of one term."""
    return counts_of_terms([scope], edition=edition)[0]


def counts_of_terms(scopes: Sequence[Scope], *, edition: Edition = Edition.WORK, anew: bool = True) -> list[UnitCounts]:
    """The counts of several terms of one unit. Without `anew` as they are kept, also when the unit is marked; but what
    was never counted is counted now, for else a zero would stand there that nobody has counted."""
    if scopes[0].unseen:
        return counts_for_reader(scopes, edition=edition)
    unit = scopes[0].unit
    if anew:
        _count_anew(unit, scopes)
    moments = _moments(unit, scopes)
    if not anew and any(scope.term.code not in moments for scope in scopes):
        _count_anew(unit, scopes)
        moments = _moments(unit, scopes)
    counts = _kept(unit, scopes)
    return [UnitCounts(scope, edition, counts[scope.term.code], *moments[scope.term.code]) for scope in scopes]


def counts_for_reader(
    scopes: Sequence[Scope],
    *,
    edition: Edition = Edition.WORK,
    reader: str = "",
    only: Callable[[Rows], Rows] | None = None,
) -> list[UnitCounts]:
    """The counts of what one reader sees of a school, kept until the school is counted anew. `only` narrows the records
    to theirs, and `reader` says all that decides which; what a scope leaves out is known by the scope."""
    unit = scopes[0].unit
    _count_anew(unit, scopes)
    moments = _moments(unit, scopes)
    boards = []
    for scope in scopes:
        counted_at, corrected_at = moments[scope.term.code]
        left_out = ",".join(sorted(map(str, scope.unseen)))
        told = f"{unit.pk} {scope.term.code} {counted_at:%Y%m%d%H%M%S%f} {scope.on} {reader} without {left_out}"
        key = f"board-{hashlib.sha256(told.encode()).hexdigest()}"
        rows = cache.get(key)
        if rows is None:
            rows = [[*part, count] for part, count in _counted(scope, only).items()]
            cache.set(key, rows, KEPT_FOR)
        counts = Counter({(figure, split, value): count for figure, split, value, count in rows})
        boards.append(UnitCounts(scope, edition, counts, counted_at, corrected_at))
    return boards


def _count_anew(unit: Unit, scopes: Sequence[Scope]) -> None:
    """A school in which something has changed. A center waits for its schools and for the worker."""
    if unit.is_school and is_marked(unit, [scope.term for scope in scopes]):
        recount(unit)


def _counted(scope: Scope, only: Callable[[Rows], Rows] | None) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for figure in figures().values():
        if figure.class_path or scope.class_ids is None:
            found.update({(figure.code, *part): count for part, count in figure.counts(scope, only).items()})
    for timing in timings().values():
        found.update({(timing.code, *part): count for part, count in timing.counts(scope).items()})
    return found


def _kept(unit: Unit, scopes: Iterable[Scope]) -> dict[str, Counter[Key]]:
    found: dict[str, Counter[Key]] = defaultdict(Counter)
    for term, figure, split, value, count in _COUNTS.of([scope.term.code for scope in scopes], unit=unit.pk):
        found[term][figure, split, value] = count
    return found


_COUNTS = PreparedIn(
    lambda among, unit: (
        Tally.objects.filter(unit=unit, term__in=among)
        .exclude(split=CLASS)
        .values_list("term", "figure", "split", "value", "count")
    ),
    CharField(),
    unit=BigIntegerField(),
)


def _moments(unit: Unit, scopes: Iterable[Scope]) -> dict[str, tuple[dt.datetime, dt.datetime | None]]:
    """Of when the counts of each term are, and when a frozen one was last corrected."""
    found: dict[str, tuple[dt.datetime, dt.datetime | None]] = defaultdict(lambda: (timezone.now(), None))
    for term, counted_at, corrected_at in _COUNTED.of([scope.term.code for scope in scopes], unit=unit.pk):
        found[term] = (counted_at, corrected_at)
    return found


_COUNTED = PreparedIn(
    lambda among, unit: TalliedTerm.objects.filter(unit=unit, term__in=among).values_list(
        "term", "counted_at", "corrected_at"
    ),
    CharField(),
    unit=BigIntegerField(),
)
