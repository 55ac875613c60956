"""The rows with problems as a sheet: as in the file, with the reasons in a last column, to correct and hand in."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from schools.common.labels import told
from schools.common.tables.columns import REASONS
from schools.imports.found import reasons_by_row
from schools.imports.kinds import ImportKind
from schools.imports.sentences import sentence_of

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def problem_workbook(found: Mapping[str, Any], kind: ImportKind) -> bytes:
    """One sheet for each sheet of the file that has such rows; every cell is text, so that no number is rounded."""
    out = io.BytesIO()
    reasons = reasons_by_row(found)
    with xlsxwriter.Workbook(out, _AS_TEXT) as book:
        text = book.add_format({"num_format": "@"})
        for part in found["problem_rows"]:
            sheet = book.add_worksheet(_sheet_name(part["sheet"], book))
            width = max(len(row) for row in (*part["titles"], *part["rows"].values()))
            sheet.set_column(0, width, 14, text)
            lines = [*part["titles"], *part["rows"].values()]
            for line, row in enumerate(lines):
                _write(sheet, line, row, text)
            sheet.write_string(len(part["titles"]) - 1, width, REASONS, text)
            for line, number in enumerate(part["rows"], start=len(part["titles"])):
                sheet.write_string(line, width, _told(reasons.get((part["name"], int(number)), ()), kind), text)
    return out.getvalue()


def _write(sheet: Any, line: int, row: Sequence[str], text: Any) -> None:
    for column, cell in enumerate(row):
        sheet.write_string(line, column, cell, text)


def _told(problems: Sequence[Mapping[str, Any]], kind: ImportKind) -> str:
    return " ".join(_reason(one, kind) for one in problems)


def _reason(problem: Mapping[str, Any], kind: ImportKind) -> str:
    sentence = sentence_of(problem["code"], problem["params"], kind.sentences)
    return told(problem["column_label"], sentence) if problem["column_label"] else sentence


def _sheet_name(name: str, book: Any) -> str:
    """As in the file, where Excel allows it."""
    plain = "".join(mark for mark in name if mark not in "[]:*?/\\'")[:31]
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    return plain if plain and plain.lower() not in taken else f"{len(taken) + 1}"
