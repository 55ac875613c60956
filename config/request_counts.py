"""Requests by app: how many and how long, for `manage.py metrics`.

Each web process counts in files of its own (prometheus_client's), and whoever is asked adds the files up. A file is
named by the place of its process, not by its id, so that there are never more files than processes.
"""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.values import MultiProcessValue

_places: dict[int, tuple[int, IO[str]]] = {}


def folder() -> Path:
    return Path(settings.VAR) / "request-counts"


def place() -> int:
    """The lowest number that no other living process holds. The lock ends with the process."""
    found = _places.get(os.getpid())
    if found is None:
        found = _places[os.getpid()] = _take_place()
    return found[0]


def _take_place() -> tuple[int, IO[str]]:
    number = 0
    while True:
        file = (folder() / f"{number}.lock").open("w")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            number += 1
        else:
            return number, file


class CountRequests:
    """The app of the view, the class of the status and the seconds: no address, no person, no unit. The view itself
    would tell whoever reads the figures of a small site that an event was just begun, or kept from somebody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        folder().mkdir(mode=0o700, exist_ok=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder())
        values.ValueClass = MultiProcessValue(place)  # type: ignore[no-untyped-call]
        own = CollectorRegistry()
        self.requests = Counter("xinyu_requests", "Requests", ["app", "status"], registry=own)
        buckets = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
        self.seconds = Histogram("xinyu_request_seconds", "How long", ["app"], buckets=buckets, registry=own)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        app = request.resolver_match.app_name if request.resolver_match else ""
        self.requests.labels(app, f"{response.status_code // 100}xx").inc()
        self.seconds.labels(app).observe(time.perf_counter() - started)
        return response
