"""A database of the first release migrates, every text in it opens, and its audit log is whole.

`data/first_release.sql` was written by the first release, with the keys of the tests: the cast of that day with talks,
flags (one closed), drafts, roster imports and a summary. It is never written again: it grows old on purpose.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.conftest import KEYS

TEXTS = 160  # that it holds
ROOT = Path(__file__).resolve().parent.parent
DUMP = Path(__file__).parent / "data" / "first_release.sql"

PROGRAM = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from schools.common.fields import SealedTextField

call_command("migrate", verbosity=0)
opened = 0
for model in apps.get_models():
    fields = [field.attname for field in model._meta.fields if isinstance(field, SealedTextField)]
    for row in model._base_manager.all() if fields else ():
        opened += sum(bool(str(getattr(row, name) or "")) for name in fields)
print("texts", opened)
call_command("verify_audit")
call_command("check_states")
"""


def test_a_database_of_the_first_release_opens_whole_with_its_log_and_its_states(tmp_path):
    with sqlite3.connect(tmp_path / "xinyu.sqlite3") as database:
        database.executescript(DUMP.read_text(encoding="utf-8"))
    site = {**os.environ, **KEYS, "DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": ""}
    site |= {"DATABASE_URL": f"sqlite:///{tmp_path}/xinyu.sqlite3", "VAR_DIR": str(tmp_path), "DJANGO_ENV": "test"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=site, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    opened, *log, states = done.stdout.splitlines()
    assert int(opened.removeprefix("texts ")) >= TEXTS
    assert [line for line in log if "faults=0" in line] != []
    assert states == "found=0 mended=0"
