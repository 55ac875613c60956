"""School days and clocks: is this a school day, how many school hours lie between, when is it due.

Two rules meet here. *Measuring* (`is_school_day`, `school_hours_between`) counts nothing outside the known terms.
*Setting a deadline* must always give a date, so after the last known term it goes on with national working days.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
SATURDAY = 5

# A national calendar that closes more than this many days in a row is broken: from there on every day counts.
LOOKAHEAD_DAYS = 60


@lru_cache(maxsize=2000)  # a board asks for the same days once for each of its units
def national_working_day(day: date) -> bool | None:
    """Whether the State Council calls it a working day, make-up days included; None for a year not published."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def years_without_data(
    first: date, last: date, national: Callable[[date], bool | None] = national_working_day
) -> list[int]:
    """Years for which weekdays stand in for the national calendar: the page must say so."""
    return [year for year in range(first.year, last.year + 1) if national(date(year, 1, 1)) is None]


class TermSpan(NamedTuple):
    code: str
    starts: date
    ends: date


class Target(NamedTuple):
    """How soon something must be done: minutes around the clock, school hours, the same school day, school days."""

    kind: Literal["minutes", "school_hours", "same_day", "school_days"]
    amount: int = 0


DEFAULT_TARGETS: Mapping[int, Target] = MappingProxyType(
    {
        4: Target("minutes", 30),
        3: Target("same_day"),
        2: Target("school_days", 3),
        1: Target("school_days", 5),
    }
)


@dataclass(frozen=True)
class SchoolCalendar:
    """The calendar of one unit. An override opens or closes a day within a term; it beats the national calendar."""

    terms: Sequence[TermSpan]
    overrides: Mapping[date, bool] = field(default_factory=dict)
    day_starts: time = time(8, 0)
    day_ends: time = time(17, 0)
    national: Callable[[date], bool | None] = national_working_day

    def __post_init__(self) -> None:
        if self.day_starts >= self.day_ends:
            raise ValueError("The school day must end after it starts.")
        if any(term.ends < term.starts for term in self.terms):
            raise ValueError("A term must not end before it starts.")
        # Copies, so that a caller who changes their own list later does not change ours.
        object.__setattr__(self, "terms", tuple(sorted(self.terms, key=lambda term: term.starts)))
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))

    # Days

    def term_of(self, day: date) -> TermSpan | None:
        return next((term for term in self.terms if term.starts <= day <= term.ends), None)

    def week_of_term(self, day: date) -> int | None:
        """The first week is the one the term starts in, whatever its weekday; weeks begin on Monday."""
        term = self.term_of(day)
        return (_monday(day) - _monday(term.starts)).days // 7 + 1 if term else None

    def is_school_day(self, day: date) -> bool:
        return self.term_of(day) is not None and self._is_open(day)

    def years_without_data(self, first: date, last: date) -> list[int]:
        return years_without_data(first, last, self.national)

    def next_school_day(self, day: date) -> date:
        """The first school day after `day`; a national working day when no known term lies ahead."""
        return next(self._days_after(day))

    def previous_school_day(self, day: date) -> date | None:
        """The last school day before `day`; None when no known term lies behind."""
        for term in reversed(self.terms):
            candidate = min(term.ends, day - ONE_DAY)
            while candidate >= term.starts:
                if self.is_school_day(candidate):
                    return candidate
                candidate -= ONE_DAY
        return None

    # Hours

    def school_hours_between(self, start: datetime, end: datetime) -> timedelta:
        """Time within school hours of school days from `start` to `end`; zero when `end` is not later."""
        start, end = _local(start), _local(end)
        total = timedelta()
        for day in self._term_days(start.date(), end.date()):
            opens = max(start, self._at(day, self.day_starts))
            closes = min(end, self._at(day, self.day_ends))
            if opens < closes and self._is_open(day):
                total += closes - opens
        return total

    # Deadlines

    def end_of_school_day(self, start: datetime) -> datetime:
        """The end of the school day that `start` falls in, or else of the next one."""
        start = _local(start)
        day = start.date() if self._has_time_left(start) else self.next_school_day(start.date())
        return self._at(day, self.day_ends)

    def add_school_days(self, start: datetime, n: int) -> datetime:
        """The end of the n-th school day after `start`. A school day that is not over when it starts is day 0."""
        if n < 0:
            raise ValueError("Cannot count school days backwards.")
        if n == 0:
            return self.end_of_school_day(start)
        day = next(islice(self._days_after(_local(start).date()), n - 1, None))
        return self._at(day, self.day_ends)

    def add_school_hours(self, start: datetime, hours: float) -> datetime:
        """When so many hours of school have passed after `start`."""
        left, moment = timedelta(hours=hours), _local(start)
        while True:
            day = moment.date()
            opens = max(moment, self._at(day, self.day_starts))
            closes = self._at(day, self.day_ends)
            if opens < closes and self._counts(day):
                if left <= closes - opens:
                    return opens + left
                left -= closes - opens
            moment = self._at(self.next_school_day(day), self.day_starts)

    def _has_time_left(self, moment: datetime) -> bool:
        return moment.time() < self.day_ends and self._counts(moment.date())

    def _counts(self, day: date) -> bool:
        """A school day, or a working day beyond the last known term."""
        return self._is_open(day) if self._is_beyond(day) else self.is_school_day(day)

    def _is_beyond(self, day: date) -> bool:
        return all(term.ends < day for term in self.terms)

    def _is_open(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        working = self.national(day)
        return day.weekday() < SATURDAY if working is None else working

    def _term_days(self, first: date, last: date) -> Iterator[date]:
        """Each day from first to last that lies in a term, once, in order; gaps between terms are jumped over."""
        for term in self.terms:
            first = max(first, term.starts)
            while first <= min(term.ends, last):
                yield first
                first += ONE_DAY

    def _days_after(self, day: date) -> Iterator[date]:
        """Days that count for a deadline. Never ends, and never keeps its caller waiting for one."""
        last_known = max((term.ends for term in self.terms), default=day)
        yield from filter(self._is_open, self._term_days(day + ONE_DAY, last_known))
        candidate, closed_in_a_row = max(day, last_known), 0
        while True:
            candidate += ONE_DAY
            closed_in_a_row = 0 if self._is_open(candidate) else closed_in_a_row + 1
            if closed_in_a_row == 0 or closed_in_a_row > LOOKAHEAD_DAYS:
                yield candidate

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=SHANGHAI)


def deadline(
    severity: int, known_at: datetime, calendar: SchoolCalendar, targets: Mapping[int, Target] = DEFAULT_TARGETS
) -> datetime:
    """When something of this severity must have been acted on. A unit's targets need not name every severity."""
    target = targets.get(severity) or DEFAULT_TARGETS.get(severity)
    if target is None:
        raise ValueError(f"Severity {severity} has no deadline.")
    if target.kind == "minutes":
        return _local(known_at) + timedelta(minutes=target.amount)
    if target.kind == "school_hours":
        return calendar.add_school_hours(known_at, target.amount)
    if target.kind == "same_day":
        return calendar.end_of_school_day(known_at)
    return calendar.add_school_days(known_at, target.amount)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A clock needs a time with its zone.")
    return moment.astimezone(SHANGHAI)
