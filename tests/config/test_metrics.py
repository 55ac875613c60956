"""What Prometheus is told: figures of the whole machinery and of requests, and nobody's name."""

import datetime as dt
import multiprocessing
import threading
import urllib.request

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from config import backups, metrics, request_counts
from schools.models import Channel, Delivery, Heartbeat, Job, Notice, Reminder
from schools.work.notices import Urgency, notify
from tests.walking import job_of
from tests.world import NOW

MINUTE = dt.timedelta(minutes=1)


def told(text):
    """`{"name label …": value}`, ages in whole minutes."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            is_age = sample.name.endswith("_seconds")
            found[" ".join([sample.name, *sample.labels.values()])] = sample.value // 60 if is_age else sample.value
    return found


def fetched(path):
    """What the server answers; asked in another thread, answered in that of the test's transaction."""
    server, got = metrics.server("127.0.0.1", 0), []

    def ask():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}", timeout=20) as answer:
                got.append((answer.status, answer.read().decode()))
        except urllib.error.HTTPError as error:
            got.append((error.code, error.read().decode()))

    asking = threading.Thread(target=ask)
    asking.start()
    server.handle_request()
    asking.join()
    server.server_close()
    return got[0]


@pytest.mark.django_db
def test_the_machinery_is_told_in_figures_and_names_nobody(world, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(metrics, "close_old_connections", lambda: None)  # it would end the test's transaction
    settings.VAR, settings.BACKUP_DIR = tmp_path, str(tmp_path)
    (tmp_path / "copy.zip").touch()
    note = f'{{"file": "copy.zip", "made_at": "{NOW - 90 * MINUTE}", "bytes": 1}}'
    (tmp_path / backups.NOTE).write_text(note, encoding="utf-8")
    for state, age in [("queued", 2), ("queued", 4), ("failed", 9)]:
        Job.objects.filter(pk=job_of(world.a.teacher).pk).update(state=state, created_at=NOW - age * MINUTE)
    thing = {"kind": "daily.class", "unit": world.a.unit, "day": NOW.date(), "due_at": NOW, "whom": "reporter"}
    for step, state, age in [(0, "waiting", 3), (1, "sent", 5), (2, "sent", 2000), (3, "failed", 5)]:
        Reminder.objects.create(step=step, state=state, at=NOW - age * MINUTE, **thing)
    channel = Channel.objects.create(unit=world.a.unit, kind="wecom", target="http://robot.example")
    notify(to=[world.a.counselor], kind="some.kind", url="/", urgency=Urgency.URGENT)
    Delivery.objects.update(next_at=NOW - 7 * MINUTE)
    gone = {"notice": Notice.objects.get(), "channel": channel, "state": "given_up"}
    Delivery.objects.create(once="x", next_at=NOW - 8 * MINUTE, **gone)
    Delivery.objects.create(once="y", next_at=NOW - 2000 * MINUTE, **gone)
    Heartbeat.objects.create(pk="worker", at=NOW - 6 * MINUTE)

    status, said = fetched("/metrics")

    assert (status, told(said)) == (
        200,
        {
            "xinyu_alarm scheduler silent": 1,
            "xinyu_alarm worker silent": 1,
            "xinyu_alarm reminders failed": 1,
            "xinyu_heartbeat_age_seconds worker": 6,
            "xinyu_copy_age_seconds": 90,
            "xinyu_jobs some_work queued": 2,
            "xinyu_jobs some_work failed": 1,
            "xinyu_jobs_oldest_seconds some_work": 4,
            "xinyu_reminders daily.class waiting": 1,
            "xinyu_reminders daily.class sent": 1,
            "xinyu_reminders daily.class failed": 1,
            "xinyu_reminders_oldest_seconds daily.class": 3,
            "xinyu_sendings wecom queued": 1,
            "xinyu_sendings wecom given_up": 1,
            "xinyu_sendings_oldest_seconds wecom": 7,
        },
    )
    assert fetched("/other")[0] == 404


def test_a_database_that_does_not_answer_is_no_figure(monkeypatch):
    def gone():
        raise DatabaseError

    monkeypatch.setattr(metrics, "page", gone)
    assert fetched("/metrics") == (503, "no database\n")


@pytest.fixture
def count(settings, tmp_path, monkeypatch):
    """`count(path, status)`: a web process that has answered this."""
    settings.VAR = tmp_path
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(request_counts, "_places", {})

    def answer(path, status):
        request = RequestFactory().get(path)

        def view(request):
            request.resolver_match = resolve(path) if status != 404 else None
            return HttpResponse(status=status)

        request_counts.CountRequests(view)(request)

    return answer


def test_requests_of_all_web_processes_are_one_figure_by_app(count):
    def one_more_process():
        process = multiprocessing.get_context("fork").Process(target=count, args=("/notices", 200))
        process.start()
        process.join(20)

    count("/notices", 200)
    count("/nobody-named-zhang", 404)
    for _ in range(3):  # one after the other: each takes the place of the one before
        one_more_process()
    registry = metrics.CollectorRegistry()
    metrics.MultiProcessCollector(registry, path=str(request_counts.folder()))
    found = told(metrics.generate_latest(registry).decode())
    assert found["xinyu_requests_total schools 2xx"] == 4
    assert found["xinyu_requests_total  4xx"] == 1
    assert found["xinyu_request_seconds_count schools"] == 4
    assert not any("zhang" in name for name in found)
    assert len(list(request_counts.folder().glob("counter_*.db"))) == 2
