"""Threat T18: no cache keeps a page of a signed-in person, and no script of somebody else's runs in it.

Of every page for some roles the walk of `tests/test_access.py` looks at each answer; here are those for everybody.
"""

import pytest
from django.urls import reverse

from tests.access_table import SIGNED_IN
from tests.looks import METHODS, Watched, lacking
from tests.walking import ROUTES, address

pytestmark = pytest.mark.django_db
FOR_EVERYBODY = [name for name in ROUTES if ROUTES[name].access == SIGNED_IN]


@pytest.mark.parametrize("who", ["counselor", "leader"])
def test_every_page_for_everybody_is_kept_by_no_cache_and_bound_by_a_policy(who, world, sign_in):
    """By GET and POST; refusals count as well."""
    watched, found, pages = Watched(sign_in(world.a.people[who])), [], 0
    for name in FOR_EVERYBODY:
        for method in METHODS:
            answer = watched.visit(method, address(name))
            pages += answer.status_code == 200
            found += [(name, method, what) for what in lacking(answer)]
    assert found == []
    assert pages > 10


def test_cookies_are_for_this_site_and_not_for_scripts(client, world):
    page = client.get(reverse("account_login"))
    assert page.headers["Content-Security-Policy"]
    client.post(reverse("account_login"), {"login": "a-teacher", "password": "a-password-of-the-cast"})
    cookies = dict(client.cookies.items())
    assert any("session" in name for name in cookies)
    loose = [n for n, c in cookies.items() if c.value and (c["samesite"] not in ("Lax", "Strict") or not c["httponly"])]
    assert [name for name in loose if name != "language"] == []
