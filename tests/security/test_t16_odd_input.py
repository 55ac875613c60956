"""Threat T16: names of sorts and filters that reach the database, and every field at once to every view.

None breaks, none gets past the names the code knows. Odd input one by one, more than five thousand of it, is sent by
`test_t16_odd_addresses.py` and `test_t16_odd_forms.py`.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.odd import DERIVED, PAGES, encoded, opener, tried
from tests.walking import visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readable_papers")]

URLENCODED = "application/x-www-form-urlencoded"
# Signing in and its second factor are the library's and have tests of their own.
OURS = [name for name in PAGES if ":" in name]
LISTS = {"students", "themes", "groups", "classes"}
SENT = ["a\x00b", "９" * 5000, "0001-01-01T00:00", "9999-12-31", "-1", "{{7*7}}' OR 1=1; --"]
# What each page reads from its address.
PARAMETERS = {
    "students:student_list": "q class grade group status key sort page",
    "students:student_export": "q class grade group status key sort page",
    "students:student_opened": "page from until",
    "students:student_detail": "kind term new page",
    "students:file_print": "kind term",
    "students:flag_list": "tab page",
    "students:registry_list": "q level class tab sort page",
    "students:registry_export": "q level class tab sort",
    "students:registry_balance": "from until",
    "students:registry_new": "flag",
    "students:hand_over_new": "to",
    "students:hand_over_list": "q way state sort page",
    "students:part_edit": "for",
    "schools:import_preview": "tab page",
    "schools:import_done": "tab page",
    "counseling:talk_list": "q show sort class teacher theme kind from to page",
    "counseling:talk_export": "q class theme from to",
    "counseling:talk_new": "draft student",
    "counseling:student_picker": "q",
    "counseling:coverage": "class grade teacher key page",
    "reports:figure_list": "term",
    "reports:open_list": "week unit",
    "reports:open_detail": "week page",
    "reports:figure_records": "term split value page",
    "schools:person_list": "q role state unit page",
    "schools:person_new": "unit",
    "schools:staff_import": "unit",
    "schools:membership_new": "unit",
    "schools:unit_list": "q page",
    "schools:unit_new": "below",
    "schools:calendar": "unit month day term",
    "schools:job_detail": "back",
    "schools:style_page": "page sort",
    "schools:certificate_list": "q level from until unit state sort page",
    "schools:certificate_export": "q level from until unit state sort",
    "schools:audit_list": "unit q about from until after",
}
# The fields that forms and actions take, all at once.
FIELDS = " ".join(
    [
        "name former_name gender birth_date ethnicity class_group student_number auxiliary_number registry_number",
        "id_type id_number phone address health entered_on status",
        "left_on relation groups what reason severity known_at",
        "outcome to number label confirm submission students themes happened_at minutes kind place other_place mode",
        "initiative others_present revision purpose label_zh label_en box title body version reset file_format role",
        "employment classes cohort backup starts_on ends_on staff_number new again old language membership next",
        "packed print before previous",
        "digest unit parent code short_name school_type stages system severity_scheme day_starts day_ends",
        "exports_per_day students_per_counselor",
        "second_factor_roles kind_4 amount_4 day note starts ends talk_by part-first-words part-first-severity",
        "part-first-mood part-first-follow_up_on column-0 q find login password",
        "kinds outside received_by received_on record_years",
        "holder level issuer issued_on expires_on run attached",
    ]
).split()


@pytest.fixture
def pages(world, sign_in, objects):
    """Each view as somebody who may use it: client, address."""
    return opener(world, sign_in, objects)


@pytest.mark.parametrize("odd", SENT, ids=lambda odd: ascii(odd)[:20])
def test_odd_fields_break_no_view(odd, pages, share):
    """Every view gets every field, as one value and as a list, also those whose form is not on its page."""
    found = []
    for name in share(OURS, lambda name: f"{name} {odd!a}"):
        client, url = pages(name)
        body = [(field, value) for field in FIELDS for value in ([odd, "1"] if field in LISTS else [odd])]
        broken, _answer, changed = tried(client, "post", url, data=encoded(body), content_type=URLENCODED)
        if broken or (changed and "schools_auditentry" not in changed and not set(changed) <= DERIVED):
            found.append((name, broken, changed))
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
