"""Lists: filters in the address, sorting, pages, columns by role, the file."""

import re

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.safestring import mark_safe

from schools.listing import Choice, Column, Days, List, Search, Stages, Units
from schools.models import Membership, Person, Role

pytestmark = pytest.mark.django_db

STAFF = List(
    name="test_list",
    title="Staff",
    page_size=5,
    order=("person__staff_number",),
    link="schools:unit_detail",
    nothing=("Nobody", "Here they stand."),
    columns=(
        Column("name", "Name", lambda row: row.person.name, draw=lambda row: row.person.name, sort="person__name"),
        Column("number", "Number", lambda row: row.person.staff_number, sort="person__staff_number", in_file=False),
        Column("role", "Role"),
        Column("from", "From", lambda row: row.starts_on, sort="starts_on", seen_by=lambda viewer: viewer.role != "x"),
        Column("secret", "Secret", lambda row: "s3cret", sort="pk", seen_by=lambda viewer: viewer.role == "auditor"),
    ),
    filters=(
        Search("person__name", "person__staff_number", label="Name"),
        Choice("role", label="Role", any_label="Every role", chips=True),
        Stages(("on", "On", "ends_on"), ("alone", "No backup", "backup"), ("over", "Over", ""), label="State"),
        Units(),
        Days("starts_on", label="Began"),
        Choice("hidden", "role", label="Role", seen_by=lambda viewer: viewer.role == "auditor"),
    ),
)


@pytest.fixture
def show(viewer, world):
    def shown(address="", who="district_staff"):
        request = RequestFactory().get(f"/?{address}")
        request.viewer = viewer(world.members()[who])
        return STAFF.show(request, Membership.objects.visible_to(request.viewer).select_related("person"))

    return shown


def numbers(shown):
    return [row.person.staff_number for row in shown.rows]


def test_a_list_shows_a_page_in_its_order_and_counts_the_rest(show):
    shown = show()
    assert [row.person.staff_number for row in shown.page_obj] == sorted(numbers(shown))[:5]
    assert (shown.count, shown.page_obj.paginator.num_pages, shown.is_set) == (18, 4, False)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("q=a-teacher_4", ["a-teacher_4"]),
        ("q=甲校 teacher_4", ["a-teacher_4"]),
        ("role=grade_head", ["a-grade_head", "b-grade_head"]),
        ("role=grade_head&unit=2144000001", ["a-grade_head"]),
        ("from=2100-01-01", []),
        ("role=grade_head&until=2100-01-01", ["a-grade_head", "b-grade_head"]),
        ("role=grade_head&sort=-number", ["b-grade_head", "a-grade_head"]),
    ],
)
def test_a_list_narrows_and_sorts_as_its_address_says(show, address, found):
    assert numbers(show(address)) == found


@pytest.mark.parametrize(
    "address",
    [
        "role=nobody",
        "unit=1",
        "from=yesterday",
        "until=2026-02-30",
        "sort=person__password",
        "sort=secret",
        "sort=role",
    ],
)
def test_what_an_address_cannot_mean_is_refused(show, address):
    with pytest.raises(BadRequest):
        show(address)


def test_parameters_that_are_no_filter_of_this_viewer_change_nothing(show):
    assert show("hidden=counselor&pk__in=1").count == show().count


def test_a_hidden_column_is_in_no_page_and_no_file(show):
    assert [column.name for column in show().columns] == ["name", "number", "role", "from"]
    assert show().sheet().heads == ["Name", "Role", "From"]


def test_the_file_holds_all_that_the_address_asks_for(show):
    sheet = show("role=grade_head").sheet()
    assert (sheet.kind, sheet.count) == ("test_list", 2)
    assert [line[1] for line in sheet.lines()] == [Role.GRADE_HEAD.label] * 2


def test_the_page_draws_its_table_with_every_text_escaped(show):
    from django.template import engines

    Person.objects.filter(staff_number="a-grade_head").update(name="<b>&")
    shown = show("q=<b>&role=grade_head")
    page = engines["django"].from_string('{% include "parts/list.html" %}')
    text = page.render({"list": shown, "request": shown.request})
    assert "&lt;b&gt;&amp;</a></th>" in text and "<b>&" not in text
    assert re.findall(r'<th scope="row"><a href="(.*?)"', text) == [
        reverse("schools:unit_detail", args=[shown.page_obj[0].pk])
    ]
    assert [mark for mark in ('name="role"', 'value="grade_head"', "role=counselor") if mark not in text] == []


def test_the_chips_of_a_choice_keep_the_rest_of_the_address(show):
    chips, _stages = show("q=teacher&role=grade_head&page=2").chips
    chosen = [one for one in chips.links if one["on"]]
    assert [QueryDict(one["url"][1:]).dict() for one in chosen] == [{"q": "teacher", "role": "grade_head"}]


def test_a_row_stands_at_its_first_stage_that_has_no_end(show, world):
    ended, both, only_backed = world.a.teacher, world.a.leader, world.a.counselor
    Membership.objects.filter(pk__in=[ended.pk, both.pk]).update(ends_on="2100-01-01")
    Membership.objects.filter(pk__in=[both.pk, only_backed.pk]).update(backup=world.a.grade_head)
    assert numbers(show("state=alone&unit=2144000001")) == ["a-teacher"]
    assert numbers(show("state=over&unit=2144000001")) == ["a-leader"]
    assert "a-counselor" in numbers(show("state=on")) and show("state=on").count == show().count - 2


def test_a_list_asks_twice_however_many_rows_it_has(show, world):
    def cost():
        shown = show()
        shown.viewer.unit.path  # noqa: B018
        with CaptureQueriesContext(connection) as asked:
            shown.page_obj  # noqa: B018
        return len(asked)

    few = cost()
    people = Person.objects.bulk_create(
        Person(staff_number=f"M{number}", name=mark_safe(f"M{number}")) for number in range(27)
    )
    Membership.objects.bulk_create(Membership(person=one, unit=world.a.unit, role="counselor") for one in people)
    assert (cost(), few) == (2, 2)
