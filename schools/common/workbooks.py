"""Small tables to hand out as .xlsx. Every cell is text: what looks like a formula stays what was typed."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet may take for a formula, also behind a byte order mark or space, and in full width.
_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_SKIPPED = "\ufeff\u200b\u00a0 "


@dataclass(frozen=True)
class Sheet:
    """A list as its page shows it. `lines` is asked for only when the list leaves; texts of records stay here."""

    kind: str  # "student_list": the audit log then says "student_list.exported"
    title: str
    count: int
    heads: Sequence[str]
    lines: Callable[[], Iterable[Sequence[str]]]


def plain(text: str) -> str:
    """A text that no spreadsheet, and no later CSV of it, runs as a formula."""
    return f"'{text}" if text.lstrip(_SKIPPED)[:1] in set(_STARTS) else text


def sheet_name(title: str) -> str:
    """A title as the tab of a workbook may be called."""
    return _FORBIDDEN.sub(" ", title).strip(" '")[:31]


def write_table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, name: str = "") -> bytes:
    file = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, as_text)
    sheet = book.add_worksheet(sheet_name(name) or None)
    bold = book.add_format({"bold": True})
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text)
    sheet.set_column(0, max(len(titles) - 1, 0), 20)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()
