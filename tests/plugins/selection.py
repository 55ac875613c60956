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
    "tests/counseling/test_talk_journey.py::test_a_talk_is_three_taps_and_a_text",
    "tests/test_access.py",
    # what each rule about rows shows
    "tests/security/test_t03_guards.py::test_every_rule_shows_*",
    # locks
    "tests/security/test_t25_audit_under_load.py",
    "tests/security/test_t26_*.py",
    "tests/screening/test_kills.py",
    "tests/schools/test_jobs.py",
    "tests/schools/test_notices.py",
    "tests/schools/test_tallies.py",
    "tests/schools/test_unit_kinds.py",
    "tests/students/test_flags.py",
    # JSON
    "tests/counseling/test_records.py",
    "tests/schools/test_audit.py",
    "tests/schools/test_units.py",
    "tests/security/test_t25_audit_tampering.py",
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
# Among these: what looks at pages only (a browser shows them the same on either database), whether chance and a
# past day make another demo, and arithmetic over rows as both databases give them back.
ONCE = (
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_lost_session.py",
    "tests/journeys/test_new_school.py",
    "tests/schools/test_audit.py::test_a_thousand_random_tamperings_are_noticed",
    "tests/config/test_demo.py::test_demo_is_the_same_every_time",
    "tests/config/test_demo.py::test_graduates_*",
)
# Makes a SQLite database of its own whatever the run's own is: on SQLite only, while another worker makes the cast.
ON_SQLITE = ("tests/test_first_release.py",)
# What waits for a browser or for servers more than it computes: one worker does it all, so that the others keep both
# cores busy meanwhile. The longest stand first.
WAITING = ("tests/journeys/test_every_page.py", "tests/test_outages.py", "tests/test_services.py")
# What computes long: the other workers begin with it, so that at the end only short tests are left to take over.
LONGEST = (
    "tests/test_access.py",
    "tests/reports/test_exports.py",
    "tests/reports/test_tallies.py",
    "tests/config/test_demo.py",
    "tests/config/test_backups.py",
    "tests/security/test_t16_odd_*.py",
    "tests/reports/test_summaries.py",
    "tests/reports/test_pages.py",
    "tests/security/test_t05_*.py",
    "tests/security/test_t34_*.py",
    "tests/security/test_t01_*.py",
    "tests/security/test_t07_*.py",
    "tests/test_faults.py",
)
# Of these one person's walk is as long as other files: dealt out one by one. Others stay together for what they share.
WALKS = ("tests/test_access.py", "tests/security/test_t16_odd_*.py")
TENTH = 10


def pytest_addoption(parser):
    parser.addoption("--twice", action="store_true", help="only the tests that run on SQLite and on PostgreSQL")
    parser.addoption("--all", action="store_true", help="every odd input and removed guard, not a fixed tenth")


def pytest_ignore_collect(collection_path, config):
    """With `--twice` only the files that hold such tests are read."""
    if config.getoption("--twice") and collection_path.suffix == ".py":
        path = collection_path.relative_to(config.rootpath).as_posix()
        wanted = (*TWICE, *ON_SQLITE)
        return None if any(fnmatch(path, one.partition("::")[0]) for one in wanted) and path not in ONCE else True
    return None


def pytest_collection_modifyitems(config, items):
    left_out = {item for item in items if not is_taken(item.nodeid, config)}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = shared_out(items, workers)


def shared_out(items, workers):
    """The tests in an order that keeps all workers busy until the end; each takes an equal piece. The first makes the
    database, then does what waits. The others meanwhile do what needs no database, then what computes long."""
    plain = [item for item in items if not needs_database(item)]
    waiting = [item for item in items if needs_database(item) and waits(item)]
    longest = [item for item in items if needs_database(item) and is_one_of(LONGEST, item.nodeid)]
    taken = {*plain, *waiting, *longest}
    others = [item for item in items if item not in taken]
    waiting.sort(key=lambda item: place(WAITING, item))
    begins = [waiting, *dealt(longest, workers - 1)] if workers > 1 else [waiting + longest]
    order = []
    for worker in range(workers):
        left = workers - worker
        size = (len(items) - len(order)) // left
        begin = plain[: len(plain) // left if worker else 0] + begins[worker]
        rest = max(0, size - len(begin))
        order += begin + others[:rest]
        del plain[: len(begin) - len(begins[worker])], others[:rest]
    return order + plain + others


def dealt(items, workers):
    """To each worker in turn: file by file, of a walk test by test."""
    piles = {}
    for item in sorted(items, key=lambda item: place(LONGEST, item)):
        path = item.nodeid.partition("::")[0]
        piles.setdefault(item.nodeid if is_one_of(WALKS, item.nodeid) else path, []).append(item)
    in_turn = list(piles.values())
    return [[item for pile in in_turn[worker::workers] for item in pile] for worker in range(workers)]


def waits(item):
    return bool(item.get_closest_marker("browser")) or is_one_of(WAITING, item.nodeid)


def place(patterns, item):
    """Where the item stands in this list; after its end, if nowhere."""
    return next((number for number, one in enumerate(patterns) if is_one_of((one,), item.nodeid)), len(patterns))


def needs_database(item):
    is_marked = item.get_closest_marker("django_db") or item.get_closest_marker("browser")
    return is_marked or {"copy", "db", "transactional_db", "world"} & set(item.fixturenames)


def is_taken(nodeid, config):
    if is_one_of(ON_SQLITE, nodeid):
        return config.getoption("--database") == "sqlite"
    return not config.getoption("--twice") or (is_one_of(TWICE, nodeid) and not is_one_of(ONCE, nodeid))


def is_one_of(patterns, nodeid):
    return any(fnmatch(nodeid, one) or fnmatch(nodeid.partition("::")[0], one) for one in patterns)


@pytest.fixture
def share(request):
    """`share(things)`: all of them with `--all`, else a tenth that is the same on every run, told by their texts."""
    takes_all = request.config.getoption("--all")

    def take(things, text=str):
        return (one for one in things if takes_all or zlib.crc32(text(one).encode()) % TENTH == 0)

    return take
