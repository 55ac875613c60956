"""By when a crisis event must be reported up, as plain arithmetic."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from counseling.deadlines import dues, next_due, rules_for

START = dt.datetime(2026, 3, 18, 10, 0, tzinfo=dt.UTC)
RULES = [60, 24, 48]
minutes = st.integers(0, 10_000)
reports = st.lists(st.tuples(st.sampled_from(["oral", "written", "follow_up"]), minutes), max_size=5)


def test_rules_of_a_kind_come_before_those_for_all():
    table = {"*": [60, 24, 24], "death": [30, 12, 12]}
    assert (rules_for(table, "death"), rules_for(table, "threat")) == ([30, 12, 12], [60, 24, 24])


def test_oral_then_written_then_follow_up():
    made = [("oral", START + dt.timedelta(minutes=20)), ("written", START + dt.timedelta(hours=30))]
    found = dues(START, RULES, made, is_open=True)
    assert [due.form for due in found] == ["oral", "written", "follow_up"]
    assert [due.is_late(START + dt.timedelta(hours=40)) for due in found] == [False, True, False]
    assert found[2].by == START + dt.timedelta(hours=30 + 48)
    assert next_due(dues(START, RULES, made, is_open=False)) is None


@settings(max_examples=40)
@given(reports, minutes, st.booleans())
def test_next_due_is_the_earliest_that_is_not_made(made, now, is_open):
    moments = [(form, START + dt.timedelta(minutes=after)) for form, after in made]
    found = dues(START, RULES, moments, is_open=is_open)
    nearest = next_due(found)
    open_ones = [due for due in found if due.made is None]
    assert (nearest in open_ones) if open_ones else nearest is None
    assert all(nearest.by <= due.by for due in open_ones)
    # A report made is never owed again, and one more never makes an earlier one late.
    assert (found[0].made is None) == (not made)
    later = dues(START, RULES, [*moments, ("follow_up", START + dt.timedelta(minutes=20_000))], is_open=is_open)
    if made:
        assert later[0] == found[0]
