"""Pages take their counts from what is kept: a school's own, a center's as the sum of all below it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.board import board_of
from reports.clocks import clock_rows
from reports.editions import HIDDEN, Edition
from schools.figures import Scope, figures
from schools.models import Tally, Term, UnitSetting
from schools.queries import current_term
from schools.recounting import recount_all
from students.models import RiskFlag, Student
from tests.reports.bulk import grow
from tests.world import NOW

pytestmark = pytest.mark.django_db


def board(unit, **more):
    return board_of(Scope.of(unit, current_term(unit)), **more)


@pytest.fixture
def grown(world):
    grow(world, schools=3, classes=2, students=15, talks=3, flags=4)
    recount_all()
    return world


def test_center_is_the_sum_of_its_schools_exactly(grown):
    """Center staff answer for their schools: two students at the worst level are two, not a star."""
    found = board(grown.district)
    by_hand = {
        code: sum(figure.query(Scope.of(node_unit(node), current_term(grown.city))).count() for node in found.schools)
        for code, figure in figures().items()
    }
    assert {code: found.count(code) for code in figures()} == by_hand
    assert 0 < found.count("flags_new", grown.a.unit.pk) < 5


def node_unit(node):
    from schools.models import Unit

    return Unit.objects.select_related("kind").get(pk=node.pk)


def test_every_center_of_the_tree_adds_up_what_is_below_it(grown):
    city, district, cluster = (board(unit) for unit in (grown.city, grown.district, grown.cluster))
    assert city.count("students", grown.district.pk) == district.count("students") == cluster.count("students")
    parts = sum(cluster.count("students", node.pk) for node in cluster.schools)
    assert cluster.count("students") == parts > 40


def test_center_sees_only_its_subtree(grown):
    other = board(grown.other_district)
    assert ([node.name for node in other.nodes], other.count("students")) == (["西区中心"], 0)


def test_values_of_a_partition_add_up_in_a_center(grown):
    found = board(grown.district)
    for code, figure in figures().items():
        for split in figure.splits:
            if split.is_partition:
                parts = sum(count for _value, count in found.split(code, split.code))
                assert parts == found.count(code), (code, split.code)


def test_center_counts_each_school_by_the_days_of_its_own_term(grown):
    whole = board(grown.city).count("talk_parts")
    term = current_term(grown.city)
    Term.objects.create(unit=grown.district, code=term.code, starts=dt.date(2026, 3, 10), ends=term.ends)
    recount_all()
    assert 0 < board(grown.city).count("talk_parts") < whole


def test_center_reads_its_own_words(grown):
    UnitSetting.objects.create(unit=grown.district, key="severity_scheme", value="three_levels")
    words = {one: [value.label for value in board(getattr(grown, one)).values("flags_new", "level")] for one in CENTERS}
    assert ["二级（橙）" in words[one] for one in CENTERS] == [True, False]


CENTERS = ["city", "district"]


def cost(unit):
    with CaptureQueriesContext(connection) as caught:
        found = board(unit)
        found.count("students", found.schools[0].pk)
        found.split("students", "grade")
    return [one["sql"] for one in caught]


def test_center_never_counts_records_and_costs_the_same_for_few_and_many_students(world):
    recount_all()
    few = cost(world.district)
    Student.objects.bulk_create([Student(school=world.a.unit, name=f"新生{n}", gender="m") for n in range(300)])
    grow(world, schools=2)
    recount_all()
    many = cost(world.district)
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


def test_middle_of_a_clock_is_read_from_classes_of_minutes(world):
    grow(world, schools=2, flags=3)  # reported after 30 minutes; the flag of the cast after 60
    recount_all()
    row = clock_rows(board(world.district), "all")[0]
    assert (row.middles["known_reported"], row.middles["reported_acted"]) == (30, None)


# --- the public edition ---------------------------------------------------------------------------------------------


def test_public_edition_hides_and_rounds_students_and_not_staff(grown):
    work, public = board(grown.district), board(grown.district, edition=Edition.PUBLIC)
    assert (work.count("students"), public.count("students")) == (58, 60)
    assert public.count("key_students", grown.a.unit.pk) is HIDDEN
    assert public.count("class_teachers") == work.count("class_teachers")


def test_public_share_is_made_from_rounded_counts(grown):
    from schools.figures import ratios

    public = board(grown.district, edition=Edition.PUBLIC)
    share = public.share(ratios()["coverage"])
    assert share.quotient == public.count("students_reached") / public.count("students")
    assert public.share(ratios()["key_coverage"], grown.a.unit.pk).quotient is HIDDEN


def test_public_median_of_few_is_withheld(world):
    grow(world, schools=1, flags=2)
    recount_all()
    assert clock_rows(board(world.district, edition=Edition.PUBLIC), "all")[0].middles["known_reported"] is HIDDEN
    RiskFlag.objects.update(acted_at=None)
    grow_flags = RiskFlag.objects.values_list("student", flat=True)
    _more_flags(world, grow_flags, 4)
    recount_all()
    assert clock_rows(board(world.district, edition=Edition.PUBLIC), "all")[0].middles["known_reported"] is not HIDDEN


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
