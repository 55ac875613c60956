"""A database of the first release migrates, every text in it opens, and its audit log is whole.

`data/first_release.sql` was written by the first release, with the keys of the tests: the cast of that day with talks,
flags (one closed), drafts, roster imports and a summary. It is never written again: it grows old on purpose.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import KEYS

TEXTS = 160  # that it holds
ROOT = Path(__file__).resolve().parent.parent
DUMP = Path(__file__).parent / "data" / "first_release.sql"

OPEN_EVERY_TEXT = """
import django
django.setup()
from django.apps import apps
from schools.common.fields import SealedTextField

opened = 0
for model in apps.get_models():
    fields = [field.attname for field in model._meta.fields if isinstance(field, SealedTextField)]
    for row in model._base_manager.all() if fields else ():
        opened += sum(bool(str(getattr(row, name) or "")) for name in fields)
print(opened)
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """The environment of a site whose database was made by the first release and has just been migrated."""
    folder = tmp_path_factory.mktemp("first-release")
    with sqlite3.connect(folder / "xinyu.sqlite3") as database:
        database.executescript(DUMP.read_text(encoding="utf-8"))
    site = {**os.environ, **KEYS, "DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": ""}
    site |= {"DATABASE_URL": f"sqlite:///{folder}/xinyu.sqlite3", "VAR_DIR": str(folder), "DJANGO_ENV": "test"}
    run(site, "manage.py", "migrate", "--verbosity", "0")
    return site


def run(site, *arguments):
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=site, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_text_of_the_first_release_opens(migrated):
    assert int(run(migrated, "-c", OPEN_EVERY_TEXT)) >= TEXTS


def test_the_log_of_the_first_release_is_whole(migrated):
    assert "faults=0" in run(migrated, "manage.py", "verify_audit")


def test_the_states_of_the_first_release_are_filled(migrated):
    assert run(migrated, "manage.py", "check_states") == "found=0 mended=0\n"
