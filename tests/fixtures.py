"""Fixtures every test may ask for: the cast, a signed-in client, a viewer. The clock stands still (tests.world.NOW)."""

import datetime as dt
import pickle
import time

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
    from schools.audit.verbs import Verb, declare, declare_topic

    declare_topic("thing", "Things", "thing")
    declare(Verb("thing.done", "did a thing"), *(Verb(f"thing.done_{n}", "did a thing") for n in range(25)))


@pytest.fixture
def anchors(settings, tmp_path):
    """A file of anchors of the test's own, with the first line that `migrate` writes."""
    from django.core.cache import cache

    from schools.audit.anchors import begin_file

    settings.AUDIT_ANCHORS = tmp_path / "anchors.jsonl"
    settings.AUDIT_ANCHORS_END = tmp_path / "anchors.end"
    begin_file({})
    cache.clear()
    yield settings.AUDIT_ANCHORS
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def blank_anchors():
    """As `migrate` leaves it, also where a worker got its tables from a template: a file that fits any log."""
    from schools.audit.anchors import begin_file

    begin_file({})


@pytest.fixture
def world(db, cast):
    """Rows of this test's own: what it changes in one is gone with the test."""
    return pickle.loads(cast)


@pytest.fixture
def counted(world, counts):
    """The cast with the figures of all its units kept, as the night leaves them: to count them takes seconds."""
    for rows in pickle.loads(counts):
        type(rows[0]).objects.bulk_create(rows)
    return world


@pytest.fixture(scope="module")
def once(cast, django_db_blocker):
    """Rows that the tests of a file share: `once(write)` calls `write(world)`, and what it writes stands until the end
    of the file. Each test still works on a savepoint of its own."""
    import time_machine
    from django.db import transaction
    from django.utils import translation

    from tests.world import NOW

    with django_db_blocker.unblock(), transaction.atomic():

        def call(write):
            before = NOW - dt.timedelta(minutes=5)  # it takes its time, and lies behind for every test
            with time_machine.travel(before, tick=True), translation.override("zh-hans"):
                return write(pickle.loads(cast))

        yield call
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def objects(once):
    """Things of every kind, near and far, as `tests.walking.things` makes them, for all tests of a file together."""
    from tests.walking import things_counted

    return once(things_counted)


@pytest.fixture
def standing_clock(fixed_clock):
    """For a walk that takes minutes: a session that was last seen a minute ago would be saved with each of its pages,
    since each is taken back."""
    import time_machine

    from tests.world import NOW

    with time_machine.travel(NOW, tick=False):
        yield


class Readable:
    """In the place of WeasyPrint's `HTML`: the paper is the page it would be printed from."""

    def __init__(self, string, **_more):
        self.string = string

    def write_pdf(self, **_more):
        return self.string.encode()


@pytest.fixture
def readable_papers(monkeypatch):
    """A walk reads what a PDF says, which in a PDF it could not; and a PDF costs as much as thirty pages."""
    monkeypatch.setattr("weasyprint.HTML", Readable)


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
    from django.test import Client

    def enter(membership):
        client = Client()
        client.cookies["sessionid"] = session_of(membership).session_key
        return client

    return enter


@pytest.fixture
def open_as(open_page, live_server, world):
    """`open_as("a-teacher", width=360)`: an empty page of a browser in which this person is signed in."""
    from django.conf import settings

    def enter(staff_number, **more):
        page = open_page(**more)
        member = next(one for one in world.members().values() if one.person.staff_number == staff_number)
        cookies = {settings.SESSION_COOKIE_NAME: session_of(member).session_key}
        if language := type(member.person).objects.values_list("language", flat=True).get(pk=member.person_id):
            cookies[settings.LANGUAGE_COOKIE_NAME] = language  # as signing in leaves it
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        return page

    return enter


def session_of(membership):
    """The row that a sign-in leaves: a request that signs in costs as much as a page."""
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    person = membership.person
    session["_auth_user_id"] = str(person.pk)
    session["_auth_user_backend"] = BACKEND
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session["membership"] = membership.pk
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return session
