"""Web pages and XML that are called .xls: what many school systems "export to Excel". Excel opens them, and so do we.

Only texts of cells are taken. A document type, with which entities come, is refused before.
"""

import email
import email.policy
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

from schools.common.tables.cells import cell_text
from schools.common.tables.errors import UnreadableFile
from schools.common.tables.limits import Limits
from schools.common.tables.table import Table
from schools.common.tables.text import decode
from schools.common.text import clean_cell

Row = list[str]


def read_markup(data: bytes, kind: str, limits: Limits) -> Iterator[Table]:
    """`kind` as `schools.common.tables.kinds` says: html, mhtml or xml."""
    if kind == "xml":
        yield from _Spreadsheet(limits).read(data)
        return
    text = _page_in_message(data) if kind == "mhtml" else decode(data)
    page = _Page(limits)
    page.feed(text)
    page.close()
    tables = [grid for grid in page.grids if any(any(row) for row in grid.rows)]
    for number, grid in enumerate(tables, start=1):
        yield _table(str(number) if len(tables) > 1 else "", grid.rows)


def _table(name: str, rows: list[Row]) -> Table:
    table = Table(name)
    table.add_rows(rows)
    return table


def _page_in_message(data: bytes) -> str:
    """The page in a web archive (.mht), as Excel itself writes it."""
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return decode(content)
    raise UnreadableFile("wrong_type", {"found": "MHTML"})


class _Grid:
    """The cells of one table: those that reach over several rows or columns fill all of them."""

    def __init__(self, limits: Limits) -> None:
        self.rows: list[Row] = []
        self.limits = limits
        # Column → rows still to fill, and with what.
        self.below: dict[int, tuple[int, str]] = {}
        self.later: dict[int, tuple[int, str]] = {}
        self.cells = 0

    def begin_row(self) -> None:
        if len(self.rows) >= self.limits.rows:
            raise UnreadableFile("too_many_rows", {"limit": self.limits.rows})
        self.rows.append([])

    def end_row(self) -> None:
        if self.rows:
            self._fill_from_above()

    def add(self, text: str, columns: int = 1, rows: int = 1) -> None:
        if not self.rows:
            self.begin_row()
        self._fill_from_above()
        row = self.rows[-1]
        columns = max(1, min(columns, self.limits.columns))
        if rows > 1:
            self.later |= {len(row) + n: (min(rows, self.limits.rows) - 1, text) for n in range(columns)}
        row += [text] * columns
        self.cells += columns
        if len(row) > self.limits.columns:
            raise UnreadableFile("too_many_columns", {"limit": self.limits.columns})
        if self.cells > self.limits.cells:
            raise UnreadableFile("too_many_rows", {"limit": self.limits.rows})

    def _fill_from_above(self) -> None:
        row = self.rows[-1]
        while len(row) in self.below:
            left, text = self.below.pop(len(row))
            if left > 1:
                self.later[len(row)] = (left - 1, text)
            row.append(text)

    def next_row(self) -> None:
        """End the row before and begin one."""
        self.end_row()
        self.below |= self.later
        self.later = {}
        self.begin_row()


class _Page(HTMLParser):
    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.grids: list[_Grid] = []
        # Tables may stand in cells of others; each keeps its own rows.
        self.open: list[_Grid] = []
        self.texts: list[list[str] | None] = []
        self.spans: list[tuple[int, int]] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        elif tag == "table":
            self._begin_table()
        elif self.open and tag == "tr":
            self._end_cell()
            self.open[-1].next_row()
        elif self.open and tag in ("td", "th"):
            self._end_cell()
            given = dict(attrs)
            self.texts[-1] = []
            self.spans[-1] = (_count(given.get("colspan")), _count(given.get("rowspan")))
        elif tag in ("br", "p", "div"):
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(self.silent - 1, 0)
        elif self.open and tag in ("td", "th", "tr"):
            self._end_cell()
        elif self.open and tag == "table":
            self._end_cell()
            self.open.pop().end_row()
            self.texts.pop()
            self.spans.pop()

    def handle_data(self, data: str) -> None:
        if self.texts and not self.silent and (text := self.texts[-1]) is not None:
            text.append(data)

    def _begin_table(self) -> None:
        if len(self.grids) >= self.limits.columns or len(self.open) >= 20:
            raise UnreadableFile("unsafe")
        grid = _Grid(self.limits)
        self.grids.append(grid)
        self.open.append(grid)
        self.texts.append(None)
        self.spans.append((1, 1))

    def _end_cell(self) -> None:
        text = self.texts[-1]
        if text is not None:
            self.open[-1].add(clean_cell("".join(text)), *self.spans[-1])
            self.texts[-1] = None


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1


class _Spreadsheet:
    """XML Spreadsheet 2003: Workbook, Worksheet, Table, Row, Cell, Data."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tables: list[tuple[str, _Grid, int]] = []
        self.grid: _Grid | None = None
        self.hidden = 0
        self.text: list[str] | None = None
        self.kind = "String"
        self.span = 1

    def read(self, data: bytes) -> Iterator[Table]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            raise UnreadableFile("truncated") from None
        for name, grid, hidden in self.tables:
            table = _table(name, grid.rows)
            table.hidden_rows = hidden
            yield table

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        own = {key.rpartition(" ")[2]: value for key, value in given.items()}
        if name == "Worksheet":
            self.grid, self.hidden = _Grid(self.limits), 0
            self.tables.append((clean_cell(own.get("Name", "")), self.grid, 0))
        elif self.grid is not None and name == "Row":
            self._begin_row(self.grid, own)
        elif self.grid is not None and name == "Cell":
            self._begin_cell(self.grid, own)
        elif name == "Data":
            self.text, self.kind = [], own.get("Type", "String")

    def _begin_row(self, grid: _Grid, own: dict[str, str]) -> None:
        number = _count(own["Index"]) if "Index" in own else len(grid.rows) + 1
        while len(grid.rows) < number - 1:
            grid.begin_row()
        grid.next_row()
        if own.get("Hidden") == "1":
            name, _grid, hidden = self.tables[-1]
            self.tables[-1] = (name, grid, hidden + 1)

    def _begin_cell(self, grid: _Grid, own: dict[str, str]) -> None:
        if "Index" in own and grid.rows:
            while len(grid.rows[-1]) < min(_count(own["Index"]) - 1, self.limits.columns):
                grid.add("")
        self.span = _count(own["MergeAcross"]) + 1 if "MergeAcross" in own else 1
        self.text = None

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "Cell" and self.grid is not None:
            self.grid.add(_value("".join(self.text or ()), self.kind), self.span)
            self.text, self.kind = None, "String"
        elif name == "Worksheet":
            self.grid = None

    def _data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)


def _value(text: str, kind: str) -> str:
    if kind == "Number":
        try:
            return cell_text(float(text))
        except ValueError:
            pass
    return clean_cell(text)


def _refuse(*_declaration: Any) -> None:
    raise UnreadableFile("unsafe")
