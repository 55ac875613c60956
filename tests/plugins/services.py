"""A private PostgreSQL and Redis for one test run: on sockets in a temporary directory, ended with the run.

Debian's PostgreSQL refuses to run as root, so as root it runs as the `postgres` account (or `nobody`).
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# Nothing here survives a power cut or is copied to another server.
UNHURT = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"]
SMALL = ["max_connections=60", "shared_buffers=64MB"]
# For tests: no table grows large enough to be swept or compiled for. What is measured runs as it would elsewhere.
OF_TESTS = ["autovacuum=off", "jit=off"]


class Missing(Exception):
    """A program that the tests need is not on this machine."""


@contextlib.contextmanager
def services(also: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """The environment that points the settings at the two servers. `also` are further settings of PostgreSQL."""
    # /tmp rather than TMPDIR: a socket's path must stay short, and the other account must get through.
    folder = Path(tempfile.mkdtemp(prefix="xinyu-", dir="/tmp"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        account = server_account()
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
            folder.chmod(0o755)
        yield {
            "DATABASE_URL": stack.enter_context(postgresql(folder, account, also)),
            "REDIS_URL": stack.enter_context(redis(folder)),
        }


def server_account() -> pwd.struct_passwd | None:
    """Whom the server runs as, when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Missing("PostgreSQL refuses to run as root and there is neither a postgres nor a nobody account.")


@contextlib.contextmanager
def postgresql(folder: Path, account: pwd.struct_passwd | None, also: Sequence[str]) -> Iterator[str]:
    data, log = folder / "data", folder / "postgresql.log"
    initdb = [program("initdb"), "-D", str(data), "-U", "xinyu", "-A", "trust", "--no-sync", "-E", "UTF8"]
    done = subprocess.run([*initdb, "--locale=C.UTF-8"], capture_output=True, text=True, **run_as(account, folder))
    if done.returncode:
        raise Missing(f"initdb failed: {done.stderr}")
    settings = [part for setting in [*UNHURT, *SMALL, *also] for part in ("-c", setting)]
    command = [program("postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses=", *settings]
    with running(command, log, signal.SIGINT, **run_as(account, folder)) as server:
        wait_until(lambda: answers(folder), server, log)
        yield f"postgres://xinyu@{str(folder).replace('/', '%2F')}/postgres"


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    # In a directory of our own: Redis stays with our account, and the socket is not in the server account's hands.
    own = Path(tempfile.mkdtemp(prefix="xinyu-", dir="/tmp"))
    socket, log = own / "redis.sock", own / "redis.log"
    command = [program("redis-server"), "--port", "0", "--unixsocket", str(socket), "--save", "", "--databases", "64"]
    try:
        with running([*command, "--dir", str(own)], log, signal.SIGTERM) as server:
            wait_until(socket.exists, server, log)
            yield f"unix://{socket}?db=0"
    finally:
        shutil.rmtree(own, ignore_errors=True)


def program(name: str) -> str:
    """Debian keeps PostgreSQL's programs out of PATH; take the newest version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    places = os.pathsep.join([*(str(folder) for folder in reversed(folders)), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if not found:
        raise Missing(f"{name} is not on this machine: `make test` installs it, or run pytest --database=sqlite")
    return found


def run_as(account: pwd.struct_passwd | None, folder: Path) -> dict[str, object]:
    if not account:
        return {"cwd": folder}
    return {"cwd": folder, "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running(command: list[str], log: Path, ending: signal.Signals, **where: object) -> Iterator[subprocess.Popen]:
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **where)
    try:
        yield server
    finally:
        server.send_signal(ending)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(folder: Path) -> bool:
    import psycopg

    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(host=str(folder), user="xinyu", dbname="postgres").close()
        return True
    return False


def wait_until(is_ready, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 30
    while not is_ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise Missing(f"{log.name} says: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
