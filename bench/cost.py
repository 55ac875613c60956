"""What one page costs: CPU time in this process, queries, bytes."""

import io
import statistics
import time
from collections.abc import Callable
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
        for _ in range(WARM_UP):
            self.answer(request)
        queries, size = self._counted(request)
        times = [self._seconds(request) for _ in range(rounds)]
        return Cost(statistics.median(times) * 1000, queries, size)

    def _seconds(self, request: Request) -> float:
        environ = _environ(request)
        started = time.process_time()
        self._send(environ, request)
        return time.process_time() - started

    def _counted(self, request: Request) -> tuple[int, int]:
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
