"""What one page costs: CPU time of this process and of the database's server process, queries, bytes."""

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from bench.load import Request

WARM_UP, ROUNDS = 5, 40


@dataclass(frozen=True)
class Cost:
    milliseconds: float
    queries: int
    bytes: int
    times: float = 1.0  # the first of those it was measured with


class Site:
    """The application as a server calls it, without the server."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()

    def seconds(self, request: Request) -> float:
        environ = _environ(request)
        started = _spent()
        self._send(environ, request)
        return _spent() - started

    def counted(self, request: Request) -> tuple[int, int]:
        seen = 0

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal seen
            seen += 1
            return execute(*args)

        with connection.execute_wrapper(count):
            size = self.answer(request)
        return seen, size

    def answer(self, request: Request) -> int:
        return self._send(_environ(request), request)

    def _send(self, environ: dict[str, Any], request: Request) -> int:
        """The bytes of the answer; another status than the page's own is an error of the bench."""
        told: list[str] = []
        answer = self.handler(environ, lambda status, _headers: told.append(status))
        size = sum(len(piece) for piece in answer)
        answer.close()
        if not told[0].startswith(str(request.expected)):
            raise RuntimeError(f"{request.path}: {told[0]}")
        return size


def costs(asked: Sequence[tuple[Site, Request]], rounds: int = ROUNDS) -> list[Cost]:
    """Of several requests, in turns: what else this machine does meanwhile hits them alike, and how many times the
    first one takes is read from each turn."""
    for site, request in asked:
        for _ in range(WARM_UP):
            site.answer(request)
    counted = [site.counted(request) for site, request in asked]
    turns = [[site.seconds(request) for site, request in asked] for _ in range(rounds)]
    return [
        Cost(
            statistics.median(turn[one] for turn in turns) * 1000,
            queries,
            size,
            statistics.median(turn[one] / turn[0] for turn in turns),
        )
        for one, (queries, size) in enumerate(counted)
    ]


def _spent() -> float:
    """Seconds of the processor: this process and, with PostgreSQL, the one that answers its queries. Otherwise a query
    that reads every row of a district would seem to cost nothing there."""
    return time.process_time() + _spent_by_server()


def _spent_by_server() -> float:
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return int(told.split()[0]) / 1e9


def _environ(request: Request) -> dict[str, Any]:
    body = request.body() if request.body else b""
    path, _mark, query = request.path.partition("?")
    return {
        "REQUEST_METHOD": "POST" if request.body else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_REFERER": "http://127.0.0.1/",
        "HTTP_COOKIE": request.cookie,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
