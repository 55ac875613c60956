"""Threat T16: names of sorts and filters that reach the database, and input that nobody thought of.

Every page is asked with odd values in each of its parameters, every form is sent odd fields: none breaks, none
gets past the names the code knows. The test client raises what a view lets fall, so a page that breaks fails the test.
"""

import itertools
from functools import cache

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.routes import routes
from tests.access_table import OBJECTS, SEES
from tests.walking import NO_SUCH_ID, address, members, things, visit

pytestmark = pytest.mark.django_db

ODD = [
    "') OR 1=1; --",
    "-school__people__password",
    "a\x00b",
    "9" * 5000,
    "9e99",
    "-1",
    "²",
    "0001-01-01",
    "9999-12-31",
    "0001-01",
    "9999-12",
    "nan-1",
    NO_SUCH_ID,
    "primary-99999999999",
    "999999999999",
    "\r\nX-Injected: a=b",
]
SENT = ["a\x00b", "９" * 5000, "0001-01-01T00:00", "9999-12-31", "-1", "{{7*7}}' OR 1=1; --"]
# What each page reads from its address.
PARAMETERS = {
    "students:student_list": "q class grade group status key sort page",
    "students:student_export": "q class grade group status key sort page",
    "students:student_opened": "page",
    "students:flag_list": "tab page",
    "students:roster_preview": "tab page",
    "students:roster_done": "tab page",
    "counseling:talk_list": "q show sort class teacher theme kind from to page",
    "counseling:talk_export": "q class theme from to",
    "counseling:talk_new": "draft student",
    "counseling:student_picker": "q",
    "counseling:coverage": "class key page",
    "reports:figure_list": "term",
    "reports:open_list": "week unit",
    "reports:open_detail": "week unit page",
    "reports:figure_records": "term split value page",
    "schools:person_list": "q role state unit page",
    "schools:person_new": "unit",
    "schools:staff_import": "unit",
    "schools:membership_new": "unit",
    "schools:unit_list": "q page",
    "schools:unit_new": "below",
    "schools:calendar": "unit month day",
    "schools:job_detail": "back",
    "schools:style_page": "page sort",
    "schools:audit_list": "unit q verb from until after",
}
# The fields that forms and actions take, all at once.
FIELDS = " ".join(
    [
        "name former_name gender birth_date ethnicity class_group student_number auxiliary_number registry_number",
        "id_type id_number phone address health entered_on status",
        "left_on relation groups what reason severity known_at",
        "outcome to number label confirm submission students themes happened_at minutes kind place other_place mode",
        "initiative others_present revision purpose label_zh label_en box title body version reset file_format role",
        "employment classes cohort backup starts_on ends_on staff_number new again old language membership next packed",
        "digest unit parent code short_name school_type stages system severity_scheme day_starts day_ends",
        "exports_per_day",
        "second_factor_roles kind_4 amount_4 day note starts ends part-first-words part-first-severity part-first-mood",
        "part-first-follow_up_on column-0 q find login password",
    ]
).split()
FINE = {200, 204, 302, 400, 403, 404, 405, 409, 413, 422}
# Signing in and its second factor are the library's and have tests of their own.
PAGES = sorted(name for name, _address, _view in routes() if name.startswith(("s", "c", "r")) and ":" in name)
WHO = {"students": "a.counselor", "counseling": "a.counselor", "reports": "a.leader", "schools": "a.leader"}


def somebody_for(name):
    """Who may use the view, and can open the thing that its address is about."""
    if name == "schools:audit_list":
        return "auditor"
    if name == "schools:unit_new":
        return "city_staff"
    who = WHO[name.split(":")[0]]
    kind = OBJECTS.get(name)
    places = SEES[kind] if kind else {"": {who}}
    near = next((where for where, people in places.items() if who in people), None)
    return who if near is not None else next(iter(next(people for people in places.values() if people)))


def place_of(name, who, objects):
    kind = OBJECTS.get(name)
    return objects[kind][next(where for where, people in SEES[kind].items() if who in people)] if kind else None


@pytest.fixture
def pages(world, sign_in):
    """Each view as somebody who may use it: name, client, address."""
    objects, clients = things(world), {}

    @cache
    def open_as(name):
        who = somebody_for(name)
        clients.setdefault(who, sign_in(members(world)[who]))
        return clients[who], address(name, place_of(name, who, objects))

    return open_as


def broken(client, method, url, data, **more):
    try:
        answer = visit(client, method, url, data, **more)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "" if answer.status_code in FINE and "X-Injected" not in answer.headers else str(answer.status_code)


def test_odd_values_in_an_address_break_no_page(pages):
    found = []
    for name, parameters in PARAMETERS.items():
        client, url = pages(name)
        for parameter, odd in itertools.product(parameters.split(), ODD):
            if what := broken(client, "get", url, {parameter: odd}):
                found.append((name, parameter, odd[:40], what))
    assert found == []


@pytest.mark.parametrize("odd", SENT, ids=lambda odd: ascii(odd)[:20])
def test_odd_fields_break_no_view(odd, pages):
    """Every view gets every field, as one value and as a list."""
    found = []
    for name in PAGES:
        client, url = pages(name)
        body = {field: [odd, "1"] if field in {"students", "themes", "groups", "classes"} else odd for field in FIELDS}
        if what := broken(client, "post", url, body):
            found.append((name, what))
    assert found == []


BODIES = [
    ("application/x-www-form-urlencoded", b"name=%ff%fe&students=%zz&&&==="),
    ("multipart/form-data; boundary=x", b"--x\r\nnot a part"),
]


def test_odd_bodies_break_no_view(pages):
    found = []
    for name, (content_type, body) in itertools.product(PAGES, BODIES):
        client, url = pages(name)
        if what := broken(client, "post", url, body, content_type=content_type):
            found.append((name, what))
    assert found == []


@pytest.mark.parametrize("name", ["students:student_list", "counseling:talk_list"])
def test_unknown_sorts_are_refused_before_the_database_hears_of_them(name, pages):
    client, url = pages(name)
    for odd in ("password", "-password", "pk;", "name) --", "school__people__password", "?"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url, {"sort": odd})
        assert answer.status_code == 400
        assert [query["sql"] for query in asked if f"ORDER BY {odd}" in query["sql"]] == []


def test_names_that_no_page_knows_change_nothing(pages):
    """A filter is taken by its name from the address, never all of the address into a query."""
    unknown = {"school__isnull": "1", "pk__in": "1", "password__startswith": "a", "order_by": "password"}
    for name in PARAMETERS:
        client, url = pages(name)
        assert visit(client, "get", url, unknown).status_code == visit(client, "get", url).status_code


@pytest.mark.parametrize(
    "back", ["//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example", "javascript:x"]
)
def test_a_job_leads_back_to_no_other_site(back, pages):
    client, url = pages("schools:job_detail")
    assert visit(client, "get", url, {"back": back}).context["back"] == ""
