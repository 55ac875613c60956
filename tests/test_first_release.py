"""A database of the first release migrates, every text in it opens, its audit log is whole, and its tables become what
the squashed migrations make of an empty database.

`data/first_release.sql` was written by the first release, with the keys of the tests: the cast of that day with talks,
flags (one closed), drafts, roster imports and a summary. It is never written again: it grows old on purpose.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.conftest import KEYS
from tests.world import SEEDS

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


def test_a_database_of_the_first_release_opens_whole_with_its_log_and_its_states(tmp_path, request):
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
    copy = request.getfixturevalue("copy")  # asked for late: meanwhile another worker has made it, from nothing
    with sqlite3.connect(tmp_path / "xinyu.sqlite3") as migrated, sqlite3.connect(copy.source) as made:
        assert schema(migrated) == schema(made)
        assert seeded(migrated) == seeded(made)


def schema(database):
    """All tables and indexes. A table's columns and constraints in any order: what was added later stands last."""
    rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql <> ''").fetchall()
    return {
        name: sorted(sql.partition("(")[2][:-1].split(", ")) if kind == "table" else sql for kind, name, sql in rows
    }


def seeded(database):
    """The rows that migrations put in, without their ids and times; those of units are not among them."""
    from django.apps import apps
    from django.db.models import DateTimeField

    found = {}
    for model in {apps.get_model(label) for _module, _function, label in SEEDS}:
        kept = [field for field in model._meta.fields if field.column != "id" and not isinstance(field, DateTimeField)]
        names = {field.name: field.column for field in kept}
        where = " WHERE unit_id IS NULL" if "unit" in names else ""
        columns = ", ".join(sorted(names.values()))
        rows = database.execute(f"SELECT {columns} FROM {model._meta.db_table}{where}").fetchall()
        assert rows, model
        found[model._meta.label] = sorted(map(str, rows))
    return found
