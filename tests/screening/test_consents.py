"""Consent of families: the guardian's own link, papers, who counts, and what others learn of it."""

import datetime as dt
from contextlib import nullcontext

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schools.access import Viewer
from schools.models import Job, Notice
from schools.work.jobs import run
from schools.work.reminders import dispatch
from screening.actions.answering import NotNow, begin
from screening.actions.consents import (
    make_links,
    record_paper,
    reissue_link,
    remind_teachers,
    say_by_link,
    say_yourself,
)
from screening.actions.rounds import close_round
from screening.asking_families import coverage_of, waiting_classes
from screening.consent_rules import Said, last_words
from screening.models import Consent, ConsentLink, Round, Slip
from screening.printing import families_to_write_to
from screening.slip_codes import link_code_of
from students.actions.flags import raise_flag
from students.actions.keeping import keep_from
from students.models import Guardian, RiskFlag
from tests.screening.asked import answered, round_of, slip_of
from tests.walking import kept_from
from tests.world import NOW, load_world

pytestmark = pytest.mark.django_db


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


def guardian_of(student, phone="13800000011", **more):
    position = student.guardians.count() + 1
    return Guardian.objects.create(student=student, position=position, name=f"家长{position}", phone=phone, **more)


@pytest.fixture
def link(world):
    """A round whose families have not been asked yet, and the link of the one guardian of a student under 14."""
    guardian = guardian_of(world.a.student_2, relation="母亲")
    round_ = round_of(world.a, consented=False)
    make_links(by=by(world), round_=round_, students=[world.a.student_2.pk])
    return ConsentLink.objects.select_related("round__school__kind", "guardian").get(guardian=guardian)


def address(link):
    return f"/c/{link_code_of(link)}/"


def prove(client, link, digits="0011"):
    return client.post(address(link), {"digits": digits})


def answer(client, link, said):
    return client.post(address(link), {"proof": prove(client, link).context["proof"], "answer": said})


# --- the link -------------------------------------------------------------------------------------------------------


def test_guardian_agrees_by_the_own_link_and_takes_it_back(link, world):
    client, slip = Client(), slip_of(link.round, world.a.student_2)
    answer(client, link, "yes")
    said = Consent.objects.get(student=slip.student_id)
    assert (said.who, said.guardian, said.is_given, said.text) == (
        "guardian",
        link.guardian,
        True,
        link.round.consent_text,
    )
    begin(slip=slip, agrees=True)
    page = answer(client, link, "no").content.decode()
    assert "您选择了不同意" in page
    with pytest.raises(NotNow):
        begin(slip=slip_of(link.round, world.a.student_2), agrees=True)


def test_link_that_sends_without_end_waits(link, monkeypatch):
    monkeypatch.setattr("screening.pace.MOST", 1)
    assert [answer(Client(), link, said).status_code for said in ("yes", "no")] == [200, 429]
    assert Consent.objects.get().is_given


def test_page_shows_nothing_before_the_proof_and_then_the_family_name_only(link, world):
    world.a.student_2.name = "欧阳小小"
    world.a.student_2.save(update_fields=["name"])
    client = Client()
    before = client.get(address(link)).content.decode()
    after = prove(client, link).content.decode()
    assert [word in before for word in ("欧", link.round.title, world.a.class_1.name)] == [False] * 3
    assert ("欧同学" in after, "阳小小" in after, link.guardian.name in after) == (True, False, False)


def test_wrong_digits_pause_this_link_and_no_other(link, world):
    other = guardian_of(world.a.student_3, phone="13800000022")
    make_links(by=by(world), round_=link.round, students=[world.a.student_3.pk])
    client = Client()
    assert {prove(client, link, f"000{n}").status_code for n in range(5)} == {422}
    assert prove(client, link).status_code == 422
    assert prove(client, ConsentLink.objects.get(guardian=other), "0022").status_code == 200
    assert not Consent.objects.exists()


def test_after_twenty_wrong_guesses_a_link_is_dead_until_it_is_issued_anew(link, sign_in, world, fixed_clock):
    for _pause in range(4):
        assert {prove(Client(), link, f"000{n}").status_code for n in range(6)} == {422}
        fixed_clock.shift(16 * 60)
    assert "不能再使用" in prove(Client(), link).content.decode()
    slip = slip_of(link.round, world.a.student_2)
    page = sign_in(world.a.counselor).get(reverse("screening:consent_links", args=[slip.pk]))
    assert [one.link.is_dead for one in page.context["shown"]] == [True]
    assert prove(Client(), reissue_link(by=by(world), link=link)).status_code == 200


def test_link_lives_while_a_later_round_rests_on_its_text(link, world):
    close_round(by=by(world), round_=link.round)
    Round.objects.filter(pk=link.round_id).update(closed_at=NOW - dt.timedelta(days=200))
    assert Client().get(address(link)).status_code == 404
    later = round_of(world.a, consented=False)
    assert later.consent_text == link.round.consent_text
    assert Client().get(address(link)).status_code == 200


def test_proof_of_one_link_opens_no_other_and_a_new_issue_ends_it(link, world):
    other = guardian_of(world.a.student_3, phone="13800000022")
    make_links(by=by(world), round_=link.round, students=[world.a.student_3.pk])
    client, proof = Client(), prove(Client(), link).context["proof"]
    client.post(address(ConsentLink.objects.get(guardian=other)), {"proof": proof, "answer": "yes"})
    old = address(link)
    reissue_link(by=by(world), link=link)
    assert client.post(old, {"proof": proof, "answer": "yes"}).status_code == 404
    client.post(address(link), {"proof": proof, "answer": "yes"})
    assert not Consent.objects.exists()


def test_guardian_who_must_not_be_addressed_has_no_link(link, world):
    guardian_of(world.a.student_3, do_not_call=True)
    guardian_of(world.a.student_3, phone="无")
    assert make_links(by=by(world), round_=link.round, students=[world.a.student_3.pk]) == 0
    Guardian.objects.filter(pk=link.guardian_id).update(do_not_call=True)
    assert Client().get(address(link)).status_code == 404


def test_after_the_survey_a_consent_can_be_taken_back_and_none_given(link, world):
    client = Client()
    answer(client, link, "yes")
    close_round(by=by(world), round_=link.round)
    answer(client, link, "no")
    assert "这次问卷已经结束" in answer(client, link, "yes").content.decode()
    assert list(Consent.objects.values_list("is_given", flat=True)) == [True, False]


def test_no_after_the_answers_calls_counselors_except_from_whom_the_flag_is_kept(link, world, sign_in):
    answer(Client(), link, "yes")
    done = answered(link.round, world.a.student_2, *(2,) * 9)
    kept_from(world.a.counselor_2, done.slip.flag, world.a.counselor)
    answer(Client(), link, "no")
    called = Notice.objects.get(kind="consent.taken_back")
    assert (called.membership, called.url) == (world.a.counselor, done.get_absolute_url())
    assert sign_in(world.a.counselor).get(called.url).context["is_taken_back"]
    keep_from(by=by(world, "leader"), flag=done.slip.flag, person=world.a.counselor.person, reason="他是孩子的亲属")
    called.refresh_from_db()
    assert called.withdrawn_at is not None


# --- who counts -----------------------------------------------------------------------------------------------------


def test_one_guardian_does_not_outvote_the_other_and_a_paper_is_the_family_s():
    yes, no = Said("guardian", True, by="mother"), Said("guardian", False, by="father")
    paper = Said("guardian", True, on_paper=True)
    assert [last_words(said)["guardian"] for said in ([yes, no], [no, yes], [no, paper], [paper, no])] == [
        False,
        False,
        True,
        False,
    ]
    assert last_words([no, yes, Said("guardian", True, by="father")]) == {"guardian": True}


ACTS = st.lists(
    st.tuples(st.sampled_from(["paper", "mother", "father", "student"]), st.booleans()), min_size=0, max_size=6
)


def say(world, slip, people, who, said):
    if who == "paper":
        record_paper(by=by(world), round_=slip.round, students=[slip.student_id], is_given=said)
    elif who == "student":
        say_yourself(slip=slip, is_given=said)
    else:
        links = ConsentLink.objects.select_related("round__school", "guardian")
        say_by_link(link=links.get(guardian=people[who]), is_given=said)


@settings(max_examples=15)
@example(None, [("mother", False), ("paper", True), ("mother", False)])
@given(st.none() | st.dates(dt.date(2004, 1, 1), dt.date(2018, 1, 1)), ACTS)
def test_under_14_nobody_begins_without_a_guardian_s_yes_that_stands(birth_date, acts):
    """Whatever papers, links and students say, in any order."""
    with transaction.atomic():
        world = load_world()
        pupil = world.a.student_2
        people = {who: guardian_of(pupil) for who in ("mother", "father")}
        round_ = round_of(world.a, consented=False)
        make_links(by=by(world), round_=round_, students=[pupil.pk])
        slip = slip_of(round_, pupil)
        slip.student.birth_date = birth_date
        family: dict[str, bool] = {}
        for number, (who, said) in enumerate(acts, start=1):
            with time_machine.travel(NOW + dt.timedelta(seconds=number), tick=False):
                say(world, slip, people, who, said)
            if who != "student":
                family = {who: said} if who == "paper" else family | {who: said}
        is_14 = birth_date is not None and birth_date <= dt.date(2012, 3, 18)
        may = all(family.values()) and (is_14 or bool(family))
        with nullcontext() if may else pytest.raises(NotNow):
            begin(slip=slip, agrees=True)
        assert (slip_of(round_, pupil).started_at is not None) == may
        transaction.set_rollback(True)


# --- letters, reminders and what others learn -----------------------------------------------------------------------


def test_letters_of_a_class_are_a_job_with_a_code_for_each_guardian(world, sign_in):
    guardian_of(world.a.student_2, relation="母亲")
    round_ = round_of(world.a, consented=False)
    record_paper(by=by(world), round_=round_, students=[world.a.student_3.pk], is_given=True)
    url = reverse("screening:consent_letters_of", args=[round_.pk, world.a.class_1.pk])
    assert sign_in(world.a.counselor).post(url).status_code == 302
    job = Job.objects.get(kind="consent_letters")
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_name.endswith(".pdf")) == ("done", True)
    called = raise_flag(by=None, student=world.a.student, severity=4, known_at=NOW, source=RiskFlag.Source.SCREENING)
    Slip.objects.filter(round=round_, student=world.a.student).update(flag=called)
    kept_from(world.a.counselor_2, called, world.a.counselor)
    written = [
        {slip.student for slip in families_to_write_to(by(world, who), round_, world.a.class_1)}
        for who in ("counselor", "counselor_2")
    ]
    assert written == [{world.a.student, world.a.student_2}, {world.a.student_2}]
    assert ConsentLink.objects.filter(student=world.a.student_2).count() == 1


def test_class_teacher_learns_who_has_not_answered_and_never_who_said_no(world, viewer):
    round_ = round_of(world.a, consented=False, opened=False)
    record_paper(by=by(world), round_=round_, students=[world.a.student_2.pk], is_given=False)
    record_paper(by=by(world), round_=round_, students=[world.a.student_3.pk], is_given=True)
    (one,) = waiting_classes(viewer(world.a.teacher))
    assert one.students == [world.a.student]
    assert [waiting_classes(viewer(getattr(world.a, who))) for who in ("teacher_2", "leader", "counselor")] == [[]] * 3
    slips = list(Slip.objects.filter(round=round_).select_related("round", "student", "class_group"))
    (row,) = coverage_of(round_, slips)
    assert (row.yes, row.waiting, row.no) == (1, 1, 1)


def test_class_teacher_is_reminded_until_every_family_has_answered(world):
    round_ = round_of(world.a, consented=False, opens_on=timezone.localdate() + dt.timedelta(days=1), opened=False)
    dispatch()
    remind_teachers(by=by(world), round_=round_)
    called = Notice.objects.filter(kind="consent.class")
    assert set(called.values_list("membership", flat=True)) == {world.a.teacher.pk}
    everybody = list(round_.slips.values_list("student_id", flat=True))
    record_paper(by=by(world), round_=round_, students=everybody[:1], is_given=False)
    assert called.filter(over_at=None).exists()
    record_paper(by=by(world), round_=round_, students=everybody[1:], is_given=True)
    assert not called.filter(over_at=None).exists()
