"""Lines of text → records, where quotation marks are not all what they should be.

A quoted cell may go on over several lines. A quote that nobody closed must not swallow the rows below it, nor a second
one further down close it by chance: then what lies between looks like rows of its own.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from schools.common.tables.errors import UnreadableFile

_DELIMITERS = ",\t;"
_SAMPLE_LINES = 30
# A cell with more lines than this is no cell.
_MOST_LINES = 20
# A file with more stray quotes than this is no table.
_MOST_STRAY = 1000
STRAY = "quote_open"


def records(text: str, notes: list[tuple[int, str]]) -> Iterator[list[str]]:
    """A row with a stray quote is noted by its number."""
    delimiter = sniff_delimiter(text)
    width = _usual_width(text, delimiter)
    lines = re.split(r"\r\n|\n|\r", text)
    if lines and not lines[-1]:
        lines.pop()
    is_well_formed = _well_formed(delimiter).fullmatch
    at = number = 0
    while at < len(lines):
        number += 1
        line = lines[at]
        if '"' not in line:
            yield line.split(delimiter)
            at += 1
            continue
        if is_well_formed(line):
            yield _cells(line, delimiter)
            at += 1
            continue
        whole, used = _whole(lines, at, delimiter, width)
        if not used:
            notes.append((number, STRAY))
            if len(notes) > _MOST_STRAY:
                raise UnreadableFile("truncated")
            whole, used = _without_stray(line, delimiter), 1
        yield _cells(whole, delimiter)
        at += used


def _well_formed(delimiter: str) -> re.Pattern[str]:
    """A line whose quotes open and close its cells: nearly all lines of nearly all files."""
    cell = rf' *+(?:"(?>[^"]+|"")*+" *+|[^"{delimiter}]*+)'
    return re.compile(rf"{cell}(?:{delimiter}{cell})*+")


def _cells(record: str, delimiter: str) -> list[str]:
    """A blank may stand before the quote that opens a cell."""
    try:
        return next(csv.reader((record,), delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:  # a cell longer than any sheet has
        raise UnreadableFile("truncated") from None


def _whole(lines: list[str], at: int, delimiter: str, width: int) -> tuple[str, int]:
    """The record that begins here and how many lines it has; 0 lines when its quote is a stray one."""
    if _opened(lines[at], delimiter) is None:
        return lines[at], 1
    for used in range(2, min(_MOST_LINES, len(lines) - at) + 1):
        line = lines[at + used - 1]
        end = _closing(line, 0)
        inside = line if end < 0 else line[:end]
        if inside.count(delimiter) >= max(width - 1, 1):
            return "", 0
        if end < 0:
            continue
        rest = line[end + 1 :]
        if rest.lstrip(" ")[:1] not in ("", delimiter):
            return "", 0
        if _opened(rest.lstrip(" ")[1:], delimiter) is None:
            return "\n".join(lines[at : at + used]), used
    return "", 0


def _opened(record: str, delimiter: str) -> int | None:
    """Where the quote stands that is still open at the end of the record."""
    at = 0
    while at <= len(record):
        begin = at
        while begin < len(record) and record[begin] == " ":
            begin += 1
        if begin < len(record) and record[begin] == '"':
            end = _closing(record, begin + 1)
            if end < 0:
                return begin
            begin = end + 1
        next_delimiter = record.find(delimiter, begin)
        if next_delimiter < 0:
            return None
        at = next_delimiter + 1
    return None


def _closing(record: str, at: int) -> int:
    """The quote that closes the cell; two together are one in its text."""
    while (found := record.find('"', at)) >= 0:
        if record[found + 1 : found + 2] != '"':
            return found
        at = found + 2
    return -1


def _without_stray(line: str, delimiter: str) -> str:
    opened = _opened(line, delimiter)
    return line if opened is None else line[:opened] + line[opened + 1 :]


def _usual_width(text: str, delimiter: str) -> int:
    """How many cells most of the first rows have."""
    widths = Counter(line.count(delimiter) + 1 for line in _first_lines(text))
    return max(widths, key=lambda width: (widths[width], width), default=1)


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts most of the first lines, and into most parts."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in _first_lines(text)]
    return max(_DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), "".join(lines).count(mark)))


def _first_lines(text: str) -> list[str]:
    start = text[:100_000].splitlines()
    return [line for line in start if line.strip()][:_SAMPLE_LINES]
