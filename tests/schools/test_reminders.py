"""Ladders and the dispatcher: every step once, a standstill is no flood, a failure is tried again."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.actions.reminders import set_ladder
from schools.common.errors import Refused
from schools.ladder import STALE, Rung, passed_steps
from schools.models import Notice, Reminder
from schools.work import reminders
from schools.work.reminders import Due, Source, dispatch, ladders_in_force, what_it_took
from tests.world import NOW

RACERS = 4
STEPS = st.lists(st.builds(Rung, st.integers(-2000, 2000), st.sampled_from(["reporter", "above"])), max_size=6)


@given(STEPS, st.integers(-3000, 3000), st.sampled_from(list(STALE.values())))
@settings(max_examples=80)
def test_of_each_persons_steps_the_last_one_that_has_passed_is_left(ladder, minutes, stale):
    now = NOW + dt.timedelta(minutes=minutes)
    passed = [step for step in ladder if now - stale < NOW + dt.timedelta(minutes=step.minutes) <= now]
    last = {step.whom: step for step in sorted(passed)}
    assert {step for step, _at in passed_steps(ladder, NOW, now, stale)} == set(last.values())


MOMENTS = st.lists(st.integers(-3000, 3000), min_size=1, max_size=25)


def written(ladder, ticks, stale=STALE["minutes"]):
    """What a dispatcher that is woken at these minutes writes, and at which it does."""
    rows = {}
    for minute in ticks:
        for step, _at in passed_steps(ladder, NOW, NOW + dt.timedelta(minutes=minute), stale):
            rows.setdefault(step[:2], minute)
    return rows


@given(STEPS, MOMENTS, MOMENTS)
@settings(max_examples=80)
def test_a_clock_that_goes_back_reminds_of_nothing_new(ladder, ticks, others):
    forward = sorted(ticks)
    back = [minute for minute in others if minute <= forward[-1]]
    late = {step[:2] for step in ladder} - written(ladder, forward).keys()
    again = written(ladder, forward + back)
    # What it writes anew was jumped over before; nothing is written twice, and nothing before its moment.
    assert again.keys() - written(ladder, forward).keys() <= late
    assert all(minute >= step[0] for step, minute in again.items())


@given(STEPS)
@settings(max_examples=40)
def test_a_dispatcher_that_never_stands_still_writes_each_step_at_its_minute(ladder):
    ticks = sorted({step.minutes for step in ladder})
    assert written(ladder, ticks) == {step[:2]: step.minutes for step in ladder}


@pytest.fixture
def source(world, monkeypatch):
    """Something of school A that is due now."""
    found = Source(
        "test.thing",
        "a thing",
        ladder=(Rung(0),),
        due=lambda now: [Due(world.a.unit, NOW.date(), NOW)],
        people=lambda row: [world.a.teacher, world.a.teacher],
        url="schools:notice_list",
    )
    reminders.all_sources()
    monkeypatch.setattr(reminders, "_sources", {"test.thing": found})
    return found


@pytest.mark.django_db
def test_what_a_person_has_due_is_one_notice(world, source):
    assert [dispatch(now=NOW), dispatch(now=NOW)] == [1, 0]
    assert Notice.objects.filter(kind="test.thing", membership=world.a.teacher).count() == 1


@pytest.mark.django_db
def test_ten_things_due_are_one_message_of_whatever_kind(world, source, monkeypatch):
    from schools.models import Channel, Delivery
    from schools.work import channels

    other = replace(source, kind="test.other", ladder=(Rung(0, channel="mail"), Rung(-1, "above", "inside")))
    third = replace(source, kind="test.third")
    monkeypatch.setattr(reminders, "_sources", {one.kind: one for one in (source, other, third)})
    Channel.objects.create(unit=world.a.unit, kind="sms", target="https://gateway.example/send")
    left = []
    monkeypatch.setattr(channels, "send", lambda channel, text, to: left.append(text) or "ok")
    dispatch(now=NOW)
    assert Notice.objects.filter(membership=world.a.teacher).count() == 4
    assert Delivery.objects.count() == 2  # one kind calls by mail only, which the unit has not, or only inside
    assert (channels.send_due(now=NOW), left) == (0, [])  # gathered for a minute
    channels.send_due(now=NOW + dt.timedelta(minutes=2))
    assert (len(left), Delivery.objects.filter(state="sent").count()) == (1, 2)


@pytest.mark.django_db
def test_how_much_reminding_it_took(world, viewer, source):
    nobody = Due(world.b.unit, NOW.date(), NOW)
    found = replace(
        source,
        due=lambda now: [Due(world.a.unit, NOW.date(), NOW), nobody],
        people=lambda row: [world.a.teacher] if row.unit_id == world.a.unit.pk else [],
    )
    reminders._sources["test.thing"] = found
    dispatch(now=NOW)
    took = what_it_took(viewer(world.district_staff), since=NOW - dt.timedelta(days=1))
    assert [(one.due, one.by_themselves, one.calls, one.calls_each) for one in took] == [(2, 1, 1, 0.5)]


@pytest.mark.django_db
def test_a_failure_sends_nothing_and_is_tried_again(world, source, monkeypatch):
    monkeypatch.setattr(reminders, "call", broken)
    dispatch(now=NOW)
    row = Reminder.objects.get()
    assert (row.state, row.tries, row.error, Notice.objects.count()) == ("waiting", 1, "RuntimeError", 0)
    monkeypatch.undo()
    monkeypatch.setattr(reminders, "_sources", {"test.thing": source})
    assert dispatch(now=NOW) == 1
    assert Reminder.objects.get().state == "sent"


def broken(row, people):
    raise RuntimeError


@pytest.mark.django_db
def test_a_ladder_of_the_nearest_unit_counts(world, viewer, source):
    set_ladder(by=viewer(world.district_staff), kind="test.thing", steps=[Rung(-5)])
    set_ladder(by=viewer(world.a.leader), kind="test.thing", steps=[])
    found = [list(ladders_in_force(unit)["test.thing"]) for unit in (world.city, world.b.unit, world.a.unit)]
    assert found == [[Rung(0)], [Rung(-5)], []]
    assert dispatch(now=NOW) == 0


@pytest.mark.django_db
def test_a_teacher_sets_no_ladder(world, viewer, source):
    with pytest.raises(Refused):
        set_ladder(by=viewer(world.a.teacher), kind="test.thing", steps=[])
    assert list(ladders_in_force(world.a.unit)["test.thing"]) == [Rung(0)]


@pytest.mark.services
@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_send_a_reminder_once(world, source):
    start, called = threading.Barrier(RACERS), []

    def race():
        try:
            start.wait(10)
            called.append(dispatch(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(called) == [0] * (RACERS - 1) + [1]
    assert Notice.objects.filter(kind="test.thing").count() == 1
    assert Reminder.objects.count() == 1


@pytest.mark.django_db
def test_one_kind_that_breaks_holds_up_no_other(world, source, monkeypatch):
    bad = replace(source, kind="test.bad", due=lambda now: [1 / 0])
    monkeypatch.setattr(reminders, "_sources", {one.kind: one for one in (bad, source)})
    assert dispatch(now=NOW) == 1


@pytest.mark.django_db
def test_a_step_of_days_outlives_a_weekend_without_a_scheduler(world, source):
    after = NOW + dt.timedelta(days=3)
    reminders.plan(source, NOW)  # and nobody was left to send it
    assert dispatch(now=after) == 0  # a step of minutes would remind of what is over
    assert Reminder.objects.get().state == "needless"
    Reminder.objects.all().delete()
    reminders._sources["test.thing"] = replace(source, scale="days")
    assert [dispatch(now=after), dispatch(now=after)] == [1, 0]


@pytest.mark.django_db
def test_a_reminder_of_days_ends_for_whom_nothing_is_left(world, source):
    left = [world.a.teacher, world.a.teacher_2]
    reminders._sources["test.thing"] = replace(source, scale="days", people=lambda row: left)
    dispatch(now=NOW)
    assert reminders.end_met() == 0
    left.remove(world.a.teacher)
    assert [reminders.end_met(), reminders.end_met()] == [1, 0]
    assert Notice.objects.get(over_at=None).membership == world.a.teacher_2
