"""A list as it is declared, and as one request sees it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.db import models

from schools.access import Viewer
from schools.common.addresses import SOME_ID, around
from schools.common.workbooks import Sheet
from schools.listing.columns import Column, Sort, turned
from schools.listing.filters import FiltersOfRequest, ListFilter
from schools.requests import ViewerRequest

Rows = models.QuerySet[Any]


def as_found(rows: Rows, chosen: dict[str, Any], viewer: Viewer) -> Rows:
    """Every filter works by itself."""
    return rows


def as_they_are(rows: list[Any], viewer: Viewer) -> None:
    """Rows that need nothing besides what the query brought."""


@dataclass(frozen=True)
class List:
    """`name` is the view's, and what the audit log calls an export. `order` is the order without a `sort`.

    `narrow(rows, chosen, viewer)` applies filters that mean something only together, by their names.
    `usual(viewer)` gives the rows of an address that asks for nothing, one more than fill a page: a prepared read
    (`schools.prepared_for`) for a list that people open all day.
    `dress(rows, viewer)` puts on the rows of one page, or of a file, what needs a query of its own for all of them
    together. `link` names the view behind the first column, which takes the key of the row. `nothing` says in two
    sentences, a title and a text, what will stand here, for a list that is still empty.
    """

    name: str
    title: Any
    columns: tuple[Column, ...] = ()
    filters: tuple[ListFilter, ...] = ()
    order: tuple[Sort, ...] = ()
    page_size: int = 50
    narrow: Callable[[Rows, dict[str, Any], Viewer], Rows] = as_found
    dress: Callable[[list[Any], Viewer], None] = as_they_are
    usual: Callable[[Viewer], list[Any]] | None = None
    link: str = ""
    icon: str = "sparkles"
    nothing: tuple[Any, Any] = ("", "")

    @cached_property
    def filter_set(self) -> Any:
        """The class that django-filter makes one object of for each request."""
        return type("ListFilterSet", (FiltersOfRequest,), {one.name: one for one in self.filters})

    def show(self, request: ViewerRequest, rows: Rows) -> "Shown":
        return Shown(self, request, rows)

    def sheet(self, request: ViewerRequest, rows: Rows) -> Sheet:
        """Just what the list shows, with its filters and order, to leave through `schools.exporting.export_page`."""
        return self.show(request, rows).sheet()


class Shown:
    """A list for one request: the rows that its address asks for, and everything its page draws."""

    def __init__(self, declared: List, request: ViewerRequest, rows: Rows):
        self.list, self.request, self.viewer = declared, request, request.viewer
        self._set = declared.filter_set(request.GET, rows, request=request)
        for one in declared.filters:
            if not one.seen_by(self.viewer):
                self._set.filters.pop(one.name)
        if not self._set.is_valid():
            raise BadRequest("unknown value in the address")
        self.sort = request.GET.get("sort", "")
        self.rows = declared.narrow(self._set.qs, self.filter, self.viewer).order_by(*self._order())

    @property
    def address(self) -> Callable[[Any], str]:
        """Where a row's first column leads: the address is made once, the key put into it for each."""
        key = SOME_ID if isinstance(self.rows.model._meta.pk, models.UUIDField) else 0
        before, after = around(self.list.link, key)
        return lambda row: f"{before}{row.pk}{after}"

    @property
    def title(self) -> Any:
        return self.list.title

    @cached_property
    def columns(self) -> list[Column]:
        return [one for one in self.list.columns if one.seen_by(self.viewer)]

    def _order(self) -> list[Sort]:
        name = self.sort.removeprefix("-")
        column = next((one for one in self.columns if one.name == name and one.sort), None)
        if name and column is None:
            raise BadRequest("unknown value in the address")
        order = column.order(down=self.sort.startswith("-")) if column else self._usual_order()
        # Rows that are equal in all this stand on one page only.
        last = order[-1] if order else "pk"
        return [*order, turned("pk") if isinstance(last, str) and last.startswith("-") else "pk"]

    def _usual_order(self) -> list[Sort]:
        """Without the columns that are hidden from this viewer: the place of a row would tell what they say."""
        hidden = {
            turned(term) if term.startswith("-") else term
            for column in self.list.columns
            if not column.seen_by(self.viewer)
            for term in column.order(down=False)
            if isinstance(term, str)
        }
        return [one for one in self.list.order if not isinstance(one, str) or one.removeprefix("-") not in hidden]

    # --- what the page shows -----------------------------------------------------------------------------------------

    @cached_property
    def page_obj(self) -> Page[Any]:
        size, number = self.list.page_size, self.request.GET.get("page")
        paginator = Paginator(self.rows, size)
        first = [] if number else self._first(size + 1)
        if not number and len(first) <= size:
            paginator.count = len(first)  # all of them: nobody needs to count
        page = paginator.get_page(number)
        page.object_list = list(page.object_list) if number else first[:size]
        self.list.dress(page.object_list, self.viewer)
        return page

    def _first(self, size: int) -> list[Any]:
        if self.list.usual and not self.is_set and not self.sort:
            return self.list.usual(self.viewer)
        return list(self.rows[:size])

    @property
    def count(self) -> int:
        return int(self.page_obj.paginator.count)

    @cached_property
    def filters(self) -> list[Any]:
        return list(self._set.filters.values())

    @property
    def filter(self) -> dict[str, Any]:
        """What each filter is set to, by its name."""
        return {one.name: one.value for one in self.filters}

    @property
    def is_set(self) -> bool:
        """Does the address ask for less than all?"""
        return any(one.is_set for one in self.filters)

    @cached_property
    def drawn(self) -> list[Any]:
        """The filters in the form, in their order."""
        return [one for one in self.filters if one.is_drawn and one.shape != "chips" and not self._is_folded(one)]

    @cached_property
    def folded(self) -> list[Any]:
        """Those that few need, behind one word."""
        return [one for one in self.filters if one.is_drawn and self._is_folded(one)]

    @cached_property
    def chips(self) -> list[Any]:
        return [one for one in self.filters if one.is_drawn and one.shape == "chips"]

    @staticmethod
    def _is_folded(one: Any) -> bool:
        return bool(getattr(one, "folded", False))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What else the address says, for the form to keep: the order, chips, what the view itself reads."""
        own = {name for one in [*self.drawn, *self.folded] for name in one.names} | {"page"}
        return [(name, str(value)) for name, value in self.request.GET.items() if name not in own and value]

    # --- the way out -------------------------------------------------------------------------------------------------

    def sheet(self) -> Sheet:
        columns = [one for one in self.columns if one.in_file]
        return Sheet(
            kind=self.list.name,
            title=str(self.list.title),
            count=self.rows.count(),
            heads=[str(one.label) for one in columns],
            lines=lambda: self._lines(columns),
        )

    def _lines(self, columns: list[Column]) -> Iterable[list[str]]:
        rows = list(self.rows)
        self.list.dress(rows, self.viewer)
        return [[one.text_of(row) for one in columns] for row in rows]
