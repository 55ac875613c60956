"""From one address to Django's database settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ

SQLITE = "config.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
# Opening costs more than the queries of a simple page; SQLite also empties its journal when the last one closes.
KEEP_SECONDS = 60
# How many queries a connection of SQLite keeps planned. A page asks some thirty; with the usual 128 a few pages in turn
# push out each other's, and all are planned anew.
STATEMENTS = 1000
# PostgreSQL takes a disk that turns for granted, on which reading a whole table is quicker than looking up a school's
# rows in it: in a district it then reads every student to count those of one school. Ours has a solid disk and most of
# its tables in memory. A page is answered in the time that compiling its query or waking other processors would take.
# An address may say otherwise: of two settings with one name PostgreSQL takes the last, so that
# `?options=-c%20random_page_cost%3D4` leaves the other two as they are. With an empty `?options=` none is sent: a
# pooler may refuse them.
PLANS = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"


def database(url: str, *, base: Path, pooled: bool = False) -> dict[str, Any]:
    """Settings for SQLite or PostgreSQL; anything else is refused."""
    # `?pool=true` in an address arrives as the text "true", which psycopg would take for pool options.
    found: dict[str, Any] = environ.Env.db_url_config(url)
    options = {name: value for name, value in found.pop("OPTIONS", {}).items() if name != "pool"}
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return found | _sqlite(found["NAME"], base)
    if found["ENGINE"] == POSTGRESQL:
        # A socket directory is written in the host part as %2Fvar%2Frun%2Fpostgresql.
        return found | {"HOST": unquote(found["HOST"])} | _postgresql(_with_plans(options, url), pooled)
    raise ValueError(f"DATABASE_URL names {found['ENGINE']}: Xinyu runs on sqlite:// or postgres://.")


def _sqlite(name: str, base: Path) -> dict[str, Any]:
    # IMMEDIATE: a transaction that reads and then writes must not find the door locked half-way.
    # FULL: an answer we said "saved" to survives a power cut; NORMAL with WAL loses the last ones.
    return {
        "ENGINE": SQLITE,
        "NAME": name if name == ":memory:" else str(base / name),
        "CONN_MAX_AGE": KEEP_SECONDS,
        "OPTIONS": {
            "timeout": 20,
            "cached_statements": STATEMENTS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _with_plans(options: dict[str, Any], url: str) -> dict[str, Any]:
    if "options" in options:
        return {**options, "options": f"{PLANS} {options['options']}"}
    # What is empty in an address, environ leaves out.
    sends_none = "options" in parse_qs(urlsplit(url).query, keep_blank_values=True)
    return options if sends_none else {**options, "options": PLANS}


def _postgresql(options: dict[str, Any], pooled: bool) -> dict[str, Any]:
    if pooled:  # the pool checks and keeps connections itself; Django then wants no age
        # There are more connections than threads: who waits, waits for a database that is down.
        pool = {"min_size": 1, "max_size": 12, "timeout": 5}
        return {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": {**options, "pool": pool}}
    return {"CONN_MAX_AGE": KEEP_SECONDS, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


ROWS_LOOKED_AT = 1000  # of each index: enough to tell a school's talks from a student's


def look_at_tables(connection: Any) -> None:
    """SQLite chooses its way through the tables by what it found in them when it last looked: without it, it reads all
    talks of a school to show those of one student. PostgreSQL looks by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
            cursor.execute("ANALYZE")


def create_private_file(database: dict[str, Any]) -> None:
    """An SQLite file that only its owner can read; SQLite gives its journal the same mode."""
    if database["ENGINE"] == SQLITE and database["NAME"] != ":memory:":
        path = Path(database["NAME"])
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
