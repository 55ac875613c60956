"""The child process that opens a workbook: `python -m schools.common.tables.workbook`, file in, packed rows out.

A hostile workbook can make any reader ask for more memory than the machine has, and a Rust library then aborts the
process. Here only this process ends. It has limits of memory and time, no secrets in its environment, and writes text.

Out: one JSON line per message; a message "rows" is followed by as many bytes of packed rows as it says.
"""

import contextlib
import io
import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum, XmlError

from schools.common.tables.archive import check_archive, with_slashes
from schools.common.tables.cells import cell_text
from schools.common.tables.errors import UnreadableFile
from schools.common.tables.formats import Parts, Zeros
from schools.common.tables.kinds import kind_of
from schools.common.tables.limits import LIMITS, Limits
from schools.common.tables.locks import unlocked
from schools.common.tables.table import pack
from schools.common.text import clean_cell

_BLOCK_ROWS = 500
Span = tuple[tuple[int, int], tuple[int, int]]


def main() -> None:
    _limit_itself(LIMITS)
    limits = Limits(**json.loads(sys.stdin.buffer.readline()))
    _limit_itself(limits)
    out = sys.stdout.buffer
    _say(out, {"started": True})
    out.flush()
    try:
        read_workbook(sys.stdin.buffer.read(), limits, out)
    except UnreadableFile as error:
        _say(out, {"error": error.code, "params": error.params})
    except MemoryError:
        _say(out, {"error": "bomb", "params": {}})
    out.flush()


def _limit_itself(limits: Limits) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.child_memory_bytes, limits.child_memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.child_cpu_seconds, limits.child_cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(out: BinaryIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message).encode() + b"\n")


def read_workbook(data: bytes, limits: Limits, out: BinaryIO) -> None:
    """Write every visible sheet that holds something, and the names of the hidden ones that do."""
    if kind_of(data) == "locked":
        data = unlocked(data)
    parts, hidden = None, dict[str, int]()
    if data.startswith(b"PK"):
        look = check_archive(data, limits)
        data, hidden = with_slashes(data), look.hidden
        parts = Parts(data) if look.kind == "xlsx" else None
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for index, sheet in enumerate(workbook.sheets_metadata):
                if sheet.visible == SheetVisibleEnum.Visible:
                    zeros = parts.zeros(sheet.name) if parts else {}
                    part = parts.of_sheet.get(sheet.name, "") if parts else ""
                    message = {"sheet": sheet.name, "hidden": hidden.get(part, 0)}
                    _write_sheet(message, workbook, index, zeros, limits, out)
                elif _holds_something(workbook, index):
                    _say(out, {"hidden_sheet": sheet.name})
    except PasswordError:
        raise UnreadableFile("password") from None
    except (CalamineError, XmlError, OSError, ValueError):
        raise UnreadableFile("truncated") from None


def _holds_something(workbook: CalamineWorkbook, index: int) -> bool:
    try:
        return workbook.get_sheet_by_index(index).end is not None
    except CalamineError:  # a chart or a macro
        return False


def _write_sheet(
    message: dict[str, Any], workbook: CalamineWorkbook, index: int, zeros: Zeros, limits: Limits, out: BinaryIO
) -> None:
    try:
        sheet = workbook.get_sheet_by_index(index)
    except PasswordError:
        raise
    except CalamineError:
        if "chart" in str(message["sheet"]).lower():
            return
        raise
    if sheet.end is None:
        return
    _check_size(sheet.end, limits)
    _say(out, message)
    rows = _filled(_with_zeros(_text_rows(sheet), zeros), sheet.merged_cell_ranges or [])
    while block := list(islice(rows, _BLOCK_ROWS)):
        packed = pack(block).encode()
        _say(out, {"rows": len(block), "bytes": len(packed)})
        out.write(packed)


def _check_size(end: tuple[int, int], limits: Limits) -> None:
    rows, columns = end[0] + 1, end[1] + 1
    if columns > limits.columns:
        raise UnreadableFile("too_many_columns", {"limit": limits.columns})
    if rows > limits.rows or rows * columns > limits.cells:
        raise UnreadableFile("too_many_rows", {"limit": min(limits.rows, limits.cells // columns)})


def _text_rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    known: dict[Any, str] = {"": ""}
    # The library gives rows from the first of the sheet, but columns only from the first that is used.
    margin = [""] * (sheet.start or (0, 0))[1]
    for row in sheet.iter_rows():
        yield margin + [known[value] if value in known else _text(value, known) for value in row]


def _text(value: Any, known: dict[Any, str]) -> str:
    """Texts repeat (是, 汉族, a class): each is cleaned once, up to a bound. Plain digits need no cleaning."""
    if type(value) is not str:
        return cell_text(value)
    if value.isascii() and value.isalnum():
        return value
    text = clean_cell(value)
    if len(known) < 50_000:
        known[value] = text
    return text


def _with_zeros(rows: Iterator[list[str]], zeros: Zeros) -> Iterator[list[str]]:
    """301 in the format 0000 is 0301, as Excel shows it."""
    by_row: dict[int, list[tuple[int, int]]] = {}
    for (row, column), width in zeros.items():
        by_row.setdefault(row, []).append((column, width))
    for number, cells in enumerate(rows):
        for column, width in by_row.get(number, ()):
            if column < len(cells) and cells[column].isdecimal():
                cells[column] = cells[column].zfill(width)
        yield cells


def _filled(rows: Iterator[list[str]], spans: list[Span]) -> Iterator[list[str]]:
    """Give every cell of a merged range the text of its first one."""
    starting: dict[int, list[Span]] = {}
    for span in spans:
        starting.setdefault(span[0][0], []).append(span)
    active: list[tuple[Span, str]] = []
    for number, row in enumerate(rows):
        for span in starting.get(number, ()):
            column = span[0][1]
            active.append((span, row[column] if column < len(row) else ""))
        if active:
            active = [(span, text) for span, text in active if span[1][0] >= number]
            for ((_, left), (_, right)), text in active:
                row[left : right + 1] = [text] * (min(right + 1, len(row)) - min(left, len(row)))
        yield row


if __name__ == "__main__":
    main()
