"""Whom a flag calls again, and when: worse, reported anew, or due before anybody must have it in hand."""

import datetime as dt
import uuid

import pytest
import time_machine

from counseling.actions.incidents import start_incident
from schools.models import Membership, Notice
from students.actions import steps
from students.actions.flags import acknowledge_flag, escalate_overdue, raise_flag
from students.clocks import running_until
from students.models import RiskFlag
from students.queries import flag_counts
from tests.world import NOW, SHANGHAI

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def by(world, viewer):
    return viewer(world.a.counselor)


@pytest.fixture
def report(world, viewer):
    def write(severity, who="teacher", known_at=NOW, **more):
        member = getattr(world.a, who)
        values = {"student": world.a.student_2, "reason": "划痕"} | more
        return fresh(raise_flag(by=viewer(member), severity=severity, known_at=known_at, **values))

    return write


def fresh(flag):
    return RiskFlag.objects.get(pk=flag.pk)


def called(flag, kind):
    """Who is called at present."""
    found = Notice.objects.standing().filter(subject_id=flag.pk, kind=kind, over_at=None)
    return sorted(set(found.values_list("membership__person__staff_number", flat=True)))


def hold(by, flag):
    """In hand, with a first measure."""
    acknowledge_flag(by=by, flag=flag)
    steps.add_note(by=by, flag=fresh(flag), text="陪她到了辅导室", is_measure=True)


# --- reported again at the worst level --------------------------------------------------------------------------------


def test_the_worst_level_reported_again_calls_from_the_beginning(by, report):
    flag = report(4)
    hold(by, flag)
    assert called(flag, "flag.raised") == []
    flag = report(4)
    assert (flag.state, flag.acted_at, flag.call_at) == ("raised", None, NOW + 10 * MINUTE)
    assert called(flag, "flag.raised") == ["a-counselor", "a-counselor_2"]
    call_at = flag.call_at
    assert report(4, known_at=NOW + MINUTE).call_at == call_at  # it calls already


@pytest.mark.parametrize("is_event", [False, True])
def test_what_its_own_person_reports_is_news_only_with_a_crisis_event(is_event, world, by, report):
    flag = report(4)
    hold(by, flag)
    if is_event:
        submission = uuid.uuid4()
        start_incident(by=by, submission=submission, kind="threat", happened="在楼顶", student=world.a.student_2)
    else:
        report(4, "counselor")
    assert (fresh(flag).state == "raised") == is_event


def test_a_worst_report_calls_again_where_everybody_was_called_in_vain(report):
    flag = report(4)
    for minutes in (11, 25, 40):
        escalate_overdue(now=NOW + minutes * MINUTE)
    assert fresh(flag).call_at is None
    assert (report(4).calls, fresh(flag).call_at) == (0, NOW + 10 * MINUTE)


# --- it becomes worse -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_raised_level_begins_the_ladder_anew(is_taken, by, viewer, world, report):
    flag = report(2)
    if is_taken:
        acknowledge_flag(by=by, flag=flag)
    RiskFlag.objects.filter(pk=flag.pk).update(calls=2, call_at=None, escalated_at=NOW)
    steps.change_level(by=viewer(world.a.counselor_2), flag=fresh(flag), severity=4, text="划痕是新的，很深")
    flag = fresh(flag)
    assert (flag.calls, flag.escalated_at) == (0, None)
    wait = (flag.call_at - NOW) // MINUTE
    assert wait == (30 if is_taken else 10)
    assert called(flag, "flag.raised") == ["a-counselor", "a-counselor_2"]


def test_raised_to_the_upper_levels_before_anything_was_done_it_calls(by, report):
    flag = report(2)
    acknowledge_flag(by=by, flag=flag)
    steps.change_level(by=by, flag=fresh(flag), severity=3, text="划痕是新的，很深")
    assert called(flag, "flag.raised") == ["a-counselor", "a-counselor_2"]


def test_called_again_backup_and_leader_are_called_again_too(world, by, report):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    flag = report(4)
    for minutes in (11, 25):
        escalate_overdue(now=NOW + minutes * MINUTE)
    assert called(flag, "flag.late") == ["a-counselor_2", "a-leader"]
    hold(by, flag)
    raise_flag(by=None, student=flag.student, severity=4, known_at=NOW, source="screening", is_critical=True)
    for minutes in (12, 26):
        escalate_overdue(now=NOW + minutes * MINUTE)
    assert called(flag, "flag.late") == ["a-counselor_2", "a-leader"]


def test_taken_in_hand_it_calls_by_the_time_that_stands_now(by, report):
    flag = report(2)  # as another device still shows it
    RiskFlag.objects.filter(pk=flag.pk).update(due_at=NOW + 30 * MINUTE)
    acknowledge_flag(by=by, flag=flag)
    assert fresh(flag).call_at == NOW + 30 * MINUTE


# --- due before it must be in hand ------------------------------------------------------------------------------------


def test_an_orange_flag_of_the_last_hour_calls_when_its_first_measure_is_due(world, by, report):
    """Its two school hours reach into the next day, its first measure is due today."""
    late = dt.datetime(2026, 3, 18, 16, 0, tzinfo=SHANGHAI)
    with time_machine.travel(late, tick=False):
        flag = report(3, known_at=late)
    assert flag.due_at < flag.take_by
    assert (flag.call_at, flag.in_hand_by, running_until(flag)) == (flag.due_at,) * 3
    after = flag.due_at + MINUTE
    assert (flag.is_late(after), RiskFlag.objects.late(after).filter(pk=flag.pk).exists()) == (True, True)
    escalate_overdue(now=after)
    assert called(flag, "flag.late") == ["a-leader"]
    with time_machine.travel(after, tick=False):
        assert flag_counts(by)["late"] == sum(one.is_late(after) for one in RiskFlag.objects.filter(school=flag.school))
