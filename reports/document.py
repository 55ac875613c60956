"""The semester summary as one object. Screen, PDF, Word and Excel render from it, so they cannot differ.

It is built once; figures stand in it as they were at that moment, and texts in the language of that moment.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext as _

from reports.editions import HIDDEN, Edition, Published
from schools.common.charts import CONTROL

Kind = Literal["count", "percent", "ratio", "minutes", "change", "points"]
MINUTES_OF_A_DAY = 24 * 60
BEFORE_UNIT = re.compile(r"(?<=[\d%*]) (?=\w)")


class Behind(NamedTuple):
    """The figure whose records were counted, perhaps of one value of a split."""

    figure: str
    split: str = ""
    value: str = ""


@dataclass(frozen=True)
class Amount:
    """A number with the way it is written. `None` is "there is nothing to tell"; HIDDEN is a star everywhere."""

    value: Published | float | None
    kind: Kind = "count"
    behind: Behind | None = field(default=None, compare=False)

    @property
    def is_hidden(self) -> bool:
        return self.value is HIDDEN

    @property
    def number(self) -> float | None:
        """To compare with: nothing where nothing may be told."""
        return None if self.value is None or self.value is HIDDEN else float(self.value)

    @property
    def rounded(self) -> float | None:
        """The number as it is written, for a spreadsheet, which would round by its own rule."""
        return None if self.number is None else ROUND.get(self.kind, round)(self.number)

    def __str__(self) -> str:
        if self.value is HIDDEN:
            return "*"
        return "–" if self.value is None else WRITE[self.kind](float(self.value))


def _count(value: float) -> str:
    """Grouped by three in every language, as the workbook does it."""
    return f"{round(value):,}"


def _share(value: float) -> float:
    """To a tenth of a percent; but only all are 100 %, and only none are 0 %."""
    tenths = round(1000 * value)
    if 0 < value < 1:
        tenths = min(max(tenths, 1), 999)
    return tenths / 1000


def _percent(value: float) -> str:
    return f"{100 * _share(value):.1f}%"


def _ratio(value: float) -> str:
    return _("1 : {n}").format(n=_count(value))


def _change(value: float) -> str:
    return f"{round(value):+,}".replace("-", "−") if round(value) else "0"


def _in_points(value: float) -> float:
    """A difference of two shares."""
    return round(100 * value, 1)


def _points(value: float) -> str:
    points = _in_points(value)
    return _("{n} points").format(n=f"{points:+.1f}".replace("-", "−") if points else "0.0")


def duration(minutes: float) -> str:
    """Up to two hours in minutes, up to two days in hours, then in days."""
    if minutes < 120:
        return npgettext("of a clock", "{n} minute", "{n} minutes", round(minutes)).format(n=round(minutes))
    if minutes < 2 * MINUTES_OF_A_DAY:
        return _("{n} hours").format(n=f"{minutes / 60:.1f}")
    return _("{n} days").format(n=f"{minutes / MINUTES_OF_A_DAY:.1f}")


def school_hours(minutes: float) -> str:
    return _("{n} school hours").format(n=f"{minutes / 60:.1f}")


WRITE = {
    "count": _count,
    "percent": _percent,
    "ratio": _ratio,
    "minutes": duration,
    "change": _change,
    "points": _points,
}
# What is not here is written as a whole number.
ROUND: dict[Kind, Callable[[float], float]] = {"percent": _share, "points": _in_points}


@dataclass(frozen=True)
class Fact:
    """One headline figure."""

    label: str
    amount: Amount
    unit: str = ""
    note: str = ""


def printable(text: str) -> str:
    """Without control characters, which old Word files bring along and Word itself refuses; some of them end a line."""
    return "\n".join(CONTROL.sub("", line) for line in text.splitlines())


@dataclass(frozen=True)
class Row:
    label: str
    cells: Sequence[Amount | str]
    emphasis: str = ""  # "group" or "total"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", printable(self.label))


@dataclass(frozen=True)
class Table:
    """A table; its first column are the labels of the rows. `code` names its sheet in a workbook."""

    code: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Row]
    note: str = ""
    drawn: int | None = None  # which cell of each row has a bar beside its number

    def share_drawn(self, row: Row) -> float | None:
        """How long the bar of a row is, from 0 to 1: a share as it is, a count beside the highest of all rows."""
        if row.emphasis == "total" or self.drawn is None:
            return None
        cell = row.cells[self.drawn]
        if not isinstance(cell, Amount) or cell.number is None:
            return None
        return cell.number if cell.kind == "percent" else cell.number / max(self._highest, 1)

    @cached_property
    def _highest(self) -> float:
        cells = (
            [row.cells[self.drawn] for row in self.rows if row.emphasis != "total"] if self.drawn is not None else []
        )
        return max((cell.number or 0 for cell in cells if isinstance(cell, Amount)), default=0)

    @property
    def has_hidden(self) -> bool:
        return any(isinstance(cell, Amount) and cell.is_hidden for row in self.rows for cell in row.cells)

    @property
    def has_groups(self) -> bool:
        return any(row.emphasis == "group" for row in self.rows)

    @property
    def is_narrow(self) -> bool:
        """Leaves room for another beside it."""
        return len(self.columns) <= 3

    @property
    def is_short(self) -> bool:
        """Stays together on a page; a longer one may break between its rows."""
        return len(self.rows) <= 12

    @property
    def is_dense(self) -> bool:
        """So many rows that they are set closer on paper."""
        return not self.is_narrow and len(self.rows) > 20


@dataclass(frozen=True)
class Balance:
    """start + new − closed = end."""

    start: Amount
    new: Amount
    closed: Amount
    end: Amount

    @property
    def text(self) -> str:
        return f"{self.start} + {self.new} − {self.closed} = {self.end}"


DIGITS = "零一二三四五六七八九"  # zh


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def in_chinese(number: int) -> str:
    """1 as 一, 12 as 十二, up to 99."""
    tens, ones = divmod(number, 10)
    start = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""  # zh
    return start + (DIGITS[ones] if ones or not tens else "")


def paragraphs_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True)
class Section:
    """`text` is what a person wrote, else what drafted itself."""

    code: str
    number: int
    title: str
    text: str
    facts: Sequence[Fact] = ()
    balance: Balance | None = None
    tables: Sequence[Table] = ()
    version: int = 0
    is_edited: bool = False
    edited: str = ""
    is_publishable: bool = False
    is_appendix: bool = False
    changes: Sequence[tuple[str, str]] = ()  # sentences whose figures moved since the text was written: then, now
    warning: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    @property
    def is_empty(self) -> bool:
        """Nothing but a heading."""
        return not (self.text or self.facts or self.balance or self.tables)

    @property
    def mark(self) -> str:
        """How the section is counted: 一、二、 as documents are in Chinese, else 1, 2."""
        return f"{in_chinese(self.number)}、" if is_chinese() else str(self.number)

    @property
    def heading(self) -> str:
        return f"{self.mark}{self.title}" if is_chinese() else f"{self.mark} {self.title}"

    @property
    def needs_a_look(self) -> bool:
        """The text may no longer, or never did, fit the figures."""
        return bool(self.changes or self.warning)

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs_of(self.text)

    @property
    def lines_on_paper(self) -> list[str]:
        """No line ends between a figure and what it counts."""
        return [BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", line) for line in self.paragraphs]


@dataclass(frozen=True)
class SummaryDocument:
    """The whole summary of a unit for a term."""

    unit_name: str
    above: str
    term_code: str
    term_label: str
    language: str
    as_of: dt.date
    built_at: dt.datetime
    edition: Edition
    sections: Sequence[Section]
    corrected_at: dt.datetime | None = None

    @property
    def title(self) -> str:
        return _("Summary of mental-health work")

    @property
    def as_of_text(self) -> str:
        return date_format(self.as_of, _("M j, Y"))

    @property
    def is_public(self) -> bool:
        return self.edition == Edition.PUBLIC

    @property
    def edition_text(self) -> str:
        """As it stands on the cover, in the name of the file and beside whoever took it out."""
        return edition_label(self.edition)

    @property
    def hidden_note(self) -> str:
        return hidden_note()

    @property
    def corrected_text(self) -> str:
        """That the counts of a term that was frozen were corrected, and when."""
        if self.corrected_at is None:
            return ""
        day = date_format(timezone.localdate(self.corrected_at), _("M j, Y"))
        return _("Corrected on {day}, after the figures of this term were closed.").format(day=day)

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)


def edition_label(edition: Edition) -> str:
    return _("public edition") if edition == Edition.PUBLIC else _("for work use only")


def hidden_note() -> str:
    return _(
        "Public edition: numbers of students and of records about them are rounded to the nearest 5, and shares are "
        "made from rounded numbers. * stands for a number from 1 to 4, and for what is not told of a single school: "
        "parts of its numbers, and how many flags are open."
    )
