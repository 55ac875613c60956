"""A column is judged as a column: what a program did to all its numbers is told by the neighbours.

Excel keeps 15 digits of a number and fills up with zeros; other programs write 20230101 as 20230101.0.
"""

import re
from collections.abc import Iterable

from schools.common.tables import Table
from schools.imports.reading import FileRows, FileSheet

_CUT = re.compile(r"[0-9]{15,}000|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")
_FLOAT = re.compile(r"-?[0-9]+\.0+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# One number in a thousand ends in three zeros by chance; from this share of a column on it is no chance.
_SHARE = 0.5
_FEWEST = 2


def mend_columns(file: FileRows, free_texts: frozenset[str]) -> None:
    for sheet in file.sheets:
        columns = {i: name for i, name in sheet.header.columns.items() if name not in free_texts}
        cut, floats = _judged(sheet, file, columns)
        for index in sorted(cut):
            file.report(
                sheet.first + sheet.header.last_row, columns[index], "column_cut", severity="warning", cut=cut[index]
            )
        if cut or floats:
            sheet.table = _mended(sheet, set(cut), floats)


def _judged(sheet: FileSheet, file: FileRows, columns: dict[int, str]) -> tuple[dict[int, int], set[int]]:
    """Columns of numbers that were cut, with how many, and columns in which every number ends in .0."""
    long, cut = dict.fromkeys(columns, 0), dict.fromkeys(columns, 0)
    floats, others = dict.fromkeys(columns, 0), set[int]()
    for _number, cells in sheet.rows(file.vocabulary):
        for index in columns:
            text = cells[index]
            size = len(text)
            if size >= 18:
                if text[:15].isdecimal():
                    long[index] += 1
                    cut[index] += text[-3:] == "000" and _CUT.fullmatch(text) is not None
            elif size and index not in others and text[0].isdecimal():
                if _FLOAT.fullmatch(text):
                    floats[index] += 1
                elif _NUMBER.fullmatch(text):
                    others.add(index)
                elif _CUT.fullmatch(text):
                    long[index] += 1
                    cut[index] += 1
    ruined = {i: n for i, n in cut.items() if n >= _FEWEST and n > _SHARE * long[i]}
    return ruined, {index for index, n in floats.items() if n and index not in others}


def _mended(sheet: FileSheet, cut: Iterable[int], floats: Iterable[int]) -> Table:
    """The same sheet without the numbers that were cut, and without the .0 of the others."""
    table = Table(sheet.table.sheet, hidden_rows=sheet.table.hidden_rows, notes=sheet.table.notes)
    table.add_rows(_mended_row(row, cut, floats) for row in sheet.table.rows())
    return table


def _mended_row(row: list[str], cut: Iterable[int], floats: Iterable[int]) -> list[str]:
    for index in cut:
        if index < len(row) and _CUT.fullmatch(row[index]):
            row[index] = ""
    for index in floats:
        if index < len(row) and _FLOAT.fullmatch(row[index]):
            row[index] = row[index].partition(".")[0]
    return row
