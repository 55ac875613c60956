"""Whatever is killed in the midst: what a task does inside the application happens exactly once."""

import contextlib
import datetime as dt
import os
import signal
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from config.celery import app
from counseling.actions import incidents
from reports.models import ReportingScheme
from schools.ladder import DAYS, Rung
from schools.models import Channel, Delivery, Heartbeat, Job, Notice, Reminder, Tally, TallyMark
from schools.tallies import mark
from schools.work import jobs, reminders
from schools.work.notices import Urgency, notify, pulse
from schools.work.reminders import Due, Source
from students.models import HandOver, RiskFlag, Student
from tests.walking import job_of
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

READ, WRITE = "ACCESS EXCLUSIVE", "EXCLUSIVE"  # what is locked against
# Each scheduled task with the table at which it is held up, as late in its work as there is one, and then killed.
HELD_AT = {
    "schools.tasks.show_life": ("schools_notice", WRITE),
    "schools.tasks.run_waiting_jobs": ("schools_pulse", WRITE),
    "schools.tasks.delete_expired_files": ("schools_job", WRITE),
    "schools.tasks.anchor_audit": ("schools_auditentry", READ),
    "schools.tasks.prove_audit": ("schools_auditentry", READ),
    "schools.tasks.send_deliveries": ("schools_delivery", WRITE),
    "schools.tasks.call_next": ("schools_pulse", WRITE),
    "schools.tasks.send_reminders": ("schools_pulse", WRITE),
    "schools.tasks.end_met_reminders": ("schools_notice", WRITE),
    "schools.tasks.recount_marked": ("schools_tallymark", WRITE),
    "schools.tasks.recount_all": ("schools_tally", WRITE),
    "students.tasks.escalate_overdue_flags": ("schools_auditentry", WRITE),
    "students.tasks.end_flag_watches": ("schools_auditentry", WRITE),
    "students.tasks.lock_records_handed_over": ("schools_auditentry", WRITE),
    "counseling.tasks.remind_of_incident_reports": ("schools_pulse", WRITE),
    "reports.tasks.mark_hours_of_reports": ("schools_tallymark", WRITE),
    "config.tasks.nightly_copy": ("schools_unit", READ),
}
IDLE = {"config.tasks.look_at_tables"}  # does nothing on PostgreSQL


def start(act):
    """A process of its own that acts, as a worker does. It shares no connection with this one."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)  # with what it starts itself
    with contextlib.suppress(BaseException):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        act()
    os._exit(0)


def kill_in_the_midst(act, table, against):
    """What it asked for last is never done: the database forgets it together with the worker."""
    told = connection.settings_dict
    where = {"host": told["HOST"], "user": told["USER"], "dbname": told["NAME"], "autocommit": True}
    with psycopg.connect(**where) as looking, psycopg.connect(**(where | {"autocommit": False})) as holding:
        holding.execute(f"LOCK TABLE {table} IN {against} MODE")
        pid = start(act)
        deadline = time.monotonic() + 60
        held = "FROM pg_locks JOIN pg_database d ON d.oid = database WHERE NOT granted AND datname = %s"
        while not looking.execute(f"SELECT count(*) {held}", [told["NAME"]]).fetchone()[0]:
            assert os.waitpid(pid, os.WNOHANG) == (0, 0), f"it ended before it came to {table}"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        looking.execute(f"SELECT pg_terminate_backend(pid, 5000) {held}", [told["NAME"]])


def content():
    """How many rows there are of everything, and in which state those are that tasks move."""
    found = {model._meta.label: model.objects.order_by().count() for model in apps.get_models() if model._meta.managed}
    for model in (Job, Reminder, Delivery, RiskFlag):
        found[f"states {model.__name__}"] = sorted(model.objects.order_by().values_list("state", flat=True))
    # A second mark of the same hour changes nothing.
    to_come = TallyMark.objects.filter(at__gt=NOW + dt.timedelta(minutes=5))
    found[TallyMark._meta.label] = to_come.values("unit", "at").distinct().count()
    found["locked"] = Student.objects.exclude(locked_on=None).count()
    found["calls"] = sorted(RiskFlag.objects.order_by().values_list("calls", flat=True))
    found["tallies"] = Tally.objects.aggregate(n=Sum("count"))["n"]
    found["asked"] = Notice.objects.exclude(answer_by=None).count()
    found["over"] = Notice.objects.exclude(over_at=None).count()
    return found


def clean(act):
    """What one run without a fault leaves."""
    with transaction.atomic():
        act()
        found = content()
        transaction.set_rollback(True)
    cache.clear()
    return found


@pytest.fixture
def everything_due(world, viewer, settings, tmp_path, monkeypatch):
    """Something to do for every task."""
    settings.BACKUP_DIR, settings.BACKUP_KEEP = str(tmp_path / "copies"), 1
    settings.PRIVATE_ROOT = tmp_path / "files"
    settings.AUDIT_ANCHORS = tmp_path / "anchors.jsonl"
    settings.AUDIT_ANCHORS_END = tmp_path / "anchors.end"
    past, counselor = NOW - dt.timedelta(minutes=5), world.a.counselor
    Heartbeat.objects.bulk_create(
        Heartbeat(pk=name, at=NOW - dt.timedelta(hours=1)) for name in ("scheduler", "worker")
    )
    notify(to=[counselor], kind="some.kind", url="/", urgency=Urgency.URGENT, answer_by=past)
    Notice.objects.update(created_at=NOW - dt.timedelta(minutes=35))  # half an hour for an answer
    incidents.start_incident(
        by=viewer(world.a.teacher),
        student=world.a.student_2,
        submission=uuid.uuid4(),
        kind="threat",
        happened="On the roof.",
        known_at=NOW - dt.timedelta(minutes=50),
    )
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=past)
    watched = {"state": "watched", "watch_until": NOW.date(), "assignee": world.b.counselor, "taken_at": NOW}
    RiskFlag.objects.filter(pk=world.b.flag.pk).update(**watched)
    Channel.objects.create(unit=world.b.unit, kind="wecom", target="http://robot.example")
    notify(to=[world.b.counselor], kind="some.kind", url="/", urgency=Urgency.URGENT)
    TallyMark.objects.all().delete()
    mark(world.a.unit.pk)  # its count must reach those above it, whom nothing else has marked
    soon = timezone.localtime(NOW + dt.timedelta(minutes=30)).strftime("%H:%M")
    ReportingScheme.objects.create(unit=world.district, starts_on=NOW.date(), deadlines={"school": soon})
    Student.objects.filter(pk=world.b.student_2.pk).update(status=Student.Status.LEFT, left_on=past)
    HandOver.objects.create(
        student=world.b.student_2,
        school=world.b.unit,
        by=world.b.counselor,
        to=world.b.counselor,
        outside="Another school",
        state=HandOver.State.ACCEPTED,
        answered_by=world.b.counselor,
        answered_at=past,
        received_on=past,
        keep_until=NOW.date() - dt.timedelta(days=1),
    )
    thing = Source(
        "test.thing",
        "a thing",
        ladder=(Rung(0),),
        due=lambda now: [Due(world.a.unit, NOW.date(), NOW)],
        # Both are called; when their reminders are looked at later, one of them has done it.
        people=lambda row: [world.a.teacher, world.a.teacher_2] if row.pk else [world.a.teacher],
        url="schools:notice_list",
        scale=DAYS,
    )
    reminders.all_sources()
    monkeypatch.setattr(reminders, "_sources", {"test.thing": thing})

    def work(job):
        with transaction.atomic():
            notify(to=[world.a.leader], kind="some.result", url="/")
            pulse([world.a.unit.pk])

    monkeypatch.setitem(jobs._kinds, "some_work", work)
    Job.objects.filter(pk=job_of(world.a.teacher).pk).update(state="queued", created_at=NOW - dt.timedelta(hours=1))
    Job.objects.filter(pk=job_of(world.a.leader).pk).update(state="done", expires_at=past)


def time_passes(copies):
    """Until leases of the killed have run out, and what a copy left is old; and the minute of the ringing is over."""
    Job.objects.filter(state="running").update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    for left in copies.glob(".making-*"):
        os.utime(left, (0, 0))
    cache.clear()


def test_every_scheduled_task_is_killed_in_the_midst_and_does_its_work_once(everything_due, settings):
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == {*HELD_AT, *IDLE}
    copies = Path(settings.BACKUP_DIR)
    for name, (table, against) in HELD_AT.items():
        task = app.tasks[name]
        left = clean(task) if name != "config.tasks.nightly_copy" else content()
        kill_in_the_midst(task, table, against)
        time_passes(copies)
        task()
        task()
        found = content()
        assert (name, {key: (found[key], left[key]) for key in left if found[key] != left[key]}) == (name, {})
    assert sorted(path.suffix for path in copies.iterdir()) == [".json", ".zip"]
