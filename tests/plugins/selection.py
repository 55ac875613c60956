"""Which tests a run takes: `--twice` those that run on both databases, `--all` every odd input and removed guard.

Everything runs on PostgreSQL, the database of a large site. On SQLite as well runs what the two do differently: locks,
JSON, order of texts, dates; and what shows that a small site works at all: the journeys and one walk over all pages.
"""

import zlib
from fnmatch import fnmatch

import pytest

TWICE = (
    # the journeys and the walk
    "tests/journeys/test_*.py",
    "tests/counseling/test_talk_journey.py",
    "tests/test_access.py",
    "tests/test_first_release.py",
    # locks
    "tests/security/test_t25_*.py",
    "tests/security/test_t26_*.py",
    "tests/schools/test_jobs.py",
    "tests/schools/test_notices.py",
    "tests/schools/test_tallies.py",
    "tests/schools/test_unit_kinds.py",
    "tests/students/test_flags.py",
    # JSON
    "tests/counseling/test_records.py",
    "tests/schools/test_audit.py",
    "tests/schools/test_units.py",
    # order of texts, search
    "tests/counseling/test_states.py",
    "tests/schools/test_listing.py",
    "tests/students/test_student_list.py",
    # dates
    "tests/counseling/test_coverage.py",
    "tests/reports/test_figures.py",
    "tests/schools/test_terms.py",
    # commands that copy or write a whole database
    "tests/config/test_backups.py",
    "tests/config/test_databases.py",
    "tests/config/test_demo.py",
    "tests/students/test_roster_import.py",
)
# What looks at pages only: a browser shows them the same on either database.
ONCE = ("tests/journeys/test_every_page.py",)
TENTH = 10


def pytest_addoption(parser):
    parser.addoption("--twice", action="store_true", help="only the tests that run on SQLite and on PostgreSQL")
    parser.addoption("--all", action="store_true", help="every odd input and removed guard, not a fixed tenth")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--twice"):
        left_out = [item for item in items if not is_for_both(item.nodeid.partition("::")[0])]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)


def is_for_both(path):
    return any(fnmatch(path, one) for one in TWICE) and path not in ONCE


@pytest.fixture
def share(request):
    """`share(things)`: all of them with `--all`, else a tenth that is the same on every run, told by their texts."""
    takes_all = request.config.getoption("--all")

    def take(things, text=str):
        return (one for one in things if takes_all or zlib.crc32(text(one).encode()) % TENTH == 0)

    return take
