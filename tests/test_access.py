"""The walk: every address of the site, as every role, for the own class, another class and another school.

What is right stands in `tests/access_table.py`, written by hand.
"""

import datetime as dt
import itertools
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from config.routes import routes
from tests.access_table import ACTS, OBJECTS, PUBLIC, ROLES, SEES, SIGNED_IN
from tests.world import NOW

pytestmark = pytest.mark.django_db
NO_SUCH_ID = "00000000-0000-7000-8000-000000000000"
SENTINEL = re.compile(r"SENTINEL-([ab])-")


ROUTES = {name: view for name, _address, view in routes()}
GUARDED = sorted(name for name, access in ROLES.items() if access not in (PUBLIC, SIGNED_IN))


def test_every_view_declares_who_may_use_it():
    undeclared = [name for name, view in ROUTES.items() if not hasattr(view, "access")]
    assert undeclared == []


def test_the_declared_roles_are_those_of_the_table():
    declared = {name: view.access for name, view in ROUTES.items()}
    assert declared == ROLES


def test_every_model_with_peoples_data_has_visible_to():
    """Whoever points at a student, a guardian, a talk or a membership is about people."""
    about = {"student", "talk", "part", "person"}
    missing = [
        model._meta.label
        for app in ("schools", "students", "counseling", "screening", "reports")
        for model in apps.get_app_config(app).get_models()
        if about & {field.name for field in model._meta.fields} and not hasattr(model._default_manager, "visible_to")
    ]
    assert missing == []


def test_nobody_gets_past_the_sign_in_page(client):
    open_pages = [
        name
        for name in ROUTES
        if ROLES[name] != PUBLIC and client.get(address(name, NO_SUCH_ID)).status_code not in (302, 401)
    ]
    assert open_pages == []


@pytest.mark.parametrize("name", GUARDED)
def test_each_role_reaches_what_it_may_and_nothing_else(name, walk):
    """The right status, and no text of the other school or of a student one may not see."""
    wrong = [answer for answer in walk(name) if answer.status not in answer.right or answer.leak]
    assert wrong == []


def test_the_access_page_of_the_docs_is_up_to_date():
    call_command("access_doc", check=True)


class Answer:
    """What one person got for one address."""

    def __init__(self, who, method, where, response, right):
        self.who, self.method, self.where, self.right = who, method, where, right
        self.status = response.status_code
        self.leak = leak_in(who, response)

    def __repr__(self):
        return f"<{self.method} as {self.who}, {self.where}: {self.status}, not {sorted(self.right)} {self.leak}>"


OK = {200, 204, 302, 400, 405, 409, 422}


@pytest.fixture
def walk(world, sign_in):
    """Get and post an address as everyone of school A and above, for objects near and far."""
    objects = things(world)
    members = {name: member for name, member in world.members().items() if not name.startswith("b.")}

    def go(name):
        kind = OBJECTS.get(name)
        places = objects[kind] if kind else {"": None}
        for who, member in members.items():
            client = sign_in(member)
            for method, (where, key) in itertools.product(("get", "post"), places.items()):
                right = right_answers(name, kind, where, who, member)
                with transaction.atomic():
                    response = getattr(client, method)(address(name, key))
                    body(response)
                    transaction.set_rollback(True)
                yield Answer(who, method, where, response, right)

    return go


def right_answers(name, kind, where, who, member):
    if member.role not in ROLES[name]:
        return {403}
    if kind is None:
        return OK
    allowed = ACTS.get(name, SEES[kind])[where]
    return OK if who in allowed else {404}


def address(name, key):
    """The address for an object: a key, or a dict of arguments."""
    view_arguments = arguments_of(name)
    if not view_arguments:
        return reverse(name)
    if isinstance(key, dict):
        return reverse(name, kwargs=key)
    return reverse(name, kwargs={argument: sample(converter, key) for argument, converter in view_arguments.items()})


def sample(converter, key):
    kind = type(converter).__name__
    if kind == "UUIDConverter":
        return NO_SUCH_ID if key is None else key
    return key if isinstance(key, int) or (kind == "StringConverter" and key != NO_SUCH_ID) else 999_999


def arguments_of(name):
    resolver, rest = get_resolver(), name.split(":")
    for namespace in rest[:-1]:
        resolver = resolver.namespace_dict[namespace][1]
    possibilities = resolver.reverse_dict.getlist(rest[-1])
    return dict(possibilities[0][3]) if possibilities else {}


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def leak_in(who, response):
    """The sentinel of school B, or any sentinel at all for those who never see a student."""
    if response.streaming:
        return ""
    found = SENTINEL.findall(response.content.decode(errors="replace"))
    if "b" in found:
        return "text of the other school"
    return "text of a student" if found and not who.startswith("a.") else ""


def things(world):
    """Objects by kind and place; what the cast does not have is made here."""
    from counseling.models import TalkPart
    from students.models import RiskFlag

    a, b = world.a, world.b
    older_flag = RiskFlag.objects.create(
        student=a.older,
        school=a.unit,
        severity=2,
        raised_by=a.teacher_4,
        known_at=NOW,
        due_at=NOW + dt.timedelta(days=3),
    )

    def part(school, talk):
        return TalkPart.objects.filter(talk=school.talks[talk]).first().pk

    return {
        "student": {"own class": a.student.pk, "other class": a.older.pk, "other school": b.student.pk},
        "flag": {"own class": a.flag.pk, "other class": older_flag.pk, "other school": b.flag.pk},
        "part": {
            "own class": part(a, "own"),
            "restricted": part(a, "restricted"),
            "other class": part(a, "older"),
            "other school": part(b, "own"),
        },
    }


def test_the_walk_itself_would_notice_an_open_door(world):
    """The proof of the walk: a view without its guard is caught."""
    assert right_answers("students:student_detail", "student", "other school", "a.leader", world.a.leader) == {404}
    assert Client().get(reverse("students:student_list")).status_code == 302
