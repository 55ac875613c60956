"""Answers from paper: read twice, decided where the readings differ, and called for at once."""

from dataclasses import replace

import pytest
from django.utils import timezone

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership
from screening.actions.answering import begin
from screening.actions.consents import record_paper
from screening.actions.paper import decide_paper, enter_paper
from screening.actions.rounds import close_round, mark_absent, mark_absent_together
from screening.definition import Type
from screening.forms.paper import _field
from screening.models import Instrument, PaperEntry, Response, Slip
from screening.progress import states_of
from screening.queries import paper_for
from students.models import RiskFlag
from tests.screening.asked import PHQ9, round_of, sheet, slip_of
from tests.walking import kept_from

pytestmark = pytest.mark.django_db
CALM = (0, 0, 1, 1, 0, 0, 0, 0, 0)


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


@pytest.fixture
def slip(world):
    return slip_of(round_of(world.a), world.a.student_2)


def read(world, slip, answers, who="counselor", reading=1):
    return enter_paper(by=by(world, who), slip=slip, answers=answers, agrees=False, reading=reading)


def test_two_readings_that_agree_are_handed_in(slip, world):
    assert read(world, slip, sheet(*CALM)) is None
    done = read(world, slip, sheet(*CALM), "counselor_2")
    assert (done.given, done.attention, done.is_valid) == (sheet(*CALM), 0, True)


@pytest.mark.parametrize("kind", [Type.SINGLE, Type.MULTIPLE, Type.DATE, Type.TEXT])
def test_answers_are_read_as_every_typed_text(world, kind):
    questions = paper_for(Instrument.objects.get(unit=None, code=PHQ9), world.a.unit, "zh").questions
    field = _field(replace(questions[0], type=kind), "")
    assert field.clean("１,\u200b3") == "1,3"


def test_what_was_read_differently_is_decided_item_by_item(slip, world):
    read(world, slip, sheet(*CALM))
    assert read(world, slip, sheet(3, 0, 1, 1, 0, 0, 0, 0, 0), "counselor_2") is None
    with pytest.raises(Refused):
        decide_paper(by=by(world), slip=slip, chosen={})
    assert not Response.objects.exists()
    assert decide_paper(by=by(world), slip=slip, chosen={"1.1": 2}).given["1.1"] == 3


def test_the_same_person_reads_a_paper_twice_only_without_a_colleague(slip, world):
    read(world, slip, sheet(*CALM))
    with pytest.raises(Refused):
        read(world, slip, sheet(*CALM))
    assert PaperEntry.objects.count() == 1
    Membership.objects.filter(pk=world.a.counselor_2.pk).update(ends_on=world.a.counselor_2.starts_on)
    with pytest.raises(Refused):  # a double click
        read(world, slip, sheet(*CALM))
    assert read(world, slip, sheet(*CALM), reading=2).is_valid


def test_family_s_no_between_the_readings_and_the_decision_stops_it(slip, world):
    read(world, slip, sheet(*CALM))
    read(world, slip, sheet(3, 0, 1, 1, 0, 0, 0, 0, 0), "counselor_2")
    record_paper(by=by(world), round_=slip.round, students=[slip.student_id], is_given=False)
    with pytest.raises(Refused):
        decide_paper(by=by(world), slip=slip, chosen={"1.1": 2})
    assert not Response.objects.exists()


def test_paper_is_not_there_for_whom_the_flag_is_kept_from(slip, world, sign_in):
    read(world, slip, sheet(*CALM[:8], 1))
    kept_from(world.a.counselor_2, RiskFlag.objects.get(student=slip.student), world.a.counselor)
    with pytest.raises(Refused):
        read(world, slip, sheet(*CALM[:8], 1), "counselor_2")
    PaperEntry.objects.create(slip=slip, number=2, by=world.a.counselor, answers="{}")
    with pytest.raises(Refused):
        decide_paper(by=by(world, "counselor_2"), slip=slip, chosen={})
    client = sign_in(world.a.counselor_2)
    assert [client.get(f"/slips/{slip.pk}/paper/{page}").status_code for page in ("", "decide/")] == [404, 404]


def test_critical_answer_on_paper_calls_with_the_first_reading(slip, world):
    read(world, slip, sheet(*CALM[:8], 1))
    flag = RiskFlag.objects.get(student=slip.student)
    assert (flag.severity, flag.is_critical) == (4, True)


def test_paper_without_consent_is_not_taken(world):
    round_ = round_of(world.a, consented=False)
    slip = slip_of(round_, world.a.student_2)
    with pytest.raises(Refused):
        read(world, slip, sheet(*CALM))
    assert not PaperEntry.objects.exists()
    record_paper(by=by(world), round_=round_, students=[slip.student_id], is_given=True)
    assert read(world, slip, sheet(*CALM)) is None


def test_second_page_shows_nothing_of_the_first_reading_and_keeps_what_was_typed(slip, world, sign_in):
    read(world, slip, sheet(*(3,) * 9))
    client, url = sign_in(world.a.counselor_2), f"/slips/{slip.pk}/paper/"
    page = client.get(url)
    assert ('value="3"' in page.content.decode(), page.context["form"]["reading"].value()) == (False, 2)
    answer = client.post(url, {"q-1.1": "7", "q-1.2": "2"})
    assert (answer.status_code, 'value="2"' in answer.content.decode()) == (422, True)
    answer = client.post(url, {f"q-1.{n}": "3" for n in range(1, 10)})
    assert answer.url == Response.objects.get(slip=slip).get_absolute_url()


def test_absent_is_the_counselor_s_and_goes_when_the_student_begins(slip, world):
    mark_absent(by=by(world), slip=slip, is_absent=True)
    seen = {who: states_of(by(world, who), slip.round, [slip])[slip.pk] for who in ("counselor", "teacher")}
    assert seen == {"counselor": "away", "teacher": "open"}
    begin(slip=slip, agrees=True)
    slip.refresh_from_db()
    assert slip.absent_on is None


def test_those_ticked_are_absent_together_and_who_has_begun_is_not(world, sign_in):
    round_ = round_of(world.a)
    first, second, third = (slip_of(round_, one) for one in (world.a.student, world.a.student_2, world.a.student_3))
    begin(slip=third, agrees=True)
    url = f"/rounds/{round_.pk}/classes/{world.a.class_1.pk}/absent/"
    sign_in(world.a.counselor).post(url, {"slips": [str(first.pk), str(third.pk), "x"]})
    marked = Slip.objects.filter(absent_on=timezone.localdate())
    assert [one.pk for one in marked] == [first.pk]
    assert AuditEntry.objects.filter(verb="slip.absent").count() == 1
    close_round(by=by(world), round_=round_)
    with pytest.raises(Refused):
        mark_absent_together(by=by(world), round_=round_, slips=[second.pk])
    with pytest.raises(Refused):
        mark_absent(by=by(world), slip=slip_of(round_, world.a.student_2), is_absent=True)
    assert marked.count() == 1


def test_second_reading_that_differs_leads_to_the_decision(slip, world, sign_in):
    read(world, slip, sheet(*CALM))
    answer = sign_in(world.a.counselor_2).post(f"/slips/{slip.pk}/paper/", {f"q-1.{n}": "1" for n in range(1, 10)})
    assert answer.url == f"/slips/{slip.pk}/paper/decide/"
