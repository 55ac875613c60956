"""Figures, declared once: a code, a label, and the query that returns the records behind it.

The count is that query counted, so a figure cannot differ from its list. A school counts its own records; what stands
below a center is the sum of what its units have counted (`schools.recounting`). Each app declares its own figures in
`indicators.py`, found by name.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from schools.common.days import midnight
from schools.common.floors import ask_apps
from schools.minutes import class_of
from schools.models import Term, Unit

Rows = QuerySet[Any]
# Split and value of what was counted; ALL is the figure itself.
Part = tuple[str, str]
ALL: Part = ("", "")
# The split by class that every figure with a `class_path` has. It stays inside the school.
CLASS = "class"


@dataclass(frozen=True)
class Scope:
    """Whose figures, and of when: one unit, a term, perhaps only some classes.

    States (enrolled, in a group, open) are read on the day `on`: the last day of a past term, today in the running one.
    """

    unit: Unit
    term: Term
    on: dt.date
    class_ids: frozenset[int] | None = None
    # Flags and crisis events that are kept from the one person this is counted for: neither they nor what came of them
    # count.
    unseen: frozenset[Any] = frozenset()

    @classmethod
    def of(cls, unit: Unit, term: Term, today: dt.date | None = None) -> "Scope":
        today = today or timezone.localdate()
        return cls(unit, term, max(term.starts, min(term.ends, today)))

    def narrowed(self, class_ids: Iterable[int]) -> "Scope":
        return replace(self, class_ids=frozenset(class_ids))

    def without(self, unseen: Iterable[Any]) -> "Scope":
        return replace(self, unseen=frozenset(unseen))

    @property
    def is_running(self) -> bool:
        return self.on < self.term.ends or self.on == timezone.localdate()

    @cached_property
    def starts(self) -> dt.datetime:
        return midnight(self.term.starts)

    @cached_property
    def ends(self) -> dt.datetime:
        """The first moment after the day `on`."""
        return midnight(self.on + dt.timedelta(days=1))

    @cached_property
    def known_until(self) -> dt.datetime:
        """The end of a past scope; in the running term, now: what is due later today is not late yet."""
        return min(self.ends, timezone.now())

    def schools(self, path: str = "school") -> Q:
        """Rows of this very unit; `path` leads from the row to its unit. What is below it is counted apart."""
        return Q(**{f"{path}_id" if path else "pk": self.unit.pk})

    def within_term(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.starts, f"{field}__lt": self.ends})


class Value(NamedTuple):
    """One value of a split: where it stands among the others, its code for addresses, its word for people."""

    order: Any
    code: str
    label: str


# What was looked up in a row → the codes it counts for: one, or several where a record has a list (themes of a talk).
Reader = Callable[[tuple[Any, ...]], Iterable[str]]
# A code → the value as a unit calls it.
Words = Callable[[str], Value]


@dataclass(frozen=True)
class Split:
    """A way to divide a figure. Codes are the same for everyone; words are made once for a scope, and may be loaded."""

    code: str
    label: Any
    paths: tuple[str, ...]
    reader: Callable[[Scope], Reader]
    words: Callable[[Scope], Words]
    # A record counts once, so the values add up to the figure; a talk with two themes counts for both.
    is_partition: bool = True
    # Kept for a page of its own; the page of the figure does not offer it.
    is_offered: bool = True


@dataclass(frozen=True)
class Figure:
    """One figure. `class_path` leads from a record to the key of its class."""

    code: str
    label: Any
    group: str
    unit_of_measure: Any
    records: Callable[[Scope], Rows]
    class_path: str = ""
    splits: tuple[Split, ...] = ()
    # In the public edition counts of students and of records about one are hidden or rounded; of schools and staff not.
    about_students: bool = True
    # Told of a single school in the public edition, too. Not where it adds up with others: a small one could be solved.
    is_told_by_school: bool = True
    # Of fewer records a school is told no split, where who reads counts must not guess whose a record is.
    fewest_split: int = 0

    def query(self, scope: Scope) -> Rows:
        """The records behind the figure."""
        found = self.records(scope)
        if scope.class_ids is not None:
            found = found.filter(**{f"{self.class_path}__in": scope.class_ids}) if self.class_path else found.none()
        return found

    def split(self, code: str) -> Split | None:
        return next((split for split in self.splits if split.code == code), None)

    def counts(self, scope: Scope, only: Callable[[Rows], Rows] | None = None) -> Counter[Part]:
        """Everything there is to count, in one query: the figure and each value of its splits."""
        found = only(self.query(scope)) if only else self.query(scope)
        paths = list(dict.fromkeys(path for split in self._all_splits for path in split.paths))
        if not paths:
            return Counter({ALL: found.count()})
        readers = [(split, split.reader(scope), [paths.index(p) for p in split.paths]) for split in self._all_splits]
        counts: Counter[Part] = Counter()
        for *row, count in found.order_by().values_list(*paths).annotate(how_many=Count("pk")):
            counts[ALL] += count
            for split, reader, places in readers:
                for code in reader(tuple(row[number] for number in places)):
                    counts[split.code, code] += count
        return counts

    @cached_property
    def _all_splits(self) -> tuple[Split, ...]:
        """The declared ones, and by class."""
        if not self.class_path:
            return self.splits
        return (*self.splits, Split(CLASS, "", (self.class_path,), _class_code, lambda _scope: _no_words))

    def where(self, scope: Scope, split: Split, code: str) -> Q:
        """The condition of one value of a split. No record fulfils it when nothing has that value."""
        reader = split.reader(scope)
        found: dict[Hashable, Q] = {}
        for row in self.query(scope).order_by().values_list(*split.paths).annotate(how_many=Count("pk")):
            if code in reader(row[:-1]):
                found[repr(row[:-1])] = Q(*(_equals(path, item) for path, item in zip(split.paths, row, strict=False)))
        condition = Q(pk__in=[])
        for one in found.values():
            condition |= one
        return condition


def _equals(path: str, value: Any) -> Q:
    return Q(**{f"{path}__isnull": True}) if value is None else Q(**{path: value})


def _class_code(_scope: Scope) -> Reader:
    return lambda row: [str(row[0] or "")]


def _no_words(code: str) -> Value:
    """Classes have names, not words: whoever shows them has loaded them."""
    return Value(code, code, code)


@dataclass(frozen=True)
class Ratio:
    """Two figures that are read together. It keeps both; a share is in percent, `per` is numerator for one."""

    code: str
    label: Any
    group: str
    numerator: str
    denominator: str
    is_share: bool = True


@dataclass(frozen=True)
class Timing:
    """How long something took, for the records of a figure: the middle value is told, never a single one.

    What is kept is how many took as long as each class of minutes (`schools.minutes`), by level.
    """

    code: str
    label: Any
    figure: str
    # The record's own number of minutes, or None while it still runs.
    minutes: Callable[[Scope], Callable[[Any], float | None]]
    in_school_hours: bool = False
    # What a record must be read with.
    needs: tuple[str, ...] = ("severity",)

    def counts(self, scope: Scope) -> Counter[Part]:
        """By level, how many records took as long."""
        measure = self.minutes(scope)
        counts: Counter[Part] = Counter()
        for record in figures()[self.figure].query(scope).only("pk", *self.needs).order_by():
            minutes = measure(record)
            if minutes is not None:
                counts[str(record.severity), str(class_of(minutes))] += 1
        return counts


@dataclass(frozen=True)
class Alarm:
    """What the map of a center shows a school by: a figure that should not be as it is. The worst has the lowest rank.

    `words` puts the count into a few words for a tile; `is_bad` says which counts are (none of something may be, too).
    """

    figure: str
    rank: int
    words: Callable[[int], str]
    tone: str = "silent"
    is_bad: Callable[[int], bool] = bool


class _Registry:
    def __init__(self) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.figures: dict[str, Figure] = {}
        self.ratios: dict[str, Ratio] = {}
        self.timings: dict[str, Timing] = {}


_registry = _Registry()


def declare(*found: Figure | Ratio | Timing | Alarm) -> None:
    """Make figures known; called by `indicators.py` of each app."""
    for one in found:
        if isinstance(one, Alarm):
            _registry.alarms[one.figure] = one
            continue
        kinds: dict[type, dict[str, Any]] = {
            Figure: _registry.figures,
            Ratio: _registry.ratios,
            Timing: _registry.timings,
        }
        kinds[type(one)][one.code] = one


def figures() -> dict[str, Figure]:
    """All declared figures by code."""
    ask_apps("indicators")
    return _registry.figures


def alarms() -> list[Alarm]:
    """The worst first."""
    ask_apps("indicators")
    return sorted(_registry.alarms.values(), key=lambda alarm: alarm.rank)


def ratios() -> dict[str, Ratio]:
    ask_apps("indicators")
    return _registry.ratios


def timings() -> dict[str, Timing]:
    ask_apps("indicators")
    return _registry.timings
