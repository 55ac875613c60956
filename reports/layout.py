"""How the tables of a section stand on paper: narrow ones side by side, others one below the other.

Two columns that the engine balances by itself break badly at the end of a page, so they are filled here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.utils.translation import gettext as _

from reports.document import Section, Table

HIGHEST = 18  # rows of a table, about a third of a page: what stands side by side stays together


@dataclass
class Band:
    """Two columns, each with a few narrow things below one another."""

    left: list[Table] = field(default_factory=list)
    right: list[Table] = field(default_factory=list)

    def room_for(self, item: Table) -> bool:
        return not self.left or not self.right or _height(self._shorter()) + _height([item]) <= HIGHEST

    def add(self, item: Table) -> None:
        self._shorter().append(item)

    def _shorter(self) -> list[Table]:
        return self.left if _height(self.left) <= _height(self.right) else self.right


def blocks(section: Section) -> list[Band | Table]:
    """The tables in their order."""
    found: list[Band | Table] = []
    tables = (half for table in section.tables for half in _halves(table))
    for is_narrow, group in groupby(tables, key=_fits_beside):
        run = list(group)
        found += _bands(run) if is_narrow else run
    return found


def _fits_beside(item: Table) -> bool:
    return item.is_narrow and _height([item]) <= HIGHEST


def _halves(table: Table) -> list[Table]:
    """A narrow table that is too high to stand beside others is cut in two that stand beside each other."""
    middle = -(-len(table.rows) // 2)
    first, second = (replace(table, rows=rows) for rows in (table.rows[:middle], table.rows[middle:]))
    if not table.is_narrow or _fits_beside(table) or not _fits_beside(first):
        return [table]
    caption = _("{caption} (continued)").format(caption=table.caption)
    return [replace(first, note=""), replace(second, code=f"{table.code}-2", caption=caption)]


def _bands(items: Iterable[Table]) -> Iterator[Band]:
    band = Band()
    for item in items:
        if not band.room_for(item):
            yield band
            band = Band()
        band.add(item)
    yield band


def _height(items: Sequence[Table]) -> float:
    """In rows of a table."""
    return sum(_rows_of(item) for item in items)


def _rows_of(item: Table) -> float:
    return len(item.rows) + (4 if item.note or item.has_hidden else 3)
