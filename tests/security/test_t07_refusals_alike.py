"""Threat T7: what one may not see must look, in every byte of the answer, like what is not there."""

import re

import pytest

from tests.access_table import OBJECTS, SEES
from tests.walking import NO_SUCH_ID, ROUTES, address, arguments_of, members, things, visit

pytestmark = pytest.mark.django_db

# A token or nonce is new in each answer; the address stands in the answer where a form sends to it.
FRESH = re.compile(r"(nonce[-=]\"?|csrfmiddlewaretoken\" value=\"|\"X-CSRFToken\": \")[\w+/=-]+")
# The length follows the address in the answer; bodies are compared whole.
FRESH_HEADERS = {"Content-Length", "Set-Cookie", "Date", "Server-Timing", "X-Request-ID", "X-Request-Id"}
# For each actor: the highest of a school, a teacher with one class, a center beside.
ACTORS = ["a.counselor", "a.leader", "a.teacher", "a.subject_teacher", "other_staff"]


def by_id(name):
    return {type(one).__name__ for one in arguments_of(name).values()} <= {"UUIDConverter", "IntConverter"}


def appearance(response, url):
    headers = {key: value for key, value in response.headers.items() if key not in FRESH_HEADERS}
    body = b"".join(response) if response.streaming else response.content
    text = FRESH.sub(r"\1", body.decode().replace(url, "ADDRESS"))
    return response.status_code, str(sorted(headers.items())).replace(url, "ADDRESS"), FRESH.sub(r"\1", text)


def answers_of(client, url):
    return {method: appearance(visit(client, method, url), url) for method in ("get", "post")}


def unlike(client, name, keys):
    """Where an answer about one of these foreign things differs from the one about nothing."""
    nothing = {
        argument: 999_999 if "Int" in type(c).__name__ else NO_SUCH_ID for argument, c in arguments_of(name).items()
    }
    gone = answers_of(client, address(name, nothing)) if keys else {}
    for where, key in keys.items():
        for method, there in answers_of(client, address(name, key)).items():
            if there[0] == 200 or there != gone[method]:
                yield name, where, method, there[0], gone[method][0]


@pytest.mark.parametrize("who", ACTORS)
def test_refusal_of_a_foreign_thing_is_that_of_nothing(who, world, sign_in):
    member, objects = members(world)[who], things(world)
    client = sign_in(member)
    found, tried = [], 0
    for name in filter(by_id, OBJECTS):
        kind = OBJECTS[name]
        hidden = {where: objects[kind][where] for where, people in SEES[kind].items() if who not in people}
        tried += len(hidden)
        found += unlike(client, name, hidden)
    assert tried > 20
    assert found == []


def test_refusal_of_an_inner_thing_under_an_own_one_is_that_of_nothing(world, sign_in):
    """A guardian of another student, a role of another person: the outer thing is one's own."""
    client, objects = sign_in(world.a.leader), things(world)
    found = []
    for name, kind, inner in (
        ("students:guardian_edit", "guardian", "guardian_pk"),
        ("schools:membership_edit", "membership", "membership_pk"),
        ("schools:membership_end", "membership", "membership_pk"),
    ):
        for where in ("of another student", "of another person", "of the other school, under an own student"):
            key = objects[kind].get(where)
            if not key:
                continue
            gone = key | {inner: NO_SUCH_ID if inner == "guardian_pk" else 999_999}
            for method in ("get", "post"):
                urls = [address(name, key), address(name, gone)]
                seen = [appearance(visit(client, method, url), url) for url in urls]
                found += [(name, where, method)] if seen[0] != seen[1] or seen[0][0] not in (404, 405) else []
    assert found == []


def test_refused_pages_carry_no_word_of_the_thing(world, sign_in):
    """Also at the door: a role that may not use the page gets the same for any id."""
    client, objects = sign_in(world.auditor), things(world)
    found = [
        one
        for name in filter(by_id, OBJECTS)
        if "auditor" not in ROUTES[name].access
        for one in refused_at_the_door(client, name, objects)
    ]
    assert found == []


def refused_at_the_door(client, name, objects):
    if OBJECTS[name] == "job":  # everybody has jobs
        return []
    return list(unlike(client, name, dict(list(objects[OBJECTS[name]].items())[:1])))
