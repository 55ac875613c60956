"""A month of a unit's calendar, day by day, with whose word each day follows."""

import calendar as std
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from schools.calendar import SchoolCalendar


@dataclass(frozen=True)
class Rule:
    """A day that a unit has set, with the unit's name; `own` when it is the unit one looks at."""

    is_school_day: bool
    note: str
    unit: str
    own: bool


@dataclass(frozen=True)
class MonthDay:
    day: dt.date
    in_month: bool
    in_term: bool
    is_school_day: bool
    # The national calendar: True working day, False holiday or weekend, None not yet published.
    national: bool | None
    rule: Rule | None

    @property
    def is_make_up(self) -> bool:
        """A working day on a weekend."""
        return self.day.weekday() >= 5 and self.is_school_day

    @property
    def is_holiday(self) -> bool:
        return self.day.weekday() < 5 and self.national is False and not self.is_school_day


def weeks_of(
    year: int, month: int, *, calendar: SchoolCalendar, rules: Mapping[dt.date, Rule]
) -> list[tuple[int | None, list[MonthDay]]]:
    """Weeks from Monday, each with its number in the term."""
    found = []
    for week in std.Calendar(firstweekday=0).monthdatescalendar(year, month):
        days = [_day(day, month, calendar, rules) for day in week]
        numbers = [number for day in week if (number := calendar.week_of_term(day))]
        found.append((numbers[0] if numbers else None, days))
    return found


def _day(day: dt.date, month: int, calendar: SchoolCalendar, rules: Mapping[dt.date, Rule]) -> MonthDay:
    return MonthDay(
        day=day,
        in_month=day.month == month,
        in_term=calendar.term_of(day) is not None,
        is_school_day=calendar.is_school_day(day),
        national=calendar.national(day),
        rule=rules.get(day),
    )
