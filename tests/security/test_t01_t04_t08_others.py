"""Threats T1, T4 and T8: what one may do at home does nothing elsewhere, by no way round.

References to things of another school inside of one's own forms and filters, and people with a high role in one school
and a low one in the other. Well-formed acts on the things themselves are tried by the walk of `tests/test_access.py`.
"""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse

from counseling.models import TalkPart
from schools.models import Membership
from tests.counseling.sheet import sent
from tests.walking import FIELDS, draft_of, job_of, part_of, raised

pytestmark = pytest.mark.django_db
TABLES = (
    "students_",
    "counseling_",
    "reports_",
    "schools_membership",
    "schools_person",
    "schools_unit",
    "schools_term",
)


def held():
    """Every row of people's data, as the database holds it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(TABLES):
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def test_a_form_of_ones_own_takes_no_thing_of_another_school(world, sign_in):
    """The id stands in the body, not in the address."""
    a, b, client = world.a, world.b, sign_in(world.a.leader)
    before = held()
    tried = [
        ("counseling:talk_new", {}, sent(b.student)),
        ("counseling:talk_new", {}, sent(a.student, b.student)),
        ("students:flag_step", {"pk": a.flag.pk, "kind": "hand_over"}, {"to": b.counselor.pk}),
        ("students:student_edit", {"pk": a.student.pk}, FIELDS | {"class_group": b.class_1.pk}),
        ("schools:membership_new", {"pk": a.subject_teacher.person_id}, FIELDS | {"classes": [b.class_1.pk]}),
        ("schools:membership_new", {"pk": a.subject_teacher.person_id}, FIELDS | {"backup": b.counselor.pk}),
        ("schools:membership_switch", {}, {"membership": b.leader.pk}),
    ]
    statuses = [client.post(reverse(name, kwargs=at), fields).status_code for name, at, fields in tried]
    assert [status for status in statuses if status not in (200, 302, 404, 422)] == []
    assert held() == before
    assert client.get(b.student.get_absolute_url()).status_code == 404


def test_the_same_forms_take_the_things_of_the_own_school(world, sign_in):
    """Or the test above would pass for another reason."""
    a, client = world.a, sign_in(world.a.leader)
    client.post(reverse("counseling:talk_new"), sent(a.student, a.student_2))
    client.post(reverse("students:flag_step", args=[a.flag.pk, "hand_over"]), {"to": a.counselor.pk})
    client.post(reverse("students:student_edit", args=[a.student.pk]), FIELDS | {"class_group": a.class_2.pk})
    client.post(
        reverse("schools:membership_new", args=[a.subject_teacher.person_id]), FIELDS | {"classes": [a.class_1.pk]}
    )
    a.student.refresh_from_db()
    a.flag.refresh_from_db()
    assert TalkPart.objects.filter(talk__author=a.leader.person).count() == 2
    assert (a.flag.assignee, a.student.class_group) == (a.counselor, a.class_2)
    assert a.subject_teacher.person.memberships.count() == 2


FILTERS = [
    ("students:student_list", "class", "class"),
    ("counseling:talk_list", "class", "class"),
    ("counseling:talk_list", "teacher", "person"),
    ("counseling:coverage", "class", "class"),
    ("counseling:talk_new", "student", "student"),
    ("counseling:talk_new", "draft", "draft"),
    ("schools:person_list", "unit", "unit"),
    ("schools:person_new", "unit", "unit"),
    ("schools:calendar", "unit", "unit"),
    ("reports:figure_list", "unit", "unit"),
]


@pytest.mark.parametrize(("name", "parameter", "what"), FILTERS)
def test_a_filter_that_names_a_thing_of_another_school_shows_none_of_it(name, parameter, what, world, sign_in):
    b = world.b
    foreign = {
        "class": b.class_1.pk,
        "person": b.teacher.person_id,
        "student": b.student.pk,
        "draft": draft_of(b.teacher, b).pk,
        "unit": b.unit.code,
    }
    answer = sign_in(world.a.leader).get(reverse(name), {parameter: foreign[what]})
    assert answer.status_code in (200, 400, 404)
    assert [sign for sign in ("SENTINEL-b", "乙") if sign in answer.content.decode()] == []


# --- a high role here, a low one there ------------------------------------------------------------------------------


@pytest.fixture
def both(world):
    """The counselor of A is class teacher of a class of B as well."""
    member = Membership.objects.create(
        person=world.a.counselor.person, unit=world.b.unit, role="class_teacher", starts_on=dt.date(2025, 9, 1)
    )
    member.classes.set([world.b.class_1])
    return member


def statuses(client, *urls):
    return [client.get(url).status_code for url in urls]


def test_rights_of_one_role_do_not_count_in_the_other(world, sign_in, both):
    a, b = world.a, world.b
    restricted = reverse("counseling:talk_detail", args=[part_of(b, "restricted").pk])
    urls = [a.student.get_absolute_url(), b.student.get_absolute_url(), b.older.get_absolute_url(), restricted]
    urls += [reverse("counseling:talk_export"), reverse("students:student_opened", args=[b.student.pk])]
    assert statuses(sign_in(world.a.counselor), *urls) == [200, 404, 404, 404, 200, 404]
    assert statuses(sign_in(both), *urls) == [404, 200, 404, 404, 403, 403]


def test_what_was_done_in_one_role_is_not_open_in_the_other(world, sign_in, both):
    """Own talks, drafts, jobs and raised flags stay where they were made."""
    a = world.a
    made = [
        reverse("counseling:talk_detail", args=[part_of(a, "restricted").pk]),
        reverse("counseling:talk_edit", args=[part_of(a, "restricted").pk]),
        reverse("students:flag_detail", args=[raised(a.student_2, a.counselor).pk]),
        reverse("schools:job_file", args=[job_of(a.counselor).pk]),
        f"{reverse('counseling:talk_new')}?draft={draft_of(a.counselor, a).pk}",
    ]
    assert statuses(sign_in(a.counselor), *made) == [200] * 5
    assert statuses(sign_in(both), *made) == [404] * 5


def test_switching_roles_in_an_open_session_moves_all_rights(world, sign_in, both):
    client = sign_in(world.a.counselor)
    urls = [world.a.student.get_absolute_url(), world.b.student.get_absolute_url()]
    assert statuses(client, *urls) == [200, 404]
    client.post(reverse("schools:membership_switch"), {"membership": both.pk})
    assert statuses(client, *urls) == [404, 200]
