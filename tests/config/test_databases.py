"""What an address becomes; and that a request finds the connection of the one before it."""

from pathlib import Path

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler

from config.databases import PLANS, database, look_at_tables


@pytest.mark.parametrize("address", ["sqlite:///var/xinyu.sqlite3", "postgres://xinyu:word@127.0.0.1/xinyu"])
def test_a_connection_outlives_its_request(address):
    assert database(address, base=Path("/srv"))["CONN_MAX_AGE"] == 60


@pytest.mark.django_db
def test_a_saved_answer_survives_a_power_cut_and_a_burst_of_writers(tmp_path):
    """Threat T27, asked of SQLite itself: a journal beside the file, every commit on the disk, and the lock at once."""
    connection = ConnectionHandler({"default": database("sqlite:///own.sqlite3", base=tmp_path)})["default"]
    with connection.cursor() as cursor:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        told = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in asked}
    mode = connection.transaction_mode
    connection.close()

    full = 2
    assert told == {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "busy_timeout": 20_000}
    assert mode == "IMMEDIATE"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("", PLANS),
        ("?options=-c%20random_page_cost%3D4", f"{PLANS} -c random_page_cost=4"),
        ("?options=", None),
        ("?sslmode=require&options=", None),
    ],
)
@pytest.mark.parametrize("pooled", [False, True])
def test_postgresql_plans_for_a_solid_disk_unless_the_address_says_otherwise(asked, sent, pooled):
    settings = database(f"postgres://xinyu:word@127.0.0.1/xinyu{asked}", base=Path("/srv"), pooled=pooled)
    assert settings["OPTIONS"].get("options") == sent


@pytest.mark.services
@pytest.mark.django_db
def test_postgresql_takes_from_an_address_only_what_it_names():
    """Asked of PostgreSQL itself: the last of two settings with one name holds, the others stay."""
    given = database("postgres://xinyu@127.0.0.1/xinyu?options=-c%20random_page_cost%3D4", base=Path("/srv"))
    mine = connections["default"].settings_dict
    own = ConnectionHandler({"default": {**mine, "OPTIONS": {**mine["OPTIONS"], **given["OPTIONS"]}}})["default"]
    with own.cursor() as cursor:
        told = []
        for name in ("random_page_cost", "jit", "max_parallel_workers_per_gather"):
            cursor.execute(f"SHOW {name}")
            told += cursor.fetchone()
    own.close()
    assert told == ["4", "off", "0"]


def test_a_pool_keeps_the_connections_itself():
    settings = database("postgres://xinyu:word@127.0.0.1/xinyu", base=Path("/srv"), pooled=True)
    assert settings["CONN_MAX_AGE"] == 0
    assert settings["OPTIONS"]["pool"]["max_size"] == 12


@pytest.mark.django_db
def test_sqlite_finds_the_talks_of_a_student_before_those_of_a_school(tmp_path):
    connection = ConnectionHandler({"default": database("sqlite:///own.sqlite3", base=tmp_path)})["default"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE talk (school, at, student)")
        cursor.execute("CREATE INDEX of_school ON talk (school, at)")
        cursor.execute("CREATE INDEX of_student ON talk (student)")
        cursor.executemany("INSERT INTO talk VALUES (1, %s, %s)", [(n, n // 2) for n in range(200)])
        asked = "EXPLAIN QUERY PLAN SELECT * FROM talk WHERE school = 1 AND student = 7 ORDER BY at"
        ways = []
        for _turn in range(2):
            ways.append(cursor.execute(asked).fetchall()[0][3])
            look_at_tables(connection)
    connection.close()
    assert ["of_school" in ways[0], "of_student" in ways[1]] == [True, True]


@pytest.mark.django_db
def test_sqlite_reads_marks_of_values_whether_or_not_it_has_seen_the_query(tmp_path):
    connection = ConnectionHandler({"default": database("sqlite:///own.sqlite3", base=tmp_path)})["default"]
    with connection.cursor() as cursor:
        asked = "SELECT %s || ' of 100%%'"
        told = [cursor.execute(asked, [n]).fetchone()[0] for n in (7, 8)]
        named = cursor.execute("SELECT %(n)s", {"n": 9}).fetchone()[0]
    connection.close()
    assert (told, named) == (["7 of 100%", "8 of 100%"], 9)
