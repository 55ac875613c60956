"""How long the four clocks ran: the middle value by level, and how many were in time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from reports.board import Board, Share
from reports.document import Amount
from reports.equations import Cell
from reports.suppression import HIDDEN, THRESHOLD, Published
from schools.figures import Timing, figures, ratios, timings

NEEDED = ["severity", "known_at", "reported_at", "acted_at", "settled_at", "due_at"]
ALL = ""


@dataclass(frozen=True)
class ClockRow:
    """One level, or all of them: how many were new, and the middle value of each timing by its code."""

    level: str
    label: str
    count: Published
    middles: dict[str, Published | float | None]
    in_time: Share

    def amount(self, timing: str) -> Amount:
        return Amount(self.middles[timing], "minutes")


def clock_rows(board: Board, all_levels: str) -> list[ClockRow]:
    """All levels together first, then each that occurs, the worst first."""
    measured = _measured(board)
    labels = [(ALL, all_levels), *((value.code, value.label) for value in board.values.get(("flags_new", "level"), ()))]
    return [_row(board, measured, level, label) for level, label in labels]


def _row(board: Board, measured: dict[tuple[str, str], list[float]], level: str, label: str) -> ClockRow:
    split = "level" if level else ""
    middles = {
        code: _middle(measured[code, level], board, timing, Cell("", board.unit, split, level))
        for code, timing in timings().items()
    }
    share = board.share(ratios()["flags_in_time_share"], None, split, level)
    return ClockRow(level, label, board.count("flags_new", None, split, level), middles, share)


def _middle(found: list[float], board: Board, timing: Timing, place: Cell) -> Published | float | None:
    """The middle of few would tell about single students, so outside a school five must be known to have ended.

    Known from what is published: were it withheld for what only we count, that would tell that these are few.
    """
    ended = board.count(timing.ended or timing.figure, None, place.split, place.value)
    if board.is_suppressed and (ended is HIDDEN or min(ended, len(found)) < THRESHOLD):
        return None if board.count(timing.figure, None, place.split, place.value) == 0 else HIDDEN
    return median(found) if found else None


def _measured(board: Board) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for code, timing in timings().items():
        for severity, minutes in _values(board, timing):
            found[code, str(severity)].append(minutes)
            found[code, ALL].append(minutes)
    return found


def _values(board: Board, timing: Timing) -> Iterator[tuple[int, float]]:
    measure = timing.minutes(board.scope)
    records: Iterable[Any] = figures()[timing.figure].query(board.scope).only(*NEEDED).order_by()
    for record in records:
        minutes = measure(record)
        if minutes is not None:
            yield record.severity, minutes
