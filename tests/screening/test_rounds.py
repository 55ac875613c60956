"""Rounds: made, opened, watched by everybody's own view of it, asked again; races on the way of an answer."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Job, OnDuty
from schools.work.jobs import run
from screening.actions.answering import begin, hand_in, save_answers
from screening.actions.rounds import ask_again, ask_more, open_round
from screening.asking_families import waiting_classes
from screening.inbox import interviews, later_stages
from screening.models import Consent, Instrument, Response, Round, SavedAnswers, Slip
from screening.progress import to_interview
from screening.round_results import found_by
from students.models import GroupMember, RiskFlag, SpecialGroup, Student
from tests.screening.asked import answered, round_of, scan, sheet, slip_of
from tests.walking import kept_from

pytestmark = pytest.mark.django_db
CALM = (0,) * 9


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


def test_round_that_may_call_opens_only_with_somebody_on_duty(world):
    round_ = round_of(world.a, opened=False)
    OnDuty.objects.all().delete()
    with pytest.raises(Refused):
        open_round(by=by(world), round_=round_)
    assert Round.objects.get().state == "planned"
    OnDuty.objects.create(unit=world.a.unit, membership=world.a.counselor, day=round_.opens_on)
    assert open_round(by=by(world), round_=round_).state == "open"


def test_student_who_came_while_it_was_prepared_is_asked_too(world):
    round_ = round_of(world.a, opened=False)
    Student.objects.filter(pk=world.a.older.pk).update(class_group=world.a.class_1)
    open_round(by=by(world), round_=round_)
    assert Slip.objects.filter(round=round_, student=world.a.older).exists()


def test_class_teacher_learns_who_has_not_answered_and_no_reason(world, sign_in):
    round_ = round_of(world.a, consented=False)
    url = reverse("screening:round_class", args=[round_.pk, world.a.class_1.pk])
    states = {
        who: [state for _slip, state in sign_in(getattr(world.a, who)).get(url).context["rows"]] for who in PEOPLE
    }
    assert states == {"teacher": ["open"] * 3, "leader": ["open"] * 3, "counselor": ["wait"] * 3}


PEOPLE = ("teacher", "leader", "counselor")


@pytest.mark.parametrize(("day", "says"), [("", "field bad"), ("2026-01-05", "这一天已经过去")])
def test_refused_extension_of_a_class_comes_back_open_with_its_day(world, sign_in, day, says):
    round_ = round_of(world.a)
    url = reverse("screening:round_extend", args=[round_.pk, world.a.class_1.pk])
    answer = sign_in(world.a.counselor).post(url, {"until": day})
    page = answer.content.decode()
    assert (answer.status_code, says in page, f'value="{day}"' in page if day else True) == (422, True, True)
    assert '<details class="fold" open>' in page
    assert round_.classes.get(class_group=world.a.class_1).extended_until is None


def in_care_of(world, who="counselor"):
    """A week from today, in this person's care."""
    today = timezone.localdate()
    days = {"opens_on": today, "closes_on": today + dt.timedelta(days=7)}
    return days | {"by": by(world), "responsible": getattr(world.a, who)}


def test_doubtful_answers_are_asked_again_once_and_only_the_counselor_sees_it(world):
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, 0, 0)
    answered(round_, world.a.student_3, *CALM)
    again = ask_again(round_=round_, **in_care_of(world, "counselor_2"))
    assert [slip.student for slip in again.slips.all()] == [world.a.student_2]
    open_round(by=by(world), round_=again)
    assert seen_by_all(world, again) == {"teacher": (0, 0), "leader": (0, 0), "counselor": (1, 1)}
    assert [[one.note for one in later_stages(by(world, who))] for who in ("counselor_2", "counselor")] == [
        [again.title],
        [],
    ]
    with pytest.raises(Refused):
        ask_again(round_=round_, **in_care_of(world))
    assert Round.objects.filter(after=round_).count() == 1


def seen_by_all(world, round_):
    """By person, how many rounds and slips of this one they see."""
    return {
        who: (
            Round.objects.visible_to(by(world, who)).filter(pk=round_.pk).count(),
            Slip.objects.visible_to(by(world, who)).filter(round=round_).count(),
        )
        for who in PEOPLE
    }


def second_stage(world, round_, attention=2, who="counselor"):
    gad7 = Instrument.objects.get(unit=None, code="gad7")
    care = in_care_of(world) | {"by": by(world, who)}
    return ask_more(round_=round_, instruments=[gad7], attention=attention, **care)


def test_second_stage_asks_those_above_the_cut_off_and_no_teacher_finds_it(world, sign_in):
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, *(2,) * 8, 0)
    answered(round_, world.a.student_3, *CALM)
    second = second_stage(world, round_)
    assert [slip.student for slip in second.slips.all()] == [world.a.student_2]
    assert [part.instrument.code for part in second.parts.all()] == ["gad7"]
    open_round(by=by(world), round_=second)
    assert seen_by_all(world, second) == {"teacher": (0, 0), "leader": (0, 0), "counselor": (1, 1)}
    Consent.objects.all().delete()
    assert [one.round for one in waiting_classes(by(world, "teacher"))] == [round_]
    urls = ("/rounds/", "/consents/", round_.get_absolute_url(), f"/rounds/{round_.pk}/classes/{world.a.class_1.pk}/")
    teacher = sign_in(world.a.teacher)
    assert [str(second.pk) in teacher.get(url).content.decode() for url in urls] == [False] * 4


def test_later_stage_of_a_student_tells_nothing_to_whom_the_flag_is_kept_from(world):
    round_ = round_of(world.a)
    kept = answered(round_, world.a.student_2, *(2,) * 8, 0)
    kept_from(world.a.counselor_2, kept.slip.flag, world.a.counselor)
    with pytest.raises(Refused):
        second_stage(world, round_, who="counselor_2")
    second = second_stage(world, round_)
    seen = [
        Round.objects.visible_to(by(world, who)).filter(pk=second.pk).count() for who in ("counselor", "counselor_2")
    ]
    assert seen == [1, 0]


def test_round_for_a_special_group_is_seen_by_no_class_teacher(world):
    group = SpecialGroup.objects.last()
    GroupMember.objects.create(student=world.a.student_3, group=group)
    round_ = round_of(world.a, special=[group])
    assert [slip.student for slip in round_.slips.all()] == [world.a.student_3]
    assert seen_by_all(world, round_) == {"teacher": (0, 0), "leader": (1, 1), "counselor": (1, 1)}


@pytest.mark.parametrize(
    ("values", "shows", "told"),
    [
        (CALM, True, "没有需要特别关注"),
        ((2,) * 8 + (0,), True, "和信任的人聊一聊"),
        ((*CALM[:8], 1), True, "心理老师会看"),
        (CALM, False, ""),
    ],
    ids=["calm", "above", "called", "not shown"],
)
def test_student_reads_one_sentence_only_if_the_round_says_so(world, values, shows, told):
    round_ = round_of(world.a, shows_results=shows)
    client, slip = Client(), slip_of(round_, world.a.student_2)
    scan(client, slip)
    hand_in(slip=slip, submission=uuid.uuid4(), answers=sheet(*values))
    page = client.get("/a/done/").content.decode()
    assert (("我的回答说明什么" in page), told in page) == (shows, True)


def test_counts_of_a_round_keep_doubtful_answers_apart_and_kept_flags_away(world):
    round_ = round_of(world.a)
    kept = answered(round_, world.a.student, *(2,) * 9)
    answered(round_, world.a.student_2, 0, 0)
    answered(round_, world.a.student_3, *CALM)
    found = found_by(by(world), round_)
    assert (found.whole.cells, found.whole.doubtful, found.whole.total) == ([1, 0, 0, 0, 1], 1, 3)
    assert [(one.code, one.count) for one in found.fates] == [("waits", 1)]
    kept_from(world.a.leader, kept.slip.flag, world.a.counselor)
    assert found_by(by(world, "leader"), round_).whole.cells == [1, 0, 0, 0, 0]
    assert found_by(by(world, "teacher"), round_) is None


def test_who_waits_for_a_talk_is_not_shown_to_whom_the_flag_is_kept_from(world):
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, *CALM[:8], 1)
    kept_from(world.a.counselor_2, RiskFlag.objects.get(student=world.a.student_2), world.a.counselor)
    viewers = [by(world, who) for who in ("counselor", "counselor_2")]
    assert [len(to_interview(viewer, round_)) for viewer in viewers] == [1, 0]
    assert [[one.count for one in interviews(viewer)] for viewer in viewers] == [[1], []]


def test_opening_a_result_is_logged(world, sign_in):
    response = answered(round_of(world.a), world.a.student_2, *CALM)
    sign_in(world.a.counselor).get(response.get_absolute_url())
    assert AuditEntry.objects.get(verb="response.opened").student_id == world.a.student_2.pk


def test_slips_are_a_job_of_those_who_can_still_answer_and_logged_with_its_class(world, sign_in):
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, *CALM)
    url = reverse("screening:class_slips", args=[round_.pk, world.a.class_1.pk])
    sign_in(world.a.counselor).post(url, {"names": "no"})
    job = Job.objects.get(kind="slips")
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.content_type) == ("done", "application/pdf")
    assert AuditEntry.objects.get(verb="slips.printed").details == {"class": world.a.class_1.pk}


def test_page_of_a_round_costs_the_same_for_three_students_and_for_thirty(
    world, sign_in, django_assert_max_num_queries
):
    round_ = round_of(world.a)
    answered(round_, world.a.student_2, *(2,) * 9)
    client, group = sign_in(world.a.counselor), world.a.class_1.pk
    pages = ("round_detail", "round_results", "round_questions", "round_people")
    urls = [reverse(f"screening:{page}", args=[round_.pk]) for page in pages]
    urls.append(reverse("screening:round_class", args=[round_.pk, group]))
    before = [asked_by(client, url, django_assert_max_num_queries) for url in urls]
    for number in range(27):
        pupil = Student.objects.create(school=world.a.unit, class_group=world.a.class_1, name=f"x{number}")
        Slip.objects.create(round=round_, student=pupil, class_group=world.a.class_1, code_hash=str(number))
        answered(round_, pupil, *(number % 3,) * 9, agreed=by(world))
    assert [asked_by(client, url, django_assert_max_num_queries) for url in urls] == before


def asked_by(client, url, counting):
    client.get(url)
    with counting(60) as counted:
        client.get(url)
    return len(counted.captured_queries)


@pytest.mark.django_db(transaction=True)
def test_five_parallel_identical_posts_are_one_row_and_call_once(world):
    slip = slip_of(round_of(world.a), world.a.student_2)
    begin(slip=slip, agrees=True)
    client_id, kept, ready = uuid.uuid4(), [], threading.Barrier(5)

    def post():
        mine = slip_of(slip.round, slip.student)
        ready.wait()
        try:
            kept.append(save_answers(slip=mine, client_id=client_id, answers={"1.9": 2}))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _n in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    connection.close()
    assert (kept, SavedAnswers.objects.count()) == ([True] * 5, 1)
    assert RiskFlag.objects.filter(student=slip.student).count() == 1
    assert not Response.objects.exists()


@pytest.mark.django_db
def test_whole_grades_are_asked_with_the_classes_ticked_beside_them(world, sign_in):
    client, group = sign_in(world.a.counselor), world.a.class_1
    values = dict.fromkeys(("notice", "consent", "where_to_talk", "after_critical"), "x")
    day = timezone.localdate().isoformat()
    values |= {"title": "x", "opens_on": day, "closes_on": day, "opens_at": "08:00", "closes_at": "17:00"}
    values["instruments"] = Instrument.objects.get(unit=None, code="gad7").pk
    nobody = client.post("/rounds/new/", values)
    grade = f"{group.stage}:{group.entry_year}"
    made = client.post("/rounds/new/", values | {"grades": [grade], "classes": [world.a.classes["class_4"].pk]})
    assert (nobody.status_code, made.status_code) == (422, 302)
    asked = set(Round.objects.get().classes.values_list("class_group", flat=True))
    assert asked == {world.a.class_1.pk, world.a.classes["class_2"].pk, world.a.classes["class_4"].pk}
