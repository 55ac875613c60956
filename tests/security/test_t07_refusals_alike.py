"""Threat T7: what one may not see must look, in every byte of the answer, like what is not there.

For things of others as a whole the walk of `tests/test_access.py` compares; here are inner things and closed doors.
"""

import pytest

from tests.access_table import OBJECTS
from tests.looks import METHODS, Nothing, appearance, by_id
from tests.walking import NO_SUCH_ID, ROUTES, address, arrived, things, visit

pytestmark = pytest.mark.django_db


def test_refusal_of_an_inner_thing_under_an_own_one_is_that_of_nothing(world, sign_in):
    """A guardian of another student, a role of another person: the outer thing is one's own."""
    client, objects = arrived(sign_in(world.a.leader), world.a.leader), things(world)
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
            for method in METHODS:
                urls = [address(name, key), address(name, gone)]
                seen = [appearance(visit(client, method, url), url) for url in urls]
                found += [(name, where, method)] if seen[0] != seen[1] or seen[0][0] not in (404, 405) else []
    assert found == []


def test_refused_pages_carry_no_word_of_the_thing(world, sign_in):
    """Also at the door: a role that may not use the page gets the same for any id."""
    client, objects = arrived(sign_in(world.auditor), world.auditor), things(world)
    nothing, found = Nothing(client), []
    for name in filter(by_id, OBJECTS):
        if "auditor" in ROUTES[name].access or OBJECTS[name] == "job":  # everybody has jobs
            continue
        key = next(iter(objects[OBJECTS[name]].values()))
        answers = {method: visit(client, method, address(name, key)) for method in METHODS}
        found += [(name, method) for method in nothing.differs(name, key, answers)]
    assert found == []
