"""A table of answers scored: one line per respondent in, one per respondent and scale out. Plain Python without Django.

    id,1,2,…,n                      option values as numbers; an empty cell is not answered
    id,scale,raw,score,band,valid,critical

A line with a value that its item does not offer is refused as a whole and told by row and column; the others are
scored. `critical` lists the numbers of the items whose answer a person must look at.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import getitem
from typing import IO, Any

from schools.common.tables import UnreadableFile
from schools.common.tables.quotes import sniff_delimiter
from schools.common.tables.text import decode
from screening.definition import Definition, Item
from screening.scoring import ScaleScore, Scored, Scorer, scorer_of

HEAD = ("id", "scale", "raw", "score", "band", "valid", "critical")


@dataclass(frozen=True)
class Refusal:
    """A line that was not scored, and why."""

    row: int
    column: str
    value: str


@dataclass
class Counts:
    scored: int = 0
    refused: list[Refusal] = field(default_factory=list)


class BadHeader(ValueError):
    """The first line does not name the items. `missing` and `unknown` are titles of columns."""

    def __init__(self, missing: list[str], unknown: list[str]) -> None:
        super().__init__(f"missing {missing}, unknown {unknown}")
        self.missing, self.unknown = missing, unknown


def score_table(definition: Definition, data: bytes, out: IO[str]) -> Counts:
    """Score the table and write the scores to `out`."""
    text = decode(data)
    if not text.strip():
        raise UnreadableFile("empty")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_delimiter(text))
    scorer = scorer_of(definition)
    columns = _columns(next(table), scorer)
    writer, counts = csv.writer(out, lineterminator="\n"), Counts()
    writer.writerow(HEAD)
    lines = _Lines(definition)
    try:
        for name, values in _sheets(table, columns, len(scorer.items), counts):
            writer.writerows(lines.of(name, scorer.score(values)))
            counts.scored += 1
    except csv.Error:  # a quote that is never closed
        raise UnreadableFile("truncated") from None
    return counts


@dataclass(frozen=True)
class _Column:
    title: str
    place: int  # among the items of the scorer
    values: dict[str, int | None]


def _columns(head: list[str], scorer: Scorer) -> list[_Column]:
    """What stands in each column after the first; every item of the instrument must have one."""
    titles = [title.strip() for title in head]
    while titles and not titles[-1]:
        titles.pop()
    known = {str(item.number): item for item in scorer.items}
    wanted = [str(item.number) for item in scorer.items if item.scored]
    missing = [title for title in ["id", *wanted] if title not in titles]
    unknown = [title for n, title in enumerate(titles) if (n and title not in known) or title in titles[:n]]
    if missing or unknown or titles[0] != "id":
        raise BadHeader(missing, unknown)
    return [_Column(title, scorer.place[int(title)], _texts(known[title])) for title in titles[1:]]


def _texts(item: Item) -> dict[str, int | None]:
    """How each answer may be written: as a spreadsheet keeps it, or as a statistics package does."""
    texts: dict[str, int | None] = {"": None}
    for value in item.values:
        texts.update({str(value): value, f"{value}.0": value})
    return texts


def _sheets(
    table: Iterator[list[str]], columns: list[_Column], count: int, counts: Counts
) -> Iterator[tuple[str, list[int | None]]]:
    in_order = [column.place for column in columns] == list(range(count))
    known = [column.values for column in columns]
    for row in table:
        cells = row[1:]
        if not any(row):
            continue
        values: list[int | None] = [None] * count
        try:
            if in_order and len(cells) == count:  # nearly every line of a large table
                yield row[0].strip(), list(map(getitem, known, cells))
                continue
            if len(cells) > len(columns) and any(cells[len(columns) :]):
                raise KeyError
            for column, cell in zip(columns, cells, strict=False):
                values[column.place] = column.values[cell]
        except KeyError:
            if not _read_slowly(columns, cells, values):
                counts.refused.append(_refusal(row, columns, cells, _line(table)))
                continue
        yield row[0].strip(), values


def _line(table: Any) -> int:
    return int(table.line_num)


def _read_slowly(columns: list[_Column], cells: list[str], values: list[int | None]) -> bool:
    """Again with spaces taken away. True if every cell holds an answer now."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        return False
    for column, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if text not in column.values:
            return False
        values[column.place] = column.values[text]
    return True


def _refusal(row: list[str], columns: list[_Column], cells: list[str], line: int) -> Refusal:
    for column, cell in zip(columns, cells, strict=False):
        if cell.strip() not in column.values:
            return Refusal(line, column.title, cell.strip()[:20])
    return Refusal(line, str(len(columns) + 2), cells[len(columns)][:20])


class _Lines:
    """The lines of one respondent. Scores repeat: the text of each is made once."""

    def __init__(self, definition: Definition) -> None:
        self._names = {scale.code: [scale.code, *([scale.also] if scale.also else [])] for scale in definition.scales}
        self._texts: dict[tuple[Any, ...], tuple[str, str]] = {}

    def of(self, name: str, scored: Scored) -> list[tuple[str, ...]]:
        critical = ";".join([str(alert.item) for alert in scored.alerts])
        lines: list[tuple[str, ...]] = []
        for one in scored.scales:
            raw, result = self._numbers(one)
            valid = "true" if one.valid else "false"
            for scale in self._names[one.scale]:
                lines.append((name, scale, raw, result, one.band, valid, critical))
        return lines

    def _numbers(self, one: ScaleScore) -> tuple[str, str]:
        key = (one.raw, one.score)
        found = self._texts.get(key)
        if found is None:
            raw = "" if one.raw is None else str(one.raw)
            result = "" if one.score is None else f"{one.score:.6g}"
            found = self._texts[key] = (raw, result)
        return found
