"""Pages take their counts from what is kept: a school's own, a center's as the sum of all below it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.clocks import clock_rows
from reports.editions import HIDDEN, Edition
from reports.unit_counts import counts_of
from schools.figures import Scope
from schools.models import Tally, TallyMark
from schools.queries import current_term
from schools.recounting import recount_all
from schools.tallies import mark
from students.models import RiskFlag, Student
from tests.reports.bulk import grow
from tests.world import NOW

pytestmark = pytest.mark.django_db


def board(unit, **more):
    return counts_of(Scope.of(unit, current_term(unit)), **more)


def cost(unit):
    with CaptureQueriesContext(connection) as caught:
        found = board(unit)
        found.count("students", found.schools[0].pk)
        found.split("students", "grade")
    return [one["sql"] for one in caught]


def test_center_never_counts_records_and_costs_the_same_for_few_and_many_students(counted):
    few = cost(counted.district)
    Student.objects.bulk_create([Student(school=counted.a.unit, name=f"新生{n}", gender="m") for n in range(300)])
    grow(counted, schools=2)
    recount_all()
    many = cost(counted.district)
    records = ("students_", "counseling_talk", "screening_")
    assert len(many) == len(few) <= 6
    assert [sql for sql in many if any(f'"{table}' in sql for table in records)] == []


def test_school_that_was_never_counted_is_counted_when_its_page_is_opened(world):
    assert not Tally.objects.exists()
    assert board(world.a.unit).count("students") == 5


def test_school_that_is_not_marked_is_not_counted_again(world):
    board(world.a.unit)
    Student.objects.filter(school=world.a.unit).update(gender="f")  # by nobody's action: nothing was marked
    with CaptureQueriesContext(connection) as caught:
        board(world.a.unit)
    assert [one["sql"] for one in caught if "students_student" in one["sql"]] == []


@pytest.mark.parametrize("page", ["figure_list", "figure_records"])
def test_center_that_opens_a_marked_school_reads_what_is_kept(counted, sign_in, page):
    url = reverse(f"reports:{page}", args=["students"] if page == "figure_records" else [])
    center, leader = sign_in(counted.district_staff), sign_in(counted.a.leader)
    opened = [(center, {"unit": counted.a.unit.code}), (leader, {})]
    for client, query in opened:
        client.get(url, query)
    Student.objects.create(school=counted.a.unit, name="新生", gender="m")
    mark(counted.a.unit.pk)
    costs = []
    for client, query in opened:
        with CaptureQueriesContext(connection) as caught:
            client.get(url, query)
        costs.append([one["sql"] for one in caught])
        assert TallyMark.objects.filter(unit=counted.a.unit).exists() == (client is center)
    by_center, by_school = costs
    records = ("students_student", "counseling_talk", "screening_")
    assert [sql for sql in by_center if any(f'"{table}' in sql for table in records)] == []
    assert len(by_center) <= 20 < len(by_school)


def test_center_reads_no_zero_of_a_school_that_was_never_counted(world, sign_in):
    url = reverse("reports:figure_list")
    read = [sign_in(one).get(url, {"unit": world.a.unit.code}) for one in (world.district_staff, world.a.leader)]
    center, school = (dict(answer.context["groups"])["学生"] for answer in read)
    assert [row.amount for row in center] == [row.amount for row in school]


def test_middle_of_a_clock_is_read_from_classes_of_minutes(counted):
    grow(counted, schools=2, flags=3)  # reported after 30 minutes; the flag of the cast after 60
    recount_all()
    row = clock_rows(board(counted.district), "all")[0]
    assert (row.middles["known_reported"], row.middles["reported_acted"]) == (30, None)


# --- the public edition ---------------------------------------------------------------------------------------------


def test_public_median_of_few_is_withheld(counted):
    grow(counted, schools=1, flags=2)
    recount_all()
    assert clock_rows(board(counted.district, edition=Edition.PUBLIC), "all")[0].middles["known_reported"] is HIDDEN
    RiskFlag.objects.update(acted_at=None)
    grow_flags = RiskFlag.objects.values_list("student", flat=True)
    _more_flags(counted, grow_flags, 4)
    recount_all()
    assert clock_rows(board(counted.district, edition=Edition.PUBLIC), "all")[0].middles["known_reported"] is not HIDDEN


def _more_flags(world, students, count):
    known = NOW - dt.timedelta(days=1)
    free = Student.objects.filter(school=world.a.unit).exclude(pk__in=list(students))[:count]
    for student in free:
        RiskFlag.objects.create(
            student=student,
            school=world.a.unit,
            severity=1,
            raised_by=world.a.teacher,
            known_at=known,
            reported_at=known + dt.timedelta(minutes=5),
            due_at=NOW,
        )
