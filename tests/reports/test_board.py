"""Above the school, no count of students from 1 to 4 is published, and none can be worked out."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.board import _as_it_was, board_of, refresh_boards
from reports.equations import DERIVED, SUMS, Cell, Node, add_rests, equations_of
from reports.summary import build_summary
from reports.suppression import HIDDEN
from schools.figures import Scope, figures, ratios
from schools.queries import current_term, previous_term, term_of
from students.models import Student
from tests.reports.bulk import grow
from tests.world import NOW

pytestmark = pytest.mark.django_db


def board(unit):
    return board_of(Scope.of(unit, current_term(unit)))


def small_cells(found):
    return {
        cell: count
        for cell, count in found.cells.items()
        if figures()[cell.figure].about_students and count is not HIDDEN and 1 <= count <= 4
    }


@pytest.fixture
def grown(world):
    grow(world, schools=5, classes=4, students=25, talks=4, flags=4)
    return world


@pytest.mark.parametrize("unit", ["city", "district", "cluster"])
def test_board_of_a_center_holds_no_small_count(unit, grown):
    assert small_cells(board(getattr(grown, unit))) == {}


def test_board_of_a_school_is_plain(grown):
    found = board(grown.a.unit)
    assert (found.is_suppressed, found.count("key_students"), HIDDEN in found.cells.values()) == (False, 1, False)


def test_published_counts_are_the_true_ones(grown):
    found = board(grown.district)
    scope = Scope.of(grown.district, current_term(grown.district))
    totals = {code: figure.query(scope).count() for code, figure in figures().items()}
    published = {code: found.count(code) for code in totals}
    assert {code: count for code, count in published.items() if count is not HIDDEN and count != totals[code]} == {}
    assert published["students"] == totals["students"]


def test_two_centers_publish_the_same_cells(grown):
    """Or one could be subtracted from the other."""
    district, cluster, city = board(grown.district), board(grown.cluster), board(grown.city)
    differing = [cell for cell in cluster.cells if not cluster.cells[cell] == district.cells[cell] == city.cells[cell]]
    assert differing == []


def test_a_center_sees_only_its_subtree(grown):
    other = board(grown.other_district)
    assert {node.name for node in other.nodes} == {"西区中心"}
    assert {cell.unit for cell in other.cells} == {grown.other_district.pk}


def test_hidden_cells_cannot_be_worked_out_from_a_total(grown):
    """In no sum of the published tables is exactly one term hidden."""
    cells = board(grown.district).cells
    children = [node.pk for node in board(grown.district).nodes if node.is_school]
    for code, figure in figures().items():
        parts = [cells[Cell(code, pk)] for pk in children]
        if figure.about_students and cells[Cell(code, grown.cluster.pk)] is not HIDDEN:
            assert parts.count(HIDDEN) != 1, code


def test_what_can_be_worked_out_is_protected_too(world):
    """29 of 30 students reached: the one who is left would stand in the difference."""
    from counseling.models import TalkPart

    (school,) = grow(world, schools=1, students=30, talks=10, flags=0)
    left_out = school.unit.students.first()
    TalkPart.objects.filter(student=left_out).delete()
    found = board(world.district)
    pair = [found.count(code, school.unit.pk) for code in ("students", "students_reached")]
    assert HIDDEN in pair


def test_schools_of_a_published_board_have_no_splits_of_students(grown):
    schools = {node.pk for node in board(grown.district).schools}
    split = {cell.figure for cell in board(grown.district).cells if cell.unit in schools and cell.split}
    assert split == {"classes", "counselors"}


def test_a_share_is_hidden_with_its_counts(grown):
    found = board(grown.district)
    for node in found.nodes:
        share = found.share(ratios()["key_coverage"], node.pk)
        if HIDDEN in (share.numerator, share.denominator):
            assert share.quotient is HIDDEN


def test_staff_are_not_hidden(grown):
    assert board(grown.district).count("counselors", grown.a.unit.pk) == 2


def test_the_balance_is_published_as_a_sum_that_holds(grown):
    found = board(grown.district)
    for node in found.nodes:
        start, new, closed, end = (
            found.count(code, node.pk) for code in ("flags_at_start", "flags_new", "flags_closed", "flags_at_end")
        )
        if HIDDEN not in (start, new, closed, end):
            assert start + new - closed == end


def test_sums_name_cells_that_exist():
    known = set(figures()) | set(DERIVED)
    assert {name for total, parts in SUMS for name in (total, *parts)} - known == set()


def test_queries_of_a_board_do_not_grow_with_schools(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            board(world.district)
        return len(found)

    before = queries()
    grow(world, schools=8)
    assert queries() == before


def test_a_center_with_schools_beside_clusters_keeps_its_sums(world):
    """The district's own school has no cluster; what remains after the clusters is a cell as well."""
    from tests.world import _unit

    own = _unit(world.district, "school", "2144000099", "直属小学", school_type="211", stages=["primary"], system="63")
    from students.models import Student

    Student.objects.bulk_create([Student(school=own, name=f"直属{n}", gender="m") for n in range(3)])
    found = board(world.district)
    assert small_cells(found) == {}
    assert found.count("students") != 13 or found.count("students", own.pk) is HIDDEN


def test_a_center_above_a_single_center_publishes_the_same(grown):
    """The city has two districts, the district one cluster: those two are one table."""
    found = board(grown.district)
    district = {cell[:1] + cell[2:]: count for cell, count in found.cells.items() if cell.unit == grown.district.pk}
    cluster = {cell[:1] + cell[2:]: count for cell, count in found.cells.items() if cell.unit == grown.cluster.pk}
    assert district == cluster


# --- several terms, several dates, several words ----------------------------------------------------------------------


def cells_below(found, unit):
    inside = {node.pk for node in found.nodes if node.path.startswith(unit.path)}
    return {cell: count for cell, count in found.cells.items() if cell.unit in inside}


def test_a_center_with_days_of_its_own_publishes_the_same_as_the_city(grown):
    """Else the same students would be hidden twice, each time with other cells."""
    from schools.models import Term

    term = current_term(grown.city)
    Term.objects.create(unit=grown.district, code=term.code, starts=term.starts + dt.timedelta(days=9), ends=term.ends)
    cache.clear()
    own = board(grown.district)
    assert own.scope.term.unit == grown.district
    assert own.cells == cells_below(board(grown.city), grown.district)


def test_the_city_counts_a_school_by_the_days_of_its_own_term(grown):
    from schools.models import Term

    term = current_term(grown.city)
    whole = board(grown.city).count("talk_parts")
    Term.objects.create(unit=grown.district, code=term.code, starts=dt.date(2026, 3, 10), ends=term.ends)
    assert 0 < board(grown.city).count("talk_parts") < whole


def test_boards_are_counted_anew_before_they_grow_old_so_that_no_page_counts(grown):
    whole = board(grown.city).count("students")
    Student.objects.update(status=Student.Status.LEFT, left_on=dt.date(2026, 3, 1))
    assert board(grown.district).count("students") > 0
    refresh_boards()
    with CaptureQueriesContext(connection) as caught:
        assert (whole > 100, board(grown.city).count("students")) == (True, 0)
    assert [one["sql"] for one in caught if "students_student" in one["sql"]] == []


def test_other_days_of_a_term_are_counted_at_once(grown):
    """Not after the ten minutes for which a board is kept."""
    before = board(grown.city).count("talk_parts")
    term = current_term(grown.city)
    term.starts = dt.date(2026, 3, 18)
    term.save(update_fields=["starts"])
    assert board(grown.city).count("talk_parts") != before


def test_of_an_earlier_term_a_center_tells_whole_classes_and_what_was_raised_of_the_rest_its_totals(grown):
    earlier = previous_term(grown.city, current_term(grown.city))
    found = board_of(Scope.of(grown.city, earlier))
    school = grown.a.unit.pk
    states = ["key_students", "key_students_reached", "group_entries", "flags_at_end", "flags_closed"]
    assert {code: found.count(code, school) for code in states} == dict.fromkeys(states, HIDDEN)
    assert found.count("key_students", None, "gender", "f") is HIDDEN
    assert found.count("key_students") > 5
    told = {node.pk: found.count("students", node.pk) for node in found.schools}
    told = {pk: count for pk, count in told.items() if count is not HIDDEN}
    truth = figures()["students"].tally(Scope.of(grown.city, earlier)).total
    assert len(told) >= 5
    assert told == {pk: truth[pk] for pk in told}
    assert found.count("students", None, "gender", "f") > 50
    assert [found.count(code, school) for code in ("talks", "flags_new", "class_teachers")] == [0, 0, 3]


def test_a_term_that_has_not_begun_tells_of_no_student(grown):
    """They would be the students of today, hidden a second time."""
    from schools.models import Term

    Term.objects.create(unit=grown.city, code="2026-2027-1", starts=dt.date(2026, 9, 1), ends=dt.date(2027, 1, 20))
    found = board_of(Scope.of(grown.city, term_of(grown.city, "2026-2027-1")))
    assert (found.count("students"), found.count("flags_new"), found.count("talks")) == (HIDDEN, HIDDEN, 0)


@pytest.mark.parametrize(
    ("cell", "years", "before"),
    [
        (Cell("students", 1, "grade", "primary-4"), 1, Cell("students", 1, "grade", "primary-3")),
        (Cell("students", 1, "grade", "primary-4"), 0, Cell("students", 1, "grade", "primary-4")),
        (Cell("students", 1, "grade", "none"), 1, Cell("students", 1, "grade", "none")),
        (Cell("group_entries", 1, "group", "left-behind"), 1, Cell("group_entries", 1, "group", "left-behind")),
        (Cell("flags_at_start", 1, "level", "3"), 1, Cell("flags_at_end", 1, "level", "3")),
    ],
)
def test_a_state_is_known_by_the_name_it_had_in_the_term_before(cell, years, before):
    assert _as_it_was(cell, years) == before


def test_a_center_reads_its_own_words_and_no_private_theme_of_another(grown):
    from counseling.models import TalkOption, TalkPart
    from schools.models import UnitSetting

    UnitSetting.objects.create(unit=grown.district, key="severity_scheme", value="three_levels")
    TalkOption.objects.create(
        unit=grown.a.unit, list="theme", code="secret", label_zh="甲校自设", label_en="Own", position=5
    )
    TalkPart.objects.filter(pk=grown.a.talks["own"].parts.get().pk).update(themes=["secret"])
    found = {unit: board(getattr(grown, unit)) for unit in ("city", "district", "other_district")}
    levels = {unit: [value.label for value, _count in one.split("flags_new", "level")] for unit, one in found.items()}
    themes = {unit: [value.label for value, _count in one.split("talk_parts", "theme")] for unit, one in found.items()}
    assert "二级（橙）" in levels["city"]
    assert "二级（橙）" not in levels["district"]
    assert "二级" in levels["district"]
    assert [unit for unit, labels in themes.items() if "甲校自设" in labels] == ["city", "district"]


@pytest.mark.parametrize(("acted", "when", "told"), [(3, -1, False), (32, -1, False), (32, -2.5, True)])
def test_a_median_is_withheld_by_published_counts_alone(acted, when, told, world):
    """Were it withheld for fewer than five that were acted on, the star would tell so of those in time as well."""
    from reports.clocks import clock_rows
    from students.models import RiskFlag

    grow(world, schools=3, flags=9)
    RiskFlag.objects.update(severity=2, due_at=NOW - dt.timedelta(days=2))
    flags = RiskFlag.objects.all()[:acted]
    RiskFlag.objects.filter(pk__in=[flag.pk for flag in flags]).update(acted_at=NOW + dt.timedelta(days=when))
    found = board(world.district)
    middle = clock_rows(found, "all")[0].middles["reported_acted"]
    assert found.count("flags_new") == 32
    assert (middle is not HIDDEN) is told


def test_schools_beside_clusters_are_one_cell_that_terms_share():
    """Of an earlier term they are told by what is left of the center, of this one by themselves."""
    units = [(1, None, False), (2, 1, False), (3, 2, True), (4, 1, True)]
    nodes = tuple(Node(pk, "", "", "", parent, is_school) for pk, parent, is_school in units)
    now = {Cell("students", pk): count for pk, count in ((1, 30), (2, 20), (3, 20), (4, 10))}
    earlier = {cell: count for cell, count in now.items() if cell.unit < 3}
    for cells in (earlier, now):
        add_rests(cells, nodes)
    assert [cells[Cell("students", -1)] for cells in (earlier, now)] == [10, 10]
    of_rest = [one.parts for one in equations_of(now, nodes) if one.total.unit == -1]
    assert of_rest == [[Cell("students", 4)]]


def test_pages_and_files_of_an_earlier_term_say_what_centers_are_told_of_it(grown, sign_in):
    now, earlier = current_term(grown.city), previous_term(grown.city, current_term(grown.city))
    note = "已结束的学期，重点学生、群体登记和在册预警只显示各中心的合计"
    client, url = sign_in(grown.city_staff), reverse("reports:figure_records", args=["key_students"])
    told = [note in client.get(url, {"term": term.code}).content.decode() for term in (now, earlier)]
    assert told == [False, True]
    assert [note in build_summary(grown.city, term).hidden_note for term in (now, earlier)] == [False, True]
