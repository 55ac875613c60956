"""The walk: every address of the site, as everyone, for things of the own class, another class and another school.

What is right stands in `tests/access_table.py`, written by hand; what there is to walk to, in `tests/walking.py`.
"""

import itertools

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.access_table import ACTS, OBJECTS, PUBLIC, ROLES, SEES, WITHOUT_UNITS
from tests.walking import ACTORS, GUARDED, ROUTES, address, arguments_of, leaks, members, things, visit

pytestmark = pytest.mark.django_db
FINE = {200, 204, 302, 400, 409, 422}


def test_every_view_declares_who_may_use_it():
    undeclared = [name for name, view in ROUTES.items() if not hasattr(view, "access")]
    assert undeclared == []


def test_the_declared_roles_are_those_of_the_table():
    declared = {name: view.access for name, view in ROUTES.items()}
    assert declared == ROLES


def test_every_address_with_arguments_has_its_things_to_walk_to():
    missing = [name for name in GUARDED if arguments_of(name) and name not in OBJECTS]
    assert missing == []


def test_every_model_with_peoples_data_has_visible_to():
    """Whoever points at a student, a guardian, a talk or a membership is about people."""
    about = {"student", "talk", "part", "person", "owner", "membership", "author"}
    missing = [
        model._meta.label
        for app in ("schools", "students", "counseling", "screening", "reports")
        for model in apps.get_app_config(app).get_models()
        if about & {field.name for field in model._meta.fields} and not hasattr(model._default_manager, "visible_to")
    ]
    assert missing == []


def test_nobody_gets_past_the_sign_in_page(client):
    open_pages = [
        (name, method)
        for name, method in itertools.product(ROUTES, ("get", "post"))
        if ROLES[name] != PUBLIC and visit(client, method, address(name)).status_code not in (302, 401)
    ]
    assert open_pages == []


@pytest.mark.parametrize("who", ACTORS)
def test_each_person_reaches_what_they_may_and_nothing_else(who, world, sign_in):
    """The right status for each thing, near and far, and no text that is not for these eyes."""
    assert list(wrong_answers(who, world, sign_in, GUARDED)) == []


def wrong_answers(who, world, sign_in, names, objects=None):
    """What a walk of these addresses finds wrong, one sentence each."""
    member, objects = members(world)[who], objects or things(world)
    client = sign_in(member)
    for name in names:
        for where, key in places(name, member, objects).items():
            right = right_answers(name, where, who, member)
            answers = [visit(client, method, address(name, key)) for method in ("get", "post")]
            found = {answer.status_code for answer in answers}
            # A view that takes one method refuses the other before or after it looks at anything.
            if not found - {405} or found - right - {405}:
                yield f"{name} as {who}, {where or 'no thing'}: {sorted(found)}, not {sorted(right)}"
            for text in sorted({text for answer in answers for text in leaks(who, answer)}):
                yield f"{name} as {who}, {where or 'no thing'}: shows {text}"


def places(name, member, objects):
    """All places for those whose role is right; one is enough to be sent away at the door."""
    found = objects[OBJECTS[name]] if name in OBJECTS else {"": None}
    return found if member.role in ROLES[name] else dict(list(found.items())[:1])


def right_answers(name, where, who, member):
    if member.role not in ROLES[name]:
        return {403}
    if name not in OBJECTS:
        return {404} if who in WITHOUT_UNITS.get(name, ()) else FINE
    return FINE if who in ACTS.get(name, SEES[OBJECTS[name]])[where] else {404}


def test_the_things_of_the_walk_are_those_of_the_table(world):
    found = {kind: set(where) for kind, where in things(world).items()}
    assert found == {kind: set(where) for kind, where in SEES.items()}


def test_the_access_page_of_the_docs_is_up_to_date():
    call_command("access_doc", check=True)
