import contextlib
import gc
import os
import tempfile

import pytest
from hypothesis import settings

from tests.fixtures import (  # noqa: F401
    acts_of_the_tests,
    anchors,
    blank_anchors,
    counted,
    fixed_clock,
    objects,
    once,
    open_as,
    readable_papers,
    sign_in,
    standing_clock,
    viewer,
    world,
)
from tests.plugins import selection
from tests.plugins.browser import chromium, open_page  # noqa: F401
from tests.plugins.database import cast, copy, counts, django_db_setup  # noqa: F401
from tests.plugins.selection import share  # noqa: F401
from tests.plugins.services import OF_TESTS, services

# The tests need no .env: these keys are worth nothing and stand here for everyone to read.
KEYS = {
    "DJANGO_ENV": "test",
    "SECRET_KEY": "only-for-tests",
    "FIELD_KEYS": "t1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "AUDIT_KEY": "audit key of the tests",
    "LOOKUP_KEY": "lookup key of the tests",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
}
FROM_A_DEVELOPER = ("DEBUG", "DB_POOL", "PRIVATE_ROOT", "PROXY_COUNT", "LOG_LEVEL")
resources = contextlib.ExitStack()
# A busy machine is no error of the code: no example is measured by the clock. Whether a change passes must not depend
# on chance: an ordinary run takes the same examples every time, and with `--all` new ones are tried.
settings.register_profile("the same", deadline=None, derandomize=True)
settings.register_profile("new ones", deadline=None)


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=["sqlite", "postgres"],
        default=os.environ.get("TEST_DATABASE", "sqlite"),
        help="sqlite, or postgres: a private PostgreSQL and Redis, started and ended by the run",
    )
    selection.pytest_addoption(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Point the settings at this run's database before pytest-django reads them (so no ini names the settings)."""
    config.addinivalue_line("markers", "browser: a journey in a real Chromium")
    config.addinivalue_line("markers", "real_clock: the clock runs; without it every test stands at tests.world.NOW")
    config.addinivalue_line("markers", "services: needs the real PostgreSQL and Redis of --database=postgres")
    settings.load_profile("new ones" if config.getoption("--all") else "the same")
    for name in FROM_A_DEVELOPER:
        os.environ.pop(name, None)
    os.environ.update(KEYS, VAR_DIR=folder("xinyu-test-"))
    worker = getattr(config, "workerinput", {}).get("workerid")
    if not worker:
        start_databases(config.getoption("--database"))
    elif os.environ["REDIS_URL"]:  # each xdist worker empties its cache: give it a Redis database of its own
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].partition("?")[0] + f"?db={int(worker[2:]) + 1}"
    adjust_settings()


def start_databases(kind):
    run = folder("xinyu-run-")
    # Not in memory: threads, the live server and lock tests need a real file with a real journal.
    os.environ.update(DATABASE_URL=f"sqlite:///{run}/unused.sqlite3", REDIS_URL="", TEST_RUN=run)
    if kind == "postgres":
        os.environ.update(resources.enter_context(services(OF_TESTS)))


def adjust_settings():
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    settings.DATABASES  # noqa: B018  reads them now
    # An xdist worker that inherited the name would read the settings before its own pytest_configure.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    database = settings.DATABASES["default"]
    database.setdefault("TEST", {})
    if database["ENGINE"].endswith("sqlite3"):
        # As PostgreSQL's fsync=off in tests/plugins/services.py: no test survives a power cut.
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A task runs where it is called; tests/test_services.py sends one through Redis to a real worker.
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.CELERY_TASK_EAGER_PROPAGATES = True


def folder(prefix):
    return resources.enter_context(tempfile.TemporaryDirectory(prefix=prefix))


def pytest_collection_finish(session):
    """What has been loaded stays until the end: the collector of garbage need not look through it again and again, and
    seldom after what is new. As often as usual it took a twentieth of the tests, of the migrations a fifth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_unconfigure(config):
    resources.close()


def pytest_ignore_collect(collection_path, config):
    return selection.pytest_ignore_collect(collection_path, config)


def pytest_collection_modifyitems(config, items):
    selection.pytest_collection_modifyitems(config, items)
    if config.getoption("--database") != "postgres":
        skip = pytest.mark.skip(reason="needs --database=postgres")
        for item in items:
            if item.get_closest_marker("services"):
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def fresh_state():
    """Nothing a test cached or activated reaches the next one."""
    from django.core.cache import cache
    from django.utils import translation

    cache.clear()
    with translation.override("zh-hans"):
        yield
    cache.clear()
