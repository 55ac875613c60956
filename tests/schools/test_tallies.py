"""An action marks its unit, in its own transaction."""

import datetime as dt

import pytest
from django.db import transaction

from schools.models import TallyMark
from schools.tallies import mark
from tests.world import NOW

pytestmark = pytest.mark.django_db


def marks():
    """The clock of the tests runs on, so to the minute."""
    rows = TallyMark.objects.order_by("unit_id", "at")
    return [(row.unit_id, row.at.replace(second=0, microsecond=0), row.since) for row in rows]


def test_mark_costs_one_insert_for_any_number_of_units(world, django_assert_num_queries):
    units = [world.a.unit.pk, world.b.unit.pk, world.a.unit.pk]
    with django_assert_num_queries(1):
        mark(*units, since=dt.date(2026, 3, 1))
    assert marks() == [(pk, NOW, dt.date(2026, 3, 1)) for pk in sorted(set(units))]


def test_mark_of_a_moment_to_come_stands_beside_the_one_of_now(world):
    later = NOW + dt.timedelta(hours=1)
    mark(world.a.unit.pk, then=later)
    assert marks() == [(world.a.unit.pk, NOW, None), (world.a.unit.pk, later, None)]


def test_mark_of_a_moment_that_is_over_is_the_one_of_now(world):
    mark(world.a.unit.pk, then=NOW - dt.timedelta(hours=1))
    assert marks() == [(world.a.unit.pk, NOW, None)]


def test_mark_is_taken_back_with_its_action(world):
    with transaction.atomic():
        mark(world.a.unit.pk)
        transaction.set_rollback(True)
    assert marks() == []
