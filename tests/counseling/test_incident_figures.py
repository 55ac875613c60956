"""Figures of crisis events, and the signature that there was none."""

import datetime as dt

import pytest
import time_machine

from counseling.actions.incident_reports import report_up
from counseling.actions.statements import sign_crisis_free
from counseling.models import CrisisFreeTerm, Incident
from schools.common.errors import Refused
from schools.figures import Scope, figures
from schools.queries import current_term
from tests.walking import incident_of
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def began(world):
    """An event that became known so many minutes ago; its oral report is due after an hour."""

    def make(minutes, **more):
        known = NOW - dt.timedelta(minutes=minutes)
        incident = incident_of(world.a.leader, text="x", who="a boy")
        times = {"oral_by": known + dt.timedelta(hours=1), "written_by": known + dt.timedelta(hours=24)}
        Incident.objects.filter(pk=incident.pk).update(known_at=known, **times, **more)
        incident.refresh_from_db()
        return incident

    return make


def counted(world, code, split="", value=""):
    scope = Scope.of(world.a.unit, current_term(world.a.unit))
    return figures()[code].counts(scope)[split, value]


def test_counts_by_kind_and_month_and_who_was_in_time(world, viewer, began):
    reported = began(30)
    late, waiting = began(90, kind="missing"), began(10)
    report_up(by=viewer(world.a.leader), incident=reported, to=world.district, form="oral", text="One student.")
    codes = ("incidents", "incidents_oral_due", "incidents_oral_in_time", "incidents_written_due")
    assert [counted(world, code) for code in codes] == [3, 2, 1, 0]
    report_up(by=viewer(world.a.leader), incident=late, to=world.district, form="written", text="One student.")
    codes = ("incidents_oral_due", "incidents_oral_in_time", "incidents_written_due", "incidents_written_in_time")
    assert [counted(world, code) for code in codes] == [2, 1, 1, 1]
    assert [counted(world, "incidents", "kind", "missing"), counted(world, "incidents", "month", "2026-03")] == [1, 3]
    Incident.objects.filter(pk__in=[late.pk, waiting.pk]).update(
        outcome="false", closed_at=NOW, closed_by=world.a.leader
    )
    assert counted(world, "incidents_oral_due") == 1


def test_no_crisis_is_signed_by_a_leader_near_the_end_and_void_once_there_is_one(world, viewer, began):
    term, leader = current_term(world.a.unit), viewer(world.a.leader)
    with time_machine.travel(NOW), pytest.raises(Refused):
        sign_crisis_free(by=leader, term=term)  # weeks too early
    with time_machine.travel(term.ends):
        with pytest.raises(Refused):
            sign_crisis_free(by=viewer(world.a.counselor), term=term)
        assert sign_crisis_free(by=leader, term=term) == sign_crisis_free(by=leader, term=term)
        assert counted(world, "crisis_free") == 1
        began(30)
        assert counted(world, "crisis_free") == 0
        CrisisFreeTerm.objects.all().delete()
        with pytest.raises(Refused):
            sign_crisis_free(by=leader, term=term)
