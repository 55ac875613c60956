"""The registry and its plans: the road, two persons, overdue, what each role reads, the balance."""

import datetime as dt
import io

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.common.errors import Refused
from schools.models import AuditEntry, Job, Notice
from schools.work.inbox import inbox_of
from schools.work.reminders import dispatch, sources_seen_by
from students.actions import plans, registry
from students.balance import Move, balance, moves_of
from students.models import PlanMeasure, PlanReview, RegistryEntry, RiskFlag, StudentState
from students.plans_waiting import decided_but_not_listed
from students.queries import is_key
from tests.walking import entry_of, kept_from, raised
from tests.world import NOW

pytestmark = pytest.mark.django_db
WHY = "妈妈来校说明，有过自伤的念头"
NOW_WELL = "睡得好，交了作业，和同桌和好了"


@pytest.fixture
def by(world, viewer):
    return viewer(world.a.counselor)


@pytest.fixture
def second(world, viewer):
    return viewer(world.a.counselor_2)


@pytest.fixture
def entry(world, by):
    return registry.put_on_registry(
        by=by, student=world.a.student_2, severity=2, reasons=WHY, counselor=by.membership, teacher=world.a.teacher
    )


def fresh(entry):
    return RegistryEntry.objects.get(pk=entry.pk)


def level_of(entry):
    return StudentState.objects.get(pk=entry.student_id).registry_severity


@pytest.mark.parametrize("stood", ["before", "since"])
def test_who_stood_on_the_registry_before_is_not_forgotten_when_a_flag_says_to_put_them_on_it(stood, world, by):
    day = timezone.localdate()
    listed = day - dt.timedelta(days=300) if stood == "before" else day
    entry_of(world.a.student, world.a.counselor, listed_on=listed, off_on=listed, ending="better")
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(
        state="closed", outcome="registered", taken_at=NOW, settled_at=NOW, closed_by=by.person
    )
    assert len(list(decided_but_not_listed(by))) == (stood == "before")


# --- on it --------------------------------------------------------------------------------------------------------


def test_registry_lists_a_student_once_with_a_first_review(world, by, entry):
    assert (level_of(entry), entry.review_by) == (2, timezone.localdate() + dt.timedelta(days=14))
    assert world.a.student_2 in type(world.a.student_2).objects.filter(is_key(by))
    assert Notice.objects.filter(kind="plan.named", membership=world.a.teacher).count() == 1
    with pytest.raises(Refused):
        registry.put_on_registry(by=by, student=world.a.student_2, severity=2, reasons=WHY)
    assert RegistryEntry.objects.count() == 1


@pytest.mark.parametrize("who", ["teacher", "grade_head", "subject_teacher"])
def test_registry_is_kept_by_counselors_and_leaders_only(world, viewer, who):
    with pytest.raises(Refused):
        registry.put_on_registry(by=viewer(world.a.people[who]), student=world.a.student, severity=2, reasons=WHY)
    assert not RegistryEntry.objects.exists()


def test_registry_refuses_a_reason_that_says_nothing(world, by):
    with pytest.raises(Refused):
        registry.put_on_registry(by=by, student=world.a.student, severity=2, reasons="无")
    assert not RegistryEntry.objects.exists()


# --- reviews ----------------------------------------------------------------------------------------------------------


def test_review_raises_the_level_at_once(by, entry):
    registry.review_plan(by=by, entry=entry, severity=4, changed="说了具体的办法")
    assert (fresh(entry).severity, level_of(entry)) == (4, 4)
    assert fresh(entry).review_by == timezone.localdate() + dt.timedelta(days=7)


def test_review_lowers_the_level_when_the_second_person_agrees(by, second, entry):
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=second.membership)
    assert (fresh(entry).severity, level_of(entry)) == (2, 2)
    with pytest.raises(Refused):
        registry.confirm_review(by=by, entry=entry)
    assert fresh(entry).severity == 2
    registry.confirm_review(by=second, entry=entry)
    assert (fresh(entry).severity, level_of(entry)) == (1, 1)


@pytest.mark.parametrize("who", [None, "counselor", "teacher"])
def test_review_needs_another_counselor_or_leader_to_lower(world, by, entry, who):
    named = world.a.people[who] if who else None
    with pytest.raises(Refused):
        registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=named)
    assert (fresh(entry).severity, PlanReview.objects.pending().count()) == (2, 0)


def test_review_that_was_sent_back_changes_nothing_and_tells_why(by, second, entry):
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=second.membership)
    registry.send_back_review(by=second, entry=entry, text="先等复诊结果")
    assert (fresh(entry).severity, PlanReview.objects.last().answer) == (2, "先等复诊结果")
    assert Notice.objects.filter(kind="plan.sent_back", membership=by.membership).count() == 1


def test_review_raises_although_a_lower_level_waits(by, second, entry):
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=second.membership)
    with pytest.raises(Refused):
        registry.review_plan(by=by, entry=entry, severity=2, changed=NOW_WELL)
    registry.review_plan(by=by, entry=entry, severity=3, changed="开学第一周请假 3 天")
    with pytest.raises(Refused):
        registry.confirm_review(by=second, entry=entry)
    assert fresh(entry).severity == 3


# --- off it -----------------------------------------------------------------------------------------------------------


def down(by, second, entry):
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=second.membership)
    registry.confirm_review(by=second, entry=entry)


def before(entry):
    """All but its last review were a week ago."""
    last = entry.reviews.order_by("-number")[0]
    earlier = entry.reviews.exclude(pk=last.pk)
    earlier.update(reviewed_on=timezone.localdate() - dt.timedelta(days=7))


def test_off_needs_two_reviews_at_the_lowest_level_and_two_persons(by, second, entry):
    down(by, second, entry)
    off = {"by": by, "entry": entry, "ending": "better", "changed": NOW_WELL}
    with pytest.raises(Refused):
        registry.propose_off(**off, second=second.membership)
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL)
    with pytest.raises(Refused):  # both of one day
        registry.propose_off(**off, second=second.membership)
    before(entry)
    registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL)  # one more on the same day
    with pytest.raises(Refused):
        registry.propose_off(**off)
    registry.propose_off(**off, second=second.membership)
    assert (fresh(entry).off_on, level_of(entry)) == (None, 1)
    registry.confirm_review(by=second, entry=entry)
    left, today = fresh(entry), timezone.localdate()
    assert (left.off_on, left.review_by, level_of(entry)) == (today, today + dt.timedelta(days=30), 0)
    registry.look_again(by=by, entry=left, changed="一个月来都好")
    assert fresh(entry).review_by is None


def test_off_for_a_student_who_has_moved_needs_no_low_level(by, second, entry):
    off = {"by": by, "entry": entry, "ending": "moved", "changed": "转到邻市", "second": second.membership}
    with pytest.raises(Refused):
        registry.propose_off(**off)
    assert not PlanReview.objects.pending().exists()
    type(entry.student).objects.filter(pk=entry.student_id).update(status="left", left_on=timezone.localdate())
    registry.propose_off(**off)
    registry.confirm_review(by=second, entry=entry)
    assert (fresh(entry).ending, fresh(entry).review_by) == ("moved", None)


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_measure_is_done_by_whom_it_was_given_to(world, by, viewer, entry):
    measure = plans.add_measure(by=by, entry=entry, what="每天早读看一眼", who=world.a.teacher)
    other = plans.add_measure(by=by, entry=entry, what="每周一次个体辅导", who=by.membership)
    teacher = viewer(world.a.teacher)
    for refused in ({"measure": other, "is_done": True}, {"measure": measure, "is_done": False, "outcome": WHY}):
        with pytest.raises(Refused):
            plans.end_measure(by=teacher, **refused)
    assert PlanMeasure.objects.open().count() == 2
    plans.end_measure(by=teacher, measure=measure, is_done=True)
    assert list(PlanMeasure.objects.open()) == [other]


def test_plan_page_shows_a_class_teacher_the_own_part_only(world, by, entry, sign_in):
    plans.add_measure(by=by, entry=entry, what="每周一次个体辅导", who=by.membership)
    plans.add_measure(by=by, entry=entry, what="每天早读看一眼", who=world.a.teacher)
    plans.tell_part(by=by, entry=entry, audience="class_teacher", text="按四条信号留意")
    plans.tell_part(by=by, entry=entry, audience="leader", text="每月谈一次")
    html = sign_in(world.a.teacher).get(entry.get_absolute_url()).content.decode()
    told = [text in html for text in ("按四条信号留意", "每天早读看一眼", "每月谈一次", "每周一次个体辅导", WHY)]
    assert told == [True, True, False, False, False]


def test_plan_kept_from_somebody_is_not_there(world, by, viewer, entry, sign_in):
    kept_from(world.a.leader, raised(world.a.student_2, world.a.counselor), world.a.counselor)
    leader = viewer(world.a.leader)
    assert sign_in(world.a.leader).get(entry.get_absolute_url()).status_code == 404
    assert world.a.student_2 not in type(world.a.student_2).objects.visible_to(leader).filter(is_key(leader))
    with pytest.raises(Refused):
        registry.review_plan(by=by, entry=entry, severity=1, changed=NOW_WELL, second=leader.membership)
    assert not PlanReview.objects.pending().exists()


def test_inbox_tells_of_reviews_late_and_plans_without_measures(by, entry):
    RegistryEntry.objects.filter(pk=entry.pk).update(
        review_by=timezone.localdate() - dt.timedelta(days=1), listed_on=timezone.localdate() - dt.timedelta(days=60)
    )
    StudentState.objects.filter(pk=entry.student_id).update(last_any_talk_at=timezone.now() - dt.timedelta(days=40))
    name = entry.student.name
    told = [item.text for item in inbox_of(by) if name in item.text]
    assert len(told) == 3  # review, no measure, unseen
    plans.add_measure(by=by, entry=entry, what="每周一次个体辅导", who=by.membership)
    registry.review_plan(by=by, entry=entry, severity=2, changed=NOW_WELL)
    assert len([item for item in inbox_of(by) if name in item.text]) == 1


def test_reviews_call_their_counselor_once(by, entry):
    RegistryEntry.objects.filter(pk=entry.pk).update(review_by=timezone.localdate())
    at_noon = timezone.now().replace(hour=4)
    assert (dispatch(now=at_noon), dispatch(now=at_noon)) == (1, 0)
    called = Notice.objects.filter(kind="plan.review", over_at=None, withdrawn_at=None)
    assert [one.membership for one in called] == [entry.counselor]
    entry.refresh_from_db()
    registry.review_plan(by=by, entry=entry, severity=entry.severity, changed=NOW_WELL)
    assert called.all().count() == 0


def test_nobody_is_called_for_a_review_that_is_kept_from_them(world, by, entry, viewer):
    RegistryEntry.objects.filter(pk=entry.pk).update(review_by=timezone.localdate())
    flag = RiskFlag.objects.open().filter(student=entry.student).first() or raised(entry.student, world.a.counselor_2)
    kept_from(world.a.counselor, flag, world.a.counselor_2)
    dispatch(now=timezone.now().replace(hour=4))
    assert Notice.objects.filter(kind="plan.review").count() == 0
    assert "plan.review" not in sources_seen_by(viewer(world.a.counselor))


def test_plan_as_pdf_bears_the_mark_and_is_logged(world, by, entry, sign_in):
    answer = sign_in(world.a.counselor).get(reverse("students:plan_pdf", args=[entry.pk]))
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 1
    assert AuditEntry.objects.filter(verb="registry.printed", student_id=entry.student_id).count() == 1


def test_a_class_teachers_list_does_not_tell_the_levels_by_its_order(world, sign_in):
    for student, severity in ((world.a.student, 1), (world.a.student_2, 4)):
        entry = entry_of(student, world.a.counselor)
        RegistryEntry.objects.filter(pk=entry.pk).update(severity=severity, review_by=NOW.date())
    listed = {}
    for who in ("counselor", "teacher"):
        shown = sign_in(world.a.people[who]).get(reverse("students:registry_list")).context["list"]
        listed[who] = [one.student.student_number for one in shown.page_obj]
    assert listed == {"counselor": ["A0002", "A0001"], "teacher": ["A0001", "A0002"]}


def test_registry_list_asks_as_often_for_three_as_for_one(world, by, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, url = sign_in(world.a.counselor), reverse("students:registry_list")
    entry_of(world.a.student, world.a.counselor)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    entry_of(world.a.student_3, world.a.counselor)
    entry_of(world.a.older, world.a.counselor)
    with CaptureQueriesContext(connection) as three:
        assert client.get(url).context["list"].count == 3
    assert len(three) == len(one)


# --- the balance --------------------------------------------------------------------------------------------------

FIRST = dt.date(2026, 3, 1)
steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(0, 4)), max_size=30)


@settings(max_examples=60, deadline=None)
@given(steps=steps, first=st.integers(0, 60), length=st.integers(0, 60))
def test_balance_is_even_at_any_date_in_all_and_by_level(steps, first, length):
    moves, now = [], {}
    for entry, day, after in sorted(steps, key=lambda one: one[1]):
        before = now.get(entry, 0)
        if before != after:
            moves.append(Move(entry, FIRST + dt.timedelta(days=day), before, after))
            now[entry] = after
    start, end = FIRST + dt.timedelta(days=first), FIRST + dt.timedelta(days=first + length)
    found = balance(moves, start, end)

    def standing(day):
        level = {}
        for move in moves:
            if move.on <= day:
                level[move.entry] = move.after
        return [severity for severity in level.values() if severity]

    for severity in range(1, 5):
        assert found.start[severity] == standing(start - dt.timedelta(days=1)).count(severity)
        assert found.end[severity] == standing(end).count(severity)
    assert found.total("start") + found.total("new") - found.total("left") == found.total("end")
    assert found.total("moved_in") == found.total("moved_out") == sum(found.between.values())


def test_balance_is_read_from_the_reviews_in_force(by, second, entry):
    down(by, second, entry)
    registry.review_plan(by=by, entry=entry, severity=2, changed=NOW_WELL)
    today = timezone.localdate()
    found = balance(moves_of(PlanReview.objects.all()), today, today)
    assert (found.total("new"), found.end[2], found.moved_in[1], found.moved_out[1]) == (1, 1, 1, 1)


def test_the_ledger_as_pdf_is_made_by_a_job_and_logged_as_a_list_that_leaves(
    world, entry, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(world.a.counselor)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("students:registry_pdf"))
    job = Job.objects.get(kind="registry_ledger")
    content = b"".join(client.get(reverse("schools:job_file", args=[job.pk])).streaming_content)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert (job.state, width > height) == ("done", True)
    assert AuditEntry.objects.get(verb="registry.ledger_printed").details == {"rows": 1}
