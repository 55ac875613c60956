"""One consistent copy of all that a site holds, and the way back.

A copy is one zip file: the database (SQLite's online backup or `pg_dump`), the encrypted files, the anchors of the
audit log with their end, the settings that are no secrets, and a manifest with the length and SHA-256 of each part.
With a passphrase it is encrypted (AES-256, as 7-Zip opens it). Keys never stand in it: without FIELD_KEYS nobody reads
its texts, so the keys are kept apart, and a copy says by fingerprint which ones it needs.

A copy counts only after it has been read back. `note_of` tells of the newest one that was.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pyzipper
from django.conf import settings
from django.db import connection
from django.utils import timezone

from schools.audit.anchors import is_blank

MANIFEST, FILES = "manifest.json", "files"
ANCHORS, ANCHORS_END = "audit-anchors.jsonl", "audit-anchors.end"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
NOTE = "last-good.json"
# What a site is set to, without what opens it.
PLAIN_SETTINGS = ("ALLOWED_HOSTS", "PROXY_COUNT", "TIME_ZONE", "SESSION_IDLE_SECONDS", "SESSION_ABSOLUTE_SECONDS")
KEYS = ("FIELD_KEYS", "AUDIT_KEY", "LOOKUP_KEY")
CHUNK = 1024 * 1024
LONGEST = dt.timedelta(hours=6)  # that a copy may take; what is older was left by one that was killed


class BadCopy(Exception):
    """A copy that cannot be read back or does not fit this site; the sentence says why and what to do."""


@dataclass(frozen=True)
class Note:
    """The newest copy that was read back."""

    file: str
    made_at: str
    bytes: int

    @property
    def age(self) -> dt.timedelta:
        return timezone.now() - dt.datetime.fromisoformat(self.made_at)


# --- making a copy ------------------------------------------------------------------------------------------------


def make_copy(folder: Path, *, passphrase: str = "", keep: int = 0) -> Note:
    """Write a copy into `folder`, read it back, note it as good, and let only the newest `keep` stand (0: all)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made_at = timezone.now()
    _tidy(folder, made_at - LONGEST)
    target = folder / f"xinyu-{timezone.localtime(made_at):%Y%m%d-%H%M%S}.zip"
    partial = target.with_suffix(".partial")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as inner:
        _write(partial, Path(inner), passphrase, made_at)
    partial.chmod(0o600)
    check_copy(partial, passphrase=passphrase)
    partial.replace(target)
    note = Note(target.name, made_at.isoformat(), target.stat().st_size)
    (folder / NOTE).write_text(json.dumps(asdict(note)), encoding="utf-8")
    if keep:
        for old in copies_in(folder)[keep:]:
            old.unlink()
    return note


def _tidy(folder: Path, before: dt.datetime) -> None:
    """A copy that was killed in the midst leaves what it had: every night another one would fill the disk."""
    for left in [*folder.glob(".making-*"), *folder.glob("xinyu-*.partial")]:
        if left.stat().st_mtime < before.timestamp():
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _write(partial: Path, inner: Path, passphrase: str, made_at: dt.datetime) -> None:
    # The anchors first, and before them their end: it then names a line that their copy holds, and each line tells of
    # rows that the copy of the database holds.
    parts: list[tuple[str, Path]] = []
    for name, path in ((ANCHORS_END, settings.AUDIT_ANCHORS_END), (ANCHORS, settings.AUDIT_ANCHORS)):
        if Path(path).exists():
            parts.append((name, Path(shutil.copy2(path, inner / name))))
    name = DATABASE[connection.vendor]
    _dump_database(inner / name)
    parts.append((name, inner / name))
    root = Path(settings.PRIVATE_ROOT)
    parts += [(f"{FILES}/{path.relative_to(root)}", path) for path in sorted(root.rglob("*.sealed"))]
    with _opened(partial, "w", passphrase) as archive:
        sums = {name: _add(archive, name, path) for name, path in parts}
        archive.writestr(MANIFEST, json.dumps(_manifest(made_at, {k: v for k, v in sums.items() if v}), indent=1))


def _dump_database(path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(path) as target:
            cast(sqlite3.Connection, connection.connection).backup(target)
        target.close()
    else:
        _run_postgresql(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={path}"
        )


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any] | None:
    """Put one file in and tell its length and sum; None for a file that was deleted meanwhile."""
    digest, length = hashlib.sha256(), 0
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    with source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(CHUNK):
            digest.update(block)
            length += len(block)
            target.write(block)
    return {"bytes": length, "sha256": digest.hexdigest()}


def _manifest(made_at: dt.datetime, parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "made_at": made_at.isoformat(),
        "database": connection.vendor,
        "settings": {name: getattr(settings, name) for name in PLAIN_SETTINGS},
        "keys": fingerprints(),
        "parts": parts,
    }


def fingerprints() -> dict[str, list[str]]:
    """Which keys this site has, told without telling them. Of FIELD_KEYS there may be several."""
    return {name: sorted(map(_fingerprint, str(getattr(settings, name)).split(","))) for name in KEYS}


def _fingerprint(key: str) -> str:
    return hashlib.sha256(f"backup:{key.strip()}".encode()).hexdigest()[:12]


# --- reading one back ---------------------------------------------------------------------------------------------


def check_copy(path: Path, *, passphrase: str = "") -> dict[str, Any]:
    """The manifest of a copy of which every part could be read; else `BadCopy`."""
    try:
        with _opened(path, "r", passphrase) as archive:
            manifest = cast(dict[str, Any], json.loads(archive.read(MANIFEST)))
            for name, told in manifest["parts"].items():
                if _sum(archive, name) != told["sha256"]:
                    raise BadCopy(f"{path.name}: {name} is damaged. Take an older copy.")
            return manifest
    except BadCopy:
        raise
    except RuntimeError as refused:  # how zip files say that the passphrase is missing or wrong
        raise BadCopy(f"{path.name} needs its passphrase: set BACKUP_PASSPHRASE as it was then.") from refused
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, EOFError, zlib.error, pyzipper.BadZipFile) as broken:
        raise BadCopy(f"{path.name} cannot be read: {broken or type(broken).__name__}. Take an older copy.") from broken


def _sum(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as part:
        while block := part.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def _opened(path: Path, mode: str, passphrase: str) -> Any:
    """A zip file, encrypted if there is a passphrase; an unencrypted one also opens with one."""
    secret = {"compression": zipfile.ZIP_DEFLATED, "compresslevel": 1}
    if passphrase and mode == "w":
        secret["encryption"] = pyzipper.WZ_AES
    archive = pyzipper.AESZipFile(path, mode, **secret)
    if passphrase:
        archive.setpassword(passphrase.encode())
    return archive


def copies_in(folder: Path) -> list[Path]:
    """The copies of a folder, newest first."""
    return sorted(folder.glob("xinyu-*.zip"), reverse=True)


def note_of(folder: Path) -> Note | None:
    """The newest copy that was read back and is still there."""
    try:
        note = Note(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return note if (folder / note.file).is_file() else None


# --- the way back -------------------------------------------------------------------------------------------------


def restore_copy(path: Path, *, passphrase: str = "") -> dict[str, Any]:
    """Put a copy in the place of what this site holds. What it held is moved aside, not deleted."""
    manifest = check_copy(path, passphrase=passphrase)
    _check_fits(path, manifest)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".restoring-") as inner:
        with _opened(path, "r", passphrase) as archive:
            archive.extractall(inner, members=[*manifest["parts"]])
        _load_database(Path(inner) / DATABASE[connection.vendor])
        _put_in_place(Path(inner) / FILES, Path(settings.PRIVATE_ROOT))
        # Anchors that tell of rows after this copy stay: an auditor accepts the new beginning, with a reason.
        if not Path(settings.AUDIT_ANCHORS).exists() or is_blank(Path(settings.AUDIT_ANCHORS)):
            _put_in_place(Path(inner) / ANCHORS, Path(settings.AUDIT_ANCHORS))
            _put_in_place(Path(inner) / ANCHORS_END, Path(settings.AUDIT_ANCHORS_END))
    return manifest


def _check_fits(path: Path, manifest: dict[str, Any]) -> None:
    if manifest["database"] != connection.vendor:
        raise BadCopy(f"{path.name} is a copy of {manifest['database']}, but DATABASE_URL names {connection.vendor}.")
    if other := [name for name, told in manifest["keys"].items() if told != fingerprints()[name]]:
        raise BadCopy(
            f"{path.name} was made with another {', '.join(other)}: put the keys of that time into .env first."
        )
    if any(name.startswith(("/", "..")) or "/../" in name for name in manifest["parts"]):
        raise BadCopy(f"{path.name} names a place outside of the copy. It was not made by this program.")


def _load_database(dump: Path) -> None:
    if connection.vendor == "sqlite":
        connection.close()
        place = Path(connection.settings_dict["NAME"])
        for suffix in ("", "-wal", "-shm"):
            _move_aside(place.with_name(place.name + suffix))
        shutil.move(dump, place)
        place.chmod(0o600)
        return
    aside = f"before_{timezone.localtime():%Y%m%d_%H%M%S}"
    _execute(f"ALTER SCHEMA public RENAME TO {aside}")  # the copy makes its own
    try:
        _run_postgresql("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--dbname", dump)
    except BadCopy:
        _execute("DROP SCHEMA IF EXISTS public CASCADE", f"ALTER SCHEMA {aside} RENAME TO public")
        raise


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _put_in_place(source: Path, place: Path) -> None:
    _move_aside(place)
    if source.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(source, place)


def _move_aside(place: Path) -> None:
    if place.exists():
        place.replace(place.with_name(f"{place.name}.before-{timezone.localtime():%Y%m%d-%H%M%S}"))


def _run_postgresql(program: str, *arguments: str | Path) -> None:
    """Run a program of PostgreSQL on this site's database; `--dbname` gets its name."""
    told = connection.settings_dict
    where = {"PGHOST": told["HOST"], "PGPORT": str(told["PORT"] or ""), "PGUSER": told["USER"]}
    where |= {"PGPASSWORD": told["PASSWORD"], "PGDATABASE": told["NAME"]}
    command = [program]
    for argument in arguments:
        command += [str(argument), told["NAME"]] if argument == "--dbname" else [str(argument)]
    env = {**os.environ, **{name: value for name, value in where.items() if value}}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError as missing:
        raise BadCopy(f"{program} is not on this machine: apt-get install postgresql-client.") from missing
    if done.returncode:
        raise BadCopy(f"{program} failed: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}")


# --- is there a good one? -----------------------------------------------------------------------------------------


def alarms() -> Iterator[str]:
    """What is wrong with the copies of a site that is told to make them."""
    if not settings.BACKUP_DIR:
        return
    note = note_of(Path(settings.BACKUP_DIR))
    if note is None:
        yield "no copy: BACKUP_DIR holds no copy that was read back. Run `manage.py backup` and see what it says."
    elif note.age > settings.BACKUP_MAX_AGE:
        yield f"old copy: the newest good one is of {note.made_at[:16]}. See the log of the worker."
