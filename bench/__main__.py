"""usage: python -m bench [--database sqlite|postgres] [--quick]
    [--only pages,requests,audit,scoring,roster,pdf,morning,notices,submission,screening]

Each database gets a process, a temporary directory and servers of its own. `--quick` leaves the district out, four
fifths of the morning's schools and nine tenths of the screening.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, nullcontext

from tests.plugins.services import services

PARTS = ["pages", "requests", "audit", "scoring", "roster", "pdf", "morning", "notices", "submission", "screening"]
KEYS = {
    "DJANGO_ENV": "test",
    "SECRET_KEY": "only-for-the-bench",
    "FIELD_KEYS": "t1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "AUDIT_KEY": "audit key of the bench",
    "LOOKUP_KEY": "lookup key of the bench",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    failed = 0
    for database in options.database or ["sqlite", "postgres"]:
        print(f"\n=== {database} ===", flush=True)
        failed += measure(database, options.only, quick=options.quick)
    return 1 if failed else 0


def measure(database: str, parts: str, *, quick: bool) -> int:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="xinyu-bench-"))
        servers = stack.enter_context(services() if database == "postgres" else nullcontext({}))
        # Each name is set: for one that is not, the settings would take the developer's own from `.env`.
        own = {
            "VAR_DIR": folder,
            "PRIVATE_ROOT": f"{folder}/files",
            "AUDIT_ANCHORS": f"{folder}/audit-anchors.jsonl",
            "AUDIT_ANCHORS_END": f"{folder}/audit-anchors.end",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "REDIS_URL": "",
        }
        environment = {**os.environ, **KEYS, **own, **servers}
        command = [sys.executable, "-m", "bench.measure", parts, "quick" if quick else "full"]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
