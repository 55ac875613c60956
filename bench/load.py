"""A small load over loopback: a few connections that each send the next request when the last one is answered."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CONNECTIONS, SECONDS, WARM_UP = 4, 4.0, 10


@dataclass(frozen=True)
class Request:
    """One request; `body` is made anew each time, so that a save saves something new."""

    path: str
    cookie: str = ""
    body: Callable[[], bytes] | None = None

    @property
    def expected(self) -> int:
        """A page that sends its reader elsewhere was not drawn; a save does so."""
        return 200 if self.body is None else 302


@dataclass(frozen=True)
class Result:
    per_second: float
    p50: float  # milliseconds
    p95: float
    errors: int


@contextmanager
def serving(application: str) -> Iterator[int]:
    """gunicorn with the options of `make run`; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--worker-class", "gthread", "--threads", "4", "--workers", "2"]
    server = subprocess.Popen(  # noqa: S603
        command, env={**os.environ, "DB_POOL": "true"}, start_new_session=True
    )
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def load(port: int, request: Request) -> Result:
    """Warm up, then send for some seconds over a few connections."""
    for _ in range(WARM_UP):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        _send(connection, request)
        connection.close()
    times: list[float] = []
    errors: list[int] = []
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=_keep_sending, args=(port, request, until, times, errors)) for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    at = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.95)] if times else [0.0, 0.0]
    return Result(len(times) / SECONDS, at[0], at[1], len(errors))


def _keep_sending(port: int, request: Request, until: float, times: list[float], errors: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while time.monotonic() < until:
        started = time.monotonic()
        status = _send(connection, request)
        times.append(time.monotonic() - started)
        if status != request.expected:
            errors.append(status)
    connection.close()


def _send(connection: http.client.HTTPConnection, request: Request) -> int:
    headers = {"Cookie": request.cookie, "Host": "127.0.0.1"}
    if request.body is None:
        connection.request("GET", request.path, headers=headers)
    else:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/"}
        connection.request("POST", request.path, body=request.body(), headers=headers)
    response = connection.getresponse()
    response.read()
    return response.status
