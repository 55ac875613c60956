"""The levels of one entry over time as a line of steps: where each piece of the drawing stands, as plain numbers."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

DAYS = 190


class Point(NamedTuple):
    """On this day the level became (or stayed) `severity`."""

    on: dt.date
    severity: int


class Mark(NamedTuple):
    x: float
    y: float
    severity: int
    day: dt.date


class Label(NamedTuple):
    x: float
    on: dt.date


@dataclass
class Path:
    """What the drawing shows. `line` and `ahead` are the data of two SVG paths."""

    width: int
    height: int
    rows: list[tuple[int, float]]
    marks: list[Mark] = field(default_factory=list)
    months: list[Label] = field(default_factory=list)
    line: str = ""
    ahead: str = ""
    next_x: float = 0
    next_y: float = 0
    next_on: dt.date | None = None

    @property
    def left(self) -> float:
        return LEFT

    @property
    def baseline(self) -> float:
        return self.height - 8

    @property
    def label_y(self) -> float:
        return self.next_y - 14


LEFT, RIGHT, TOP, BOTTOM = 84.0, 64.0, 26.0, 36.0


def path_of(
    points: Sequence[Point], levels: Iterable[int], today: dt.date, next_on: dt.date | None, *, wide: bool
) -> Path:
    """Some half a year until today; what came before stands at the left edge."""
    width, height = (1116, 190) if wide else (340, 178)
    order = sorted(levels, reverse=True)
    gap = (height - TOP - BOTTOM) / max(1, len(order) - 1)
    ys = {severity: round(TOP + gap * number, 1) for number, severity in enumerate(order)}
    last = max([today, *([next_on] if next_on else [])])
    first = max(min((one.on for one in points), default=today), last - dt.timedelta(days=DAYS))
    span = max(1, (last - first).days)

    def x_of(day: dt.date) -> float:
        share = (max(day, first) - first).days / span
        return round(LEFT + share * (width - LEFT - RIGHT), 1)

    path = Path(width, height, [(severity, ys[severity]) for severity in order])
    path.marks = [Mark(x_of(one.on), ys[one.severity], one.severity, one.on) for one in points if one.severity in ys]
    path.months = _months(first, last, x_of, wide)
    if path.marks:
        path.line = f"M{path.marks[0].x} {path.marks[0].y}" + "".join(f"H{one.x}V{one.y}" for one in path.marks[1:])
        path.line += f"H{max(x_of(today), path.marks[-1].x)}"
        if next_on:
            path.next_on, path.next_x, path.next_y = next_on, x_of(next_on), path.marks[-1].y
            if next_on > today:
                path.ahead = f"M{max(x_of(today), path.marks[-1].x)} {path.next_y}H{path.next_x - 8}"
    return path


def _months(first: dt.date, last: dt.date, x_of: object, wide: bool) -> list[Label]:
    """The first day of each month; on a phone every second one."""
    found = []
    day = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    while day <= last:
        found.append(Label(x_of(day), day))  # type: ignore[operator]
        day = (day + dt.timedelta(days=32)).replace(day=1)
    return found if wide else found[::2]
