"""Figures are their records counted."""

import datetime as dt

import pytest

from schools.figures import ALL, CLASS, Scope, figures, ratios, timings
from schools.queries import current_term, previous_term
from tests.reports.bulk import grow
from tests.world import NOW

pytestmark = pytest.mark.django_db
CODES = sorted(figures())


def scope_of(unit):
    return Scope.of(unit, current_term(unit))


@pytest.mark.parametrize("code", CODES)
def test_figure_and_each_value_of_its_splits_count_the_records_they_open(code, world):
    (school,) = grow(world, schools=1)
    for unit in (world.a.unit, school.unit):
        scope, figure = scope_of(unit), figures()[code]
        counts = figure.counts(scope)
        assert counts[ALL] == figure.query(scope).count()
        for split in figure.splits:
            parts = {value: count for (found, value), count in counts.items() if found == split.code}
            for value, count in parts.items():
                assert figure.query(scope).filter(figure.where(scope, split, value)).count() == count, (split, value)
            if split.is_partition:
                assert sum(parts.values()) == counts[ALL], split.code


def test_figures_count_by_class_inside_the_school(world):
    counts = figures()["students"].counts(scope_of(world.a.unit))
    by_class = {value: count for (split, value), count in counts.items() if split == CLASS}
    assert by_class[str(world.a.class_1.pk)] == 3
    assert sum(by_class.values()) == 5


def test_somebody_with_a_role_in_two_schools_counts_once_at_the_main_one(world):
    from schools.models import Membership

    person = world.a.counselor.person
    visit = {"employment": "visiting", "ends_on": dt.date(2026, 7, 1), "starts_on": dt.date(2020, 9, 1)}
    Membership.objects.create(person=person, unit=world.b.unit, role="counselor", **visit)
    before = {"a": 2, "b": 2}
    found = {key: figures()["counselors"].query(scope_of(getattr(world, key).unit)).count() for key in before}
    assert found == before
    assert figures()["schools_with_counselor"].query(scope_of(world.b.unit)).count() == 1


@pytest.mark.parametrize(
    ("at_a", "at_b", "counts"),
    [
        (("part_time", 2020), ("full_time", 2024), [2, 3]),
        (("visiting", 2020), ("part_time", 2024), [2, 3]),
        (("part_time", 2024), ("part_time", 2020), [2, 3]),
        (("part_time", 2020), ("part_time", 2020), [3, 2]),
    ],
)
def test_the_main_school_is_where_one_is_employed_most_then_longest(at_a, at_b, counts, world):
    from schools.models import Membership

    units = [world.a.unit, world.b.unit]
    for unit, (employment, year) in zip(units, [at_a, at_b], strict=True):
        days = {"starts_on": dt.date(year, 9, 1), "ends_on": dt.date(2027, 1, 1)}
        Membership.objects.create(
            person=world.city_staff.person, unit=unit, role="counselor", employment=employment, **days
        )
    assert [figures()["counselors"].query(scope_of(unit)).count() for unit in units] == counts


def test_a_value_that_nobody_has_opens_nothing(world):
    figure, scope = figures()["students"], scope_of(world.a.unit)
    assert figure.query(scope).filter(figure.where(scope, figure.split("grade"), "primary-6")).count() == 0


def test_figures_of_the_cast_are_as_counted_by_hand(world):
    scope = scope_of(world.a.unit)
    found = {code: figure.query(scope).count() for code, figure in figures().items()}
    assert found == {
        "schools": 1,
        "schools_with_counselor": 1,
        "classes": 3,
        "counselors": 2,
        "full_time_counselors": 2,
        "class_teachers": 3,
        "certificates": 0,
        "staff": 8,
        "certified_staff": 0,
        "staff_wanted": 8,
        "staff_as_wanted": 0,
        "students": 5,
        "key_students": 1,
        "group_entries": 1,
        "flags_at_start": 0,
        "flags_new": 1,
        "flags_closed": 0,
        "flags_at_end": 1,
        "flags_confirmed": 0,
        "flags_unfounded": 0,
        "flags_overdue": 0,
        "flags_due": 0,  # due in six hours
        "flags_in_time": 0,
        "center_requests": 0,
        "registry_at_start": 0,
        "registry_new": 0,
        "registry_moved_in": 0,
        "registry_moved_out": 0,
        "registry_left": 0,
        "registry_at_end": 0,
        "registry_overdue": 0,
        "talks": 4,
        "talk_parts": 5,
        "restricted_talks": 1,
        **dict.fromkeys(("incidents", "crisis_free", "daily_missing", "sweeps_overdue"), 0),
        **{f"incidents_{form}_{what}": 0 for form in ("oral", "written") for what in ("due", "in_time")},
        "students_reached": 4,  # student, student_2, neighbor, older
        "key_students_reached": 1,
        "students_screened": 0,
        "screening_asked": 0,
        "screening_answered": 0,
        "screening_results": 0,
        "screening_valid": 0,
        "screening_levels": 0,
        "screening_flags": 0,
        "screening_flags_due": 0,
        "screening_flags_in_time": 0,
    }


def test_talks_deleted_or_of_another_term_do_not_count(world):
    from counseling.models import TalkLog, TalkPart

    TalkPart.objects.filter(talk=world.a.talks["shared"]).update(deleted_at=NOW)
    TalkLog.objects.filter(pk=world.a.talks["older"].pk).update(happened_at=NOW - dt.timedelta(days=60))
    scope = scope_of(world.a.unit)
    counts = [figures()[code].query(scope).count() for code in ("talks", "talk_parts", "students_reached")]
    assert counts == [2, 2, 2]


def test_states_of_a_past_term_are_read_at_its_end(world):
    """The pupil came in March, so last term had one fewer; the flag of this term was not open then."""
    world.a.older.entered_on = dt.date(2026, 3, 1)
    world.a.older.save(update_fields=["entered_on"])
    scope = Scope.of(world.a.unit, previous_term(world.a.unit, current_term(world.a.unit)))
    found = {code: figures()[code].query(scope).count() for code in ("students", "key_students", "flags_at_end")}
    assert found == {"students": 4, "key_students": 1, "flags_at_end": 0}


@pytest.mark.parametrize("settled", [None, "last term", "this term"])
def test_flags_balance(settled, world):
    """Open at the start + new − closed = open at the end, whatever became of an old flag."""
    from students.models import RiskFlag

    when = {"last term": dt.timedelta(days=70), "this term": dt.timedelta(days=2)}
    RiskFlag.objects.create(
        student=world.a.older,
        school=world.a.unit,
        severity=2,
        raised_by=world.a.teacher_4,
        known_at=NOW - dt.timedelta(days=80),
        reported_at=NOW - dt.timedelta(days=80),
        due_at=NOW - dt.timedelta(days=77),
        acted_at=NOW - dt.timedelta(days=79) if settled else None,
        state="closed" if settled else "raised",
        settled_at=NOW - when[settled] if settled else None,
        closed_by=world.a.counselor.person if settled else None,
        outcome="supported" if settled else "",
    )
    scope = scope_of(world.a.unit)
    start, new, closed, end = (
        figures()[code].query(scope).count() for code in ("flags_at_start", "flags_new", "flags_closed", "flags_at_end")
    )
    assert start + new - closed == end
    assert (start, closed) == {None: (1, 0), "last term": (0, 0), "this term": (1, 1)}[settled]


def test_a_flag_is_late_only_once_its_time_is_over(world):
    from students.models import RiskFlag

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NOW - dt.timedelta(minutes=5))
    scope = scope_of(world.a.unit)
    assert [figures()[code].query(scope).count() for code in ("flags_due", "flags_in_time")] == [1, 0]


def test_a_visiting_counselor_whose_time_is_over_does_not_count(world):
    world.a.counselor.ends_on = dt.date(2026, 3, 1)
    world.a.counselor.save(update_fields=["ends_on"])
    assert figures()["counselors"].query(scope_of(world.a.unit)).count() == 1


def test_ratios_and_timings_name_figures_that_exist(world):
    named = {r.numerator for r in ratios().values()} | {r.denominator for r in ratios().values()}
    named |= {timing.figure for timing in timings().values()}
    assert named - set(figures()) == set()


def test_every_figure_shows_only_records_with_a_rule_of_access(world):
    models = {code: figure.query(scope_of(world.a.unit)).model for code, figure in figures().items()}
    assert [code for code, model in models.items() if not hasattr(model._default_manager, "visible_to")] == []
