"""The summary as a workbook: a sheet with the texts and one for every table. Text is never taken for a formula."""

import io
import re
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from reports.document import Amount, SummaryDocument, Table

OPTIONS = {
    "constant_memory": True,
    "in_memory": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST = 40


def render_xlsx(document: SummaryDocument, *, stamp: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"title": f"{document.unit_name} {document.title}", "author": document.unit_name})
    styles = _styles(book)
    _texts(book.add_worksheet(_("Summary")), document, stamp, styles)
    names = {_("Summary").lower()}
    for section in document.sections:
        for table in section.tables:
            _sheet(book.add_worksheet(_sheet_name(table, names)), table, document, stamp, styles)
    book.close()
    return out.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    """A format for each kind of amount, plain and bold."""
    found = {"head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})}
    found["text"] = book.add_format({"text_wrap": True, "valign": "top"})
    found["title"] = book.add_format({"bold": True, "font_size": 14})
    found["label"], found["label!"] = book.add_format(), book.add_format({"bold": True})
    for kind, look in _formats().items():
        found[kind] = book.add_format({"num_format": look, "align": "right"})
        found[f"{kind}!"] = book.add_format({"num_format": look, "align": "right", "bold": True})
    return found


def _formats() -> dict[str, str]:
    """Number formats that write as `document.WRITE` does. None can choose the unit of a duration: that stays text."""
    return {
        "count": "#,##0",
        "percent": "0.0%",
        "ratio": _worded(_("1 : {n}"), "#,##0"),
        "change": r"+#,##0;\−#,##0;0",
        "points": _worded(_("{n} points"), "+0.0", r"\−0.0", "0.0"),
    }


def _worded(words: str, *looks: str) -> str:
    """A number format with words around the number, by its sign where there are three looks."""
    before, after = (f'"{part}"' if part else "" for part in words.split("{n}"))
    return ";".join(f"{before}{look}{after}" for look in looks)


def _texts(sheet: Any, document: SummaryDocument, stamp: str, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    sheet.set_footer(_footer(stamp))
    sheet.write_string(0, 0, f"{document.unit_name} {document.title}", styles["title"])
    lines = [("", document.term_label), (_("Figures as of"), document.as_of_text), (_("Exported"), stamp)]
    lines.append((_("Edition"), " ".join(filter(None, [document.edition_text, document.corrected_text]))))
    if document.is_public:
        lines.append((_("Small numbers"), document.hidden_note))
    lines += [(section.heading, section.text) for section in document.sections]
    for row, (label, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, label, styles["head"])
        sheet.write_string(row, 1, text, styles["text"])


def _sheet_name(table: Table, taken: set[str]) -> str:
    """Sheet names are at most 31 characters, without some signs, and differ from each other."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", table.caption)
    name, number = plain[:31], 1
    while name.lower() in taken:
        number += 1
        name = f"{plain[:27]} {number}"
    taken.add(name.lower())
    return name


def _footer(stamp: str) -> str:
    # In a footer & begins a code; the whole may have 255 characters, also if each of them is an & that is doubled.
    return f"&L{stamp[:120].replace('&', '&&')}"


def _sheet(sheet: Any, table: Table, document: SummaryDocument, stamp: str, styles: dict[str, Any]) -> None:
    sheet.set_footer(_footer(stamp))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_column(0, 0, min(WIDEST, max([12, *(2 * len(row.label) for row in table.rows)])))
    sheet.set_column(1, max(1, len(table.columns) - 1), 16)
    for column, text in enumerate(table.columns):
        sheet.write_string(0, column, text, styles["head"])
    for number, row in enumerate(table.rows, start=1):
        mark = "!" if row.emphasis else ""
        sheet.write_string(number, 0, row.label, styles[f"label{mark}"])
        for column, cell in enumerate(row.cells, start=1):
            _cell(sheet, number, column, cell, mark, styles)
    notes = [table.note, document.hidden_note if table.has_hidden else "", stamp]
    for number, note in enumerate(filter(None, notes), start=len(table.rows) + 2):
        sheet.write_string(number, 0, note)


def _cell(sheet: Any, row: int, column: int, cell: Amount | str, mark: str, styles: dict[str, Any]) -> None:
    if isinstance(cell, Amount) and cell.rounded is not None and f"{cell.kind}{mark}" in styles:
        sheet.write_number(row, column, cell.rounded, styles[f"{cell.kind}{mark}"])
    else:
        sheet.write_string(row, column, str(cell), styles[f"count{mark}"])
