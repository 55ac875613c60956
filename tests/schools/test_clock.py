"""The clock goes over midnight, month, term and year, stands still, and is set back: each reminder exists once."""

import datetime as dt

import pytest
import time_machine
from django.db.models import Count

from config.celery import app
from config.scheduler import Scheduler
from reports.models import ReportingScheme
from schools.models import Notice, Reminder, Term
from schools.work.reminders import dispatch
from tests.world import SHANGHAI

HOUR = dt.timedelta(hours=1)
STEPS = ["reporter", "backup", "above"]  # each hour: of two steps for one person the last


@pytest.fixture
def reporting(world):
    """Classes of school A report every school day of two terms, between which a year ends."""
    Term.objects.all().delete()
    for code, starts, ends in [
        ("2025-2026-1", dt.date(2025, 9, 1), dt.date(2026, 1, 4)),
        ("2025-2026-2", dt.date(2026, 2, 26), dt.date(2026, 7, 3)),
    ]:
        Term.objects.create(unit=world.city, code=code, starts=starts, ends=ends)
    ReportingScheme.objects.create(
        unit=world.a.unit,
        preset="class_to_school",
        every="day",
        starts_on=dt.date(2025, 9, 1),
        deadlines={"class": "10:00"},
    )


def live(first, last, back=()):
    """The dispatcher runs at some hours from `first` to `last`; after those in `back` the clock is set back by two."""
    moment, turned = first, set()
    while moment <= last:
        if moment.hour in (0, 8, 9, 10, 11, 23):
            with time_machine.travel(moment, tick=False):
                dispatch()
        turn = moment in back and moment not in turned
        turned.add(moment)
        moment += -2 * HOUR if turn else HOUR


def at(year, month, day, hour):
    return dt.datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (
            at(2025, 12, 31, 8),
            at(2026, 1, 5, 12),
            [31, 4],
        ),  # a year ends, and a term on a day that is made up
        (at(2026, 3, 31, 8), at(2026, 4, 1, 12), [31, 1]),  # a month
        (at(2026, 2, 25, 8), at(2026, 2, 26, 12), [26]),  # a term begins
    ],
)
def test_each_reminder_exists_once_whatever_the_clock_does(first, last, days, reporting, world):
    live(first, last, back={first + 3 * HOUR, last - HOUR, first.replace(hour=23), first.replace(hour=23) + 2 * HOUR})
    rows = Reminder.objects.filter(kind="daily.class").order_by("due_at", "step")
    assert list(rows.values_list("day__day", "whom")) == [(day, whom) for day in days for whom in STEPS]
    twice = Notice.objects.values("membership", "kind", "unit", "occasion").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()


def test_the_scheduler_hands_out_again_at_once_when_the_clock_is_set_back(tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(Scheduler, "apply_async", lambda self, entry, **more: sent.append(entry.task))
    with time_machine.travel(at(2026, 3, 18, 10), tick=False) as clock:
        scheduler = Scheduler(app, schedule_filename=str(tmp_path / "beat"))
        clock.shift(HOUR)
        while scheduler.tick() == 0:
            pass
        assert sent.count("schools.tasks.show_life") == 1
        clock.shift(-HOUR)
        scheduler.tick()
        clock.shift(dt.timedelta(seconds=31))
        while scheduler.tick() == 0:
            pass
        scheduler.close()
    assert [sent.count(f"schools.tasks.{name}") for name in ("show_life", "send_deliveries")] == [2, 2]
