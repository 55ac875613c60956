from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_CELL, _ROW = "\x1f", "\x1e"
_BLOCK_ROWS = 500


@dataclass(slots=True)
class Table:
    """One sheet as clean text. Rows are kept packed, so a district's file costs little more than its characters."""

    sheet: str = ""
    row_count: int = 0
    # Rows that a filter or a person has hidden. They are read like the others.
    hidden_rows: int = 0
    # A sheet that somebody has hidden is named and not read: it has no rows here.
    is_hidden: bool = False
    # What was mended while reading: row number and code.
    notes: list[tuple[int, str]] = field(default_factory=list)
    _blocks: list[str] = field(default_factory=list, repr=False)

    def add_rows(self, rows: Iterable[Sequence[str]]) -> None:
        block: list[str] = []
        for row in rows:
            block.append(_CELL.join(row))
            if len(block) == _BLOCK_ROWS:
                self.add_block(_ROW.join(block), len(block))
                block = []
        if block:
            self.add_block(_ROW.join(block), len(block))

    def add_block(self, packed: str, row_count: int) -> None:
        self._blocks.append(packed)
        self.row_count += row_count

    def rows(self) -> Iterator[list[str]]:
        """All rows from the first of the sheet, blank ones too, so that counting gives the number Excel shows."""
        for block in self._blocks:
            for row in block.split(_ROW):
                yield row.split(_CELL)

    def head(self, count: int) -> list[list[str]]:
        return [row for row, _ in zip(self.rows(), range(count), strict=False)]

    @property
    def filled_rows(self) -> int:
        return sum(any(row) for row in self.rows())

    def is_blank(self) -> bool:
        return not any(block.strip(_CELL + _ROW) for block in self._blocks)


def pack(rows: Iterable[Sequence[str]]) -> str:
    return _ROW.join(_CELL.join(row) for row in rows)
