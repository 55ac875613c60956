"""Whom a flag calls again, and when: worse, reported anew, or due before anybody must have it in hand."""

import datetime as dt
import uuid

import pytest
import time_machine

from counseling.actions.incidents import start_incident
from schools.common.errors import Refused
from schools.models import Membership, Notice, OnDuty, Person
from students.actions import decisions, steps
from students.actions.flags import acknowledge_flag, assign_flag, escalate_overdue, raise_flag
from students.actions.keeping import keep_from
from students.clocks import running_until
from students.inbox import flags_to_handle
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
    others = ["a-counselor"] if is_taken else ["a-counselor", "a-counselor_2"]
    assert called(flag, "flag.worse" if is_taken else "flag.raised") == others


@pytest.mark.parametrize("how", ["report", "level"])
def test_what_was_passed_on_is_nobodys_again_when_the_ladder_begins_anew(how, world, by, report):
    """Its leader has not taken it in hand: the first who is called late is the backup of a counselor again."""
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    flag = report(2)
    for calls in (1, 2):
        escalate_overdue(now=fresh(flag).call_at + MINUTE)
        assert fresh(flag).calls == calls
    assert fresh(flag).assignee == world.a.leader
    if how == "report":
        report(4)
    else:
        RiskFlag.objects.filter(pk=flag.pk).update(severity=3)
        steps.change_level(by=by, flag=fresh(flag), severity=4, text="划痕是新的，很深")
    assert fresh(flag).assignee is None
    escalate_overdue(now=fresh(flag).call_at + MINUTE)
    assert called(flag, "flag.late") == ["a-counselor_2"]


def test_what_a_person_hands_on_stays_with_them_when_the_ladder_begins_anew(world, by, report):
    flag = report(2)
    escalate_overdue(now=flag.call_at + MINUTE)
    assign_flag(by=by, flag=fresh(flag), to=world.a.counselor_2)
    assert report(4).assignee == world.a.counselor_2


def test_a_flag_from_an_older_release_calls_when_it_is_late(report):
    """There `call_at` was always the time to take it in hand, also where its first measure is due before."""
    flag = report(4)
    RiskFlag.objects.filter(pk=flag.pk).update(due_at=NOW + 5 * MINUTE)
    assert escalate_overdue(now=NOW + 6 * MINUTE) == 1


def test_raised_to_the_upper_levels_before_anything_was_done_it_calls(by, report):
    flag = report(2)
    acknowledge_flag(by=by, flag=flag)
    steps.change_level(by=by, flag=fresh(flag), severity=3, text="划痕是新的，很深")
    assert called(flag, "flag.worse") == ["a-counselor_2"]


def test_whoever_has_it_in_hand_learns_that_its_level_was_raised(world, by, viewer, report):
    """Also where nobody else is called: only who raised it is on duty."""
    OnDuty.objects.create(unit=world.a.unit, membership=world.a.counselor, weekday=NOW.weekday())
    flag = report(2)
    acknowledge_flag(by=viewer(world.a.leader), flag=flag)
    steps.change_level(by=by, flag=fresh(flag), severity=3, text="划痕是新的，很深")
    assert called(flag, "flag.worse") == ["a-leader"]


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


# --- whoever had it has left ------------------------------------------------------------------------------------------


def leaves(how, member):
    """The membership has ended, or the account is closed."""
    if how == "role":
        Membership.objects.filter(pk=member.pk).update(ends_on=NOW.date() - dt.timedelta(days=1))
    else:
        Person.objects.filter(pk=member.person_id).update(is_active=False)


@pytest.mark.parametrize("how", ["role", "account"])
def test_a_flag_of_somebody_who_has_left_waits_for_all_and_a_new_report_calls_them(how, world, by, viewer, report):
    flag = report(3)
    hold(by, flag)

    def told():
        others = (viewer(world.a.counselor_2), viewer(world.a.leader))
        return [one.text for who in others for one in flags_to_handle(who) if one.url == flag.get_absolute_url()]

    assert told() == []
    leaves(how, world.a.counselor)
    assert told() == [f"无人处理：{flag.student.name}"] * 2
    report(2)
    assert called(flag, "flag.repeated") == ["a-counselor_2"]


def test_a_flag_of_somebody_who_has_left_calls_their_backup_first(world, by, report):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.leader)
    flag = report(3)
    hold(by, flag)
    leaves("role", world.a.counselor)
    report(2)
    assert called(flag, "flag.repeated") == ["a-leader"]


def test_whoever_changes_their_role_at_the_school_still_has_the_flag_in_hand(world, by, viewer, report):
    flag = report(3)
    hold(by, flag)
    leaves("role", world.a.counselor)
    new = Membership.objects.create(person=by.person, unit=world.a.unit, role="school_leader", starts_on=NOW.date())
    report(2)
    assert list(Notice.objects.filter(kind="flag.repeated").values_list("membership", flat=True)) == [new.pk]
    urls = {who: [one.url for one in flags_to_handle(viewer(who))] for who in (new, world.a.leader)}
    assert [flag.get_absolute_url() in urls[who] for who in (new, world.a.leader)] == [True, False]


def test_a_watch_of_somebody_who_has_left_ends_with_a_call_to_all(world, by, report):
    flag = report(2)
    hold(by, flag)
    until = NOW.date() + dt.timedelta(days=10)
    steps.watch_flag(by=by, flag=fresh(flag), until=until, text="睡眠好转，观察两周")
    leaves("role", world.a.counselor)
    steps.end_watches(today=until)
    assert called(flag, "flag.watch_over") == ["a-counselor_2"]


def test_another_confirms_where_the_second_person_has_left(world, by, viewer, report):
    flag = report(3)
    acknowledge_flag(by=by, flag=flag)
    steps.record_interview(by=by, flag=fresh(flag), words={"happened": "说好多了，睡得好"}, severity=3)
    words = {"outcome": "supported", "seen": "两周来睡得好", "done": "谈了两次，家长来过"}
    decisions.close_flag(by=by, flag=fresh(flag), second=world.a.counselor_2, **words)
    leader = viewer(world.a.leader)
    with pytest.raises(Refused):  # the second person is there
        decisions.confirm_flag(by=leader, flag=fresh(flag))
    leaves("role", world.a.counselor_2)
    waits = [flag.get_absolute_url() in [one.url for one in flags_to_handle(who)] for who in (leader, by)]
    assert waits == [True, False]
    with pytest.raises(Refused):  # whoever proposed it is no second person
        decisions.confirm_flag(by=by, flag=fresh(flag))
    decisions.confirm_flag(by=leader, flag=fresh(flag))
    assert (fresh(flag).state, fresh(flag).closed_by) == ("closed", by.person)


# --- nothing was done yet ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "needs"), [(1, "measure"), (2, "measure"), (3, "interview"), (4, "interview")])
def test_a_flag_is_watched_only_once_something_was_done(severity, needs, by, report):
    flag = report(severity)
    acknowledge_flag(by=by, flag=flag)
    until, text = NOW.date() + dt.timedelta(days=14), "睡眠好转，观察两周"
    with pytest.raises(Refused):
        steps.watch_flag(by=by, flag=fresh(flag), until=until, text=text)
    steps.add_note(by=by, flag=fresh(flag), text="陪她到了辅导室", is_measure=True)
    if needs == "interview":
        with pytest.raises(Refused):
            steps.watch_flag(by=by, flag=fresh(flag), until=until, text=text)
        steps.record_interview(by=by, flag=fresh(flag), words={"happened": "说好多了，睡得好"}, severity=severity)
    steps.watch_flag(by=by, flag=fresh(flag), until=until, text=text)
    assert fresh(flag).state == "watched"


# --- what was done by somebody it is now kept from --------------------------------------------------------------------


def keep(world, viewer, flag):
    keep_from(by=viewer(world.a.leader), flag=fresh(flag), person=world.a.counselor.person, reason="与家长是亲戚")
    return fresh(flag)


def test_a_measure_by_somebody_it_is_now_kept_from_is_none(world, by, viewer, report):
    flag = report(3)
    hold(by, flag)
    assign_flag(by=by, flag=fresh(flag), to=world.a.counselor_2)
    due_at = flag.due_at
    flag = keep(world, viewer, flag)
    assert (flag.state, flag.acted_at, flag.assignee) == ("raised", None, None)
    assert (flag.due_at >= due_at, flag.call_at) == (True, flag.in_hand_by)
    assert called(flag, "flag.raised") == ["a-counselor_2"]


def test_the_first_measure_by_somebody_else_counts_instead(world, by, viewer, report):
    flag, second = report(3), viewer(world.a.counselor_2)
    hold(by, flag)
    steps.add_note(by=second, flag=fresh(flag), text="和她谈了", is_measure=True)
    assign_flag(by=by, flag=fresh(flag), to=world.a.counselor_2)
    flag = keep(world, viewer, flag)
    assert (flag.state, flag.acted_at) == ("acknowledged", flag.steps.get(by=world.a.counselor_2).happened_at)


def test_a_proposal_by_somebody_it_is_now_kept_from_falls(world, by, viewer, report):
    flag, second = report(3), viewer(world.a.counselor_2)
    acknowledge_flag(by=second, flag=flag)
    steps.record_interview(by=second, flag=fresh(flag), words={"happened": "说好多了，睡得好"}, severity=3)
    words = {"outcome": "supported", "seen": "两周来睡得好", "done": "谈了两次，家长来过"}
    decisions.close_flag(by=by, flag=fresh(flag), second=world.a.leader, **words)
    flag = keep(world, viewer, flag)
    assert (flag.state, flag.waits_for, flag.outcome) == ("raised", None, "")
