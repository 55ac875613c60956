import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Notice, OnDuty, UnitSetting
from students.actions import decisions, steps
from students.actions.flags import acknowledge_flag, assign_flag, escalate_overdue, raise_flag
from students.actions.keeping import keep_from, set_do_not_call
from students.chronicle import _lines
from students.inbox import questions_to_answer
from students.models import FlagStep, KeptFrom, RiskFlag
from students.queries import flag_counts, is_key
from students.step_words import unpack
from tests.world import NOW

pytestmark = pytest.mark.django_db
WORDS = {"happened": "“晚上想要是不在了就好了”", "thoughts": "thoughts", "means": "none", "next": ["accompanied"]}
REASON = {"seen": "两周来睡得好，和同桌和好了", "done": "谈了两次，家长来过"}
CONTACT = {"guardian": None, "channel": "call", "said": "明天来校面谈", "attitude": "", "notice_signed": False}


@pytest.fixture
def by(world, viewer):
    return viewer(world.a.counselor)


@pytest.fixture
def second(world, viewer):
    return viewer(world.a.counselor_2)


def fresh(flag):
    return RiskFlag.objects.get(pk=flag.pk)


def interviewed(by, flag, severity=3):
    acknowledge_flag(by=by, flag=flag)
    steps.record_interview(by=by, flag=flag, words=WORDS, severity=severity)
    return fresh(flag)


# --- the first measure ------------------------------------------------------------------------------------------------


def ask(world, by):
    steps.ask_teacher(by=by, flag=world.a.flag, to=world.a.teacher, text="这两天课间她和谁在一起？")


MEASURES = {
    "taken in hand": (lambda w, by: acknowledge_flag(by=by, flag=w.a.flag), False),
    "asked": (ask, False),
    "a note": (lambda w, by: steps.add_note(by=by, flag=w.a.flag, text="看了课表", is_measure=False), False),
    "a note of what was done": (
        lambda w, by: steps.add_note(by=by, flag=w.a.flag, text="陪她到了辅导室", is_measure=True),
        True,
    ),
    "interview begun": (lambda w, by: steps.begin_interview(by=by, flag=w.a.flag), True),
    "guardian": (lambda w, by: steps.log_contact(by=by, flag=w.a.flag, values=CONTACT | {"happened_at": NOW}), True),
    "guardian not reached": (
        lambda w, by: steps.log_contact(
            by=by, flag=w.a.flag, values=CONTACT | {"happened_at": NOW, "channel": "unreached"}
        ),
        False,
    ),
}


@pytest.mark.parametrize("name", MEASURES)
def test_only_what_was_done_for_the_child_stops_the_clock_of_the_first_measure(name, world, by):
    act, is_measure = MEASURES[name]
    act(world, by)
    flag = fresh(world.a.flag)
    assert (flag.acted_at is not None) == is_measure
    assert flag.state == ("raised" if not is_measure and name != "taken in hand" else "acknowledged")


def test_in_hand_without_a_measure_calls_the_backup_again(world, by):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    acknowledge_flag(by=by, flag=world.a.flag)
    escalate_overdue(now=world.a.flag.due_at + dt.timedelta(minutes=1))
    assert Notice.objects.filter(kind="flag.late", membership=world.a.counselor_2).count() == 1
    assert fresh(world.a.flag).assignee == world.a.counselor


def test_a_measure_stops_every_call(world, by):
    steps.begin_interview(by=by, flag=world.a.flag)
    assert escalate_overdue(now=world.a.flag.due_at + dt.timedelta(days=30)) == 1  # that of the other school


@pytest.mark.parametrize("is_called", [True, False])
def test_the_center_is_called_last_and_learns_only_the_school(is_called, world, viewer, sign_in):
    UnitSetting.objects.create(unit=world.a.unit, key="center_is_called", value=is_called)
    flag = raise_flag(
        by=viewer(world.a.teacher), student=world.a.student_2, severity=4, reason="不想活了", known_at=NOW
    )
    for minutes in (11, 25, 60, 120):
        escalate_overdue(now=NOW + dt.timedelta(minutes=minutes))
    called = Notice.objects.filter(kind="flag.center_called").values_list("membership", flat=True)
    assert list(called) == ([world.cluster_staff.pk] if is_called else [])
    page = sign_in(world.cluster_staff).get(reverse("schools:notice_list")).content.decode()
    assert ((world.a.unit.name in page), (flag.student.name in page)) == (is_called, False)


@pytest.mark.parametrize("is_kept_before", [True, False])
def test_from_whom_it_is_kept_is_not_called_at_the_center_either(is_kept_before, world, viewer, by):
    UnitSetting.objects.create(unit=world.a.unit, key="center_is_called", value=True)
    center, person = world.cluster_staff.unit, world.a.leader.person
    above = Membership.objects.create(person=person, unit=center, role="center_staff", starts_on=dt.date(2025, 9, 1))
    OnDuty.objects.create(unit=center, membership=above, weekday=NOW.weekday())
    flag = raise_flag(by=by, student=world.a.student_2, severity=4, reason="不想活了", known_at=NOW)
    if is_kept_before:
        keep_from(by=by, flag=flag, person=person, reason="学生说怕见到他")
    for minutes in (11, 25, 60, 120):
        escalate_overdue(now=NOW + dt.timedelta(minutes=minutes))
    calls = Notice.objects.filter(kind="flag.center_called", withdrawn_at=None)
    called = list(calls.values_list("membership", flat=True))
    if not is_kept_before:
        keep_from(by=by, flag=flag, person=person, reason="学生说怕见到他")
    left = list(calls.values_list("membership", flat=True))
    assert (called, left) == (([world.cluster_staff.pk],) * 2 if is_kept_before else ([above.pk], []))


def test_who_is_on_duty_is_called_and_for_the_worst_level_everybody(world, viewer):
    OnDuty.objects.create(unit=world.a.unit, membership=world.a.counselor_2, weekday=NOW.weekday())
    for student, severity in ((world.a.student_2, 3), (world.a.student_3, 4)):
        raise_flag(by=viewer(world.a.teacher), student=student, severity=severity, reason="划痕", known_at=NOW)
    called = [
        sorted(Notice.objects.filter(subject_id=flag.pk).values_list("membership", flat=True))
        for flag in RiskFlag.objects.filter(school=world.a.unit).exclude(pk=world.a.flag.pk).order_by("severity")
    ]
    assert called == [[world.a.counselor_2.pk], sorted([world.a.counselor.pk, world.a.counselor_2.pk])]


def test_a_critical_answer_of_the_system_calls_again_on_a_flag_in_hand(world, by):
    acknowledge_flag(by=by, flag=world.a.flag)
    raise_flag(by=None, student=world.a.student, severity=1, known_at=NOW, source="screening", is_critical=True)
    flag = fresh(world.a.flag)
    assert (flag.severity, flag.state, flag.is_critical, flag.acted_at) == (4, "raised", True, None)
    assert Notice.objects.filter(kind="flag.raised", membership=world.a.counselor).exists()


def test_the_leader_sets_how_soon_and_whether_the_center_and_what_else_is_asked(world, sign_in):
    form = {"center_is_called": "on", "questions": "家里有谁可以说话\n"}
    for severity in (1, 2, 3, 4):
        form |= {f"kind_{severity}": "minutes", f"amount_{severity}": str(severity * 5)}
    for who in ("counselor", "leader"):
        sign_in(world.a.people[who]).post(reverse("schools:duty_rules"), form)
        stored = dict(UnitSetting.objects.filter(unit=world.a.unit).values_list("key", "value"))
        assert bool(stored) == (who == "leader")
    assert stored == {
        "hand_targets": {str(severity): ["minutes", severity * 5] for severity in (1, 2, 3, 4)},
        "center_is_called": True,
        "interview_questions": ["家里有谁可以说话"],
    }
    page = sign_in(world.a.counselor).get(world.a.flag.get_absolute_url()).content.decode()
    assert "家里有谁可以说话" in page


# --- question and answer ----------------------------------------------------------------------------------------------


def test_the_teacher_reads_the_question_and_answers_and_reads_nothing_else(world, by, sign_in):
    steps.add_note(by=by, flag=world.a.flag, text="SENTINEL-note of the counselor", is_measure=True)
    ask(world, by)
    question = FlagStep.objects.get(kind="question")
    client = sign_in(world.a.teacher)
    page = client.get(world.a.flag.get_absolute_url()).content.decode()
    assert ("这两天课间她和谁在一起" in page, "SENTINEL-note" in page) == (True, False)
    client.post(reverse("students:flag_answer", args=[world.a.flag.pk, question.pk]), {"text": "她一个人在座位上"})
    answer = FlagStep.objects.get(kind="answer")
    assert (unpack(answer), answer.answers, fresh(world.a.flag).waits_for) == (
        {"text": "她一个人在座位上"},
        question,
        None,
    )
    assert Notice.objects.filter(kind="flag.answered", membership=world.a.counselor).count() == 1


@pytest.mark.parametrize("has_ended", [False, True])
def test_an_answer_that_is_refused_comes_back_with_what_was_typed(has_ended, world, by, sign_in):
    ask(world, by)
    if has_ended:
        RiskFlag.objects.filter(pk=world.a.flag.pk).update(
            state="closed", settled_at=NOW, taken_at=NOW, closed_by=by.person, outcome="supported"
        )
    typed = "她一个人在座位上" if has_ended else "无"
    address = reverse("students:flag_answer", args=[world.a.flag.pk, FlagStep.objects.get().pk])
    page = sign_in(world.a.teacher).post(address, {"text": typed}).content.decode()
    assert f"{typed}</textarea>" in page.replace("\n", "")
    assert ("请重新上报" in page) == has_ended
    assert not FlagStep.objects.filter(kind="answer").exists()


def test_an_answer_from_a_role_that_was_not_asked_comes_back_with_what_was_typed(world, by, sign_in):
    """The class teacher is a counselor, too, and has changed to that role in another tab."""
    ask(world, by)
    other = Membership.objects.create(person=world.a.teacher.person, unit=world.a.unit, role="counselor")
    address = reverse("students:flag_answer", args=[world.a.flag.pk, FlagStep.objects.get().pk])
    page = sign_in(other).post(address, {"text": "她一个人在座位上"}).content.decode()
    assert "她一个人在座位上</textarea>" in page.replace("\n", "")
    assert "请先切换到那个身份" in page


@pytest.mark.parametrize("who", ["teacher_2", "grade_head", "subject_teacher"])
def test_only_a_class_teacher_of_the_student_is_asked(who, world, by):
    with pytest.raises(Refused):
        steps.ask_teacher(by=by, flag=world.a.flag, to=world.a.people[who], text="她这两天怎么样？")
    assert not FlagStep.objects.exists()


def test_nobody_else_answers_a_question(world, by, viewer):
    ask(world, by)
    with pytest.raises(Refused):
        steps.answer_question(
            by=viewer(world.a.grade_head), flag=world.a.flag, question=FlagStep.objects.get(), text="我替她回答"
        )
    assert FlagStep.objects.count() == 1


def test_each_question_waits_for_its_own_answer(world, by, viewer):
    ask(world, by)
    ask(world, by)
    teacher = viewer(world.a.teacher)
    calls = Notice.objects.filter(kind="flag.question", over_at=None)
    steps.answer_question(by=teacher, flag=world.a.flag, question=FlagStep.objects.first(), text="她一个人在座位上")
    assert ([one.occasion for one in calls], len(list(questions_to_answer(teacher)))) == (["2"], 1)
    steps.answer_question(by=teacher, flag=world.a.flag, question=FlagStep.objects.all()[1], text="她和同桌在一起")
    assert (calls.all().count(), list(questions_to_answer(teacher))) == (0, [])


def test_a_question_does_not_take_the_place_of_the_second_person(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=second.membership, **REASON)
    with pytest.raises(Refused):
        ask(world, by)
    assert fresh(flag).waits_for == second.membership


# --- never changed, corrected by number -------------------------------------------------------------------------------


def test_a_step_is_corrected_by_number_and_stays(world, by, second):
    step = steps.add_note(by=by, flag=world.a.flag, text="陪他到了辅导室", is_measure=True)
    with pytest.raises(Refused):
        steps.correct_step(by=second, step=step, text="陪她到了辅导室")
    new = steps.correct_step(by=by, step=step, text="陪她到了辅导室")
    assert (new.number, new.corrects, unpack(FlagStep.objects.get(pk=step.pk))) == (2, step, {"text": "陪他到了辅导室"})


def test_what_a_step_says_is_sealed_and_not_in_the_log(world, by):
    steps.add_note(by=by, flag=world.a.flag, text="SENTINEL-step", is_measure=True)
    stored = FlagStep.objects.values_list("words", flat=True).get()
    assert b"SENTINEL" not in bytes(stored)
    assert "SENTINEL" not in repr(list(AuditEntry.objects.values_list("details", flat=True)))


def test_a_step_that_is_refused_comes_back_with_what_was_typed(world, sign_in):
    url = reverse("students:flag_step", args=[world.a.flag.pk, "note"])
    answer = sign_in(world.a.counselor).post(url, {"text": "无"})
    assert answer.context["form"]["text"].value() == "无"
    assert answer.context["form"].errors
    assert not FlagStep.objects.exists()


# --- level, watch, decision -------------------------------------------------------------------------------------------


def test_the_request_to_the_center_says_what_may_be_left_out(world, sign_in):
    """A name may; once there is one, its reason may not."""
    page = sign_in(world.a.counselor).get(world.a.flag.get_absolute_url() + "?step=request").content.decode()
    for name, is_marked in (("text", False), ("case", True), ("names", True), ("named_because", False)):
        label = re.search(rf'<label for="id_{name}">(.*?)</label>', page)[1]
        assert ("选填" in label) == is_marked


def test_a_level_is_lowered_only_after_an_interview(world, by):
    acknowledge_flag(by=by, flag=world.a.flag)
    with pytest.raises(Refused):
        steps.change_level(by=by, flag=world.a.flag, severity=2, text="看起来好多了，睡得好")
    assert fresh(world.a.flag).severity == 3
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=4)
    steps.record_interview(by=by, flag=world.a.flag, words=WORDS, severity=2)
    assert fresh(world.a.flag).severity == 4  # the interview itself lowers nothing
    with pytest.raises(Refused):  # two persons decide on the upper levels
        steps.change_level(by=by, flag=world.a.flag, severity=2, text="看起来好多了，睡得好")
    steps.change_level(by=by, flag=world.a.flag, severity=3, text="看起来好多了，睡得好")
    assert fresh(world.a.flag).severity == 3


def test_a_watch_ends_on_its_day_and_calls(world, by):
    flag = interviewed(by, world.a.flag)
    until = timezone.localdate() + dt.timedelta(days=10)
    steps.watch_flag(by=by, flag=flag, until=until, text="睡眠好转，观察两周")
    assert (fresh(world.a.flag).state, steps.end_watches(today=until - dt.timedelta(days=1))) == ("watched", 0)
    assert (steps.end_watches(today=until), fresh(world.a.flag).state) == (1, "acknowledged")
    assert Notice.objects.filter(kind="flag.watch_over", membership=world.a.counselor).count() == 1


def test_the_upper_levels_end_after_an_interview_by_two_persons(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=world.a.counselor_2, **REASON)
    assert (fresh(flag).state, fresh(flag).waits_for) == ("proposed", world.a.counselor_2)
    with pytest.raises(Refused):
        decisions.confirm_flag(by=by, flag=flag)
    decisions.confirm_flag(by=second, flag=flag)
    ended = fresh(flag)
    assert (ended.state, ended.closed_by, ended.outcome) == ("closed", world.a.counselor.person, "supported")
    assert "和同桌和好了" in ended.closing_reason


@pytest.mark.parametrize("missing", ["interview", "second", "another person", "reason"])
def test_the_upper_levels_do_not_end_without(missing, world, by):
    flag = world.a.flag
    if missing == "interview":
        acknowledge_flag(by=by, flag=flag)
    else:
        flag = interviewed(by, flag)
    second = {"second": None, "another person": world.a.counselor}.get(missing, world.a.counselor_2)
    words = {"seen": "无", "done": "无"} if missing == "reason" else REASON
    with pytest.raises(Refused):
        decisions.close_flag(by=by, flag=flag, outcome="supported", second=second, **words)
    assert fresh(flag).state == "acknowledged"


def test_a_proposed_flag_has_not_ended_in_the_file(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=second.membership, **REASON)
    assert "结束" not in dict(_lines(fresh(flag), []))
    decisions.confirm_flag(by=second, flag=flag)
    assert "结束" in dict(_lines(fresh(flag), []))


def test_a_corrected_proposal_is_confirmed_as_it_was_decided(world, by, second, sign_in):
    flag = interviewed(by, world.a.flag)
    steps.watch_flag(by=by, flag=flag, until=timezone.localdate() + dt.timedelta(days=10), text="睡眠好转，观察两周")
    decisions.close_flag(by=by, flag=fresh(flag), outcome="supported", second=second.membership, **REASON)
    steps.correct_step(by=by, step=FlagStep.objects.get(kind="decision"), text="谈了三次，不是两次")
    page = sign_in(second.membership).get(flag.get_absolute_url())
    asked = [text for step in page.context["proposal"] for _label, text in step.lines]
    assert (REASON["seen"] in asked, "谈了三次，不是两次" in asked) == (True, True)
    assert page.context["flag"].clock.text == "等第二人确认"  # no longer the day until which it was watched
    decisions.confirm_flag(by=second, flag=flag)
    assert (fresh(flag).state, fresh(flag).outcome) == ("closed", "supported")


def test_the_second_person_sends_it_back_with_a_reason(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=world.a.counselor_2, **REASON)
    decisions.send_back_flag(by=second, flag=flag, text="还没有和父亲谈过")
    assert (fresh(flag).state, fresh(flag).outcome) == ("acknowledged", "")
    assert Notice.objects.filter(kind="flag.sent_back", membership=world.a.counselor).count() == 1


def test_a_closed_flag_is_opened_again_unless_another_stands(world, by, viewer):
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)
    decisions.close_flag(by=by, flag=world.a.flag, outcome="unfounded", **REASON)
    other = raise_flag(by=viewer(world.a.teacher), student=world.a.student, severity=1, reason="一个人", known_at=NOW)
    with pytest.raises(Refused):
        decisions.reopen_flag(by=by, flag=world.a.flag, text="同学又说起她不想来")
    decisions.close_flag(by=by, flag=other, outcome="unfounded", **REASON)
    decisions.reopen_flag(by=by, flag=world.a.flag, text="同学又说起她不想来")
    assert (fresh(world.a.flag).state, fresh(world.a.flag).interviewed_at) == ("acknowledged", None)


def test_what_came_back_of_a_referral_is_noted_and_the_flag_stays_closed(world, by, sign_in):
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=2)
    more = {"whom": "市第三医院", "goes_when": "周五下午", "goes_along": "妈妈", "back_by": "下周一"}
    flag = decisions.close_flag(by=by, flag=fresh(world.a.flag), outcome="referred", **REASON, **more)
    client, address = sign_in(world.a.counselor), reverse("students:flag_came_back", args=[flag.pk])
    assert "无</textarea>" in client.post(address, {"text": "无"}).content.decode().replace("\n", "")
    client.post(address, {"text": "医生建议每周复诊一次，在校作息照常"})
    decision, back = FlagStep.objects.all()
    assert (unpack(decision)["goes_when"], unpack(back)) == (
        "周五下午",
        {"came_back": "医生建议每周复诊一次，在校作息照常"},
    )
    assert fresh(flag).state == "closed"
    RiskFlag.objects.filter(pk=flag.pk).update(outcome="supported")
    with pytest.raises(Refused):
        decisions.record_return(by=by, flag=fresh(flag), text="医生建议每周复诊一次")


def test_only_the_lowest_level_is_closed_together_all_or_none(world, by, viewer):
    low = raise_flag(by=viewer(world.a.teacher), student=world.a.student_2, severity=1, reason="一个人", known_at=NOW)
    with pytest.raises(Refused):
        decisions.close_together(by=by, chosen=[low, world.a.flag], outcome="watched", **REASON)
    assert RiskFlag.objects.filter(state="closed").count() == 0
    assert decisions.close_together(by=by, chosen=[low], outcome="watched", **REASON) == 1


# --- when the adult is the danger -------------------------------------------------------------------------------------


def test_a_kept_flag_leaves_no_trace_for_that_person(world, by, viewer, sign_in):
    leader, student = viewer(world.a.leader), world.a.student_2
    assert not flag_counts(leader)["waiting"] > 1
    raised = raise_flag(
        by=viewer(world.a.teacher),
        student=student,
        severity=4,
        reason="说王老师打了他",
        known_at=NOW,
        keep_it_from=[world.a.leader.person],
    )
    escalate_overdue(now=NOW + dt.timedelta(hours=2))
    client = sign_in(world.a.leader)
    pages = [
        "/",
        reverse("students:flag_list"),
        reverse("students:student_list"),
        student.get_absolute_url(),
        "/notices",
    ]
    told = "".join(client.get(page).content.decode() for page in pages)
    assert [word in told for word in (str(raised.pk), "说王老师打了他")] == [False, False]
    assert client.get(raised.get_absolute_url()).status_code == 404
    leader = viewer(world.a.leader)
    assert flag_counts(leader)["open"] == 1
    assert student not in type(student).objects.visible_to(leader).filter(is_key(leader))
    assert not Notice.objects.filter(membership=world.a.leader, subject_id=raised.pk, withdrawn_at=None).exists()
    assert fresh(raised).assignee != world.a.leader
    assert Notice.objects.filter(kind="flag.kept", membership=world.auditor).count() == 1


def test_a_flag_is_not_kept_from_everybody_who_could_handle_it(world, by, viewer):
    for member in (world.a.counselor_2, world.a.leader):
        keep_from(by=by, flag=world.a.flag, person=member.person, reason="与家长是亲戚")
    with pytest.raises(Refused):
        keep_from(by=viewer(world.a.teacher), flag=world.a.flag, person=world.a.counselor.person, reason="与家长是亲戚")
    assert KeptFrom.objects.count() == 2


@pytest.mark.parametrize("who", ["teacher_2", "grade_head", "subject_teacher"])
def test_who_neither_raised_nor_handles_it_keeps_it_from_nobody(who, world, viewer):
    with pytest.raises(Refused):
        keep_from(
            by=viewer(world.a.people[who]), flag=world.a.flag, person=world.a.leader.person, reason="与家长是亲戚"
        )
    assert not KeptFrom.objects.exists()


def test_a_flag_kept_from_whoever_has_it_calls_the_others_anew(world, by, viewer):
    acknowledge_flag(by=by, flag=world.a.flag)
    keep_from(by=viewer(world.a.leader), flag=world.a.flag, person=by.person, reason="与家长是亲戚")
    flag = fresh(world.a.flag)
    assert (flag.state, flag.assignee, flag.taken_at, flag.calls) == ("raised", None, None, 0)
    called = Notice.objects.standing().filter(kind="flag.raised", subject_id=flag.pk, over_at=None)
    assert list(called.values_list("membership", flat=True)) == [world.a.counselor_2.pk]
    assert escalate_overdue(now=flag.call_at + dt.timedelta(minutes=1)) == 1


def test_a_proposal_kept_from_its_second_person_is_nobodys_any_more(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=second.membership, **REASON)
    keep_from(by=by, flag=flag, person=second.person, reason="与家长是亲戚")
    assert (fresh(flag).state, fresh(flag).waits_for, fresh(flag).outcome) == ("raised", None, "")


def test_an_interview_by_somebody_it_is_now_kept_from_proves_nothing(world, by, second, viewer):
    """Handed on, and proposed by a colleague who relied on it: the colleague hears the child first."""
    flag = interviewed(by, world.a.flag)
    assign_flag(by=by, flag=flag, to=second.membership)
    leader = viewer(world.a.leader)
    decisions.close_flag(by=second, flag=fresh(flag), outcome="supported", second=leader.membership, **REASON)
    keep_from(by=second, flag=flag, person=by.person, reason="与家长是亲戚")
    assert (fresh(flag).state, fresh(flag).interviewed_at, fresh(flag).waits_for) == ("raised", None, None)
    acknowledge_flag(by=second, flag=flag)
    with pytest.raises(Refused):
        decisions.close_flag(by=second, flag=fresh(flag), outcome="supported", second=leader.membership, **REASON)
    steps.record_interview(by=second, flag=fresh(flag), words=WORDS, severity=3)
    decisions.close_flag(by=second, flag=fresh(flag), outcome="supported", second=leader.membership, **REASON)
    assert fresh(flag).state == "proposed"


def test_an_interview_by_somebody_else_stands(world, by, second):
    flag = interviewed(by, world.a.flag)
    steps.record_interview(by=second, flag=flag, words=WORDS, severity=3)
    keep_from(by=second, flag=flag, person=by.person, reason="与家长是亲戚")
    assert fresh(flag).interviewed_at is not None


def test_from_whom_it_is_kept_they_throw_nobody_off_it(world, by, second):
    flag = world.a.flag
    keep_from(by=by, flag=flag, person=second.person, reason="与家长是亲戚")
    with pytest.raises(Refused):
        keep_from(by=second, flag=flag, person=by.person, reason="与家长是亲戚")
    words = {"student": flag.student, "severity": 1, "reason": "与家长是亲戚", "known_at": NOW}
    raise_flag(by=second, keep_it_from=[by.person], **words)
    assert list(flag.kept_from.values_list("person", flat=True)) == [second.person.pk]


def test_each_barrier_is_told_to_the_auditor(world, by, second):
    for person in (world.a.leader.person, second.person):
        keep_from(by=by, flag=world.a.flag, person=person, reason="与家长是亲戚")
    assert Notice.objects.filter(kind="flag.kept", membership=world.auditor, url="/audit").count() == 2


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_barrier_outlives_its_flag(is_kept, world, by, second):
    flag = world.a.flag
    RiskFlag.objects.filter(pk=flag.pk).update(severity=1)
    if is_kept:
        keep_from(by=by, flag=flag, person=second.person, reason="与家长是亲戚")
    decisions.close_flag(by=by, flag=fresh(flag), outcome="supported", **REASON)
    new = raise_flag(by=None, student=flag.student, severity=4, known_at=NOW, source="screening", is_critical=True)
    kept = [(one.person, one.by, one.reason) for one in new.kept_from.all()]
    assert kept == ([(second.person, by.membership, "与家长是亲戚")] if is_kept else [])
    called = Notice.objects.filter(kind="flag.raised", subject_id=new.pk, membership=second.membership)
    assert called.exists() != is_kept
    assert AuditEntry.objects.filter(verb="flag.kept", subject_id=str(new.pk)).exists() == is_kept


def test_a_critical_answer_asks_for_an_interview_anew(world, by, second):
    flag = interviewed(by, world.a.flag)
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=second.membership, **REASON)
    raise_flag(by=None, student=flag.student, severity=1, known_at=NOW, source="screening", is_critical=True)
    assert (fresh(flag).interviewed_at, fresh(flag).outcome) == (None, "")
    acknowledge_flag(by=by, flag=fresh(flag))
    with pytest.raises(Refused):
        steps.change_level(by=by, flag=flag, severity=3, text="看起来好多了，睡得好")
    assert fresh(flag).severity == 4


def test_it_is_not_handed_to_whom_it_is_kept_from(world, by):
    keep_from(by=by, flag=world.a.flag, person=world.a.leader.person, reason="与家长是亲戚")
    with pytest.raises(Refused):
        assign_flag(by=by, flag=world.a.flag, to=world.a.leader)
    assert fresh(world.a.flag).assignee is None


def test_a_guardian_marked_do_not_call_has_no_number_on_the_page(world, by, sign_in):
    guardian = world.a.student.guardians.get()
    set_do_not_call(by=by, student=world.a.student, guardian=guardian, is_set=True, reason="孩子说父亲打她")
    client = sign_in(world.a.counselor)
    unmask = reverse("students:student_unmask", args=[world.a.student.pk])
    pages = [
        client.post(reverse("students:flag_numbers", args=[world.a.flag.pk])).content.decode(),
        client.post(unmask, {"what": "contact", "reason": "reach_family"}).content.decode(),
    ]
    assert [("SENTINEL-a-guardian-phone" in page, "不要联系" in page) for page in pages] == [(False, True)] * 2
    with pytest.raises(Refused):
        steps.log_contact(by=by, flag=world.a.flag, values=CONTACT | {"guardian": guardian, "happened_at": NOW})


def test_numbers_stand_on_the_page_after_one_logged_tap(world, sign_in):
    client = sign_in(world.a.counselor)
    before = client.get(world.a.flag.get_absolute_url()).content.decode()
    after = client.post(reverse("students:flag_numbers", args=[world.a.flag.pk])).content.decode()
    assert ["SENTINEL-a-guardian-phone" in page for page in (before, after)] == [False, True]
    assert AuditEntry.objects.filter(verb="flag.numbers_seen", student_id=world.a.student.pk).count() == 1


def test_the_form_for_raising_shows_whom_to_call(world, sign_in):
    page = sign_in(world.a.teacher).get(reverse("students:flag_new", args=[world.a.student.pk])).content.decode()
    assert f'href="tel:{world.a.counselor.person.phone}"' in page


# --- the form that stands open ----------------------------------------------------------------------------------------


def test_the_form_that_stands_open_is_the_next_thing_to_do(world, by, sign_in):
    def opened():
        return sign_in(world.a.counselor).get(world.a.flag.get_absolute_url()).context["kind"]

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(severity=3)
    found = [opened()]
    interviewed(by, world.a.flag)
    found.append(opened())
    steps.log_contact(by=by, flag=fresh(world.a.flag), values=CONTACT | {"happened_at": NOW})
    assert [*found, opened()] == ["interview", "contact", "note"]
