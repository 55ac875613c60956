"""Our own drawings as SVG text: the same string stands in a page and in the PDF.

Widths are percentages and type keeps its size, so one drawing fits a phone and a sheet of paper. There are classes for
the style sheet and plain attributes beneath them for where there is none; nothing is styled inline, which the CSP
would refuse. Every drawing has a title and a description with its numbers; `ident` keeps their ids apart on a page.
Labels are escaped here; the result is safe to print as it is. A withheld number is hatched and says so with a star.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from schools.common.hidden import HIDDEN, Hidden

Number = int | float | Hidden
BRAND, BRAND_PALE = "#0e6b66", "#b9d8d4"

# The mark beside a level's word tells it without colour.
TONES = {
    "brand": (BRAND, "■"),
    "before": (BRAND_PALE, "■"),
    "l4": ("#a4262c", "◆"),
    "l3": ("#e8710a", "▲"),
    "l2": ("#e5b800", "■"),
    "l1": ("#23588e", "●"),
    "mute": ("#cfc8bb", "□"),
}
# For where no style sheet reaches the drawing; in a page the class decides.
FONT = "Noto Sans CJK SC, sans-serif"
EM, LATIN = 12, 0.55  # type is 12 px high; a Latin letter counts as little more than half an em
MOST_LABEL = 0.42  # of the width of a bar chart
TRACK = 'class="track" fill="currentColor" fill-opacity=".1"'
CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Bar(NamedTuple):
    label: str
    value: Number
    total: Number | None = None
    href: str | None = None


class Slice(NamedTuple):
    """A part of a whole; `tone` is one of TONES."""

    label: str
    value: Number
    tone: str = "brand"


class Stack(NamedTuple):
    """Some parts of a whole as one line of a chart; `note` stands at its end."""

    label: str
    parts: Sequence[Slice]
    whole: int
    note: str


class HistogramColumn(NamedTuple):
    """A column of a histogram: its parts from the floor up, and how high it stood the time before."""

    label: str
    parts: Sequence[Slice]
    before: float | None = None


# The drawings


def bar_chart(rows: Sequence[Bar], *, title: str, ident: str, desc: str = "", room: int = 280) -> str:
    """A line for each bar: its word, how much of a total (or beside the longest of the others), and the number.

    `room` is the least width in px it will be shown in: words and numbers get as much of it as they need.
    """
    frame = _Frame(ident, title, desc or _listing((row.label, _amount(row.value, row.total)) for row in rows))
    longest = max((row.value for row in rows if not isinstance(row.value, Hidden)), default=0)
    before = min(_widest(row.label for row in rows) * EM / room, MOST_LABEL)
    after = min(1.12 * _widest(_amount(row.value, row.total) for row in rows) * EM / room, MOST_LABEL)
    x, width = _percent(100 * before + 2.5), _percent(100 * (1 - before - after) - 5)
    height = 36 if any(row.href for row in rows) else 20  # what can be tapped is high enough for a finger
    for number, row in enumerate(rows):
        share = _share(row.value, longest if row.total is None else row.total)
        bar = _bar(frame, share, y=0, height=8)
        inside = (
            _text(0, 14, _cut(row.label, before * room / EM))
            + f'<svg x="{x}" y="6" width="{width}" height="8">{bar}</svg>'
            + _text("100%", 14, _amount(row.value, row.total), anchor="end", weight="600")
        )
        frame.add(_placed(inside, y=height * number, height=height, href=row.href))
    return frame.drawn(height=height * len(rows), has_links=any(row.href for row in rows))


def stacked_bar(parts: Sequence[Slice], *, title: str, ident: str, desc: str = "") -> str:
    """One whole and its parts, with a line for each. A withheld part has a place but no length."""
    frame = _Frame(ident, title, desc or _listing((part.label, show(part.value)) for part in parts))
    stub = 4 * sum(part.value is HIDDEN for part in parts)
    whole = sum(part.value for part in parts if not isinstance(part.value, Hidden))
    frame.add(f'<rect {TRACK} width="100%" height="16" rx="3"/>')
    left = 0.0
    for number, part in enumerate(parts):
        share = _share(part.value, whole)
        width = 4.0 if share is None else share * (100 - stub)
        frame.add(_filled(frame, part.value, part.tone, f'x="{_percent(left)}" width="{_percent(width)}" height="16"'))
        left += width
        colour, mark = TONES[part.tone]
        y = 38 + 22 * number
        frame.add(f'<text x="0" y="{y}" class="{part.tone}" fill="{colour}">{mark}</text>')
        frame.add(_text(18, y, _cut(part.label, 18)) + _text("100%", y, show(part.value), anchor="end", weight="600"))
    return frame.drawn(height=26 + 22 * len(parts))


def stacked_rows(rows: Sequence[Stack], *, title: str, ident: str, desc: str = "", room: int = 280) -> str:
    """A line for each row with its parts as shares of its whole; the largest share of all fills the width."""
    listing = ((row.label, ", ".join(f"{one.label} {show(one.value)}" for one in row.parts)) for row in rows)
    frame = _Frame(ident, title, desc or _listing(listing))
    longest = max((_filled_share(row) for row in rows), default=0.0) or 1.0
    before = min(_widest(row.label for row in rows) * EM / room, MOST_LABEL)
    after = min(1.12 * _widest(row.note for row in rows) * EM / room, MOST_LABEL)
    x, width = _percent(100 * before + 2.5), _percent(100 * (1 - before - after) - 5)
    for number, row in enumerate(rows):
        bar = f'<rect {TRACK} width="100%" height="10" rx="2"/>'
        left = 0.0
        for part in row.parts:
            share = 100 * (_share(part.value, row.whole) or 0) / longest
            bar += _filled(frame, part.value, part.tone, f'x="{_percent(left)}" width="{_percent(share)}" height="10"')
            left += share
        inside = (
            _text(0, 14, _cut(row.label, before * room / EM))
            + f'<svg x="{x}" y="5" width="{width}" height="10">{bar}</svg>'
            + _text("100%", 14, row.note, anchor="end", weight="600")
        )
        frame.add(_placed(inside, y=22 * number, href=None))
    return frame.drawn(height=22 * len(rows))


def histogram(steps: Sequence[HistogramColumn], *, title: str, ident: str, desc: str = "") -> str:
    """How many had which score. A line over a column shows where it stood the time before."""
    heights = [sum(_plain(part.value) for part in step.parts) for step in steps]
    frame = _Frame(ident, title, desc or _listing((one.label, show(n)) for one, n in zip(steps, heights, strict=True)))
    highest = max([*heights, *(one.before or 0 for one in steps)], default=0) or 1
    slot, floor, room = 100 / max(len(steps), 1), 158, 146
    inside = ""
    for level in _guides(highest):
        y = floor - room * level / highest
        frame.add(_text("8%", y + 4, show(level), anchor="end"))
        inside += f'<line class="axis" x2="100%" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity=".2"/>'
    every = -(-len(steps) // 10)
    for number, step in enumerate(steps):
        across = f'x="{_percent(slot * (number + 0.1))}" width="{_percent(slot * 0.8)}"'
        top = float(floor)
        for part in step.parts:
            height = room * _plain(part.value) / highest
            top -= height
            inside += _filled(frame, part.value, part.tone, f'{across} y="{top:.1f}" height="{height:.1f}"')
        if step.before:
            y = floor - room * step.before / highest
            ends = f'x1="{_percent(slot * number)}" x2="{_percent(slot * (number + 1))}"'
            inside += f'<line class="then" {ends} y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-width="1.5"/>'
        if number % every == 0:
            inside += _text(_percent(slot * (number + 0.5)), floor + 16, step.label, anchor="middle")
    frame.add(f'<svg x="10%" width="87%" height="{floor + 22}" overflow="visible">{inside}</svg>')
    return frame.drawn(height=floor + 22)


def _plain(value: Number) -> float:
    return 0 if isinstance(value, Hidden) else value


def _filled_share(row: Stack) -> float:
    return sum(_plain(part.value) for part in row.parts) / row.whole if row.whole else 0.0


def _guides(highest: float) -> list[int]:
    """Some round numbers from 0 to the highest."""
    steps = (base * 10**power for power in range(9) for base in (1, 2, 5))
    step = next(one for one in steps if highest / one <= 4)
    return list(range(0, int(highest) + 1, step))


def show(value: Number) -> str:
    """1234 as 1,234; a share with one digit; a withheld number as its star."""
    if isinstance(value, Hidden):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


# Parts of drawings


@dataclass
class _Frame:
    """Collects what is drawn; remembers whether the hatching is needed."""

    ident: str
    title: str
    desc: str
    is_hatched: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][\w-]*", self.ident, re.ASCII):
            raise ValueError("An id is a letter, then letters, digits, - and _.")
        self.parts: list[str] = []

    def add(self, part: str) -> None:
        self.parts.append(part)

    def hatch(self) -> str:
        self.is_hatched = True
        return f"url(#{self.ident}-hatch)"

    def drawn(self, *, height: int, has_links: bool = False) -> str:
        # What has role img hides its links from a screen reader.
        role = "group" if has_links else "img"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="{role}" width="100%" height="{height}"'
            f' aria-labelledby="{self.ident}-title" aria-describedby="{self.ident}-desc">'
            f'<title id="{self.ident}-title">{_safe(self.title)}</title>'
            f'<desc id="{self.ident}-desc">{_safe(self.desc)}</desc>'
            f'{self._hatching()}<g fill="currentColor" font-size="12" font-family="{FONT}">'
            f"{''.join(self.parts)}</g></svg>"
        )

    def _hatching(self) -> str:
        if not self.is_hatched:
            return ""
        return (
            f'<defs><pattern id="{self.ident}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<path class="hatch" d="M0 6L6 0" stroke="currentColor" stroke-opacity=".45"/></pattern></defs>'
        )


def _bar(frame: _Frame, share: float | None, *, y: int, height: int) -> str:
    place = f'y="{y}" height="{height}" rx="{height / 2:g}"'
    track = f'<rect {TRACK} width="100%" {place}/>'
    if share is None:
        return track + f'<rect class="hidden-value" width="100%" {place} fill="{frame.hatch()}"/>'
    return track + (f'<rect class="now" width="{_percent(100 * share)}" {place} fill="{BRAND}"/>' if share else "")


def _filled(frame: _Frame, value: Number, tone: str, place: str) -> str:
    if value is HIDDEN:
        return f'<rect class="hidden-value" {place} fill="{frame.hatch()}"/>'
    return f'<rect class="{tone}" {place} fill="{TONES[tone][0]}"/>' if value else ""


def _placed(inside: str, *, y: int, height: int = 0, href: str | None) -> str:
    group = f'<g transform="translate(0 {y})">{inside}</g>'
    if href is None:
        return group
    if not href.startswith(("/", "?", "#")) or href.startswith("//"):
        raise ValueError("A drawing links within the site only.")
    touch = f'<rect y="{y}" width="100%" height="{height}" fill="none" pointer-events="all"/>' if height else ""
    return f'<a href="{_safe(href)}">{touch}{group}</a>'


def _text(x: float | str, y: float, words: str, *, anchor: str = "", weight: str = "") -> str:
    found = {"text-anchor": anchor, "font-weight": weight}
    extra = "".join(f' {name}="{value}"' for name, value in found.items() if value)
    return f'<text x="{x}" y="{y:g}"{extra}>{_safe(words)}</text>'


def _share(value: Number, total: Number) -> float | None:
    """Between 0 and 1; None where either is withheld."""
    if isinstance(value, Hidden) or isinstance(total, Hidden):
        return None
    return min(max(value / total, 0.0), 1.0) if total > 0 else 0.0


def _amount(value: Number, total: Number | None) -> str:
    return show(value) if total is None else f"{show(value)}/{show(total)}"


def _listing(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{label}: {amount}" for label, amount in pairs)


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _widest(words: Iterable[str]) -> float:
    """In em."""
    return max((sum(LATIN if letter.isascii() else 1 for letter in word) for word in words), default=0.0)


def _cut(words: str, ems: float) -> str:
    """At most so many em wide; the whole word stands in the description."""
    room = ems + 0.01
    for place, letter in enumerate(words):
        room -= LATIN if letter.isascii() else 1
        if room < 0:
            return words[: max(place - 1, 1)] + "…"
    return words


def _safe(words: str) -> str:
    return escape(CONTROL.sub("", words))
