"""Threat T7: what one may not see must look, in every byte of the answer, like what is not there.

For things of others as a whole the walk of `tests/test_access.py` compares; here are inner things and closed doors.
"""

import pytest

from tests.access_table import OBJECTS
from tests.looks import METHODS, Refusals, appearance, by_id, nothing_of
from tests.walking import NO_SUCH_ID, ROUTES, address, arrived, visit

pytestmark = pytest.mark.django_db


def test_refusal_of_an_inner_thing_under_an_own_one_is_that_of_nothing(world, objects, sign_in):
    """A guardian of another student, a role of another person: the outer thing is one's own."""
    client, found = arrived(sign_in(world.a.leader)), []
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


def test_doors_are_closed_before_anything_is_looked_for(world, sign_in):
    """A role that may not use a page is sent away from it alike whether the thing is there (which the walk asks for) or
    not, and by any method."""
    client, refusals = arrived(sign_in(world.auditor)), Refusals()
    found = []
    for name in filter(by_id, OBJECTS):
        if "auditor" in ROUTES[name].access or OBJECTS[name] == "job":  # everybody has jobs
            continue
        url = address(name, nothing_of(name))
        answer = visit(client, "post", url)
        found += [name] if answer.status_code not in (403, 405) or refusals.is_unlike(answer, url) else []
    assert found == []
