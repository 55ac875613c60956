"""A corrected version of an instrument scores a closed round anew; what was scored before is kept."""

import copy
import uuid

import pytest

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry
from screening.actions.answering import begin, save_answers
from screening.actions.consents import record_paper
from screening.actions.corrections import score_anew
from screening.actions.paper import enter_paper
from screening.actions.rounds import close_round, revoke_slip
from screening.content import columns_of
from screening.corrections import corrections_of
from screening.models import CriticalAnswer, Instrument, ReplacedResult, Response, Result
from screening.reading import definition_of
from screening.response_page import shown
from students.models import RiskFlag, Student
from tests.screening.asked import answered, round_of, sheet, slip_of

pytestmark = pytest.mark.django_db


def by(world):
    return Viewer(person=world.a.counselor.person, membership=world.a.counselor)


def corrected(change):
    """The next version of the GAD-7."""
    data = copy.deepcopy(Instrument.objects.get(unit=None, code="gad7", version="1").definition)
    data["version"] = "2"
    change(data)
    return Instrument.objects.create(**columns_of(data, definition_of(data)))


def lower(data):
    """Attention from 4 points on, where it was from 10 on."""
    data["scales"][0]["bands"] = [
        {"from": 0, "code": "minimal", "attention": 0},
        {"from": 4, "code": "moderate", "attention": 2},
    ]


@pytest.fixture
def closed(world):
    round_ = round_of(world.a, codes=("gad7",))
    answered(round_, world.a.student_2, 1, 1, 1, 1, 1, 0, 0)
    answered(round_, world.a.student_3, 0, 1, 0, 0, 0, 0, 0)
    return close_round(by=by(world), round_=round_)


def fresh(round_):
    return type(round_).objects.select_related("school__kind").prefetch_related("parts__instrument").get(pk=round_.pk)


def test_results_are_scored_anew_the_old_ones_kept_and_what_asks_for_more_calls(closed, world):
    flags, new = RiskFlag.objects.count(), corrected(lower)
    assert corrections_of(by(world), fresh(closed)) == [(Instrument.objects.get(code="gad7", version="1"), new)]
    assert score_anew(by=by(world), round_=fresh(closed), instrument=new) == 1
    higher, calm = (Response.objects.get(slip__student=one) for one in (world.a.student_2, world.a.student_3))
    assert (higher.attention, calm.attention, RiskFlag.objects.count()) == (2, 0, flags + 1)
    assert set(Result.objects.values_list("instrument", flat=True)) == {new.pk}
    old = ReplacedResult.objects.get(result__response=higher)
    assert (old.instrument.version, old.attention, old.scales[0][1:4]) == ("1", 1, [5, 5.0, "mild"])
    told = shown(by(world), higher, "en")["parts"][0].replaced
    assert "1" in told[0] and "5" in told[0]
    assert AuditEntry.objects.filter(verb="round.scored_anew").count() == 1
    assert corrections_of(by(world), fresh(closed)) == []


def test_what_was_never_handed_in_calls_too_where_the_correction_makes_it_critical(world):
    round_ = round_of(world.a, codes=("gad7",))
    saved, on_paper = (slip_of(round_, one) for one in (world.a.student_2, world.a.student_3))
    begin(slip=saved, agrees=True)
    save_answers(slip=saved, client_id=uuid.uuid4(), answers={"1.7": 3})
    enter_paper(by=by(world), slip=on_paper, answers=sheet(*(0,) * 6, 3), agrees=False)
    round_ = close_round(by=by(world), round_=round_)
    critical = [{"item": 7, "at_least": 3, "why": {"zh": "害怕会出事", "en": "afraid"}}]
    score_anew(by=by(world), round_=fresh(round_), instrument=corrected(lambda data: data.update(critical=critical)))
    called = set(RiskFlag.objects.filter(is_critical=True).values_list("student", flat=True))
    assert called == {world.a.student_2.pk, world.a.student_3.pk}


def test_who_took_it_back_or_whose_records_are_closed_is_not_called_by_a_correction(world):
    round_ = round_of(world.a, codes=("gad7",))
    lost = answered(round_, world.a.student, 0, 0, 0, 0, 0, 0, 3)
    others = [slip_of(round_, one) for one in (world.a.student_2, world.a.student_3)]
    for slip in others:
        begin(slip=slip, agrees=True)
        save_answers(slip=slip, client_id=uuid.uuid4(), answers={"1.7": 3})
    revoke_slip(by=by(world), slip=others[0])
    record_paper(by=by(world), round_=round_, students=[others[1].student_id], is_given=False)
    round_, flags = close_round(by=by(world), round_=round_), RiskFlag.objects.count()
    Student.objects.filter(pk=lost.slip.student_id).update(locked_on=round_.opens_on)

    def change(data):
        lower(data)
        data["scales"][0]["bands"][1]["from"] = 3
        data["critical"] = [{"item": 7, "at_least": 3, "why": {"zh": "害怕会出事", "en": "afraid"}}]

    score_anew(by=by(world), round_=fresh(round_), instrument=corrected(change))
    assert (CriticalAnswer.objects.count(), RiskFlag.objects.count()) == (0, flags)
    assert not RiskFlag.objects.filter(is_critical=True, student=lost.slip.student_id).exists()


def test_a_version_that_asks_something_else_and_a_running_round_are_left_alone(closed, world):
    running = round_of(world.a, codes=("gad7",))
    other = corrected(lambda data: data["scales"].append({**data["scales"][0], "code": "half", "items": [1, 2]}))
    assert corrections_of(by(world), fresh(closed)) == []
    with pytest.raises(Refused):
        score_anew(by=by(world), round_=fresh(closed), instrument=other)
    assert not ReplacedResult.objects.exists()
    corrected(lambda data: data.update(version="3"))
    assert [len(corrections_of(by(world), fresh(one))) for one in (closed, running)] == [1, 0]
