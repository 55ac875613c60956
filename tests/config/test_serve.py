"""The supervisor with small children in place of gunicorn and Celery: none of them may outlive it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.serve import is_taken

ROOT = Path(__file__).resolve().parents[2]
FAMILY = """
import sys
from config import serve
from config.serve import start, watch
serve.AGAIN_SECONDS = 0.1
child = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print(1, flush=True); sys.stdin.read()"
short = "import sys; print(1, flush=True); sys.stdin.readline()"
found = {"long": start([sys.executable, "-c", child], {}), "short": start([sys.executable, "-c", short], {})}
print("pids", *(one.pid for one in found.values()), flush=True)
def say(line):
    print(line, flush=True)
sys.exit(watch(found, say, again={"long": ([sys.executable, "-c", short], {})}))
"""


@pytest.fixture
def family():
    """A supervisor of two children, one with a child of its own; with the process groups of both."""
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "DJANGO_ENV": "test"}
    env |= {"SECRET_KEY": "x", "FIELD_KEYS": "x", "AUDIT_KEY": "x", "LOOKUP_KEY": "x", "VAR_DIR": os.environ["VAR_DIR"]}
    parent = subprocess.Popen(
        [sys.executable, "-c", FAMILY], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    lines = [parent.stdout.readline() for _ in range(3)]
    (pids,) = [line for line in lines if line.startswith("pids")]
    groups = [int(pid) for pid in pids.split()[1:]]
    time.sleep(0.3)  # until it has set its signal handlers
    yield parent, groups
    parent.kill()
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    parent.stdin.close()
    parent.stdout.close()


def gone(group):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.real_clock
def test_a_told_supervisor_ends_every_process_of_every_child(family):
    parent, groups = family
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(timeout=30) == 0
    assert [gone(group) for group in groups] == [True, True]


@pytest.mark.real_clock
def test_a_web_process_that_ends_takes_the_others_with_it(family):
    parent, groups = family
    os.killpg(groups[1], signal.SIGKILL)
    assert parent.wait(timeout=30) == 1
    assert [gone(group) for group in groups] == [True, True]


@pytest.mark.real_clock
def test_a_worker_that_ends_is_started_again_and_its_own_children_are_gone(family):
    parent, groups = family
    os.kill(groups[0], signal.SIGKILL)
    assert parent.stdout.readline() == "long ended by itself: starting it again.\n"
    assert parent.stdout.readline() == "1\n"  # the new one
    assert (gone(groups[0]), parent.poll()) == (True, None)


@pytest.mark.real_clock
def test_children_end_when_the_supervisor_is_killed_outright(family):
    parent, groups = family
    parent.kill()
    parent.wait(timeout=30)
    assert gone(groups[1])


def test_a_port_in_use_is_noticed():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert is_taken("127.0.0.1", other.getsockname()[1])
    assert not is_taken("127.0.0.1", 0)
