"""Rules of time and completeness of daily reports, in plain Python."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.reporting import (
    Scheme,
    Schemes,
    State,
    count,
    days_to_report,
    due_at,
    has_to_report,
    hour_for,
    hours_of,
    state_of,
)
from schools.calendar import SchoolCalendar, TermSpan
from schools.ladder import STALE, Rung, passed_steps

TERM = TermSpan("2025-2026-2", dt.date(2026, 2, 26), dt.date(2026, 7, 3))
CALENDAR = SchoolCalendar([TERM])
CITY, DISTRICT, SCHOOL = "1/", "1/2/", "1/2/3/"
TEN = {"class": dt.time(10)}
DAYS = st.dates(dt.date(2026, 2, 20), dt.date(2026, 7, 10))


def scheme(pk=1, place=CITY, starts=dt.date(2026, 1, 1), ends=None, every="day", **more):
    return Scheme(pk, place, starts, ends, every, **({"deadlines": TEN} | more))


def test_the_nearest_units_rule_is_in_force():
    rules = Schemes([scheme(1), scheme(2, DISTRICT), scheme(3, "1/9/")])
    assert [rules.in_force(path, dt.date(2026, 3, 2)).pk for path in (CITY, DISTRICT, SCHOOL)] == [1, 2, 2]


def test_a_rule_with_a_last_day_stands_before_the_ordinary_one_and_only_as_long():
    rules = Schemes(
        [
            scheme(1),
            scheme(2, starts=dt.date(2026, 3, 2), ends=dt.date(2026, 3, 3)),
            scheme(3, starts=dt.date(2026, 3, 3)),
        ]
    )
    days = [dt.date(2026, 3, day) for day in (1, 2, 3, 4)]
    assert [rules.in_force(SCHOOL, day).pk for day in days] == [1, 2, 2, 3]


@given(DAYS, DAYS)
@settings(max_examples=60)
def test_a_rule_never_says_anything_of_days_before_it_begins(starts, day):
    rules = Schemes([scheme(1, starts=starts)])
    assert (rules.in_force(SCHOOL, day) is None) == (day < starts)


@given(
    st.sampled_from(["day", "week", "month", "never"]),
    st.integers(0, 6),
    st.dictionaries(DAYS, st.booleans(), max_size=12),
)
@settings(max_examples=60)
def test_reports_fall_on_school_days_and_once_in_a_week_or_month(every, weekday, overrides):
    calendar = SchoolCalendar([TERM], overrides)
    rules = Schemes([scheme(every=every, weekday=weekday)])
    found = days_to_report(rules, SCHOOL, "class", dt.date(2026, 2, 20), dt.date(2026, 7, 10), calendar)
    days = [TERM.starts + dt.timedelta(days=n) for n in range((TERM.ends - TERM.starts).days + 1)]
    school_days = [day for day in days if calendar.is_school_day(day)]
    slots = {
        "never": [],
        "day": school_days,
        "week": sorted({day.isocalendar()[:2] for day in school_days}),
        "month": sorted({day.month for day in school_days}),
    }[every]
    assert set(found) <= set(school_days)
    assert len(found) == len(slots)


def test_make_up_days_count_and_holidays_do_not():
    """In 2026 the Saturday before the Labour Day week is no holiday of the schools' own; the calendar decides."""
    calendar = SchoolCalendar([TERM], {dt.date(2026, 3, 7): True, dt.date(2026, 3, 9): False})
    days = [dt.date(2026, 3, day) for day in (6, 7, 8, 9, 10)]
    assert [has_to_report(scheme(), "class", day, calendar) for day in days] == [True, True, False, False, True]


def test_a_level_that_is_not_named_reports_nothing():
    assert has_to_report(scheme(), "school", dt.date(2026, 3, 2), CALENDAR) is False


MOMENTS = st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 9), timezones=st.just(dt.UTC))


@given(st.sampled_from(["", "zero", "reported"]), st.none() | MOMENTS, MOMENTS)
def test_silence_is_never_a_zero_and_a_signature_never_a_silence(signed, due, now):
    found = state_of(signed, due, now)
    if signed:
        assert found == State(signed)
    else:
        assert found == (State.FREE if due is None else State.MISSING if now > due else State.AWAITED)


@given(st.lists(st.tuples(st.sampled_from(list(State)), st.booleans())))
def test_expected_is_the_sum_of_what_was_received_is_missing_and_is_awaited(cells):
    counts = count(cells)
    assert counts.expected == sum(state != State.FREE for state, _late in cells)
    assert counts.received == counts.on_time + counts.late
    assert counts.share() is None or 0 <= counts.share() <= 100
    assert counts + count([]) == counts


def test_the_hour_is_that_of_the_day_in_china():
    assert due_at(scheme(), "class", dt.date(2026, 3, 2)).isoformat() == "2026-03-02T10:00:00+08:00"


TEN_O_CLOCK = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
LADDER = (Rung(-30), Rung(0), Rung(15, "backup"), Rung(30, "above"))


def minute(number):
    return TEN_O_CLOCK + dt.timedelta(minutes=number)


def called_by_a_dispatcher(put_off, minutes):
    """For each class the steps that called it, and when, counted from ten o'clock. `put_off`: by class, at which
    minute it was given until which."""
    written, calls = set(), {name: [] for name in put_off}
    for now in minutes:
        later = {name: minute(until) for name, (given, until) in put_off.items() if given is not None and given <= now}
        for hour in hours_of(TEN_O_CLOCK, later.values()):
            for step, _at in passed_steps(LADDER, hour, minute(now), STALE["minutes"]):
                if (hour, step) not in written:
                    written.add((hour, step))
                    for name in put_off:
                        if hour_for(TEN_O_CLOCK, later.get(name)) == hour:
                            calls[name].append((step, now))
    return calls


@given(st.lists(st.none() | st.integers(-60, 600), min_size=1, max_size=4))
@settings(max_examples=40)
def test_the_steps_count_from_the_hour_that_holds_for_each_class_and_come_once(hours):
    """Known beforehand: whoever was given another hour is called as if it were everybody's."""
    put_off = {n: (None, None) if until is None else (-300, until) for n, until in enumerate(hours)}
    found = called_by_a_dispatcher(put_off, range(-200, 700))
    for n, until in enumerate(hours):
        assert found[n] == [(step, max(until or 0, 0) + step.minutes) for step in LADDER]


@given(st.integers(-60, 120), st.integers(31, 600))
@settings(max_examples=40)
def test_put_off_in_the_midst_of_its_ladder_a_class_is_called_anew_from_the_new_hour(given, ahead):
    until = max(given, 0) + ahead
    found = called_by_a_dispatcher({"late": (given, until), "other": (None, None)}, range(-200, 800))
    passed = [(step, step.minutes) for step in LADDER if step.minutes < given]
    assert found["late"] == passed + [(step, until + step.minutes) for step in LADDER]
    assert found["other"] == [(step, step.minutes) for step in LADDER]
