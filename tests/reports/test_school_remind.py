"""A center sees where it got worse, and reminds the schools where something waits."""

import datetime as dt

import pytest
from django.urls import reverse

from reports.actions.schools import remind_schools
from reports.school_map import growth_of, waiting_at
from schools.common.errors import Refused
from schools.models import Notice
from schools.recounting import recount
from students.models import RiskFlag
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_where_it_got_worse_is_told_by_what_has_grown():
    kept = {"flags_at_start": 1, "flags_at_end": 3, "registry_at_start": 2, "registry_at_end": 2}
    found = growth_of("甲小学", "?unit=1", kept.get)
    assert (found.text, found.by) == ("在册预警 1 → 3", 2)
    assert growth_of("甲小学", "?unit=1", (kept | {"flags_at_end": 1}).get) is None


@pytest.fixture
def late(world):
    """A flag of the first school is past its time, and it was counted."""
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NOW - dt.timedelta(days=2))
    recount(world.a.unit)


def test_a_center_reminds_the_leaders_where_something_waits_once_a_day(world, viewer, sign_in, late):
    waiting = {unit.pk for unit in waiting_at(viewer(world.district_staff))}
    client = sign_in(world.district_staff)
    for _twice in range(2):
        assert client.post(reverse("reports:school_remind")).status_code == 302
    called = list(Notice.objects.filter(kind="school.reminded").values_list("membership__unit", "membership__role"))
    assert world.a.unit.pk in waiting
    assert (sorted({unit for unit, _role in called}), {role for _unit, role in called}) == (
        sorted(waiting),
        {"school_leader"},
    )
    assert len(called) == len(set(Notice.objects.filter(kind="school.reminded").values_list("membership")))


def test_a_school_reminds_no_school(world, viewer, late):
    with pytest.raises(Refused):
        remind_schools(by=viewer(world.a.leader))
    assert not Notice.objects.filter(kind="school.reminded").exists()
