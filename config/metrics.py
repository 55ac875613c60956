"""What the machinery does, for Prometheus, on a port of its own: `manage.py metrics`.

All of it is read from the database when somebody asks, so it holds for every process of the site; requests come from
`config.request_counts`. Kinds, states and counts of the whole site only: no person, no unit, no word of any record.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from django.conf import settings
from django.db import Error, close_old_connections
from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config import backups, request_counts
from schools.models import Delivery, Job, Reminder
from schools.work import alarms

DAY = dt.timedelta(days=1)
Row = tuple[list[str], float]


class Machinery(Collector):
    """Queue, reminders, sendings, heartbeats, copies and alarms as they stand now."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield _gauge("xinyu_alarm", "1 for each alarm that stands", ["alarm"], _alarms())
        yield _gauge("xinyu_heartbeat_age_seconds", "Since the last sign of life", ["part"], _beats(now))
        yield _gauge("xinyu_copy_age_seconds", "Since the last copy that was read back", [], _copy())
        yield from _jobs(now)
        yield from _reminders(now)
        yield from _sendings(now)

    def describe(self) -> Iterable[Metric]:
        return []


def _gauge(name: str, says: str, labels: list[str], rows: Iterable[Row]) -> Metric:
    found = GaugeMetricFamily(name, says, labels=labels)
    for label, value in rows:
        found.add_metric(label, value)
    return found


def _alarms() -> Iterator[Row]:
    yield from (([alarm.code], 1) for alarm in alarms.alarms_now())


def _beats(now: dt.datetime) -> Iterator[Row]:
    for name, at in alarms.last_beats().items():
        if at:
            yield [name], (now - at).total_seconds()


def _copy() -> Iterator[Row]:
    note = backups.note_of(Path(settings.BACKUP_DIR)) if settings.BACKUP_DIR else None
    if note:
        yield [], note.age.total_seconds()


def _jobs(now: dt.datetime) -> Iterator[Metric]:
    """Rows live for a day, so those that failed are those of the last one."""
    rows = list(Job.objects.order_by().values_list("kind", "state").annotate(n=Count("pk"), since=Min("created_at")))
    yield _gauge("xinyu_jobs", "Jobs of the last day", ["kind", "state"], [([k, s], n) for k, s, n, _since in rows])
    waiting = [([kind], (now - since).total_seconds()) for kind, state, _n, since in rows if state == Job.State.QUEUED]
    yield _gauge("xinyu_jobs_oldest_seconds", "How long the oldest job has waited", ["kind"], waiting)


def _reminders(now: dt.datetime) -> Iterator[Metric]:
    waiting = Q(state=Reminder.State.WAITING)
    found = Reminder.objects.filter(waiting | Q(at__gte=now - DAY)).order_by().values_list("kind", "state")
    rows = list(found.annotate(n=Count("pk"), since=Min("at")))
    says = "Reminders that wait, and those of the last day"
    yield _gauge("xinyu_reminders", says, ["kind", "state"], [([k, s], n) for k, s, n, _since in rows])
    late = [([k], max(0.0, (now - since).total_seconds())) for k, s, _n, since in rows if s == Reminder.State.WAITING]
    yield _gauge("xinyu_reminders_oldest_seconds", "How long the oldest reminder has been due", ["kind"], late)


def _sendings(now: dt.datetime) -> Iterator[Metric]:
    state = Delivery.State
    recent = Q(state=state.QUEUED) | Q(next_at__gte=now - DAY)
    found = Delivery.objects.filter(recent).order_by().values_list("channel__kind", "state")
    rows = list(found.annotate(n=Count("pk"), since=Min("next_at")))
    says = "Messages to channels outside that wait, and those of the last day"
    yield _gauge("xinyu_sendings", says, ["channel", "state"], [([k, s], n) for k, s, n, _since in rows])
    late = [([k], max(0.0, (now - since).total_seconds())) for k, s, _n, since in rows if s == state.QUEUED]
    yield _gauge("xinyu_sendings_oldest_seconds", "How long the oldest message has been due", ["channel"], late)


# --- answering --------------------------------------------------------------------------------------------------------


def page() -> bytes:
    registry = CollectorRegistry()
    registry.register(Machinery())
    if request_counts.folder().is_dir():
        MultiProcessCollector(registry, path=str(request_counts.folder()))  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class Handler(BaseHTTPRequestHandler):
    timeout = 10  # whoever connects and says nothing keeps nobody waiting for long

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        close_old_connections()
        try:
            status, said = 200, page()
        except Error:
            status, said = 503, b"no database\n"
        close_old_connections()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        """A line for each scrape tells nobody anything."""


def server(host: str, port: int) -> HTTPServer:
    return HTTPServer((host, port), Handler)
