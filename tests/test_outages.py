"""A small site of real processes (web, worker, scheduler, Redis) that lose one another, and find one another again."""

import contextlib
import datetime as dt
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from urllib.parse import quote

import psycopg
import pytest
import time_machine
from celery import Celery
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.utils import timezone

from config.celery import app
from config.scheduler import Scheduler
from reports.models import DailyReport, ReportingScheme
from schools.actions.channels import set_channel
from schools.models import Heartbeat, Job, Notice, Person, Term
from schools.work.notices import Urgency, notify
from students.models import RiskFlag
from tests.plugins.services import program
from tests.schools.test_channels import Receiver
from tests.walking import job_of
from tests.world import PASSWORD

pytestmark = [
    pytest.mark.services,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:task_always_eager has no effect"),
]
CELERY = [sys.executable, "-m", "celery", "--app", "config"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]


def wait_for(is_so, seconds=40):
    deadline = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


class Site:
    """Its processes by name. Each can be killed outright and started again."""

    def __init__(self, folder, receiver):
        told = settings.DATABASES["default"]
        self.folder, self.running = folder, {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgres://xinyu@{quote(told['HOST'], safe='')}/{told['NAME']}",
            "REDIS_URL": f"unix://{folder}/redis.sock?db=0",
            "VAR_DIR": str(folder),
            "NOTICE_HOSTS": receiver.host,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        redis = [program("redis-server"), "--port", "0", "--unixsocket", f"{folder}/redis.sock", "--save", ""]
        self.commands = {
            "redis": [*redis, "--dir", str(folder)],
            "web": [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"],
            "worker": [*CELERY, "worker", "--pool", "solo", *QUIET],
            "scheduler": [*CELERY, "beat", "--loglevel", "ERROR", "--pidfile="],
        }

    def start(self, *names):
        for name in names:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": (self.folder / f"{name}.log").open("ab")}
            more = {"env": self.env, "cwd": settings.BASE_DIR, "start_new_session": True}
            self.running[name] = subprocess.Popen(self.commands[name], **quiet, **more)

    def kill(self, *names):
        for name in names:
            child = self.running.pop(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def everything_is_due(self):
        """What the scheduler remembers: that it last handed out anything two days ago."""
        for old in self.folder.glob("beat-schedule*"):
            old.unlink()
        memory = str(self.folder / "beat-schedule")
        with time_machine.travel(timezone.now() - dt.timedelta(days=2), tick=False):
            scheduler = Scheduler(app, schedule_filename=memory)
            scheduler.close()


class Browser:
    """A person's: keeps cookies, sends the token of the last form."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path):
        with self.opener.open(self.base + path, timeout=20) as answer:
            return answer.read().decode()

    def post(self, path, **data):
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))[1]
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **data}).encode()
        with self.opener.open(self.base + path, body, timeout=20) as answer:
            return answer.read().decode()


@pytest.fixture
def receiver(settings):
    found = Receiver()
    settings.NOTICE_HOSTS = [found.host]
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def site(tmp_path, receiver):
    tmp_path.chmod(0o700)
    found = Site(tmp_path, receiver)
    yield found
    found.kill(*found.running)


def answers(browser):
    with contextlib.suppress(OSError):
        return browser.get("/healthz")


def beaten_since(moment):
    return lambda: Heartbeat.objects.filter(at__gt=moment).count() == 2


def test_a_site_that_loses_redis_worker_scheduler_and_database_loses_nothing(world, viewer, site, receiver):
    today = timezone.localdate()
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
    Person.objects.filter(pk=world.a.teacher.person_id).update(password=password)
    Term.objects.update(starts=today - dt.timedelta(days=30), ends=today + dt.timedelta(days=60))
    RiskFlag.objects.update(due_at=timezone.now() + dt.timedelta(days=9), take_by=None)
    ReportingScheme.objects.create(unit=world.district, preset="full_chain", starts_on=today, every="day")
    set_channel(by=viewer(world.a.leader), kind="wecom", target=receiver.url(), is_on=True)
    site.everything_is_due()

    # All is well: whatever was due while nothing ran is done.
    notify(to=[world.a.leader], kind="some.kind", url="/", urgency=Urgency.URGENT)
    site.start("redis", "web", "worker", "scheduler")
    assert wait_for(lambda: len(receiver.got) == 1)
    assert wait_for(beaten_since(timezone.now() - dt.timedelta(minutes=1)))

    # Redis, worker and scheduler are gone at one blow: a person notices nothing.
    site.kill("redis", "worker", "scheduler")
    browser, began = Browser(site.port), time.monotonic()
    assert wait_for(lambda: answers(browser))
    browser.post("/sign-in", login="a-teacher", password=PASSWORD)
    student, group = world.a.student_2, world.a.class_1
    known_at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    browser.post(f"/students/{student.pk}/flags/new", severity="4", reason="不想活了", known_at=known_at)
    browser.post(f"/daily/class/{group.pk}/", over="0", day=today.isoformat())
    assert browser.get("/healthz").startswith("ok\n")
    assert (RiskFlag.objects.filter(student=student).count(), DailyReport.objects.count()) == (1, 1)
    assert time.monotonic() - began < 30
    assert len(receiver.got) == 1
    row = job_of(world.a.leader)  # whose message is lost
    minute = dt.timedelta(minutes=1)
    now = timezone.now()
    Job.objects.filter(pk=row.pk).update(state="queued", created_at=now - minute, expires_at=now + 10 * minute)

    # An empty Redis, a new worker and scheduler: what was lost is found in the rows.
    site.everything_is_due()
    site.start("redis", "worker", "scheduler")
    assert wait_for(lambda: len(receiver.got) == 2)
    assert wait_for(lambda: Job.objects.filter(pk=row.pk).exclude(attempts=0).exists())

    # The database ends every connection and takes none for a while.
    told = connection.settings_dict
    with psycopg.connect(host=told["HOST"], user=told["USER"], dbname="postgres", autocommit=True) as server:
        connection.close()
        server.execute(f"ALTER DATABASE {told['NAME']} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [told["NAME"]])
        with pytest.raises(urllib.error.HTTPError, match="503"):
            Browser(site.port).get("/healthz")
        server.execute(f"ALTER DATABASE {told['NAME']} ALLOW_CONNECTIONS true")
    back = timezone.now()
    assert Browser(site.port).get("/healthz").startswith("ok\n")
    browser.get("/")
    broker = f"redis+socket://{site.folder}/redis.sock?virtual_host=0"
    Celery(broker=broker, set_as_current=False).send_task("schools.tasks.show_life", queue="xinyu")
    assert wait_for(lambda: Heartbeat.objects.filter(pk="worker", at__gt=back).exists())
    assert (len(receiver.got), Notice.objects.filter(kind="some.kind").count()) == (2, 1)
