"""What is wrong with the machinery: scheduler or worker silent, a queue that stands, jobs that failed, no good copy.

Told in three ways: on the administrator's page, by notice once a day, and by `GET /healthz`, which also rings when the
worker that would ring is dead. An app adds its own in its `alarms.py`:

    NO_COPY = declare_alarm(Alarm("no copy", …))

    @alarms
    def copies() -> Iterator[Alarm]: ...
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.floors import ask_apps
from schools.models import Delivery, Heartbeat, Job, Membership, Reminder, Role
from schools.work.notices import Urgency, notify
from schools.work.remedies import SECTION

SILENT = dt.timedelta(minutes=3)
STANDS = dt.timedelta(minutes=5)
RUNG, RUNG_SECONDS = "alarms-rung", 60
SCHEDULER, WORKER = "scheduler", "worker"


@dataclass(frozen=True)
class Alarm:
    """`code` and `hint` for healthz and scripts, in English; for people what is wrong, what to do now, and where
    docs/operations.md tells more, by its heading."""

    code: str
    hint: str
    text: Any
    do: Any
    section: str = "Alarms"


Source = Callable[[], Iterable[Alarm]]
_sources: list[Source] = []
_known: dict[str, Alarm] = {}


def declare_alarm(alarm: Alarm) -> Alarm:
    """Make it known by its code, so that a notice can say what it is about."""
    _known[alarm.code] = alarm
    return alarm


def alarm_of(code: str) -> Alarm | None:
    ask_apps("alarms")
    return _known.get(code)


def alarms(source: Source) -> Source:
    """Register a function that says what is wrong at present."""
    _sources.append(source)
    return source


def alarms_now() -> list[Alarm]:
    ask_apps("alarms")
    return [alarm for source in _sources for alarm in source()]


# --- heartbeats -------------------------------------------------------------------------------------------------------


def beat(name: str) -> None:
    """This part lives. One statement; the row is made once."""
    now = timezone.now()
    if not Heartbeat.objects.filter(pk=name).update(at=now):
        Heartbeat.objects.get_or_create(pk=name, defaults={"at": now})


def last_beats() -> dict[str, dt.datetime | None]:
    seen = dict(Heartbeat.objects.values_list("pk", "at"))
    return {name: seen.get(name) for name in (SCHEDULER, WORKER)}


def is_silent(at: dt.datetime | None, now: dt.datetime) -> bool:
    """Also with a sign of life that is still to come: the clock was set back, and since then there was none."""
    return at is None or abs(now - at) > SILENT


_SILENT = {
    SCHEDULER: declare_alarm(
        Alarm(
            "scheduler silent",
            "the scheduler is silent: reminders, clocks and copies stand still. Start it (docs/operations.md)",
            _("The scheduler is silent: reminders, clocks and copies stand still."),
            _("Start the service of the scheduler, on one machine only. It does at once what is due: nothing is lost."),
        )
    ),
    WORKER: declare_alarm(
        Alarm(
            "worker silent",
            "no worker answers: nobody is called outside, nothing is computed. Start it (docs/operations.md)",
            _("No worker answers: nobody is called outside, and nothing is computed."),
            _("See that Redis runs, then start the service of the worker. Until then call those on duty by telephone."),
            "Processes, and what happens when one dies",
        )
    ),
}
QUEUE_STANDS = declare_alarm(
    Alarm(
        "queue stands",
        "jobs wait for more than five minutes: is the worker busy, dead, or without its broker?",
        _("Jobs wait for more than five minutes."),
        _("See whether the worker of long jobs (queue “long”) runs. If it is only busy, wait, or start a second one."),
        "Processes, and what happens when one dies",
    )
)
REMINDERS_STAND = declare_alarm(
    Alarm(
        "reminders stand",
        "reminders wait for more than five minutes",
        _("Reminders wait for too long."),
        _("See that scheduler and worker live (above); if both do, start the worker anew and read its log."),
    )
)
REMINDERS_FAILED = declare_alarm(
    Alarm(
        "reminders failed",
        "reminders were given up after several tries: see what broke and try again under Machinery",
        _("Reminders were given up after several tries."),
        _("See below what broke and what is done about it, then press “Try these reminders again”."),
        SECTION,
    )
)


@alarms
def silence() -> Iterator[Alarm]:
    """A site under development may never have started them; one in production must have."""
    beats, now = last_beats(), timezone.now()
    if not settings.PRODUCTION and not any(beats.values()):
        return
    for name, at in beats.items():
        if is_silent(at, now):
            yield _SILENT[name]


# --- the queue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    """How much waits and runs, since when, and what failed. No word of what a job was about."""

    waiting: int
    running: int
    oldest: dt.datetime | None
    failed: list[Job]
    # Of the last day: kind of reminder or channel, what broke or came back, how often.
    reminders: list[tuple[str, str, int]]
    sendings: list[tuple[str, str, int]]


def queue_now() -> Queue:
    day_ago = timezone.now() - dt.timedelta(days=1)
    reminders = Reminder.objects.failed().values_list("kind", "error").annotate(n=models.Count("pk"))
    gone = Delivery.objects.filter(state=Delivery.State.GIVEN_UP, next_at__gte=day_ago)
    sendings = gone.order_by().values_list("channel__kind", "answer").annotate(n=models.Count("pk"))
    waiting = Job.objects.filter(state=Job.State.QUEUED)
    found = waiting.aggregate(n=models.Count("pk"), oldest=models.Min("created_at"))
    failed = Job.objects.filter(state=Job.State.FAILED).only("kind", "cause", "attempts", "created_at", "finished_at")
    running = Job.objects.filter(state=Job.State.RUNNING).count()
    jobs = list(failed.order_by("-finished_at")[:30])
    return Queue(found["n"], running, found["oldest"], jobs, list(reminders), list(sendings))


@alarms
def standing() -> Iterator[Alarm]:
    oldest = Job.objects.filter(state=Job.State.QUEUED).aggregate(at=models.Min("created_at"))["at"]
    if oldest and timezone.now() - oldest > STANDS:
        yield QUEUE_STANDS


@alarms
def reminders_that_did_not_go() -> Iterator[Alarm]:
    late = Reminder.objects.filter(state=Reminder.State.WAITING, at__lt=timezone.now() - STANDS)
    if late.exists():
        yield REMINDERS_STAND
    if Reminder.objects.failed().exists():
        yield REMINDERS_FAILED


# --- telling ----------------------------------------------------------------------------------------------------------


def ring() -> list[Alarm]:
    """Call the system administrators, once a day for each alarm. Safe to run as often as one likes."""
    found = alarms_now()
    if found and cache.add(RUNG, "1", RUNG_SECONDS):
        admins = Membership.objects.current().filter(role=Role.SYSTEM_ADMIN, person__is_active=True)
        members = list(admins.select_related("person"))
        for alarm in found:
            notify(
                to=members,
                kind="system.alarm",
                url=reverse("schools:system"),
                urgency=Urgency.URGENT,
                occasion=f"{alarm.code} {timezone.localdate():%Y%m%d}",
            )
    return found
