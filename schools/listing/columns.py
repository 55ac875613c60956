"""One column of a list: what it is called, how a row's value is found and shown, what it is sorted by."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from schools.access import Viewer

Sort = str | OrderBy


def everyone(viewer: Viewer) -> bool:
    return True


def text(value: Any) -> str:
    """A value that needs no words of its own; nothing for what is not there."""
    return "" if value is None else str(value)


def yes(value: Any) -> str:
    """A tick in words: a column of “no” tells less than an empty one."""
    return _("yes") if value else ""


@dataclass(frozen=True)
class Column:
    """`value` finds it in a row (else the attribute of this name), `show` puts it into words for page and file.

    `draw` makes HTML of a row for the page only. `sort` names what it is sorted by; the address then says
    `?sort=name` or `?sort=-name`. A column that `seen_by` hides is in nobody's page, file or order.
    """

    name: str
    label: Any
    value: Callable[[Any], Any] | None = None
    show: Callable[[Any], Any] = text
    draw: Callable[[Any], Any] | None = None
    sort: Sort | tuple[Sort, ...] = ()
    css: str = ""
    seen_by: Callable[[Viewer], bool] = everyone
    on_page: bool = True
    in_file: bool = True

    def value_of(self, row: Any) -> Any:
        return self.value(row) if self.value else _attribute(row, self.name)

    def shown_of(self, row: Any) -> Any:
        """For reading."""
        return self.show(self.value_of(row))

    def text_of(self, row: Any) -> str:
        """For a file: a day as every program reads it."""
        value = self.value_of(row)
        return value.isoformat() if isinstance(value, dt.date) else str(self.show(value))

    def cell_of(self, row: Any) -> Any:
        return self.draw(row) if self.draw else self.shown_of(row)

    def order(self, *, down: bool) -> list[Sort]:
        terms = (self.sort,) if isinstance(self.sort, str | OrderBy) else self.sort
        return [turned(one) for one in terms] if down else list(terms)


def _attribute(row: Any, name: str) -> Any:
    """`holder__name` is the name of the row's holder. Where a field has words for its values, those."""
    for part in name.split("__"):
        if row is None:
            return None
        words = getattr(row, f"get_{part}_display", None)
        row = words() if words else getattr(row, part)
    return row


def turned(term: Sort) -> Sort:
    """The other way round."""
    if isinstance(term, OrderBy):
        other: OrderBy = term.copy()
        other.reverse_ordering()
        return other
    return term[1:] if term.startswith("-") else f"-{term}"
