"""Threat T30: a demo account in production, an invented database behind a real address."""

import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.urls import reverse

import config.wsgi
from config import serve
from config.celery import look_at_database
from schools.models import Unit
from tests.config.test_settings import start

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(world, settings):
    """Units with the mark of the demo, in production; their codes say nothing."""
    settings.PRODUCTION = True
    Unit.objects.filter(pk=world.a.unit.pk).update(is_demo=True)


def starts():
    yield lambda: importlib.reload(config.wsgi)
    yield look_at_database
    yield lambda: serve.prepare()
    yield lambda: call_command("check", databases=["default"])


@pytest.mark.parametrize("number", range(4))
def test_production_starts_nothing_on_a_database_that_holds_the_demo(number, demo):
    with pytest.raises((ImproperlyConfigured, SystemExit, SystemCheckError)) as refusal:
        list(starts())[number]()
    assert "empty database of its own" in str(refusal.value)


def test_production_starts_on_units_with_the_codes_of_the_demo(world, settings):
    settings.PRODUCTION = True
    assert Unit.objects.filter(code="440608", is_demo=False).exists()
    importlib.reload(config.wsgi)
    look_at_database()


def test_the_web_does_not_start_while_nobody_can_tell_whether_there_is_a_demo(tmp_path):
    """It signs people in and would not ask again when the database answers."""
    silent = "postgres://xinyu:9kTq4vRw2xZp@127.0.0.1:1/xinyu"  # no server listens there
    done = start(tmp_path, "import config.wsgi; print('started')", DATABASE_URL=silent)
    assert (done.stdout, "while its database does not answer" in done.stderr) == ("", True)
    empty = start(tmp_path, "import config.wsgi; print('started')", DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3")
    assert (empty.stdout, empty.returncode) == ("started\n", 0), empty.stderr


def test_the_demo_is_not_loaded_in_production_and_its_accounts_are_not_shown(demo, client):
    for options in ([], ["--accounts"], ["--if-empty"]):
        with pytest.raises(CommandError):
            call_command("demo", *options)
    page = client.get(reverse("account_login"))
    assert (page.status_code, "xinyu-demo-2026" in page.content.decode()) == (200, False)


def test_the_demo_starts_elsewhere(demo, settings, client):
    settings.PRODUCTION = False
    importlib.reload(config.wsgi)
    look_at_database()
    assert "xinyu-demo-2026" in client.get(reverse("account_login")).content.decode()
