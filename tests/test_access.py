"""The walk: every address of the site, as everyone, for things of the own class, another class and another school.

What is right stands in `tests/access_table.py`, written by hand; what there is to walk to, in `tests/walking.py`; what
is looked at in each answer besides its status (threats T7 and T18), in `tests/looks.py`.
"""

import itertools

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from schools.access import Viewer
from schools.models import Membership, Person, Role
from tests.access_table import ACTS, OBJECTS, PUBLIC, ROLES, SEES, WITHOUT_UNITS
from tests.looks import METHODS, Refusals, Watched, by_id, lacking, nothing_of
from tests.odd import somebody_for
from tests.walking import ACTORS, FIELDS, GUARDED, ROUTES, address, arguments_of, arrived, leaks, members, visit

pytestmark = pytest.mark.django_db
FINE = {200, 204, 302, 400, 409, 422}
# These send every refused thing both ways: the highest of a school, a teacher with one class, a center beside.
STRANGERS = ["a.counselor", "a.leader", "a.teacher", "other_staff"]
# Whoever may use most pages walks them in pieces that two workers share.
PIECES = {"a.counselor": 3, "a.leader": 2}
# Of one role at one school. What the first counselor may meet the second may meet, too. For lists a second class beside
# the first one is enough: `a.teacher` and `a.teacher_4` would see each other's.
SECOND = {"a.counselor_2": "a.counselor", "a.teacher_2": "a.teacher_4"}
# Whoever may open both is no nearer to the one than to the other: the first is enough.
TWINS = {"other class": {"own class", "own"}, "other school": {"own school", "school", "the teacher's"}}
NOTHING = "what is not there"


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
        if about & {field.name for field in model._meta.fields if field.is_relation}
        and not hasattr(model._default_manager, "visible_to")
    ]
    assert missing == []


def test_nobody_gets_past_the_sign_in_page(client):
    open_pages = [
        (name, method)
        for name, method in itertools.product(ROUTES, ("get", "post"))
        if ROLES[name] != PUBLIC and visit(client, method, address(name)).status_code not in (302, 401)
    ]
    assert open_pages == []


def test_no_door_opens_to_another_role_by_any_method(rf):
    """Of each view by itself; that it stands behind its address, one stranger for each finds out in the walk below."""
    open_doors = []
    for name, method in itertools.product(GUARDED, METHODS):
        for role in set(Role) - ROLES[name]:
            request = getattr(rf, method)("/")
            request.viewer = Viewer(person=Person(), membership=Membership(role=role))
            if not sends_away(ROUTES[name], request, **dict.fromkeys(arguments_of(name))):
                open_doors.append((name, method, role))
    assert open_doors == []


def sends_away(view, request, **arguments):
    try:
        return view(request, **arguments).status_code == 405
    except PermissionDenied:
        return True


@pytest.mark.parametrize(("who", "piece"), [(who, piece) for who in ACTORS for piece in range(PIECES.get(who, 1))])
@pytest.mark.usefixtures("readable_papers", "standing_clock")
def test_each_person_reaches_what_they_may_and_nothing_else(who, piece, world, objects, sign_in, request):
    """The right status for each thing, near and far, no text that is not for these eyes, a refusal that tells nothing
    and changes nothing, and nothing that a cache keeps. With `--twice` each page is opened by one of those who may, for
    one thing that they may see and one that they may not."""
    if request.config.getoption("--twice"):
        names = [name for name in GUARDED if somebody_for(name) == who]
        objects = {kind: near_and_far(where, SEES[kind], who) for kind, where in objects.items()}
    else:
        names = [name for name in GUARDED if is_walked(name, who, world)]

    names = names[piece :: PIECES.get(who, 1)]

    def enter(member):
        return arrived(sign_in(member))

    assert not names or list(wrong_answers(who, world, enter, names, objects, look=True)) == []


def near_and_far(found, people, who):
    near = [where for where in found if who in people[where]]
    far = [where for where in found if who not in people[where]]
    return {where: found[where] for where in (*near[:1], *far[:1])}


def is_walked(name, who, world):
    """At each door one stranger is enough. So is the first of two for whom the table says the same."""
    if members(world)[who].role not in ROLES[name]:
        order = ["a.subject_teacher", "other_staff", *ACTORS]
        return who == next(one for one in order if members(world)[one].role not in ROLES[name])
    if first := SECOND.get(who):
        return name in OBJECTS and any((who in people) != (first in people) for people in sees(name).values())
    return True


def sees(name):
    return ACTS.get(name, SEES[OBJECTS[name]])


def wrong_answers(who, world, sign_in, names, objects, *, look=False):
    """What a walk of these addresses finds wrong, one sentence each; with `look` also by a look at each answer."""
    member = members(world)[who]
    client = sign_in(member)
    watched, refusals = Watched(client), Refusals()
    for name in names:
        untaken, near, far = set(), [], []  # methods that the view does not take; places that were asked for
        for where, key in (places(name, member, objects) | nothing(name, who, world)).items():
            right = right_answers(name, where, who, member)
            if right == FINE and TWINS.get(where, set()) & {*near}:
                continue
            (near if right == FINE else far).append(where)
            answers = {}
            for method in METHODS:
                if method not in untaken and not is_enough(method, right, answers, untaken, near, far, who):
                    data = FIELDS | {"to": member.pk} if right != FINE and method == "post" else {}
                    answers[method] = watched.visit(method, address(name, key), data)
            untaken |= {method for method, answer in answers.items() if answer.status_code == 405}
            found = {answer.status_code for answer in answers.values()}
            told = f"{name} as {who}, {where or 'no thing'}"
            # A view that takes one method refuses the other before or after it looks at anything.
            if not found - {405} or found - right - {405}:
                yield f"{told}: {sorted(found)}, not {sorted(right)}"
            for text in sorted({text for answer in answers.values() for text in leaks(who, answer)}):
                yield f"{told}: shows {text}"
            if look:
                yield from (f"{told}: {what}" for answer in answers.values() for what in lacking(answer))
            if look and right != FINE:
                for method, answer in answers.items():
                    if refusals.is_unlike(answer, address(name, key)):
                        yield f"{told}: {method} is unlike other refusals"
                    if answer.changed:
                        yield f"{told}: {method} is refused and changed {answer.changed}"


def is_enough(method, right, answers, untaken, near, far, who):
    """Whether this method needs not be asked for as well.

    A door knows no method: whoever is sent away there asks once. A page that one may open is opened for each thing, its
    form sent for the first of them. At the first thing that one may not see a refusal must hold for both methods. At
    the others, too, for `STRANGERS`; for the rest of the cast one method is enough there.
    """
    if right == FINE:
        return method == "post" and "get" not in untaken and len(near) > 1
    if right == {403}:
        return bool({answer.status_code for answer in answers.values()} - {405})
    return who not in STRANGERS and len(far) > 1 and bool(answers)


def places(name, member, objects):
    """All places for those whose role is right; one is enough to be sent away at the door."""
    found = objects[OBJECTS[name]] if name in OBJECTS else {"": None}
    return found if member.role in ROLES[name] else dict(list(found.items())[:1])


def nothing(name, who, world):
    """What is not there, for the first of those who may use the page: to each person all refusals look the same."""
    first = next((one for one in STRANGERS if members(world)[one].role in ROLES[name]), None)
    return {NOTHING: nothing_of(name)} if who == first and name in OBJECTS and by_id(name) else {}


def right_answers(name, where, who, member):
    if member.role not in ROLES[name]:
        return {403}
    if name not in OBJECTS:
        return {404} if who in WITHOUT_UNITS.get(name, ()) else FINE
    return FINE if where != NOTHING and who in sees(name)[where] else {404}


def test_the_things_of_the_walk_are_those_of_the_table(objects):
    found = {kind: set(where) for kind, where in objects.items()}
    assert found == {kind: set(where) for kind, where in SEES.items()}


def test_the_access_page_of_the_docs_is_up_to_date():
    call_command("access_doc", check=True)
