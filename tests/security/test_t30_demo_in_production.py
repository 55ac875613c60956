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
