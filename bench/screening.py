"""A school begins at once and hands in within minutes, over loopback, to the web process of `manage.py serve`, which is
killed half-way.

Each student sends what the page sends, and sends it again until it is answered. Afterwards the database is asked for
every answer that was acknowledged.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import threading
import time
import uuid
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from django.db import connection, connections

from bench.load import free_port, wait_for
from bench.survey import round_of
from config.serve import commands, start
from screening.models import CriticalAnswer, Response, SavedAnswers, Slip
from screening.slip_codes import code_of
from students.models import RiskFlag

AT_ONCE = 12  # connections
PATIENCE = 60  # seconds after which a student gives up
MOST = 600  # seconds that each half of the run may take
CRITICAL = 100  # every so many a student gives an answer that calls
ANSWERS = {f"1.{number}": number % 2 for number in range(1, 9)}


class Aim(NamedTuple):
    """How many students, and how many a minute must begin and hand in."""

    students: int
    begin: int
    hand_in: int


# On SQLite a school of 2,000 that begins within a minute and hands in within ten; on PostgreSQL 20,000 within an hour.
AIMS = {"sqlite": Aim(2000, 2000, 200), "postgresql": Aim(1000, 334, 334)}


def run(*, quick: bool) -> None:
    aim = AIMS[connection.vendor]
    round_ = round_of(aim.students // 10 if quick else aim.students)
    slips = list(Slip.objects.filter(round=round_))
    connections.close_all()
    print(f"a screening of {len(slips)}:  seconds  per minute  wanted  p50 ms  p95 ms  errors  sent again", flush=True)
    with Web() as web:
        phones = [Phone(web.port, code_of(slip), ill=n % CRITICAL == 0) for n, slip in enumerate(slips)]
        _print("began", _drive(phones, Phone.begin), aim.begin, phones)
        _print("handed in", _drive(phones, Phone.hand_in, half_way=web.kill), aim.hand_in, phones)
    _look_for(slips, phones)


def _drive(phones: "list[Phone]", act: "Callable[[Phone], None]", half_way: Callable[[], None] = lambda: None) -> float:
    """Let them act, some at a time; returns the seconds it took."""
    waiting, lock, started = list(phones), threading.Lock(), time.monotonic()
    is_half = threading.Event()

    def work() -> None:
        while time.monotonic() < started + MOST:
            with lock:
                if not waiting:
                    return
                phone = waiting.pop()
                if len(waiting) <= len(phones) // 2:
                    is_half.set()
            try:
                act(phone)
            except (OSError, http.client.HTTPException, Unexpected) as error:
                phone.error = f"{type(error).__name__} {error}"

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    if is_half.wait(MOST):
        half_way()
    for thread in threads:
        thread.join()
    for phone in waiting:
        phone.error = "its turn did not come"
    return time.monotonic() - started


def _print(name: str, seconds: float, wanted: int, phones: "list[Phone]") -> None:
    times = sorted(one for phone in phones for one in phone.times)
    p50, p95 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.95))
    errors, again = [phone.error for phone in phones if phone.error], sum(phone.again for phone in phones)
    rate = 60 * (len(phones) - len(errors)) / seconds
    print(f"   {name:<18} {seconds:9.1f} {rate:11.0f} {wanted:7} {p50:7.0f} {p95:7.0f} {len(errors):7} {again:11}")
    for error in sorted(set(errors))[:5]:
        print(f"      {error}")
    for phone in phones:
        phone.times, phone.again, phone.error = [], 0, ""


def _look_for(slips: list[Slip], phones: "list[Phone]") -> None:
    """Every acknowledged answer is in the database, once; each that calls has called."""
    rows = Response.objects.filter(slip__in=[slip.pk for slip in slips])
    kept = {response.slip_id: response.given for response in rows}
    lost = sum(
        kept.get(slip.pk, {}).get(key) != value
        for slip, phone in zip(slips, phones, strict=True)
        for key, value in phone.acknowledged.items()
    )
    ill = {slip.student_id for slip, phone in zip(slips, phones, strict=True) if phone.answers["1.9"]}
    called = set(RiskFlag.objects.filter(is_critical=True, student__in=ill).values_list("student_id", flat=True))
    print(
        f"   acknowledged {sum(len(phone.acknowledged) for phone in phones)} answers, lost {lost}; "
        f"{len(kept)} handed in, {SavedAnswers.objects.count()} left on the way; "
        f"critical {len(ill)}, called {len(called)}, twice {CriticalAnswer.objects.count() - len(ill)}",
        flush=True,
    )
    if lost or len(kept) != len(slips) or called != ill:
        raise SystemExit("screening: not as it must be")


class Web:
    """The web process as `manage.py serve` starts it. It is killed as a whole, and started again."""

    def __enter__(self) -> "Web":
        self.port = free_port()
        self._start()
        return self

    def _start(self) -> None:
        command, extra = commands("127.0.0.1", self.port)["web"]
        self.process = start(command, extra)
        wait_for(self.port)
        for _ in range(8):  # each of its processes reads the code when it is first asked
            with contextlib.suppress(OSError):  # a killed process may hold the port a moment longer
                urlopen(f"http://127.0.0.1:{self.port}/a/", timeout=60).close()

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._start()

    def __exit__(self, *failure: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class Unexpected(Exception):
    """An answer of the server that the page would show as a fault."""


class Phone:
    """One student's browser."""

    def __init__(self, port: int, code: str, *, ill: bool) -> None:
        self.code, self.answers = code, ANSWERS | {"1.9": int(ill)}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.csrf = self.sitting = self.error = ""
        self.acknowledged: dict[str, int] = {}
        self.times: list[float] = []
        self.again = 0

    def begin(self) -> None:
        """From the slip to the questions."""
        start_page = self._ask("GET", f"/a/{self.code}/", 200)
        self.csrf = _found(r'name="csrfmiddlewaretoken" value="(\w+)"', start_page)
        self._ask("POST", f"/a/{self.code}/", 302, {"agree": "yes"})
        page = self._ask("GET", "/a/", 200)
        self.sitting = json.loads(_found(r'<script id="told" type="application/json">(.*?)</script>', page))["sitting"]
        self.connection.close()

    def hand_in(self) -> None:
        """The answers in two parts, then the hand-in."""
        keys = list(self.answers)
        for batch in (keys[:5], keys[5:]):
            self._send("/a/save/", {key: self.answers[key] for key in batch})
        self._send("/a/finish/", {})
        self.connection.close()

    def _send(self, address: str, answers: dict[str, int]) -> None:
        form = {"sitting": self.sitting, "id": str(uuid.uuid4()), "seconds": "40", "asked": ",".join(answers)}
        self._ask("POST", address, 200, form | {f"q-{key}": str(value) for key, value in answers.items()})
        self.acknowledged |= answers

    def _ask(self, method: str, address: str, expected: int, form: dict[str, str] | None = None) -> str:
        """The same once more where no answer came: a server that is killed is none for a while."""
        body = urlencode({"csrfmiddlewaretoken": self.csrf} | form) if form is not None else None
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "X-Script": "1"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        until = time.monotonic() + PATIENCE
        while True:
            started = time.monotonic()
            try:
                self.connection.request(method, address, body, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.connection.close()
                if time.monotonic() > until:
                    raise
                self.again += 1
                time.sleep(0.2)
        self.times.append(time.monotonic() - started)
        if answer.status != expected:
            raise Unexpected(f"{method} {address[:10]}: {answer.status}")
        for value in answer.headers.get_all("Set-Cookie", []):
            name, _is, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return text


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    if found is None:
        raise Unexpected("the page has changed")
    return found[1]
