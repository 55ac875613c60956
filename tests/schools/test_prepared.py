"""Prepared reads say what the queries they were made of say."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, connection
from django.db.models import Case, CharField, DateTimeField, Q, When
from django.utils import timezone

from schools.common.prepared import Prepared, PreparedInsert
from schools.models import Membership, Notice, Term, Unit, UnitSetting
from schools.prepared_for import prepared_for
from schools.queries import current_memberships, terms_of
from schools.settings_of import settings_of
from students.access import is_kept_from_a_flag
from students.models import Student
from students.queries import is_flagged
from tests.world import NOW

pytestmark = pytest.mark.django_db


def plain(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_current_memberships_are_those_of_today_with_unit_and_kind(world, fixed_clock):
    person, today = world.a.teacher.person, NOW.date()
    more = {"person": person, "role": "counselor"}
    for unit, starts, ends in ((world.b.unit, today, today), (world.city, today + dt.timedelta(days=1), None)):
        Membership.objects.create(unit=unit, starts_on=starts, ends_on=ends, **more)
    asked = Membership.objects.current().filter(person=person).select_related("unit__kind")
    found = current_memberships(person)
    assert [one.pk for one in found] == [one.pk for one in asked] and len(found) == 2
    for mine, theirs in zip(found, asked, strict=True):
        assert plain(mine) == plain(theirs)
        assert plain(mine.unit) == plain(theirs.unit)
        assert plain(mine.unit.kind) == plain(theirs.unit.kind)
    fixed_clock.shift(dt.timedelta(days=1))  # one has ended, the other begins
    assert {one.unit_id for one in current_memberships(person)} == {world.a.unit.pk, world.city.pk}


@pytest.mark.services
def test_postgresql_plans_a_prepared_read_once(world):
    names = Prepared(lambda code: Unit.objects.filter(code=code).values_list("short_name"), code=CharField())
    found = [names.objects(code=world.a.unit.code) for _turn in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", ['%."short_name"%'])
        planned = [text for (text,) in cursor.fetchall() if text.startswith('SELECT "schools_unit"."short_name"')]
    assert (found, len(planned)) == ([[world.a.unit.short_name]] * 3, 1)


@pytest.mark.services
def test_a_connection_keeps_the_texts_of_prepared_reads_only(world):
    """Other queries have their values within the text: names, and whole rows of an import."""
    names = Prepared(lambda code: Unit.objects.filter(code=code).values_list("name"), code=CharField())
    connection.connection._prepared.clear()
    for turn in range(5):
        names.objects(code=world.a.unit.code)
        with pytest.raises(DataError):
            names.objects(code="\0")  # PostgreSQL has no such letter
        for typed in (f"typed {turn}", "typed each time"):
            Unit.objects.filter(name=typed).exists()
    kept = connection.connection._prepared
    assert [list(kept._counts), [text for text, _types in kept._names]] == [
        [],
        [names.prepare().sql.replace("%s", "$1").encode()],
    ]


def test_current_memberships_are_of_nobody_else(world):
    assert [one.person_id for one in current_memberships(world.b.leader.person)] == [world.b.leader.person_id]


def test_terms_and_rules_are_those_of_the_unit_and_above(world):
    Term.objects.create(unit=world.b.unit, code="2030-2031-1", starts=dt.date(2030, 9, 1), ends=dt.date(2031, 1, 20))
    UnitSetting.objects.create(unit=world.b.unit, key="severity_scheme", value="three_levels")
    for school in (world.a, world.b):
        above = Term.objects.filter(unit__code__in=school.unit.ancestor_codes)
        assert [plain(one) for one in terms_of(school.unit)] == [plain(one) for one in above.order_by("starts")]
    schemes = [settings_of(school.unit)["severity_scheme"] for school in (world.a, world.b)]
    assert schemes == ["four_colors", "three_levels"]


# --- reads of what a viewer may see -----------------------------------------------------------------------------------


@prepared_for(is_kept_from_a_flag, since=DateTimeField())
def students_seen(viewer, since, of_classes=False):
    found = Student.objects.visible_to(viewer).annotate(late=Case(When(is_flagged(viewer), then=1), default=0))
    found = found.filter(class_group__in=viewer.class_ids) if of_classes else found
    return found.filter(Q(state__last_talk_at=None) | Q(state__last_talk_at__lt=since)).select_related("class_group")


@prepared_for()
def current_roles(viewer):
    return Membership.objects.current().filter(person=viewer.person).order_by("pk").values_list("pk")


@pytest.mark.parametrize("role", ["teacher", "subject_teacher", "grade_head", "counselor", "leader"])
def test_a_read_for_a_viewer_gives_what_its_query_gives(world, viewer, role):
    """One after the other, so that the second finds what was prepared for the first."""
    for school in (world.a, world.b):
        who = viewer(getattr(school, role))
        asked = Student.objects.visible_to(who).select_related("class_group")
        found = students_seen(who, since=NOW)
        assert [plain(one) for one in found] == [plain(one) for one in asked] and found
        assert [plain(one.class_group) for one in found] == [plain(one.class_group) for one in asked]


def test_a_read_for_a_viewer_takes_classes_of_any_number(world, viewer):
    for _turn in range(2):
        found = students_seen(viewer(world.a.teacher), since=NOW, of_classes=True)
        assert {one.class_group_id for one in found} == {world.a.class_1.pk}
        world.a.teacher.classes.add(world.a.class_2)
        found = students_seen(viewer(world.a.teacher), since=NOW, of_classes=True)
        assert {one.class_group_id for one in found} == {world.a.class_1.pk, world.a.class_2.pk}
        world.a.teacher.classes.set([world.a.class_1])
    world.a.teacher.classes.clear()
    assert students_seen(viewer(world.a.teacher), since=NOW, of_classes=True) == []


def test_a_read_for_a_viewer_is_prepared_anew_each_day(world, viewer, fixed_clock):
    own = world.a.teacher
    more = Membership.objects.create(person=own.person, unit=world.b.unit, role="counselor", ends_on=NOW.date())
    assert current_roles(viewer(own)) == [own.pk, more.pk]
    fixed_clock.shift(dt.timedelta(days=1))
    assert current_roles(viewer(own)) == [own.pk]


def test_a_read_that_was_begun_before_midnight_is_not_the_next_days(world, viewer, fixed_clock):
    leader, days = viewer(world.a.leader), []
    Membership.objects.filter(pk=leader.membership.pk).update(ends_on=NOW.date())

    @prepared_for()
    def current(viewer):
        days.append(timezone.localdate())
        today = days[-1]
        if len(days) == 1:
            fixed_clock.shift(dt.timedelta(days=1))
            current(leader)  # another thread, after midnight
        return Membership.objects.filter(person=viewer.person, ends_on__gte=today).values_list("pk", flat=True)

    current(leader)
    assert current(leader) == []


def test_a_read_with_a_moment_is_asked_anew_each_time(world, viewer, fixed_clock):
    ask = prepared_for()(lambda viewer: Session.objects.filter(expire_date__gt=timezone.now()).values_list("pk"))
    Session.objects.create(session_key="soon over", session_data="", expire_date=NOW + dt.timedelta(minutes=1))
    assert ask(viewer(world.a.leader)) == ["soon over"]
    fixed_clock.shift(dt.timedelta(minutes=2))
    assert ask(viewer(world.a.leader)) == []


def test_a_read_whose_rule_asks_for_rows_is_asked_for_each_viewer(world, viewer):
    ask = prepared_for()(lambda viewer: Membership.objects.filter(pk__in=current_roles(viewer)))
    assert [ask(viewer(own)) for own in (world.a.leader, world.b.leader)] == [[world.a.leader], [world.b.leader]]


def test_a_read_by_more_than_the_role_is_asked_for_each_viewer(world, viewer):
    ask = prepared_for()(lambda viewer: Unit.objects.filter(path__startswith=viewer.unit.path))
    assert ask(viewer(world.a.leader)) == [world.a.unit]
    assert ask(viewer(world.b.leader)) == [world.b.unit]


# --- writing ----------------------------------------------------------------------------------------------------------


def test_write_new_leaves_out_what_is_there_and_says_what_is_new(world):
    def notice(member, occasion):
        return Notice(membership=member, unit=world.a.unit, kind="flag.raised", occasion=occasion)

    insert, there = PreparedInsert(Notice), Notice.objects.filter(kind="flag.raised", subject_type="")
    first = notice(world.a.leader, "1")
    assert insert.write_new([first]) == [first]
    rows = [notice(world.a.leader, "1"), *(notice(world.a.leader, f"{number}") for number in range(2, 230))]
    assert insert.write_new(rows) == rows[1:]
    assert insert.write_new(rows) == []
    assert set(there.values_list("pk", flat=True)) == {first.pk, *(row.pk for row in rows[1:])}
