"""Whose threshold counts: the unit's own, else that of the pack, else the default."""

import pytest

from reports.policy import target_for
from schools.figures import Scope
from schools.models import UnitSetting
from schools.queries import current_term

pytestmark = pytest.mark.django_db
CODE = "students_per_counselor"


@pytest.fixture
def university(world):
    world.a.unit.stages = ["university"]
    return world.a.unit


def target(unit):
    found = target_for(CODE, Scope.of(unit, current_term(unit)))
    return found.at_most, found.source


def test_pack_counts_where_no_unit_has_set_anything(university):
    assert target(university) == (4000, "高等学校学生心理健康教育指导纲要（2018）：师生比不低于1:4000")


def test_what_the_unit_has_set_counts_before_the_pack(university):
    UnitSetting.objects.create(unit=university, key=CODE, value=2500)
    assert target(university) == (2500, "本单位设定")


def test_what_the_nearest_unit_above_has_set_counts_and_is_named(university, world):
    UnitSetting.objects.create(unit=world.city, key=CODE, value=3000)
    UnitSetting.objects.create(unit=world.district, key=CODE, value=2000)
    assert target(university) == (2000, "东区中心设定")


def test_default_is_called_a_default(world):
    assert target(world.b.unit) == (1000, "系统默认值")


def test_other_thresholds_are_those_of_the_packs(world):
    found = target_for("counselors", Scope.of(world.a.unit, current_term(world.a.unit)))
    assert (found.at_least, found.is_rule) == (1, True)
