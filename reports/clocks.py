"""How long the four clocks ran: the middle value by level, and how many were in time."""

from collections import Counter
from dataclasses import dataclass

from reports.document import Amount
from reports.editions import FEWEST, HIDDEN, Published
from reports.unit_counts import Share, UnitCounts
from schools.figures import Timing, ratios, timings
from schools.minutes import median_of


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


def clock_rows(board: UnitCounts, all_levels: str) -> list[ClockRow]:
    """All levels together first, then each that occurs, the worst first."""
    levels = [("", all_levels), *((value.code, value.label) for value in board.values("flags_new", "level"))]
    return [_row(board, level, label) for level, label in levels]


def _row(board: UnitCounts, level: str, label: str) -> ClockRow:
    split = "level" if level else ""
    middles = {code: _middle(board, timing, level) for code, timing in timings().items()}
    share = board.share(ratios()["flags_in_time_share"], None, split, level)
    return ClockRow(level, label, board.count("flags_new", None, split, level), middles, share)


def _middle(board: UnitCounts, timing: Timing, level: str) -> Published | float | None:
    """The middle of few would tell about single students, so the public edition has it from five on."""
    found: Counter[int] = board.minutes(timing.code, level)
    if board.is_public and 0 < found.total() < FEWEST:
        return HIDDEN
    return median_of(found)
