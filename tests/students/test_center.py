"""Requests to a center: what goes up, who reads it and for how long, and that both logs hold it."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Notice
from schools.work.inbox import inbox_of
from students.actions import center, registry, steps
from students.actions.decisions import close_flag, take_back_proposal
from students.actions.keeping import keep_from
from students.models import CenterRequest, RegistryEntry, RiskFlag
from tests.walking import entry_of, raised
from tests.world import NOW, SHANGHAI

pytestmark = pytest.mark.django_db
ASKED = "三年级一名学生连续两周不肯到校，请派人来一起会商。"
NEXT_SCHOOL_DAY = dt.datetime(2026, 3, 19, 17, tzinfo=SHANGHAI)
ANSWER = "周四上午中心派两人到校会商，请先约好家长。"


@pytest.fixture
def by(world, viewer):
    return viewer(world.a.counselor)


@pytest.fixture
def district(world, viewer):
    return viewer(world.district_staff)


@pytest.fixture
def asked(world, by):
    return center.ask_center(by=by, flag=world.a.flag, to=world.district, text=ASKED, case="2026-07")


def seen(viewer):
    return CenterRequest.objects.visible_to(viewer).count()


def called(kind):
    return list(Notice.objects.standing().filter(kind=kind, over_at=None).values_list("membership", flat=True))


def test_a_request_calls_the_center_and_shows_it_the_summary_and_no_name(world, asked, district, sign_in):
    client = sign_in(world.district_staff)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert called("center.asked") == [world.district_staff.pk]
    assert (ASKED in page, "2026-07" in page, world.a.student.name in page) == (True, True, False)
    assert world.a.unit.name in " ".join(one.text for one in inbox_of(district))
    assert [step.kind for step in asked.steps.all()] == ["request"]
    assert RiskFlag.objects.get(pk=world.a.flag.pk).acted_at is None


def test_an_urgent_request_is_due_half_an_hour_later_and_acknowledged_on_the_next_school_day(asked, district):
    assert [one.due_at for one in inbox_of(district)] == [asked.at + dt.timedelta(minutes=30)]
    center.acknowledge_request(by=district, request=asked)
    assert [one.due_at for one in inbox_of(district)] == [NEXT_SCHOOL_DAY]


def test_a_request_that_is_not_urgent_is_due_on_the_next_school_day(world, by, district):
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)
    flag = RiskFlag.objects.get(pk=world.a.flag.pk)
    center.ask_center(by=by, flag=flag, to=world.district, text=ASKED)
    assert [one.due_at for one in inbox_of(district)] == [NEXT_SCHOOL_DAY]


def test_the_answer_is_a_step_of_the_flag_and_calls_who_asked(world, asked, district, sign_in):
    center.acknowledge_request(by=district, request=asked)
    center.answer_request(by=district, request=asked, text=ANSWER)
    page = sign_in(world.a.counselor).get(world.a.flag.get_absolute_url()).content.decode()
    assert (ASKED in page, ANSWER in page) == (True, True)
    assert called("center.asked") == []
    assert called("flag.center_acknowledged") == called("flag.center_answered") == [world.a.counselor.pk]
    assert inbox_of(district) == []


@pytest.mark.parametrize("end", ["closed", "flag ends"])
def test_what_is_over_the_center_no_longer_reads(end, world, asked, by, district, sign_in):
    assert seen(district) == 1
    if end == "closed":
        center.close_request(by=by, request=asked)
    else:
        RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)
        words = {"seen": "两周来情绪平稳，能到校", "done": "谈话三次，家长来过"}
        close_flag(by=by, flag=RiskFlag.objects.get(pk=world.a.flag.pk), outcome="supported", **words)
    asked.refresh_from_db()
    assert (seen(district), seen(by), asked.ending) == (0, 1, "withdrawn")
    assert sign_in(world.district_staff).get(asked.get_absolute_url()).status_code == 404
    with pytest.raises(Refused):
        center.answer_request(by=district, request=asked, text=ANSWER)


def test_both_logs_hold_it_and_only_the_schools_names_the_student(world, asked, district, sign_in):
    sign_in(world.district_staff).get(asked.get_absolute_url())
    center.answer_request(by=district, request=asked, text=ANSWER)
    rows = AuditEntry.objects.filter(verb__startswith="center.").order_by("number")
    for unit, student in ((world.a.unit, world.a.student.pk), (world.district, None)):
        own = rows.filter(chain__scope=unit.code)
        assert [row.verb for row in own] == ["center.asked", "center.opened", "center.answered"]
        assert {row.student_id for row in own} == {student}


def test_one_request_at_a_time_upwards_only_and_a_name_only_with_a_reason(world, asked, by):
    again = {"by": by, "text": ASKED}
    flag = raised(world.a.student_2, world.a.counselor)
    for values in (
        {"flag": world.a.flag, "to": world.district},
        {"flag": flag, "to": world.other_district},
        {"flag": flag, "to": world.district, "names": world.a.student_2.name},
        {"flag": flag, "to": world.district, "text": "无"},
    ):
        with pytest.raises(Refused):
            center.ask_center(**(again | values))
    assert CenterRequest.objects.count() == 1


def test_a_plan_asks_alike(world, by, district, sign_in):
    entry = entry_of(world.a.student_2, world.a.counselor)
    form = {"to": world.district.pk, "text": ASKED, "case": "7", "names": "", "named_because": ""}
    sign_in(world.a.counselor).post(reverse("students:plan_request", args=[entry.pk]), form)
    asked = CenterRequest.objects.get(entry=entry)
    center.answer_request(by=district, request=asked, text=ANSWER)
    page = sign_in(world.a.counselor).get(asked.get_absolute_url()).content.decode()
    assert (ANSWER in page, called("plan.center_answered")) == (True, [world.a.counselor.pk])


def test_from_whom_the_flag_is_kept_no_request_is_there_also_at_the_center(world, asked, by, viewer):
    leader_above = Membership.objects.create(
        person=world.a.leader.person, unit=world.district, role="center_staff", starts_on=dt.date(2025, 9, 1)
    )
    Notice.objects.filter(kind="center.asked").update(membership=leader_above)
    keep_from(by=by, flag=world.a.flag, person=world.a.leader.person, reason="学生说怕见到他")
    assert (seen(viewer(world.a.leader)), seen(viewer(leader_above)), called("center.asked")) == (0, 0, [])


# --- the second person of a school that has no other ----------------------------------------------------------------

SUMMARY = "学生近两周到校正常，访谈未见危险，家长已知情。"
REASON = {"outcome": "supported", "seen": "两周来情绪平稳，能到校", "done": "谈话三次，家长来过"}


@pytest.fixture
def alone(world):
    """The counselor is the only one who handles flags at the school."""
    others = [world.a.counselor_2.pk, world.a.leader.pk]
    Membership.objects.filter(pk__in=others).update(ends_on=NOW.date() - dt.timedelta(days=1))


@pytest.fixture
def proposed(world, by, alone, sign_in):
    """How the flag ends waits for the person of the nearest center."""
    steps.record_interview(by=by, flag=world.a.flag, words={"happened": "说了家里的事，睡得好"}, severity=3)
    form = REASON | {"second": world.cluster_staff.pk, "summary": SUMMARY}
    sign_in(world.a.counselor).post(reverse("students:flag_close", args=[world.a.flag.pk]), form)
    return CenterRequest.objects.get(flag=world.a.flag)


def state_of(flag):
    return RiskFlag.objects.get(pk=flag.pk).state


def test_the_center_confirms_where_the_school_has_nobody_else(world, proposed, sign_in):
    client = sign_in(world.cluster_staff)
    page = client.get(proposed.get_absolute_url()).content.decode()
    assert (SUMMARY in page, REASON["done"] in page, world.a.student.name in page) == (True, True, False)
    assert (state_of(world.a.flag), called("center.confirm")) == ("proposed", [world.cluster_staff.pk])
    client.post(reverse("students:center_request_confirm", args=[proposed.pk]))
    flag = RiskFlag.objects.get(pk=world.a.flag.pk)
    assert (flag.state, flag.closed_by) == ("closed", world.a.counselor.person)
    assert called("flag.center_answered") == [world.a.counselor.pk]
    assert client.get(proposed.get_absolute_url()).status_code == 404
    logged = AuditEntry.objects.filter(verb="flag.closed", subject_id=str(flag.pk)).get()
    assert (logged.chain.scope, logged.person) == (world.a.unit.code, world.cluster_staff.person)


def test_what_the_center_sends_back_is_in_hand_with_its_reason(world, proposed, viewer):
    center.send_back_to_school(by=viewer(world.cluster_staff), request=proposed, text="家长的态度没有写清楚")
    last = world.a.flag.steps.last()
    assert (state_of(world.a.flag), last.kind, "没有写清楚" in last.words) == ("acknowledged", "sent_back", True)
    assert called("flag.sent_back") == [world.a.counselor.pk]
    assert seen(viewer(world.cluster_staff)) == 0


def test_only_the_person_named_reads_and_confirms_and_only_while_it_waits(world, proposed, by, viewer, district):
    assert seen(district) == 0
    for who in (district, by):
        with pytest.raises(Refused):
            center.confirm_for_school(by=who, request=proposed)
    take_back_proposal(by=by, flag=world.a.flag)
    with pytest.raises(Refused):
        center.confirm_for_school(by=viewer(world.cluster_staff), request=proposed)
    assert (state_of(world.a.flag), seen(viewer(world.cluster_staff))) == ("acknowledged", 0)


def test_a_school_with_a_second_person_asks_nobody_outside(world, by):
    steps.record_interview(by=by, flag=world.a.flag, words={"happened": "说了家里的事，睡得好"}, severity=3)
    with pytest.raises(Refused):
        close_flag(by=by, flag=world.a.flag, second=world.cluster_staff, summary=SUMMARY, **REASON)
    assert (state_of(world.a.flag), CenterRequest.objects.count()) == ("acknowledged", 0)


@pytest.mark.parametrize("agrees", [True, False])
def test_a_lower_level_on_the_registry_goes_the_same_way(agrees, world, alone, by, viewer):
    entry = entry_of(world.a.student_2, world.a.counselor, severity=3)
    second = {"second": world.cluster_staff, "summary": SUMMARY}
    registry.review_plan(by=by, entry=entry, severity=2, changed="睡得好，交了作业，和同桌和好了", **second)
    asked, district = CenterRequest.objects.get(entry=entry), viewer(world.cluster_staff)
    if agrees:
        center.confirm_for_school(by=district, request=asked)
    else:
        center.send_back_to_school(by=district, request=asked, text="再观察两周")
    assert RegistryEntry.objects.get(pk=entry.pk).severity == (2 if agrees else 3)
    assert seen(district) == 0
    assert called("plan.confirmed" if agrees else "plan.sent_back") == [world.a.counselor.pk]


@pytest.mark.parametrize("agrees", [True, False])
def test_leaving_the_registry_of_a_small_school_is_confirmed_at_the_center(agrees, world, alone, sign_in, viewer):
    entry = entry_of(world.a.student_2, world.a.counselor, severity=2)
    type(world.a.student_2).objects.filter(pk=world.a.student_2.pk).update(status="left", left_on=NOW.date())
    form = {
        "ending": "finished",
        "changed": "已毕业，去向已确认，家长知情",
        "summary": SUMMARY,
        "second": world.cluster_staff.pk,
    }
    page = reverse("students:registry_off", args=[entry.pk])
    assert sign_in(world.a.counselor).post(page, form).status_code == 302
    assert RegistryEntry.objects.get(pk=entry.pk).off_on is None
    asked = CenterRequest.objects.get(entry=entry)
    read = sign_in(world.cluster_staff).get(asked.get_absolute_url()).content.decode()
    assert (SUMMARY in read, world.a.student_2.name in read) == (True, False)
    if agrees:
        sign_in(world.cluster_staff).post(reverse("students:center_request_confirm", args=[asked.pk]))
    else:
        answer = {"text": "请先核实去向"}
        sign_in(world.cluster_staff).post(reverse("students:center_request_send_back", args=[asked.pk]), answer)
    entry.refresh_from_db()
    assert (entry.off_on, seen(viewer(world.cluster_staff))) == (NOW.date() if agrees else None, 0)
    assert called("plan.confirmed" if agrees else "plan.sent_back") == [world.a.counselor.pk]
