"""A task goes through the real Redis to a real worker process that writes to the real PostgreSQL."""

import datetime as dt
import os
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import timezone

pytestmark = [
    pytest.mark.services,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:task_always_eager has no effect"),
]


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
    from config.celery import app
    from schools.models import Job

    owner = world.a.teacher
    past = timezone.now() - dt.timedelta(days=1)
    row = Job.objects.create(kind="none", owner=owner.person, membership=owner, expires_at=past)
    app.send_task("schools.tasks.delete_expired_files")
    assert wait_for(lambda: not Job.objects.filter(pk=row.pk).exists())


def test_cache_is_the_redis_of_this_run():
    from django.core.cache import cache

    cache.set("name", "value", 60)
    assert "RedisCache" in settings.CACHES["default"]["BACKEND"]
    assert cache.get("name") == "value"
