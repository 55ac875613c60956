"""Threat T18: no cache keeps a page of a signed-in person, and no script of somebody else's runs in it."""

import re

import pytest
from django.urls import reverse

from tests.access_table import PUBLIC
from tests.walking import GUARDED, ROUTES, address, arguments_of, things, visit

pytestmark = pytest.mark.django_db
SIGNED_IN_PAGES = [name for name in ROUTES if ROUTES[name].access != PUBLIC]


@pytest.fixture
def answers(world, sign_in):
    """Every view as a counselor and as a leader, by GET and POST; refusals count as well."""
    objects = things(world)
    keys = {
        "pk": world.a.student.pk,
        "code": "students",
        "term": "2025-2026-2",
        "guardian_pk": objects["guardian"]["own class"]["guardian_pk"],
    }

    def ask(member):
        client = sign_in(member)
        for name in SIGNED_IN_PAGES:
            own = {
                k: v for k, v in keys.items() if k in arguments_of(name) and name.startswith(("students", "reports"))
            }
            takes = arguments_of(name)
            by_number = any(type(converter).__name__ == "IntConverter" for converter in takes.values())
            key = own if own.keys() == takes.keys() and not by_number else None
            for method in ("get", "post"):
                yield name, method, visit(client, method, address(name, key) if arguments_of(name) else address(name))

    return ask


@pytest.mark.parametrize("who", ["counselor", "leader"])
def test_every_signed_in_page_is_kept_by_no_cache_and_bound_by_a_policy(who, world, answers):
    found, pages = [], 0
    for name, method, answer in answers(world.a.people[who]):
        pages += answer.status_code == 200
        found += [(name, method, what) for what in lacking(answer)]
    assert found == []
    assert pages > 20


def lacking(answer):
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        yield f"Cache-Control: {answer.headers.get('Cache-Control')}"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if answer.headers.get("X-Frame-Options") != "DENY":
        yield "may be framed"
    policy = answer.headers.get("Content-Security-Policy", "")
    if not all(
        f"{part} " in policy for part in ("default-src", "script-src", "frame-ancestors", "base-uri", "form-action")
    ):
        yield f"policy lacks a part: {policy}"
    if re.search(r"unsafe-|\*|data: *script|https?:", policy.replace("img-src 'self' data:", "")):
        yield f"policy is open: {policy}"


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
