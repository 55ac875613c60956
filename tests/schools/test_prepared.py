"""Prepared reads say what the queries they were made of say."""

import datetime as dt

import pytest

from schools.models import Membership, Term, UnitSetting
from schools.queries import current_memberships, terms_of
from schools.settings_of import settings_of
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
