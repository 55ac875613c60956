"""Threat T18: no cache keeps a page of a signed-in person, and no script of somebody else's runs in it.

Of every page for some roles the walk of `tests/test_access.py` looks at each answer; here are those for everybody.
"""

import pytest
from django.urls import reverse

from tests.access_table import SIGNED_IN
from tests.looks import METHODS, lacking
from tests.walking import GUARDED, ROUTES, address, arguments_of, visit

pytestmark = pytest.mark.django_db
FOR_EVERYBODY = [name for name in ROUTES if ROUTES[name].access == SIGNED_IN]


@pytest.mark.parametrize("who", ["counselor", "leader"])
def test_every_page_for_everybody_is_kept_by_no_cache_and_bound_by_a_policy(who, world, sign_in):
    """By GET and POST; refusals count as well."""
    client, found, pages = sign_in(world.a.people[who]), [], 0
    for name in FOR_EVERYBODY:
        for method in METHODS:
            answer = visit(client, method, address(name))
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


def test_session_cookie_of_each_signed_in_answer_is_guarded(world, sign_in):
    client = sign_in(world.a.counselor)
    answers = [client.get(address(name)) for name in GUARDED if not arguments_of(name)]
    cookies = [cookie for answer in answers for cookie in answer.cookies.values() if cookie.key != "language"]
    assert [cookie.key for cookie in cookies if not cookie["httponly"] or not cookie["samesite"]] == []
    assert cookies
