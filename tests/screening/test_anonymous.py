"""Anonymous rounds: who has answered is known, what was answered is counted, nothing leads from one to the other."""

import datetime as dt
import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from schools.access import Viewer
from schools.common.errors import Refused
from screening.actions.answering import NotNow, begin, hand_in_unnamed, save_answers
from screening.actions.consents import say_yourself
from screening.actions.rounds import close_round
from screening.consents import said_of
from screening.count_table import counts_of_round
from screening.item_results import items_counted
from screening.models import AnonymousSheet, Consent, Response, Round, SavedAnswers
from screening.progress import states_of
from screening.slip_codes import code_of
from students.models import RiskFlag
from tests.screening.asked import round_of, sheet, slip_of
from tests.walking import instrument_of

pytestmark = pytest.mark.django_db


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


@pytest.fixture
def unnamed(world):
    return round_of(world.a, codes=("gad7",), is_anonymous=True)


def answer(round_, student, *values):
    slip = slip_of(round_, student)
    begin(slip=slip, agrees=True)
    hand_in_unnamed(slip=slip, answers=sheet(*values))
    return slip


def test_what_may_call_somebody_cannot_be_anonymous(world):
    with pytest.raises(Refused):
        round_of(world.a, is_anonymous=True)
    assert not Round.objects.exists()


def test_yes_to_anonymous_questions_is_no_yes_to_named_ones(unnamed, world):
    named, again = (round_of(world.a, codes=("gad7",), is_anonymous=is_one) for is_one in (False, True))
    assert again.consent_text == unnamed.consent_text != named.consent_text


def test_slip_says_that_and_the_sheet_what_and_nothing_leads_from_one_to_the_other(unnamed, world):
    slip = answer(unnamed, world.a.student_2, *(3,) * 7)
    hand_in_unnamed(slip=slip_of(unnamed, world.a.student_2), answers=sheet(*(0,) * 7))  # sent again
    slip = slip_of(unnamed, world.a.student_2)
    assert states_of(by(world), unnamed, [slip])[slip.pk] == "done"
    assert {at.time().isoformat() for at in (slip.started_at, slip.finished_at)} == {"16:00:00"}  # the day, in UTC
    assert AnonymousSheet.objects.get().given == sheet(*(3,) * 7)
    columns = {column.name for column in AnonymousSheet._meta.fields}
    assert columns == {"id", "round", "answers"}
    traces = (Response.objects, SavedAnswers.objects, RiskFlag.objects.filter(student=slip.student))
    assert [rows.exists() for rows in traces] == [False] * 3


def test_page_is_sent_once_at_the_end_with_and_without_a_script(unnamed, world):
    client, slip = Client(), slip_of(unnamed, world.a.student_2)
    assert "这次问卷是匿名的" in client.get(f"/a/{code_of(slip)}/").content.decode()
    client.post(f"/a/{code_of(slip)}/", {"agree": "yes"})
    page = client.get("/a/").context
    assert (page["told"]["unnamed"], len(page["page"]), page["is_last"]) == (True, len(page["told"]["asked"]), True)
    data = {"sitting": page["sitting"].token, "id": str(uuid.uuid4()), "asked": "1.1,1.2", "q-1.1": "2", "skip": "1"}
    with pytest.raises(NotNow):
        save_answers(slip=slip_of(unnamed, world.a.student_2), client_id=uuid.uuid4(), answers={"1.1": 2})
    assert client.post("/a/finish/", data).url == "/a/done/"
    assert AnonymousSheet.objects.get().given == {"1.1": 2, "1.2": None}


def test_counts_appear_when_it_is_closed_and_from_five_sheets_on(unnamed, world, sign_in):
    url = reverse("screening:round_questions", args=[unnamed.pk])
    client = sign_in(world.a.leader)
    rows = [AnonymousSheet(round=unnamed, answers='{"1.1": 3}') for _one in range(4)]
    AnonymousSheet.objects.bulk_create(rows)

    def counted():
        parts = client.get(url).context["parts"]
        return parts[0].items[0].answered if parts else 0

    assert counted() == 0
    close_round(by=by(world), round_=unnamed)
    assert counted() == 0
    AnonymousSheet.objects.create(round=unnamed, answers='{"1.1": 3, "1.2": 3}')
    assert counted() == 5
    counts = list(counts_of_round(items_counted(by(world), unnamed, "zh")).rows())
    assert [row[4:] for row in counts if row[1] < 3] == [[0, 5, 0], [0, 5, 0], [0, 5, 0], [5, 5, 0], [None, 1, 4]]
    second = next(one for one in client.get(url).context["parts"][0].items if one.number == 2)
    assert (second.answered, second.options, second.heavy) == (1, [], None)  # one alone has answered it


def test_closing_writes_the_sheets_anew_and_only_days_are_kept_of_who_came_when(unnamed, world):
    for number, student in enumerate((world.a.student, world.a.student_2, world.a.student_3)):
        student.birth_date = dt.date(2010, 1, 1)  # agrees on the screen
        student.save(update_fields=["birth_date"])
        answer(unnamed, student, number)
    before = set(AnonymousSheet.objects.values_list("pk", flat=True))
    close_round(by=by(world), round_=unnamed)
    assert sorted(one.given["1.1"] for one in AnonymousSheet.objects.all()) == [0, 1, 2]
    assert not before & set(AnonymousSheet.objects.values_list("pk", flat=True))
    said = Consent.objects.filter(who="student")
    assert [(one.at.astimezone(dt.UTC).hour, one.pk.version) for one in said] == [(16, 4)] * 3


def test_last_word_of_a_student_stays_the_last_though_only_the_day_is_kept(unnamed, world):
    for is_given in (True, False, True, False) * 2:
        slip = slip_of(unnamed, world.a.student_2)
        say_yourself(slip=slip, is_given=is_given)
        assert said_of(unnamed, slip.student_id)["student"] == is_given


def test_after_the_closing_nothing_is_added_to_the_counts(unnamed, world):
    slip = slip_of(unnamed, world.a.student_2)
    begin(slip=slip, agrees=True)
    close_round(by=by(world), round_=unnamed)
    with pytest.raises(NotNow):
        hand_in_unnamed(slip=slip, answers=sheet(1))  # read before the closing
    assert not AnonymousSheet.objects.exists()


def test_nobody_reads_what_was_written(unnamed, world):
    unnamed.parts.update(instrument=instrument_of(world.a.unit, code="swords"))
    said = ["公园", "操场", "公园", "河边", "家里"]
    sheets = [AnonymousSheet(round=unnamed, answers=json.dumps({"1.1": 1, "1.2": one})) for one in said]
    AnonymousSheet.objects.bulk_create(sheets)
    close_round(by=by(world), round_=unnamed)
    found = items_counted(by(world), unnamed, "zh")[0].items[1]
    assert (found.answered, found.words) == (5, [])
