"""The database of a run: migrated and filled with the cast once, then copied.

The first process that needs it makes it; each xdist worker works on a copy of its own (a database made from it as
TEMPLATE on PostgreSQL, a file on SQLite). After a test whose writes were committed the copy is made anew; on PostgreSQL
the tables that were written to get their rows back.
"""

import contextlib
import fcntl
import os
import pickle
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def copy(request, django_test_environment, django_db_blocker):
    """The copy of this process; `copy.make()` puts the cast back after writes that were committed."""
    from django.test import TransactionTestCase

    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        copy = copy_of_cast(worker)
        copy.make()
        # Django would empty the tables one by one; a copy is quicker, and the next test finds the cast.
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: copy.make())
        yield copy
        copy.remove()


@pytest.fixture(scope="session")
def django_db_setup(copy):
    """In the place of pytest-django's own: its fixtures find the copy as the database of the tests."""


@pytest.fixture(scope="session")
def cast(copy):
    """The rows of the cast as they were written; `world` unpacks them for each test."""
    return (Path(os.environ["TEST_RUN"]) / "cast.pickle").read_bytes()


@pytest.fixture(scope="session")
def counts(copy):
    """The rows in which the figures of the cast are kept; `counted` writes them for a test."""
    return (Path(os.environ["TEST_RUN"]) / "counts.pickle").read_bytes()


def copy_of_cast(worker):
    from django.db import connection

    kind = SqliteCopy if connection.vendor == "sqlite" else PostgresqlCopy
    return kind(connection, worker, Path(os.environ["TEST_RUN"]))


class Copy:
    """One process's copy of the cast."""

    def __init__(self, connection, worker, run):
        self.connection, self.run = connection, run
        self.source, self.name = self.names(worker)
        with only_one(run / "cast.lock"):
            if not (run / "cast.pickle").exists():
                self.make_cast()

    def make_cast(self):
        from tests.world import build_world, counts_of_world, load_world

        self.connection.settings_dict["TEST"]["NAME"] = self.source
        self.connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        build_world()
        (self.run / "counts.pickle").write_bytes(pickle.dumps(counts_of_world()))
        (self.run / "cast.pickle").write_bytes(pickle.dumps(load_world()))
        self.connection.close()

    def use(self, name):
        self.connection.close()
        self.connection.settings_dict["NAME"] = name


class SqliteCopy(Copy):
    def names(self, worker):
        return str(self.run / "cast.sqlite3"), str(self.run / f"{worker}.sqlite3")

    def make(self):
        """Page by page into the open file: a server that still holds it reads the new rows."""
        self.use(self.name)
        with contextlib.closing(sqlite3.connect(self.source)) as source:
            with contextlib.closing(sqlite3.connect(self.name)) as target:
                source.backup(target)

    def remove(self):
        self.connection.close()


# The number of the transaction that wrote last into a table. What is deleted leaves no such trace.
NEWEST = "coalesce(max(xmin::text::bigint), 0)"
# Where PostgreSQL keeps what tables look like.
SHAPES = ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_type", "pg_attrdef")
END_OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class PostgresqlCopy(Copy):
    rows = None  # of each table, as `COPY` writes them

    def names(self, worker):
        return "xinyu_cast", f"xinyu_{worker}"

    def make(self):
        """Once as a whole, which takes a second; after that the tables that have changed get their rows back."""
        if not self.rows or not self.put_back():
            self.copy_whole()

    def copy_whole(self):
        self.remove()
        # Its files are copied, as before PostgreSQL 15; to write each page into the journal takes twice the time.
        self.run_apart(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.source}"', since_15=" STRATEGY FILE_COPY")
        self.use(self.name)
        with self.connection.cursor() as cursor:
            self.rows = {table: rows_of(cursor, table) for table in self.connection.introspection.table_names(cursor)}
            self.counts = {table: rows.count(b"\n") for table, rows in self.rows.items()}
            self.remember(cursor)

    def put_back(self):
        """Whether that was possible: after a change of tables themselves it is not."""
        from django.db import transaction

        self.connection.close()
        with self.connection.cursor() as cursor:
            cursor.execute(END_OTHERS)
            if self.is_newer(cursor, SHAPES):
                return False
            changed = self.changed(cursor)
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys fit again at the end
                for table in changed:
                    cursor.execute(f'DELETE FROM "{table}"')
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as to_table:
                        to_table.write(self.rows[table])
            self.remember(cursor)
        return True

    def changed(self, cursor):
        """The tables with a row that was written since, or with fewer rows than they had."""
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}', count(*), {NEWEST} FROM \"{table}\"" for table in self.rows)
        )
        found = cursor.fetchall()
        return [table for table, count, newest in found if newest >= self.since or count != self.counts[table]]

    def is_newer(self, cursor, catalogs):
        cursor.execute(" UNION ALL ".join(f"SELECT {NEWEST} FROM {catalog}" for catalog in catalogs))
        return any(newest >= self.since for (newest,) in cursor.fetchall())

    def remember(self, cursor):
        """Every transaction from here on has a higher number than this one."""
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        self.since = cursor.fetchone()[0]

    def remove(self):
        self.run_apart(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def run_apart(self, sql, since_15=""):
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(sql + since_15 if cursor.connection.info.server_version >= 150_000 else sql)


def rows_of(cursor, table):
    with cursor.copy(f'COPY "{table}" TO STDOUT') as from_table:
        return b"".join(bytes(piece) for piece in from_table)


@contextlib.contextmanager
def only_one(path):
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
