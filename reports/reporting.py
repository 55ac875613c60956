"""Who must report when, what a silence means, and how complete the reports are. Rules of time, without Django.

Three states are never mixed: *reported*, *confirmed zero* (both signed by a person) and *missing*. Until its hour has
come a report is *awaited*; a day without a duty to report has none of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from schools.calendar import SHANGHAI, SchoolCalendar

ONE_DAY = timedelta(days=1)


class State(StrEnum):
    REPORTED = "reported"
    ZERO = "zero"
    MISSING = "missing"
    AWAITED = "awaited"
    FREE = "free"  # nobody has to report


@dataclass(frozen=True)
class Scheme:
    """A rule of a unit for everything below it; `place` is the unit's path."""

    pk: int
    place: str
    starts: date
    ends: date | None
    every: str
    weekday: int = 4
    deadlines: Mapping[str, time] = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def asks(self, level: str) -> bool:
        return self.every != "never" and level in self.deadlines


class Schemes:
    """All rules that may count somewhere, found by the place they belong to."""

    def __init__(self, schemes: Iterable[Scheme]) -> None:
        self._at: dict[str, list[Scheme]] = {}
        for scheme in schemes:
            self._at.setdefault(scheme.place, []).append(scheme)

    def in_force(self, path: str, day: date) -> Scheme | None:
        """The rule of the nearest unit; of two of one unit the one with a last day, then the one that began later."""
        codes = path.strip("/").split("/")
        for length in range(len(codes), 0, -1):
            here = self._at.get("/".join(codes[:length]) + "/", ())
            found = [scheme for scheme in here if scheme.covers(day)]
            if found:
                return max(found, key=lambda one: (one.ends is not None, one.starts, one.pk))
        return None


def has_to_report(scheme: Scheme | None, level: str, day: date, calendar: SchoolCalendar) -> bool:
    """Is this a day on which that level reports? A week's report falls on its weekday, or on the last school day
    before it in that week, else on the first one after it; a month's on the last school day of the month."""
    if scheme is None or not scheme.asks(level) or not calendar.is_school_day(day):
        return False
    if scheme.every == "week":
        return day == _day_of_week(scheme.weekday, day, calendar)
    if scheme.every == "month":
        return not any(calendar.is_school_day(later) for later in _rest_of_month(day))
    return True


def _day_of_week(weekday: int, day: date, calendar: SchoolCalendar) -> date | None:
    monday = day - timedelta(days=day.weekday())
    open_days = [one for one in (monday + timedelta(days=n) for n in range(7)) if calendar.is_school_day(one)]
    wanted = monday + timedelta(days=weekday)
    before = [one for one in open_days if one <= wanted]
    return before[-1] if before else (open_days[0] if open_days else None)


def _rest_of_month(day: date) -> Iterator[date]:
    later = day + ONE_DAY
    while later.month == day.month:
        yield later
        later += ONE_DAY


def due_at(scheme: Scheme, level: str, day: date) -> datetime:
    return datetime.combine(day, scheme.deadlines[level], tzinfo=SHANGHAI)


def hour_for(due: datetime, later: datetime | None) -> datetime:
    """Until when one class or unit reports: the hour of its rule, or a later one that it was given for this day."""
    return max(due, later) if later else due


def hours_of(due: datetime, later: Iterable[datetime]) -> list[datetime]:
    """Every hour that holds for somebody on a day. The ladder is climbed once for each, and the steps of one hour call
    only those for whom this hour holds."""
    return sorted({due, *(hour_for(due, one) for one in later)})


def days_to_report(
    schemes: Schemes, path: str, level: str, first: date, last: date, calendar: SchoolCalendar
) -> dict[date, datetime]:
    """Each day on which that level has to report, with the moment until when."""
    found: dict[date, datetime] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        scheme = schemes.in_force(path, day)
        if scheme and has_to_report(scheme, level, day, calendar):
            found[day] = due_at(scheme, level, day)
    return found


def state_of(signed: str, due: datetime | None, now: datetime) -> State:
    """What a day shows: what was signed, if anything; otherwise silence, once the hour has come."""
    if signed:
        return State(signed)
    if due is None:
        return State.FREE
    return State.MISSING if now > due else State.AWAITED


@dataclass(frozen=True)
class Completeness:
    """Reports counted as DHIS2 counts them: of those expected how many were received, and how many on time."""

    reported: int = 0
    zero: int = 0
    missing: int = 0
    awaited: int = 0
    late: int = 0

    @property
    def received(self) -> int:
        return self.reported + self.zero

    @property
    def expected(self) -> int:
        return self.received + self.missing + self.awaited

    @property
    def on_time(self) -> int:
        return self.received - self.late

    @property
    def is_complete(self) -> bool:
        return self.received == self.expected

    def share(self) -> float | None:
        """Received of expected in percent; nothing where nothing was expected."""
        return 100 * self.received / self.expected if self.expected else None

    def __add__(self, other: "Completeness") -> "Completeness":
        return Completeness(
            self.reported + other.reported,
            self.zero + other.zero,
            self.missing + other.missing,
            self.awaited + other.awaited,
            self.late + other.late,
        )


def count(cells: Iterable[tuple[State, bool]]) -> Completeness:
    """Of states, each with whether it came late."""
    found, late = dict.fromkeys(State, 0), 0
    for state, is_late in cells:
        found[state] += 1
        late += is_late and state in (State.REPORTED, State.ZERO)
    return Completeness(found[State.REPORTED], found[State.ZERO], found[State.MISSING], found[State.AWAITED], late)
