"""From a slip to a score and a flag: what a student sends is kept once, scored once, and calls when it must."""

import datetime as dt
import re
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.access import Viewer
from schools.models import Notice, UnitSetting
from screening.actions.answering import MOST_SAVED, NotNow, answers_so_far, begin, hand_in, save_answers
from screening.actions.consents import record_paper
from screening.actions.rounds import close_round, reissue_slip, revoke_slip
from screening.consent_rules import Standing, is_of_age, needed, standing
from screening.models import Consent, CriticalAnswer, Response, Result, RoundClass, SavedAnswers, ScaleResult
from screening.slip_codes import class_code_of, code_of, pin_of
from students.actions.flags import raise_flag
from students.models import RiskFlag, Student, StudentState
from tests.screening.asked import answered, round_of, scan, sheet, slip_of
from tests.world import NOW, load_world

pytestmark = pytest.mark.django_db
CALM = (0, 0, 1, 1, 0, 0, 0, 0, 0)
ID_OF = {save_answers: "client_id", hand_in: "submission"}


@pytest.fixture
def asked(world):
    """An open round, and the slip of a student without a flag."""
    round_ = round_of(world.a)
    return slip_of(round_, world.a.student_2)


def on(client, data, where="save"):
    return client.post(f"/a/{where}/", data, headers={"X-Script": "1"})


def token_of(client):
    return client.get("/a/").context["sitting"].token


def body(token, answers, **more):
    given = {f"q-{key}": value for key, value in answers.items()}
    return {"sitting": token, "id": str(uuid.uuid4()), "asked": ",".join(answers), **given, **more}


# --- the road -------------------------------------------------------------------------------------------------------


def test_slip_leads_to_a_scored_result(asked):
    client = Client()
    assert scan(client, asked).url == "/a/"
    token = token_of(client)
    assert on(client, body(token, sheet(*CALM))).json() == {"kept": True}
    assert on(client, body(token, {}), "finish").json() == {"kept": True}
    response = Response.objects.get(slip=asked)
    scale = ScaleResult.objects.get(result__response=response)
    assert (response.attention, response.is_valid, scale.score, scale.band) == (0, True, 2.0, "minimal")
    assert response.given == sheet(*CALM)
    assert not SavedAnswers.objects.exists()
    assert StudentState.objects.get(pk=asked.student_id).last_screened_at == response.at


def test_high_score_raises_a_flag_and_its_notice_in_the_same_transaction(asked, world):
    response = answered(asked.round, asked.student, 2, 2, 2, 2, 2, 2, 2, 1, 0)
    flag = RiskFlag.objects.get(student=asked.student)
    asked.refresh_from_db()
    assert (response.attention, flag.severity, flag.source, asked.flag) == (3, 3, "screening", flag)
    assert Notice.objects.filter(subject_id=flag.pk, membership=world.a.counselor).count() == 1


def test_severe_result_calls_although_the_critical_answer_was_dismissed(asked, world):
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.9": 1})
    RiskFlag.objects.filter(student=asked.student).update(
        state="closed", outcome="unfounded", taken_at=NOW, settled_at=NOW, closed_by=world.a.counselor.person
    )
    hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(3, 3, 3, 3, 3, 3, 3, 3, 0))
    assert RiskFlag.objects.open().get(student=asked.student).severity == 3


def test_a_lower_flag_does_not_stand_for_what_the_whole_asks_for(asked, world):
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.9": 1})
    RiskFlag.objects.filter(student=asked.student).update(
        state="closed", outcome="unfounded", taken_at=NOW, settled_at=NOW, closed_by=world.a.counselor.person
    )
    raise_flag(by=None, student=asked.student, severity=1, known_at=NOW)
    hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(3, 3, 3, 3, 3, 3, 3, 3, 0))
    assert RiskFlag.objects.open().get(student=asked.student).severity == 3


def test_low_score_raises_no_flag(asked):
    answered(asked.round, asked.student, *CALM)
    assert not RiskFlag.objects.filter(student=asked.student).exists()


def test_critical_answer_calls_as_soon_as_its_page_is_saved(asked, world):
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.9": 1})
    flag = RiskFlag.objects.get(student=asked.student)
    called = Notice.objects.filter(subject_id=flag.pk, kind="flag.raised").values_list("membership", flat=True)
    assert (flag.severity, flag.is_critical) == (4, True)
    assert set(called) == {world.a.counselor.pk, world.a.counselor_2.pk}
    save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.9": 0})
    hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(*CALM))
    assert CriticalAnswer.objects.get().value == "1"
    assert Response.objects.get().attention == 4


def test_critical_answer_on_the_last_page_calls(asked):
    answered(asked.round, asked.student, *CALM[:8], 3)
    assert RiskFlag.objects.get(student=asked.student).severity == 4


def test_incomplete_answers_are_in_doubt_not_without_concern(asked):
    response = answered(asked.round, asked.student, 0, 0, 0)
    assert (response.is_valid, Result.objects.get().is_valid) == (False, False)
    assert StudentState.objects.get(pk=asked.student_id).last_screened_at is None


# --- nothing lost, nothing twice ------------------------------------------------------------------------------------


def test_very_many_savings_become_one_and_no_answer_is_lost(asked):
    begin(slip=asked, agrees=True)
    SavedAnswers.objects.bulk_create(
        SavedAnswers(slip=asked, client_id=uuid.uuid4(), answers=f'{{"1.{1 + n % 2}": {n % 3}}}', seconds=1)
        for n in range(MOST_SAVED)
    )
    save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.3": 1}, seconds=2)
    assert SavedAnswers.objects.filter(slip=asked).count() == 2
    assert answers_so_far(asked) == ({"1.1": 0, "1.2": 1, "1.3": 1}, MOST_SAVED + 2)


def test_same_request_sent_twice_is_kept_once(asked):
    client = Client()
    scan(client, asked)
    data = body(token_of(client), {"1.9": 1})
    assert [on(client, data).status_code for _n in range(3)] == [200, 200, 200]
    assert SavedAnswers.objects.count() == 1
    assert RiskFlag.objects.filter(student=asked.student).count() == 1


def test_second_submission_changes_nothing(asked):
    first = answered(asked.round, asked.student, *CALM)
    again = hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(3, 3, 3))
    assert (again, Response.objects.get().given) == (first, sheet(*CALM))


def test_two_devices_add_up_and_the_later_answer_counts(asked):
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers=sheet(1, 1, 1))
    other = slip_of(asked.round, asked.student)
    save_answers(slip=other, client_id=uuid.uuid4(), answers={"1.3": 0, "1.4": 0})
    hand_in(slip=asked, submission=uuid.uuid4(), answers={})
    assert Response.objects.get().given == {"1.1": 1, "1.2": 1, "1.3": 0, "1.4": 0}


def test_handing_in_on_one_device_leaves_the_answers_of_the_other(asked):
    begin(slip=asked, agrees=True)
    save_answers(slip=asked, client_id=uuid.uuid4(), answers=sheet(1, 1, 1))
    hand_in(slip=slip_of(asked.round, asked.student), submission=uuid.uuid4(), answers=sheet(2, None, None, None))
    assert Response.objects.get().given == sheet(2, 1, 1, None)


@pytest.mark.parametrize("act", [save_answers, hand_in], ids=["saved", "handed in again"])
def test_critical_answer_after_the_hand_in_still_calls_once(asked, act):
    answered(asked.round, asked.student, *CALM)
    for _n in range(2):
        act(slip=slip_of(asked.round, asked.student), **{ID_OF[act]: uuid.uuid4()}, answers={"1.9": 1})
    flag, response = RiskFlag.objects.get(student=asked.student), Response.objects.get()
    assert (flag.severity, flag.is_critical, CriticalAnswer.objects.count()) == (4, True, 1)
    assert (response.given, response.attention) == (sheet(*CALM), 4)
    assert StudentState.objects.get(pk=asked.student_id).screening_severity == 4


def test_device_that_goes_on_after_the_hand_in_is_told(asked):
    client = Client()
    scan(client, asked)
    token = token_of(client)
    answered(asked.round, asked.student, *CALM)
    assert on(client, body(token, {"1.1": 2})).json() == {"kept": False}
    assert client.get("/a/").url == "/a/done/"


def test_same_computer_shows_the_next_student_nothing_of_the_one_before(asked, world):
    """The one before has not even handed in; the next one enters number and PIN at the page that was left open."""
    client, url = Client(), f"/a/class/{class_code_of(RoundClass.objects.get(round=asked.round))}/"
    seats = []
    for slip in (asked, slip_of(asked.round, world.a.student_3)):
        pin = client.post(url, {"number": slip.student.student_number, "pin": pin_of(slip)})
        client.post(url, {"slip": pin.context["token"], "agree": "yes"})
        page = client.get("/a/")
        on(client, body(page.context["sitting"].token, {"1.1": 1}))
        seats.append((pin, page))
    (_pin, first), (pin, page) = seats
    assert [one["key"] for one in page.context["told"]["asked"]] == [f"1.{n}" for n in range(1, 11)]
    assert first.context["told"]["who"] != page.context["told"]["who"]
    for text in (pin.content.decode(), page.content.decode()):
        assert asked.student.student_number not in text
        assert first.context["sitting"].token not in text
    assert page.headers["Cache-Control"] == "no-store"


def test_computer_of_a_class_leads_the_next_student_in_also_after_a_reload_of_the_end(asked):
    row = RoundClass.objects.get(round=asked.round)
    client, at_home, url = Client(), Client(), f"/a/class/{class_code_of(row)}/"
    page = client.post(url, {"number": asked.student.student_number, "pin": pin_of(asked)})
    client.get(url)
    client.post(url, {"slip": page.context["token"], "agree": "yes"})
    on(client, body(token_of(client), sheet(*CALM)), "finish")
    client.get("/a/done/")
    assert url in client.get("/a/done/").content.decode()
    assert url not in at_home.get("/a/done/").content.decode()


def test_sitting_of_one_student_keeps_no_answer_for_another(asked, world):
    """A save that is sent again with somebody else's cookie goes to whom its own token names, and to nobody else."""
    one, other = Client(), Client()
    slip = slip_of(asked.round, world.a.student_3)
    scan(one, asked)
    scan(other, slip)
    data = body(token_of(one), {"1.1": 3})
    assert [on(client, data).status_code for client in (one, other)] == [200, 200]
    assert (answers_so_far(asked)[0], answers_so_far(slip)[0]) == ({"1.1": 3}, {})
    assert on(other, data | {"sitting": code_of(slip)}).status_code == 410


def test_hours_and_last_day_that_pass_while_answering_let_the_student_finish(asked):
    begin(slip=asked, agrees=True)
    with time_machine.travel(NOW + dt.timedelta(days=10), tick=False):
        assert save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.1": 0})
        with pytest.raises(NotNow):
            begin(slip=slip_of(asked.round, asked.student), agrees=True)
        assert hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(*CALM)).is_valid


def test_slip_withdrawn_while_answering_takes_nothing_more(asked, world):
    client = Client()
    scan(client, asked)
    token = token_of(client)
    on(client, body(token, {"1.1": 1}))
    late = slip_of(asked.round, asked.student)  # read a moment before it was withdrawn
    revoke_slip(by=Viewer(person=world.a.counselor.person, membership=world.a.counselor), slip=asked)
    assert on(client, body(token, {"1.2": 1})).status_code == 410
    with pytest.raises(NotNow):
        save_answers(slip=late, client_id=uuid.uuid4(), answers={"1.2": 1})
    assert answers_so_far(asked)[0] == {"1.1": 1}


def test_same_id_with_other_answers_is_kept_too(asked):
    begin(slip=asked, agrees=True)
    client_id = uuid.uuid4()
    for value in (0, 1):
        save_answers(slip=asked, client_id=client_id, answers={"1.9": value})
    assert SavedAnswers.objects.count() == 2
    assert RiskFlag.objects.get(student=asked.student).is_critical


SENDINGS = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=12)


@settings(max_examples=8)
@given(SENDINGS, st.booleans())
def test_whatever_is_sent_again_every_acknowledged_answer_is_found_once(sendings, dies_at_the_end):
    """The network dies after the server has kept an answer as often as before it: the browser sends the same again."""
    with transaction.atomic():
        world = load_world()
        asked = slip_of(round_of(world.a), world.a.student_2)
        begin(slip=asked, agrees=True)
        acknowledged = {}
        for item, value, times in sendings:
            client_id = uuid.uuid4()
            for _n in range(times):
                assert save_answers(slip=asked, client_id=client_id, answers={f"1.{item}": value})
            acknowledged[f"1.{item}"] = value
        assert SavedAnswers.objects.filter(slip=asked).count() == len(sendings)
        submission = uuid.uuid4()
        for _n in range(2 if dies_at_the_end else 1):
            hand_in(slip=slip_of(asked.round, asked.student), submission=submission, answers={})
        assert Response.objects.get(slip=asked).given == acknowledged
        transaction.set_rollback(True)


def test_resuming_asks_the_rest_and_never_shows_an_answer(asked):
    first, second = Client(), Client()
    scan(first, asked)
    on(first, body(token_of(first), sheet(1, 2)))
    scan(second, asked)
    told = second.get("/a/").context["told"]
    assert [one["key"] for one in told["asked"]] == [f"1.{n}" for n in range(3, 11)]
    assert (told["done"], told["total"]) == (2, 10)


def test_pages_without_a_script_lead_to_the_end(asked):
    client = Client()
    scan(client, asked)
    page = client.get("/a/").context
    data = {f"q-1.{n}": "0" for n in range(1, 10)} | {"asked": ",".join(one.key for one in page["page"])}
    data |= {"sitting": page["sitting"].token, "id": str(page["client_id"])}
    assert client.post("/a/save/", data).url == "/a/?again=1"
    page = client.get("/a/?again=1").context
    assert [one.key for one in page["page"]] == ["1.10"]
    data = {"asked": "1.10", "skip": "1", "sitting": page["sitting"].token, "id": str(page["client_id"])}
    assert client.post("/a/save/", data).url == "/a/"
    assert client.post("/a/finish/", data | {"asked": "", "id": str(uuid.uuid4())}).url == "/a/done/"
    assert Response.objects.get().attention == 0


def test_going_back_without_a_script_keeps_what_is_ticked_and_changes_what_is_chosen_anew(asked):
    client = Client()
    scan(client, asked)
    token = token_of(client)
    client.post("/a/save/", body(token, sheet(*range(4), *range(4))) | {"asked": ",".join(sheet(*range(8)))})
    here = body(token, {"1.9": "0"}) | {"asked": "1.9,1.10", "previous": "1.9", "skip": "1"}
    back = client.post("/a/save/", here).url
    page, text = client.get(back).context, client.get(back).content.decode()
    assert (back, [one.key for one in page["page"]]) == ("/a/?before=1.9", list(sheet(*range(8))))
    assert ("checked" in text, page["before"]) == (False, "")
    changed = body(token, {"1.2": "3"}) | {"asked": ",".join(sheet(*range(8))), "skip": "1"}
    assert client.post("/a/save/", changed).url == "/a/"
    assert answers_so_far(asked)[0] == sheet(0, 3, 2, 3, 0, 1, 2, 3, 0)
    assert [one.key for one in client.get("/a/").context["page"]] == ["1.10"]
    client.post("/a/save/", body(token, {"1.10": "0"}))
    assert '<a class="btn wide" href="?before=end">' in client.get("/a/").content.decode()
    assert [one.key for one in client.get("/a/?before=end").context["page"]] == list(sheet(*range(10)))
    assert client.get("/a/?before=nothing").context["page"] == []


def test_large_print_without_a_script_stays_until_the_end(asked):
    client = Client()
    scan(client, asked)
    assert client.get("/a/?print=large").url == "/a/"
    assert 'class="large"' in client.get("/a/").content.decode()
    on(client, body(token_of(client), sheet(*CALM)), "finish")
    assert 'class="large"' in client.get("/a/done/").content.decode()
    assert client.cookies["print"].value == ""


def test_skipping_a_page_without_a_script_leaves_what_another_device_answered(asked):
    client = Client()
    scan(client, asked)
    token = client.get("/a/?again=1").context["sitting"].token
    save_answers(slip=slip_of(asked.round, asked.student), client_id=uuid.uuid4(), answers={"1.1": 2, "1.2": 0})
    data = {"sitting": token, "id": str(uuid.uuid4()), "skip": "1", "asked": "1.1,1.2,1.3", "q-1.2": "1"}
    client.post("/a/save/", data)
    assert answers_so_far(asked)[0] == {"1.1": 2, "1.2": 1, "1.3": None}


def test_end_page_is_the_same_but_for_one_paragraph_and_forgets_the_student(asked, world):
    pages = []
    for student, last in ((world.a.student_2, 0), (world.a.student_3, 1)):
        client, slip = Client(), slip_of(asked.round, student)
        scan(client, slip)
        on(client, body(token_of(client), sheet(*CALM[:8], last)), "finish")
        pages.append(client.get("/a/done/"))
        assert client.cookies["sitting"].value == ""
    plain, called = (page.content.decode().splitlines() for page in pages)
    assert len(plain) == len(called)
    assert sum(one != other for one, other in zip(plain, called, strict=True)) == 1
    assert "今天会有一位老师来找你聊聊" in pages[1].content.decode()


def test_end_page_and_refusals_tell_the_numbers_that_the_school_has_set(asked, world):
    UnitSetting.objects.create(unit=world.a.unit, key="help_lines", value=[["0750-555", "二号楼值班老师"]])
    client = Client()
    scan(client, asked)
    on(client, body(token_of(client), sheet(*CALM)), "finish")
    found = [
        re.findall(r'tel:([^"]+)', client.get(url).content.decode())
        for url in ("/a/done/", f"/a/{code_of(asked)}/", "/a/")
    ]
    assert found == [["0750-555"], ["0750-555"], ["12356", "12355", "110"]]  # the last knows nobody any more


# --- who may begin, and when ----------------------------------------------------------------------------------------


def test_under_14_needs_the_guardian(world):
    round_ = round_of(world.a, consented=False)
    slip = slip_of(round_, world.a.student_2)
    with pytest.raises(NotNow):
        begin(slip=slip, agrees=True)
    assert slip_of(round_, world.a.student_2).started_at is None
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    record_paper(by=by, round_=round_, students=[slip.student_id], is_given=True)
    assert begin(slip=slip, agrees=True).started_at is not None


def test_withdrawn_consent_closes_the_survey(asked, world):
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    record_paper(by=by, round_=asked.round, students=[asked.student_id], is_given=False)
    with pytest.raises(NotNow):
        begin(slip=asked, agrees=True)


def test_consent_withdrawn_while_answering_ends_it(asked, world):
    begin(slip=asked, agrees=True)
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    record_paper(by=by, round_=asked.round, students=[asked.student_id], is_given=False)
    with pytest.raises(NotNow):
        hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(*CALM))
    assert not Response.objects.exists()
    record_paper(by=by, round_=asked.round, students=[asked.student_id], is_given=True)
    assert hand_in(slip=asked, submission=uuid.uuid4(), answers=sheet(*CALM)).is_valid


def test_from_14_on_the_student_agrees(world):
    round_ = round_of(world.a, consented=False)
    slip = slip_of(round_, world.a.student_2)
    slip.student.birth_date = dt.date(2012, 3, 18)
    assert begin(slip=slip, agrees=True).started_at is not None
    assert Consent.objects.get(student=slip.student_id).who == "student"


def test_student_who_says_no_is_not_asked(asked):
    assert begin(slip=asked, agrees=False).started_at is None
    assert Consent.objects.filter(student=asked.student_id, who="student").get().is_given is False


@settings(max_examples=60)
@given(st.none() | st.dates(dt.date(1996, 1, 1), dt.date(2026, 3, 18)), st.booleans(), st.booleans() | st.none())
def test_under_14_without_the_guardian_is_impossible(birth_date, guardian_too, own):
    said = {} if own is None else {"student": own}
    day = dt.date(2026, 3, 18)
    found = standing(needed(birth_date, day, guardian_too=guardian_too), said)
    is_14 = birth_date is not None and birth_date <= dt.date(2012, 3, 18)
    assert is_of_age(birth_date, day) == is_14
    assert found != Standing.GIVEN or (is_14 and own and not guardian_too)


DAY_14 = dt.date(2012, 3, 18)  # whoever was born on it turns 14 on the day of the cast


@settings(max_examples=12)
@given(
    st.none() | st.dates(DAY_14 - dt.timedelta(days=2), DAY_14 + dt.timedelta(days=2)),
    st.lists(st.tuples(st.sampled_from(["paper", "own"]), st.booleans()), max_size=4),
    st.booleans(),
)
def test_under_14_nothing_is_begun_or_kept_without_the_guardians_yes(birth_date, said, guardian_too):
    """Whatever was said before, by whom and in which order."""
    with transaction.atomic():
        world = load_world()
        by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
        Student.objects.filter(pk=world.a.student_2.pk).update(birth_date=birth_date)
        round_ = round_of(world.a, consented=False, asks_guardian_too=guardian_too)
        papers = []
        for who, is_given in [*said, ("own", True)]:
            if who == "paper":
                record_paper(by=by, round_=round_, students=[world.a.student_2.pk], is_given=is_given)
                papers.append(is_given)
            else:
                with suppress(NotNow):
                    begin(slip=slip_of(round_, world.a.student_2), agrees=is_given)
        slip, is_14 = slip_of(round_, world.a.student_2), birth_date is not None and birth_date <= DAY_14
        if not is_14 and papers[-1:] != [True]:
            assert slip.started_at is None or True in papers
            for act in (save_answers, hand_in):
                with pytest.raises(NotNow):
                    act(slip=slip, answers=sheet(*CALM), **{ID_OF[act]: uuid.uuid4()})
            assert not SavedAnswers.objects.exists() and not Response.objects.exists()
        elif papers[-1:] == [True] and all(is_given for _who, is_given in said):
            assert slip.started_at is not None and save_answers(slip=slip, client_id=uuid.uuid4(), answers={})
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "when",
    [NOW.replace(hour=7), NOW.replace(hour=17, minute=1), NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=30)],
    ids=["before the hours", "after the hours", "nobody on duty", "over"],
)
def test_survey_that_may_call_opens_only_in_its_hours_with_somebody_on_duty(asked, when):
    with time_machine.travel(when, tick=False), pytest.raises(NotNow):
        begin(slip=asked, agrees=True)
    assert begin(slip=asked, agrees=True).started_at is not None


def test_round_that_is_closed_takes_what_was_on_its_way_for_seven_days(asked, world):
    begin(slip=asked, agrees=True)
    close_round(by=Viewer(person=world.a.counselor.person, membership=world.a.counselor), round_=asked.round)
    assert save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.1": 0})
    with time_machine.travel(NOW + dt.timedelta(days=8), tick=False), pytest.raises(NotNow):
        save_answers(slip=asked, client_id=uuid.uuid4(), answers={"1.2": 0})


# --- slips (T9) -----------------------------------------------------------------------------------------------------


def test_what_waited_in_a_phone_is_taken_however_old_the_page_is(asked):
    client = Client()
    scan(client, asked)
    waiting = body(token_of(client), {"1.9": 1})
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        assert on(client, waiting).status_code == 200
        assert "sitting" not in (client.get("/a/").context or {})
    assert SavedAnswers.objects.count() == 1


def test_slip_reaches_no_staff_page(asked):
    client = Client()
    scan(client, asked)
    assert client.get(f"/rounds/{asked.round_id}/").status_code == 302
    unknown = client.get(f"/a/{code_of(asked)[::-1]}/")
    assert (unknown.status_code, "心理老师" in unknown.content.decode()) == (404, True)  # and no way to a sign-in
    assert 'href="/"' not in unknown.content.decode()
    assert client.get("/rounds/").url.startswith("/sign-in") or client.get("/rounds/").status_code == 302


def test_after_twenty_wrong_pins_in_all_the_pin_is_shut_and_the_qr_works_on(asked, world, sign_in):
    number, counselor = asked.student.student_number, sign_in(world.a.counselor)
    url = f"/a/class/{class_code_of(RoundClass.objects.get(round=asked.round))}/"
    wrong = "000000" if pin_of(asked) != "000000" else "111111"
    detail = reverse("screening:slip_detail", args=[asked.pk])
    of_class = reverse("screening:round_class", args=[asked.round_id, asked.class_group_id])
    for n in range(4):
        with time_machine.travel(NOW + n * dt.timedelta(minutes=16), tick=False):
            said = [Client().post(url, {"number": number, "pin": wrong}).status_code for _n in range(5)]
        assert set(said) == {422}
    with time_machine.travel(NOW + dt.timedelta(minutes=64), tick=False):
        shut = Client().post(url, {"number": number, "pin": pin_of(asked)})
        assert (shut.status_code, "换一张新的作答单" in shut.content.decode()) == (422, True)
        assert Client().get(f"/a/{code_of(asked)}/").status_code == 200
        assert "这个 PIN 不能再用" in counselor.get(detail).content.decode()
        assert "PIN 已停用" in counselor.get(of_class).content.decode()
        assert "PIN 已停用" not in sign_in(world.a.teacher).get(of_class).content.decode()
        counselor.post(reverse("screening:slip_reissue", args=[asked.pk]))
        asked.refresh_from_db()
        assert Client().post(url, {"number": number, "pin": pin_of(asked)}).status_code == 200
        assert "这个 PIN 不能再用" not in counselor.get(detail).content.decode()
        assert "PIN 已停用" not in counselor.get(of_class).content.decode()


def test_outside_of_its_hours_no_pin_is_looked_at(asked):
    url = f"/a/class/{class_code_of(RoundClass.objects.get(round=asked.round))}/"
    wrong = "000000" if pin_of(asked) != "000000" else "111111"
    with time_machine.travel(NOW + dt.timedelta(hours=12), tick=False):
        answer = Client().post(url, {"number": asked.student.student_number, "pin": wrong})
    asked.refresh_from_db()
    assert (answer.status_code, asked.wrong_in_all) == (200, 0)


def test_reissued_slip_makes_the_old_one_worthless(asked, world):
    client, old = Client(), code_of(asked)
    scan(client, asked)
    reissue_slip(by=Viewer(person=world.a.counselor.person, membership=world.a.counselor), slip=asked)
    assert client.get(f"/a/{old}/").status_code == 404
    assert "sitting" not in (client.get("/a/").context or {})
    assert client.get(f"/a/{code_of(asked)}/").status_code == 200


def test_wrong_pins_shut_out_the_student_not_the_class(asked, world):
    row = RoundClass.objects.get(round=asked.round)
    client, url = Client(), f"/a/class/{class_code_of(row)}/"
    number = asked.student.student_number
    wrong = "000000" if pin_of(asked) != "000000" else "111111"
    assert {client.post(url, {"number": number, "pin": wrong}).status_code for _n in range(5)} == {422}
    assert client.post(url, {"number": number, "pin": pin_of(asked)}).status_code == 422
    other = slip_of(asked.round, world.a.student_3)
    data = {"number": other.student.student_number, "pin": pin_of(other)}
    assert client.post(url, data).context["slip"] == other
    with time_machine.travel(NOW + dt.timedelta(minutes=16), tick=False):
        assert client.post(url, {"number": number, "pin": pin_of(asked)}).status_code == 200
    asked.refresh_from_db()
    assert asked.wrong_pins == 0
    close_round(by=Viewer(person=world.a.counselor.person, membership=world.a.counselor), round_=asked.round)
    assert "slip" not in client.post(url, {"number": number, "pin": wrong}).context
    asked.refresh_from_db()
    assert asked.wrong_pins == 0


@pytest.mark.parametrize(
    "change",
    [{"asked": "1.99", "q-1.99": "0"}, {"asked": "2.1"}, {"asked": "1.1", "q-1.1": "7"}, {"id": "x"}],
    ids=["no such item", "no such part", "no such option", "no id"],
)
def test_odd_answers_are_refused_and_nothing_is_kept(asked, change):
    client = Client()
    scan(client, asked)
    assert on(client, body(token_of(client), {"1.1": 0}) | change).status_code == 400
    assert not SavedAnswers.objects.exists()


def test_unreadable_value_spoils_no_other_of_its_batch(asked):
    client = Client()
    scan(client, asked)
    assert on(client, body(token_of(client), {"1.1": "7", "1.9": 1})).status_code == 400
    assert SavedAnswers.objects.get().given == {"1.9": 1}
    assert RiskFlag.objects.get(student=asked.student).is_critical


def test_forged_sitting_is_refused(asked):
    client = Client()
    scan(client, asked)
    token = token_of(client)
    assert on(client, body(token[:-1] + ("A" if token[-1] != "A" else "B"), {"1.1": 0})).status_code == 410
    assert not SavedAnswers.objects.exists()


def test_first_visit_is_light(asked):
    """From the slip's address to the first question: at most six requests and 60 KB, before any compression."""
    client = Client()
    start = client.get(f"/a/{code_of(asked)}/").content
    scan(client, asked)
    questions = client.get("/a/").content
    files = set(re.findall(rb'(?:href|src)="/static/([^"]+)"', start + questions))
    found = [finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name.decode())) for name in files]
    size = len(start) + len(questions) + sum(Path(path).stat().st_size for path in found)
    assert (2 + 1 + len(files) <= 6, size < 60_000) == (True, True), (len(files), size)


# --- a slip that sends without end ----------------------------------------------------------------------------------


def test_slip_that_sends_without_end_waits_and_no_answer_and_no_neighbour_is_lost(asked, world, monkeypatch):
    client, neighbour = Client(), slip_of(asked.round, world.a.student_3)
    scan(client, asked)
    waiting = body(token_of(client), {"1.1": 1})
    other = Client()
    scan(other, neighbour)
    beside = body(token_of(other), {"1.1": 0})
    monkeypatch.setattr("screening.pace.MOST", 0)
    with CaptureQueriesContext(connection) as asked_of_the_database:
        found = [on(client, waiting, where).status_code for where in ("save", "finish")]
    refused = client.get("/a/")
    assert (found, refused.status_code, refused["Retry-After"]) == ([429, 429], 429, "60")
    assert (len(asked_of_the_database), SavedAnswers.objects.count()) == (0, 0)
    monkeypatch.setattr("screening.pace.MOST", 5)  # of this slip five are behind it: two pages and three requests
    assert (on(client, waiting).status_code, on(other, beside).status_code) == (429, 200)
    with time_machine.travel(NOW + dt.timedelta(minutes=2), tick=False):
        assert on(client, waiting).json() == {"kept": True}
    assert SavedAnswers.objects.get(slip=asked).given == {"1.1": 1}


def test_the_same_no_said_again_is_no_new_word(asked):
    for _n in range(2):
        begin(slip=asked, agrees=False)
    assert Consent.objects.filter(student=asked.student_id, who="student").count() == 1
