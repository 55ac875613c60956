"""A file as its kind sees it: sheets with known columns, rows, problems, and an account of every row there is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from schools.common.tables import LIMITS, Limits, Table, UnreadableFile, read_tables
from schools.common.tables.columns import ByHand, Header, Vocabulary, find_header, has_header, norm, told_apart
from schools.imports.problems import SHEET_ROWS, Problem, Severity

# The column of reasons in the sheet of problem rows that we give back: it says nothing when it comes again.
Shown = Callable[[str, str], str]


@dataclass(slots=True)
class FileSheet:
    """A sheet whose rows are taken, with the meaning of its columns."""

    name: str
    table: Table
    header: Header
    # The number of its row 0, see SHEET_ROWS.
    first: int = 0
    # Rows that are no record: titles that are repeated, totals and notes; number → what stands in the first cell.
    skipped: dict[int, str] = field(default_factory=dict)
    count: int = 0

    def rows(self, vocabulary: Vocabulary) -> Iterator[tuple[int, list[str]]]:
        """The records below the titles, padded to the known columns, with their numbers in the whole file."""
        self.count = 0
        self.skipped.clear()
        for number, cells, is_record in told_apart(self.table, self.header, vocabulary):
            if is_record:
                self.count += 1
                yield self.first + number, cells
            else:
                self.skipped[number] = next(cell for cell in cells if cell)[:40]


@dataclass(slots=True)
class FileRows:
    """What was found in a file. The kind's parser reads `rows()` and calls `report`."""

    vocabulary: Vocabulary
    sheets: list[FileSheet]
    # Sheets that were not taken, with the number of their rows.
    left_out: list[tuple[str, int]] = field(default_factory=list)
    # Sheets that somebody has hidden, such as the lists behind the choices of a template. They are not read.
    hidden_sheets: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # How a value may be quoted; a kind with secrets masks them.
    shown: Shown = lambda _name, text: text[:60]

    @property
    def header(self) -> Header:
        """The columns of the first sheet; the others have the same."""
        return self.sheets[0].header

    @property
    def sheet(self) -> str:
        return " · ".join(sheet.name for sheet in self.sheets if sheet.name)

    @property
    def total(self) -> int:
        """Records in the file, those with errors too."""
        return sum(sheet.count for sheet in self.sheets)

    @property
    def unknown_columns(self) -> list[tuple[int, str]]:
        return self.header.unknown

    @property
    def hidden_rows(self) -> int:
        return sum(sheet.table.hidden_rows for sheet in self.sheets)

    def rows(self) -> Iterator[tuple[FileSheet, int, list[str]]]:
        for sheet in self.sheets:
            for number, cells in sheet.rows(self.vocabulary):
                yield sheet, number, cells

    def report(
        self,
        row: int,
        name: str,
        code: str,
        *,
        value: str = "",
        severity: Severity = "error",
        **params: str | int,
    ) -> None:
        self.problems.append(Problem(row, "", name, code, severity, self.shown(name, value), params))

    def placed(self, problem: Problem) -> Problem:
        """The problem as a person finds it: the title of the column, the sheet, and the row that Excel shows."""
        sheet = self.sheets[problem.row // SHEET_ROWS]
        labels = {name: sheet.header.labels.get(index, "") for index, name in sheet.header.columns.items()}
        params = dict(problem.params)
        if other := params.get("other_row"):
            params["other_row"] = self._told(int(other), sheet)
        return replace(
            problem,
            row=problem.row % SHEET_ROWS,
            column_label=problem.column_label or labels.get(problem.field, ""),
            sheet=sheet.name if len(self.sheets) > 1 else "",
            params=params,
        )

    def _told(self, row: int, seen_from: FileSheet) -> str | int:
        sheet = self.sheets[row // SHEET_ROWS]
        number = row % SHEET_ROWS
        return number if sheet is seen_from else f"{number} ({sheet.name})"


def read_file(
    source: Path | bytes,
    vocabulary: Vocabulary,
    *,
    mapping: ByHand | None = None,
    sheets: frozenset[str] = frozenset(),
    limits: Limits = LIMITS,
) -> FileRows:
    """Raises UnreadableFile. `sheets`: only these, in a workbook that has several; the others are left out."""
    read = read_tables(source, limits=limits)
    tables = [table for table in read if not table.is_blank()]
    if not tables:
        raise UnreadableFile("empty")
    named = _named(tables, sheets) if sheets and len(tables) > 1 else tables
    file = take_sheets(named, vocabulary, mapping)
    file.left_out += [(table.sheet, table.filled_rows) for table in tables if table not in named]
    file.hidden_sheets = [table.sheet for table in read if table.is_hidden]
    return file


def _named(tables: Sequence[Table], sheets: frozenset[str]) -> list[Table]:
    names = {norm(name) for name in sheets}
    found = [table for table in tables if norm(table.sheet) in names]
    if not found:
        there = " · ".join(table.sheet for table in tables)[:200]
        raise UnreadableFile("no_sheet", {"found": there, "expected": " · ".join(sorted(sheets))})
    return found


def take_sheets(tables: Sequence[Table], vocabulary: Vocabulary, mapping: ByHand | None = None) -> FileRows:
    """All sheets with the columns of the first that has any; the others are named."""
    known = [table for table in tables if has_header(table, vocabulary, mapping)] or [tables[0]]
    found: list[FileSheet] = []
    left: list[tuple[str, int]] = []
    for table in tables:
        header = find_header(table, vocabulary, mapping) if table in known else None
        if header is not None and (not found or found[0].header.same_columns(header)):
            found.append(FileSheet(table.sheet, table, header, first=len(found) * SHEET_ROWS))
        else:
            left.append((table.sheet, table.filled_rows))
    file = FileRows(vocabulary, found, left)
    for sheet in found:
        for row, code in sheet.table.notes:
            file.report(sheet.first + row, "", code, severity="warning")
    return file
