"""A task goes through the real Redis to a real worker process that writes to the real PostgreSQL."""

import datetime as dt
import os
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from celery import Celery
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from config.celery import app
from schools.actions.channels import set_channel
from students.actions.flags import raise_flag
from tests.schools.test_channels import Receiver
from tests.schools.test_notices import POLL

pytestmark = [
    pytest.mark.services,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:task_always_eager has no effect"),
]


@pytest.fixture
def receiver(settings, monkeypatch):
    """A group's robot on the loopback interface, which the worker may address as well."""
    found = Receiver()
    settings.NOTICE_HOSTS = [found.host]
    monkeypatch.setenv("NOTICE_HOSTS", found.host)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def celery_worker():
    database = settings.DATABASES["default"]
    address = f"postgres://xinyu@{quote(database['HOST'], safe='')}/{database['NAME']}"
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    env = {**os.environ, "DATABASE_URL": address}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, **quiet)
    yield worker
    worker.terminate()
    worker.wait(timeout=30)


def wait_for(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    return is_so()


def test_worker_takes_a_task_from_redis_and_writes_to_postgresql(world, celery_worker):
    from schools.models import Job

    owner = world.a.teacher
    past = timezone.now() - dt.timedelta(days=1)
    row = Job.objects.create(kind="none", owner=owner.person, membership=owner, expires_at=past)
    app.send_task("schools.tasks.delete_expired_files")
    assert wait_for(lambda: not Job.objects.filter(pk=row.pk).exists())


def test_a_critical_answer_is_seen_and_leaves_within_a_minute_with_the_broker_up_and_down(
    world, viewer, sign_in, receiver, celery_worker, monkeypatch
):
    set_channel(by=viewer(world.a.leader), kind="wecom", target=receiver.url(), is_on=True)
    client = sign_in(world.a.counselor)

    def critical(student):
        raise_flag(by=None, student=student, severity=1, known_at=timezone.now(), source="screening", is_critical=True)

    def is_seen(student):
        count = client.get(reverse("schools:notice_poll"), headers=POLL).json()["count"]
        return count, student.name in client.get(reverse("schools:notice_list")).content.decode()

    critical(world.a.student_2)
    assert is_seen(world.a.student_2) == (1, True)
    assert wait_for(lambda: len(receiver.got) == 1)

    dead = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    dead.conf.update(task_publish_retry=False, broker_transport_options={"max_retries": 1, "interval_start": 0})
    monkeypatch.setattr("schools.work.deliveries.current_app", dead)
    critical(world.a.student_3)
    assert is_seen(world.a.student_3) == (2, True)
    assert len(receiver.got) == 1
    app.send_task("schools.tasks.send_deliveries")  # the sweep of every 20 seconds, with the broker back
    assert wait_for(lambda: len(receiver.got) == 2)


def test_cache_is_the_redis_of_this_run():
    from django.core.cache import cache

    cache.set("name", "value", 60)
    assert "RedisCache" in settings.CACHES["default"]["BACKEND"]
    assert cache.get("name") == "value"
