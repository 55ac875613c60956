"""Web, worker and scheduler under one roof, for one machine without systemd or containers.

Each child leads its own process group, so that ending it ends its children too (a killed `celery worker -B`
leaves its beat behind). If this process is killed outright, the kernel ends the children. A worker or scheduler that
ends by itself is started again, and the site goes on serving meanwhile; without the web process all end.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from config.databases import POSTGRESQL
from config.start import refuse_demo

GRACE_SECONDS = 15
AGAIN_SECONDS = 5
Command = tuple[list[str], dict[str, str]]
PR_SET_PDEATHSIG = 1
# A visitor who looks around as root knows; the messages of this queue are JSON, not code.
AS_ROOT = "ignore:You're running the worker with superuser"


def serve(say: Callable[[str], object]) -> int:
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    if is_taken(host, port):
        say(f"Port {port} is in use. Stop what uses it, or choose another: make run PORT=8001")
        return 1
    has_shown_accounts = prepare()
    found = commands(host, port)
    children = {name: start(*command) for name, command in found.items()}
    if not settings.PRODUCTION and not has_shown_accounts:
        call_command("demo", "--accounts")
    say(f"\nXinyu: http://{host}:{port}   (Ctrl-C ends it)\n")
    return watch(children, say, again={name: command for name, command in found.items() if name != "web"})


def prepare() -> bool:
    """Tables, and a demo school to look at if there is nothing yet. True if the demo was loaded, with its accounts."""
    os.umask(0o077)
    refuse_demo()
    call_command("migrate", interactive=False, verbosity=0)
    if settings.PRODUCTION:
        call_command("collectstatic", interactive=False, verbosity=0)
        return False
    if apps.get_model("schools", "Unit").objects.exists():
        return False
    call_command("demo")
    return True


def commands(host: str, port: int) -> dict[str, Command]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    workers = os.environ.get("WEB_WORKERS", "2")
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}"]
    web += ["--worker-class", "gthread", "--threads", "4", "--workers", workers, "--log-level", "warning"]
    pooled = {"DB_POOL": "true"} if settings.DATABASES["default"]["ENGINE"] == POSTGRESQL else {}
    worker = [*celery, "worker", *quiet]
    found: dict[str, Command] = {
        "web": (web, pooled),
        "worker": ([*worker, "--queues", "xinyu", "--pool", "solo"], {"PYTHONWARNINGS": AS_ROOT}),
        # What takes minutes: in a child of its own, which leaves its memory when it ends.
        "worker of long jobs": ([*worker, "--queues", "long", "--concurrency", "1"], {"PYTHONWARNINGS": AS_ROOT}),
        "scheduler": ([*celery, "beat", "--loglevel", "WARNING", "--pidfile="], {}),
    }
    if settings.METRICS_PORT:
        found["metrics"] = ([sys.executable, "manage.py", "metrics"], {})
    return found


def start(command: list[str], extra: dict[str, str]) -> subprocess.Popen[bytes]:
    env = {**os.environ, **extra}
    return subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=env, start_new_session=True, preexec_fn=die_with_parent
    )


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def watch(
    children: dict[str, subprocess.Popen[bytes]], say: Callable[[str], object], *, again: dict[str, Command]
) -> int:
    """Until we are told to end, or a child ends that is not started again: then all end."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: asked.append(received))
    waiting: dict[str, float] = {}
    while not asked:
        ended = [name for name, child in children.items() if child.poll() is not None and name not in waiting]
        if lost := [name for name in ended if name not in again]:
            say(f"{lost[0]} ended by itself: ending the others.")
            break
        for name in ended:
            say(f"{name} ended by itself: starting it again.")
            kill_group(children[name])
            waiting[name] = time.monotonic() + AGAIN_SECONDS
        for name in [name for name, at in waiting.items() if at < time.monotonic()]:
            del waiting[name]
            children[name] = start(*again[name])
        time.sleep(0.2)
    end(children)
    return 0 if asked else 1


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask each child to finish what it has in hand; after the grace, kill its whole group."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(child.poll() is None for child in children.values()):
        time.sleep(0.1)
    for child in children.values():
        kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
