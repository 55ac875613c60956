"""What one page costs: CPU time in this process, queries, bytes."""

import io
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


class Site:
    """The application as a server calls it, without the server."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()

    def cost(self, request: Request, rounds: int = ROUNDS) -> Cost:
        return costs([(self, request)], rounds)[0]

    def seconds(self, request: Request) -> float:
        environ = _environ(request)
        started = time.process_time()
        self._send(environ, request)
        return time.process_time() - started

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
    """Of several requests, in turns: what else this machine does meanwhile hits them alike."""
    for site, request in asked:
        for _ in range(WARM_UP):
            site.answer(request)
    counted = [site.counted(request) for site, request in asked]
    times = zip(*([site.seconds(request) for site, request in asked] for _ in range(rounds)), strict=True)
    return [
        Cost(statistics.median(each) * 1000, queries, size)
        for each, (queries, size) in zip(times, counted, strict=True)
    ]


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
