"""Copies of everything: made, read back, damaged, refused and restored, as an operator does it from the shell.

The site of these tests runs in processes of its own: a restore takes the place of its database.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.backups import BadCopy, check_copy
from tests.conftest import KEYS

ROOT = Path(__file__).resolve().parents[2]
# What stands in the database of the cast.
HELD = "SENTINEL-a-flag-reason SENTINEL-b-flag-reason"
ANCHOR = "from schools.audit import anchors; from schools.tasks import *; anchors.begin_file({}); anchor_audit()"
READ = "from students.models import *; print(*sorted(one.text for one in FlagReport.objects.all()))"


class Site:
    """One site: its folder and the environment that points at it."""

    def __init__(self, folder, database):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        own = {"DATABASE_URL": database, "VAR_DIR": str(folder), "REDIS_URL": "", "BACKUP_PASSPHRASE": ""}
        self.env = {**os.environ, **KEYS, **own, "DJANGO_SETTINGS_MODULE": "config.settings"}

    def run(self, *arguments, fails=False, **env):
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env | env, capture_output=True, text=True, timeout=120)
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manage(self, *arguments, **more):
        return self.run("manage.py", *map(str, arguments), **more)

    def python(self, code):
        return self.run("-c", f"import django; django.setup(); {code}").strip()


@pytest.fixture(scope="module")
def database(copy, tmp_path_factory):
    """Addresses of databases by name: empty ones, or with `source` a copy of that one."""
    folder = tmp_path_factory.mktemp("databases")

    def new_sqlite(name, source=None):
        if source:
            shutil.copyfile(source, folder / f"{name}.sqlite3")
        return f"sqlite:///{folder}/{name}.sqlite3"

    return new_sqlite if connection.vendor == "sqlite" else _new_postgresql


def _new_postgresql(name, source="template1"):
    import psycopg

    told = settings.DATABASES["default"]
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # both workers may run tests of this file
    with psycopg.connect(host=told["HOST"], user=told["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    return f"postgres://{told['USER']}@{quote(told['HOST'], safe='')}/{name}"


@pytest.fixture(scope="module")
def copied(copy, database, tmp_path_factory):
    """A site with children in it, and the folder with its copy."""
    folder = tmp_path_factory.mktemp("site")
    site = Site(folder, database("copied", copy.source))
    site.python(ANCHOR)
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "one.sealed").write_bytes(b"sealed bytes")
    site.manage("backup", folder / "copies")
    return site


def copy_of(site):
    return next((site.folder / "copies").glob("xinyu-*.zip"))


def test_a_copy_is_restored_and_replaces_data_only_on_demand(copied, database, tmp_path):
    site = Site(tmp_path / "new", database("new"))
    assert "faults=0" in site.manage("restore", copied.folder / "copies")
    end = "audit-anchors.end"
    assert (site.folder / end).read_bytes() == (copied.folder / end).read_bytes()
    assert site.python(READ) == HELD
    assert (site.folder / "files" / "ab" / "one.sealed").read_bytes() == b"sealed bytes"
    assert "--replace" in site.manage("restore", copied.folder / "copies", fails=True)
    assert "faults=0" in site.manage("restore", copied.folder / "copies", "--replace")
    assert len(list(site.folder.glob("files.before-*"))) == 1


def test_a_copy_made_with_other_keys_restores_nothing(copied, database, tmp_path):
    site = Site(tmp_path / "other", database("other"))
    assert "another LOOKUP_KEY" in site.manage("restore", copied.folder / "copies", fails=True, LOOKUP_KEY="another")
    assert not (site.folder / "files").exists()


def test_a_damaged_copy_is_refused_and_a_whole_one_read(copied, tmp_path):
    whole, damaged = copy_of(copied).read_bytes(), tmp_path / "xinyu-1.zip"
    assert "database" in check_copy(copy_of(copied))
    for place in range(len(whole) // 50, len(whole) - 64, len(whole) // 50):  # the sum notices all
        damaged.write_bytes(whole[:place] + b"\xff" * 64 + whole[place + 64 :])
        with pytest.raises(BadCopy):
            check_copy(damaged)


def test_a_copy_with_a_passphrase_opens_with_it_alone(copied, tmp_path):
    copied.manage("backup", tmp_path, BACKUP_PASSPHRASE="雨后的操场很安静")
    locked = next(tmp_path.glob("xinyu-*.zip"))
    for wrong in ("", "雨后的操场"):
        with pytest.raises(BadCopy, match="passphrase"):
            check_copy(locked, passphrase=wrong)
    assert "database" in check_copy(locked, passphrase="雨后的操场很安静")


def test_no_key_stands_in_a_copy(copied):
    with zipfile.ZipFile(copy_of(copied)) as parts:
        content = b"".join(parts.read(name) for name in parts.namelist())
    assert [name for name in ("FIELD_KEYS", "AUDIT_KEY", "LOOKUP_KEY") if KEYS[name].encode() in content] == []


# --- the alarm ------------------------------------------------------------------------------------------------------


@pytest.fixture
def backups(settings, tmp_path):
    import datetime as dt

    settings.BACKUP_DIR, settings.BACKUP_MAX_AGE = str(tmp_path), dt.timedelta(hours=26)
    return tmp_path


def note(folder, *, hours):
    import datetime as dt
    import json

    from django.utils import timezone

    made_at = (timezone.now() - dt.timedelta(hours=hours)).isoformat()
    (folder / "xinyu-1.zip").touch()
    (folder / "last-good.json").write_text(json.dumps({"file": "xinyu-1.zip", "made_at": made_at, "bytes": 1}))


def alarms():
    from config.backups import alarms

    return [sentence.partition(":")[0] for sentence in alarms()]


def test_a_site_without_a_copy_raises_the_alarm(backups):
    assert alarms() == ["no copy"]


def test_a_fresh_copy_raises_none_and_an_old_one_does(backups):
    note(backups, hours=25)
    assert alarms() == []
    note(backups, hours=27)
    assert alarms() == ["old copy"]


def test_a_copy_that_was_deleted_raises_the_alarm(backups):
    note(backups, hours=1)
    (backups / "xinyu-1.zip").unlink()
    assert alarms() == ["no copy"]
