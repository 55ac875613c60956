from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.calendar import (
    SHANGHAI,
    SchoolCalendar,
    Target,
    TermSpan,
    deadline,
    national_working_day,
)

SPORTS_DAY = date(2025, 10, 23)
OPEN_SUNDAY = date(2025, 11, 2)
CALENDAR = SchoolCalendar(
    terms=[
        TermSpan("2025-2026-2", date(2026, 3, 2), date(2026, 7, 3)),
        TermSpan("2024-2025-2", date(2025, 2, 5), date(2025, 7, 4)),
        TermSpan("2025-2026-1", date(2025, 9, 1), date(2026, 1, 23)),
    ],
    overrides={SPORTS_DAY: False, OPEN_SUNDAY: True},
)
ALL_YEAR = SchoolCalendar(terms=[TermSpan("all", date(2024, 1, 1), date(2029, 12, 31))])

moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(SHANGHAI))
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
severities = st.sampled_from([1, 2, 3, 4])


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


MAKE_UP_DAYS = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
"""


@pytest.mark.parametrize("text", MAKE_UP_DAYS.split())
def test_make_up_weekend_is_a_school_day(text):
    day = date.fromisoformat(text)

    assert day.weekday() >= 5
    assert ALL_YEAR.is_school_day(day)


@pytest.mark.parametrize("day", [date(2025, 10, 1), date(2025, 10, 8), date(2026, 1, 1), date(2026, 5, 1)])
def test_national_holiday_on_a_weekday_is_no_school_day(day):
    assert day.weekday() < 5
    assert not ALL_YEAR.is_school_day(day)


def test_school_day_needs_a_term():
    assert CALENDAR.is_school_day(date(2025, 9, 1))
    assert not CALENDAR.is_school_day(date(2025, 8, 29))
    assert not CALENDAR.is_school_day(date(2026, 2, 27))


def test_override_beats_the_national_calendar():
    assert not CALENDAR.is_school_day(SPORTS_DAY)
    assert CALENDAR.is_school_day(OPEN_SUNDAY)


def test_override_outside_a_term_opens_nothing():
    calendar = SchoolCalendar(terms=CALENDAR.terms, overrides={date(2025, 8, 20): True})

    assert not calendar.is_school_day(date(2025, 8, 20))


def test_year_without_data_falls_back_to_weekdays():
    assert national_working_day(date(2027, 10, 1)) is None
    assert ALL_YEAR.is_school_day(date(2027, 10, 1))
    assert not ALL_YEAR.is_school_day(date(2027, 10, 2))


def test_years_without_data_names_them_for_the_warning():
    assert ALL_YEAR.years_without_data(date(2025, 9, 1), date(2026, 7, 4)) == []
    assert ALL_YEAR.years_without_data(date(2026, 9, 1), date(2028, 1, 15)) == [2027, 2028]


def test_calendar_keeps_its_own_copy_of_overrides():
    overrides = {}
    calendar = SchoolCalendar(terms=CALENDAR.terms, overrides=overrides)

    overrides[date(2025, 9, 2)] = False

    assert calendar.is_school_day(date(2025, 9, 2))


def test_calendar_refuses_a_term_that_ends_before_it_starts():
    with pytest.raises(ValueError, match="must not end"):
        SchoolCalendar(terms=[TermSpan("x", date(2025, 9, 2), date(2025, 9, 1))])


def test_term_of_finds_the_term_and_nothing_in_the_holidays():
    assert CALENDAR.term_of(date(2026, 1, 23)).code == "2025-2026-1"
    assert CALENDAR.term_of(date(2026, 1, 24)) is None


def test_week_of_term_begins_on_monday():
    midweek = SchoolCalendar(terms=[TermSpan("t", date(2025, 9, 3), date(2026, 1, 20))])

    assert midweek.week_of_term(date(2025, 9, 3)) == 1
    assert midweek.week_of_term(date(2025, 9, 7)) == 1
    assert midweek.week_of_term(date(2025, 9, 8)) == 2
    assert midweek.week_of_term(date(2025, 9, 2)) is None


def test_next_and_previous_school_day_jump_the_holidays():
    assert CALENDAR.next_school_day(date(2026, 1, 23)) == date(2026, 3, 2)
    assert CALENDAR.previous_school_day(date(2026, 3, 2)) == date(2026, 1, 23)
    assert CALENDAR.next_school_day(date(2025, 9, 30)) == date(2025, 10, 9)


def test_previous_school_day_is_none_before_the_first_term():
    assert CALENDAR.previous_school_day(date(2025, 2, 5)) is None


def test_next_school_day_beyond_the_last_term_is_a_working_day():
    assert CALENDAR.next_school_day(date(2026, 7, 3)) == date(2026, 7, 6)
    assert SchoolCalendar(terms=[]).next_school_day(date(2026, 9, 19)) == date(2026, 9, 20)


def test_next_school_day_ends_when_the_nation_never_works():
    closed = SchoolCalendar(terms=[], national=lambda day: False)

    assert date(2026, 1, 1) < closed.next_school_day(date(2026, 1, 1)) < date(2026, 6, 1)
    assert closed.add_school_days(at(2026, 1, 1, 9), 500) < at(2028, 1, 1)


def test_school_hours_count_only_the_school_day():
    assert CALENDAR.school_hours_between(at(2025, 9, 1, 7), at(2025, 9, 1, 20)) == timedelta(hours=9)
    assert CALENDAR.school_hours_between(at(2025, 9, 5, 16, 30), at(2025, 9, 8, 8, 15)) == timedelta(minutes=45)


def test_school_hours_count_a_make_up_sunday():
    assert CALENDAR.school_hours_between(at(2025, 9, 28), at(2025, 9, 29)) == timedelta(hours=9)


def test_school_hours_understand_other_time_zones():
    start, end = datetime(2025, 9, 1, 0, 30, tzinfo=UTC), datetime(2025, 9, 1, 1, 0, tzinfo=UTC)

    assert CALENDAR.school_hours_between(start, end) == timedelta(minutes=30)


def test_school_hours_are_zero_backwards():
    assert CALENDAR.school_hours_between(at(2025, 9, 2), at(2025, 9, 1)) == timedelta()


def test_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.school_hours_between(datetime(2025, 9, 1), at(2025, 9, 2))


def test_school_hours_follow_the_unit_s_own_day():
    evening = SchoolCalendar(terms=CALENDAR.terms, day_starts=time(7, 0), day_ends=time(21, 30))

    assert evening.school_hours_between(at(2025, 9, 1), at(2025, 9, 2)) == timedelta(hours=14, minutes=30)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (at(2025, 9, 5, 10), 0, at(2025, 9, 5, 17)),
        (at(2025, 9, 5, 10), 1, at(2025, 9, 8, 17)),
        (at(2025, 9, 5, 6), 1, at(2025, 9, 8, 17)),
        (at(2025, 9, 5, 17), 1, at(2025, 9, 8, 17)),
        (at(2025, 9, 6, 10), 0, at(2025, 9, 8, 17)),
        (at(2025, 9, 6, 10), 1, at(2025, 9, 8, 17)),
        (at(2025, 9, 26, 10), 1, at(2025, 9, 28, 17)),
        (at(2025, 9, 30, 10), 3, at(2025, 10, 11, 17)),
        (at(2026, 1, 22, 10), 2, at(2026, 3, 2, 17)),
    ],
)
def test_add_school_days_gives_the_end_of_that_day(start, n, due):
    assert CALENDAR.add_school_days(start, n) == due


def test_add_school_days_refuses_to_count_backwards():
    with pytest.raises(ValueError, match="backwards"):
        CALENDAR.add_school_days(at(2025, 9, 1), -1)


def test_end_of_school_day_after_hours_is_the_next_day_s():
    assert CALENDAR.end_of_school_day(at(2025, 9, 1, 16, 59)) == at(2025, 9, 1, 17)
    assert CALENDAR.end_of_school_day(at(2025, 9, 1, 17)) == at(2025, 9, 2, 17)


@pytest.mark.parametrize(
    ("severity", "due"),
    [(4, at(2025, 9, 6, 3, 30)), (3, at(2025, 9, 8, 17)), (2, at(2025, 9, 10, 17)), (1, at(2025, 9, 12, 17))],
)
def test_deadline_by_default_follows_the_severity(severity, due):
    saturday_night = at(2025, 9, 6, 3)

    assert deadline(severity, saturday_night, CALENDAR) == due


def test_deadline_uses_the_unit_s_targets_and_fills_in_the_rest():
    targets = {2: Target("minutes", 90)}

    assert deadline(2, at(2025, 9, 1, 9), CALENDAR, targets) == at(2025, 9, 1, 10, 30)
    assert deadline(3, at(2025, 9, 1, 9), CALENDAR, targets) == at(2025, 9, 1, 17)


def test_deadline_refuses_a_severity_without_a_clock():
    with pytest.raises(ValueError, match="no deadline"):
        deadline(0, at(2025, 9, 1), CALENDAR)


@given(st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_school_hours_add_up(points):
    a, b, c = points
    hours = CALENDAR.school_hours_between

    assert hours(a, b) + hours(b, c) == hours(a, c)


@given(moments, moments, moments)
def test_school_hours_never_shrink_with_a_later_end(start, end, later):
    end, later = sorted([end, later])

    assert timedelta() <= CALENDAR.school_hours_between(start, end) <= CALENDAR.school_hours_between(start, later)


@given(days)
def test_school_hours_of_a_day_are_all_or_nothing(day):
    midnight = datetime.combine(day, time(), tzinfo=SHANGHAI)
    full = timedelta(hours=9) if CALENDAR.is_school_day(day) else timedelta()

    assert CALENDAR.school_hours_between(midnight, midnight + timedelta(days=1)) == full


@given(severities, moments)
def test_deadline_is_after_it_was_known(severity, known_at):
    assert deadline(severity, known_at, CALENDAR) > known_at


@given(severities, moments, moments)
def test_deadline_is_monotone(severity, first, second):
    first, second = sorted([first, second])

    assert deadline(severity, first, CALENDAR) <= deadline(severity, second, CALENDAR)


@given(moments)
def test_deadline_in_school_days_is_sooner_for_a_higher_severity(known_at):
    blue, yellow, orange = (deadline(severity, known_at, CALENDAR) for severity in (1, 2, 3))

    assert orange <= yellow <= blue


@given(moments, st.integers(1, 30))
def test_add_school_days_is_undone_by_stepping_back(start, n):
    day = ALL_YEAR.add_school_days(start, n).date()
    for _ in range(n - 1):
        day = ALL_YEAR.previous_school_day(day)

    assert day == ALL_YEAR.next_school_day(start.date())


@given(moments, st.integers(0, 20), st.integers(0, 20))
def test_add_school_days_is_monotone_in_the_number(start, n, m):
    n, m = sorted([n, m])

    assert CALENDAR.add_school_days(start, n) <= CALENDAR.add_school_days(start, m)


@given(days)
def test_previous_school_day_undoes_next(day):
    following = ALL_YEAR.next_school_day(day)
    last = ALL_YEAR.previous_school_day(following)

    assert following > day
    assert last is None or (last <= day and ALL_YEAR.is_school_day(last))
    assert not ALL_YEAR.is_school_day(day) or last == day
