"""Fixtures every test may ask for: the cast, a signed-in client, a viewer. The clock stands still (tests.world.NOW)."""

import pytest

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def fixed_clock(request):
    """`@pytest.mark.real_clock` for tests that wait for something."""
    import time_machine

    from tests.world import NOW

    if request.node.get_closest_marker("real_clock") or request.node.get_closest_marker("browser"):
        yield None
        return
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="session", autouse=True)
def acts_of_the_tests():
    """Acts that only tests write; `audit.record` refuses what no app declares."""
    from schools.audit.verbs import Verb, declare

    declare(Verb("thing.done", "did a thing"), *(Verb(f"thing.done_{n}", "did a thing") for n in range(25)))


@pytest.fixture
def anchors(settings, tmp_path):
    """A file of anchors of the test's own, with the first line that `migrate` writes."""
    from django.core.cache import cache

    from schools.audit.anchors import begin_file

    settings.AUDIT_ANCHORS = tmp_path / "anchors.jsonl"
    begin_file({})
    cache.clear()
    yield settings.AUDIT_ANCHORS
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def blank_anchors():
    """As `migrate` leaves it, also where a worker got its tables from a template: a file that fits any log."""
    from schools.audit.anchors import begin_file

    begin_file({})


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The cast is written once; every test rolls back to it."""
    from tests.world import build_world

    with django_db_blocker.unblock():
        build_world()


@pytest.fixture
def world(request, db):
    from schools.models import Unit
    from tests.world import build_world, load_world

    if not Unit.objects.filter(code="440600").exists():  # a transactional test emptied the tables
        build_world()
    return load_world()


@pytest.fixture
def viewer():
    """The viewer of a membership: `viewer(world.a.teacher)`."""
    from schools.access import Viewer

    def make(membership):
        return Viewer(person=membership.person, membership=membership)

    return make


@pytest.fixture
def sign_in():
    """A browser signed in just now as a member of the cast, acting in that membership."""
    import time

    from django.test import Client

    def enter(membership):
        client = Client()
        client.force_login(membership.person, backend=BACKEND)
        session = client.session
        session["membership"] = membership.pk
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(membership.person_id)
        session.save()
        return client

    return enter
