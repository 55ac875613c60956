"""Notices: ten thousand inside the application in batches, and a thousand that leave, each of them once."""

import datetime as dt
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings

from schools.models import Channel, ChannelChoice, Delivery, Membership, Notice, Person, Role, Unit
from schools.work.channels import send_due
from schools.work.notices import Urgency, notify

PEOPLE, BATCHES = 1000, 10


def run() -> None:
    members = _people()
    started = time.perf_counter()
    for number in range(BATCHES):
        notify(to=members, kind="bench", url="/", occasion=str(number))
    seconds = time.perf_counter() - started
    stand = Notice.objects.filter(kind="bench").count()
    print(f"notices: {stand} inside in {seconds:.1f} s, in batches of {PEOPLE} (limit 60 s)", flush=True)
    _check(stand == PEOPLE * BATCHES and seconds < 60)
    with _Receiver() as receiver:
        settings.NOTICE_HOSTS = [receiver.host]
        Channel.objects.create(unit=members[0].unit, kind="sms", target=f"http://{receiver.host}/sms", is_on=True)
        notify(to=members, kind="bench", url="/", urgency=Urgency.URGENT, occasion="outside")
        started = time.perf_counter()
        while Delivery.objects.filter(state=Delivery.State.QUEUED).exists():
            send_due()
        seconds = time.perf_counter() - started
    once = sum(count == 1 for count in receiver.got.values())
    print(f"   {len(receiver.got)} left in {seconds:.1f} s, {once} of them once", flush=True)
    _check(once == len(receiver.got) == PEOPLE)


def _check(is_right: bool) -> None:
    if not is_right:
        raise SystemExit("notices: not as it must be")


def _people() -> list[Membership]:
    unit = Unit.objects.create(kind_id="school", code="bells", path="bells/", name="bench")
    people = Person.objects.bulk_create(
        [
            Person(staff_number=f"bell{n}", name="x", phone=f"1{n:010}", password="!")  # noqa: S106  opens nothing
            for n in range(PEOPLE)
        ]
    )
    ChannelChoice.objects.bulk_create(ChannelChoice(person=one, sms=True) for one in people)
    day = dt.date(2025, 9, 1)
    rows = [Membership(person=one, unit=unit, role=Role.CLASS_TEACHER, starts_on=day) for one in people]
    return Membership.objects.bulk_create(rows)


class _Receiver:
    """A gateway on the loopback interface that counts how often it was asked to send to each number."""

    def __enter__(self) -> "_Receiver":
        self.got: Counter[str] = Counter()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got[json.loads(body)["phone"]] += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """The bench prints enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()
