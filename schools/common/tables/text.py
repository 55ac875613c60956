"""Comma, tab and semicolon separated text in the encodings that Chinese schools have."""

import re
from collections.abc import Iterator

from schools.common.tables.errors import UnreadableFile
from schools.common.tables.limits import Limits
from schools.common.tables.quotes import records
from schools.common.tables.table import Table
from schools.common.text import clean_cell

# ="0123" is how a CSV file keeps Excel from eating a leading zero.
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")


def read_text(data: bytes, limits: Limits) -> Table:
    text = decode(data)
    if not text.strip():
        raise UnreadableFile("empty")
    if _CONTROL.search(text):
        raise UnreadableFile("wrong_type", {"found": "binary"})
    table = Table()
    table.add_rows(_rows(text, limits, table.notes))
    return table


def decode(data: bytes) -> str:
    """BOM, else UTF-16 by its zero bytes, else UTF-8, else GB 18030: right for every file that says what it is."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return _strictly(data, "utf-8-sig")
    if b"\0" in data:
        return _strictly(data, _utf16_without_bom(data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _cut_off(error, data):
            raise UnreadableFile("truncated") from None
    return _strictly(data, "gb18030")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile("truncated" if _cut_off(error, data) else "encoding") from None


def _cut_off(error: UnicodeDecodeError, data: bytes) -> bool:
    """The only fault is that the last character is not whole."""
    unfinished = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")
    # A short text in GB 18030 may look like UTF-8 up to its last byte; then only its beginning can tell.
    return error.start >= len(data) - 3 and error.reason in unfinished and not data[: error.start].isascii()


def _utf16_without_bom(data: bytes) -> str:
    """Delimiters and digits have their zero byte second in little endian, first in big endian."""
    first, second = data[0::2].count(0), data[1::2].count(0)
    if max(first, second) < 4 * min(first, second) or max(first, second) * 50 < len(data):
        raise UnreadableFile("wrong_type", {"found": "binary"})
    return "utf-16-le" if second > first else "utf-16-be"


def _rows(text: str, limits: Limits, notes: list[tuple[int, str]]) -> Iterator[list[str]]:
    clean: dict[str, str] = {}
    cells = blank = 0
    for number, row in enumerate(records(text, notes), start=1):
        while row and not row[-1].strip():
            row.pop()
        if not row:  # an export may end with a million lines of commas: hold blank rows back until one follows
            blank += 1
            continue
        cells += len(row)
        _check(len(row), number, cells, limits)
        yield from ([] for _ in range(blank))
        blank = 0
        yield [_clean(value, clean) for value in row]


def _check(width: int, number: int, cells: int, limits: Limits) -> None:
    if width > limits.columns:
        raise UnreadableFile("too_many_columns", {"limit": limits.columns})
    if number > limits.rows or cells > limits.cells:
        raise UnreadableFile("too_many_rows", {"limit": limits.rows})


def _clean(value: str, seen: dict[str, str]) -> str:
    text = seen.get(value)
    if text is None:
        kept = _KEPT_AS_TEXT.fullmatch(value)
        text = clean_cell(kept[1] if kept else value)
        if len(seen) < 50_000:
            seen[value] = text
    return text
