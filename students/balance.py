"""The balance of the registry between two days: start + new − left = end, and the same for each level.

It is counted from the reviews that are in force: each says from which level to which, and from which day.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, When

from students.models.hand_over import HandOver
from students.models.registry import PlanReview, PlanReviewQuerySet, RegistryEntry

Kind = PlanReview.Kind
MOVES = (Kind.LISTED, Kind.UP, Kind.DOWN, Kind.OFF)


class Move(NamedTuple):
    """One step of one entry: `before` 0 is not yet on the registry, `after` 0 no longer."""

    entry: UUID
    on: dt.date
    before: int
    after: int
    is_transfer: bool = False


@dataclass
class Balance:
    """Counts by level. `between` counts the moves from one level to another; of the new `came` from another school, of
    those who left `transferred` moved to one."""

    start: Counter[int] = field(default_factory=Counter)
    new: Counter[int] = field(default_factory=Counter)
    moved_in: Counter[int] = field(default_factory=Counter)
    moved_out: Counter[int] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)
    came: Counter[int] = field(default_factory=Counter)
    transferred: Counter[int] = field(default_factory=Counter)
    end: Counter[int] = field(default_factory=Counter)
    between: Counter[tuple[int, int]] = field(default_factory=Counter)

    def total(self, name: str) -> int:
        return sum(getattr(self, name).values())


def moves_of(reviews: PlanReviewQuerySet) -> list[Move]:
    """The moves in the order in which they came, of reviews that the caller may see."""
    rows = reviews.in_force().filter(kind__in=MOVES).order_by("in_force_on", "entry_id", "number")
    arrivals = HandOver.objects.filter(student_there=OuterRef("entry__student"), received_on=OuterRef("in_force_on"))
    came = Case(When(kind=Kind.LISTED, then=Exists(arrivals.order_by())), default=False)
    values = rows.values_list("entry_id", "in_force_on", "severity_before", "severity_after", "ending", came)
    moved = RegistryEntry.Ending.MOVED
    return [
        Move(entry, on, before, after, came or ending == moved)
        for entry, on, before, after, ending, came in values
        if on
    ]


def balance(moves: Iterable[Move], first: dt.date, last: dt.date) -> Balance:
    """From the morning of `first` to the evening of `last`."""
    found = Balance()
    level: Counter[int] = Counter()
    for move in moves:
        if move.on < first:
            _step(level, move)
        elif move.on <= last:
            _count(found, move)
    found.start = +level
    found.end = +level
    found.end.update(found.new)
    found.end.update(found.moved_in)
    found.end.subtract(found.moved_out)
    found.end.subtract(found.left)
    return found


def _step(level: Counter[int], move: Move) -> None:
    if move.before:
        level[move.before] -= 1
    if move.after:
        level[move.after] += 1


def _count(found: Balance, move: Move) -> None:
    if not move.before:
        found.new[move.after] += 1
        found.came[move.after] += move.is_transfer
    elif not move.after:
        found.left[move.before] += 1
        found.transferred[move.before] += move.is_transfer
    else:
        found.moved_out[move.before] += 1
        found.moved_in[move.after] += 1
        found.between[move.before, move.after] += 1
