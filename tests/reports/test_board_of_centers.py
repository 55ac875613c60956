"""What a center reads of many schools: the sums of what they have counted, for work and for everyone.

The schools are written and counted once for this file.
"""

import datetime as dt

import pytest

from reports.editions import HIDDEN, Edition
from schools.figures import Scope, figures, ratios, timings
from schools.models import Term, Unit, UnitSetting
from schools.queries import current_term
from schools.recounting import recount_all
from tests.reports.bulk import grow
from tests.reports.test_unit_counts import board
from tests.walking import things

pytestmark = pytest.mark.django_db
CENTERS = ["city", "district"]


@pytest.fixture(scope="module")
def schools(once):
    def write(world):
        grow(world, schools=3, classes=2, students=15, talks=3, flags=4)
        recount_all()

    once(write)


@pytest.fixture
def grown(schools, world):
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
    return Unit.objects.select_related("kind").get(pk=node.pk)


@pytest.mark.parametrize("center", ["cluster", "district"])
def test_no_figure_counts_a_record_of_a_center_itself(center, world):
    """So centers are not counted; a figure that does must say so in `schools.recounting`."""
    things(world)
    scope = Scope.of(getattr(world, center), current_term(world.city))
    assert {code: one.counts(scope) for code, one in (figures() | timings()).items() if +one.counts(scope)} == {}


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


def test_public_edition_hides_and_rounds_students_and_not_staff(grown):
    work, public = board(grown.district), board(grown.district, edition=Edition.PUBLIC)
    assert (work.count("students"), public.count("students")) == (58, 60)
    assert public.count("key_students", grown.a.unit.pk) is HIDDEN
    assert public.count("class_teachers") == work.count("class_teachers")


def test_public_share_is_made_from_rounded_counts(grown):
    public = board(grown.district, edition=Edition.PUBLIC)
    share = public.share(ratios()["coverage"])
    assert share.quotient == public.count("students_reached") / public.count("students")
    assert public.share(ratios()["key_coverage"], grown.a.unit.pk).quotient is HIDDEN
