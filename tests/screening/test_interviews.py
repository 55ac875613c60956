"""Talks after a screening: who waits across rounds, slots one after the other, missed ones, and who is asked again."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Notice
from screening.actions.interviews import miss_talk, plan_talks
from screening.actions.rounds import ask_again, ask_more, open_round
from screening.inbox import interviews
from screening.interviews import retests, waiting
from screening.models import PlannedTalk, Round, Slip
from students.actions.keeping import keep_from
from students.models import RiskFlag
from tests.screening.asked import answered, round_of
from tests.walking import kept_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(world):
    return Viewer(person=world.a.counselor.person, membership=world.a.counselor)


@pytest.fixture
def round_(world):
    """One is critical, one asks for attention, one is in doubt."""
    made = round_of(world.a)
    answered(made, world.a.student_2, *(2,) * 5, 0, 0, 0, 0)
    answered(made, world.a.student_3, *(0,) * 8, 1)
    answered(made, world.a.student, 0, 0)
    return made


def noon(days=1):
    return timezone.now().replace(hour=4, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)


def test_the_most_urgent_gets_the_first_free_slot(world, by, round_):
    rows = waiting(by)
    assert [row.slip.student for row in rows] == [world.a.student_3, world.a.student_2]
    busy = {"school": world.a.unit, "by": world.a.counselor, "planned_by": world.a.counselor}
    PlannedTalk.objects.create(flag=world.a.flag, at=noon() + dt.timedelta(minutes=25), **busy)
    talks = plan_talks(by=by, flags=[row.flag for row in rows], first=noon(), minutes=20, person=world.a.counselor)
    assert [(talk.flag.student, talk.at - noon()) for talk in talks] == [
        (world.a.student_3, dt.timedelta(0)),
        (world.a.student_2, dt.timedelta(minutes=60)),
    ]
    assert all(row.is_planned and not row.is_past for row in waiting(by))
    assert not Notice.objects.filter(kind="interview.planned").exists()
    logged = AuditEntry.objects.filter(verb="interview.planned")
    assert {entry.student_id for entry in logged} == {world.a.student_3.pk, world.a.student_2.pk}


def test_a_new_slot_moves_the_old_one_and_tells_whom_it_is_given(world, by, round_):
    flag = waiting(by)[0].flag
    for person in (world.a.counselor, world.a.counselor_2):
        plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=person)
    states = PlannedTalk.objects.filter(flag=flag).values_list("state", flat=True)
    assert sorted(states) == ["moved", "planned"]
    assert waiting(by)[0].talk.by == world.a.counselor_2
    assert Notice.objects.get(kind="interview.planned").membership == world.a.counselor_2


def test_who_may_not_know_of_a_flag_gets_no_slot_and_sees_none(world, by, round_):
    flag = waiting(by)[0].flag
    plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=world.a.counselor)
    kept_from(world.a.counselor_2, flag, world.a.counselor)
    with pytest.raises(Refused):
        plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=world.a.counselor_2)
    other = Viewer(person=world.a.counselor_2.person, membership=world.a.counselor_2)
    assert [row.slip.student for row in waiting(other)] == [world.a.student_2]
    assert not PlannedTalk.objects.visible_to(other).exists()


def test_the_workbench_counts_a_student_of_two_rounds_once_like_the_list(world, by, round_):
    flag = waiting(by)[0].flag
    Slip.objects.filter(round=round_of(world.a), student=flag.student).update(flag=flag)
    assert [one.count for one in interviews(by)] == [len(waiting(by))] == [2]


def test_missed_talk_still_waits_and_only_once_its_time_has_come(world, by, round_, fixed_clock):
    flag = waiting(by)[0].flag
    (talk,) = plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=world.a.counselor)
    with pytest.raises(Refused):
        miss_talk(by=by, talk=talk)
    fixed_clock.shift(2 * 24 * 3600)
    miss_talk(by=by, talk=talk)
    assert (waiting(by)[0].talk.state, waiting(by)[0].is_planned) == ("missed", False)
    assert AuditEntry.objects.get(verb="interview.missed").student_id == world.a.student_3.pk


def test_page_plans_those_ticked_and_an_interview_takes_them_off(world, by, round_, sign_in):
    client, url = sign_in(world.a.counselor), reverse("screening:interview_list")
    flags = [str(row.flag.pk) for row in waiting(by)]
    values = {"day": noon().date(), "at": "12:10", "minutes": 20, "person": world.a.counselor.pk}
    refused = client.post(url, values)
    assert (refused.status_code, PlannedTalk.objects.count()) == (422, 0)
    client.post(url, values | {"flags": flags[:1]})
    page = client.get(url)
    assert (page.context["unplanned"], [one.until for one in page.context["retests"]]) == (1, [None])
    RiskFlag.objects.filter(pk__in=flags).update(interviewed_at=timezone.now())
    assert waiting(by) == []


def test_asked_again_has_a_day_and_a_person(world, by, round_):
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on}
    ask_again(by=by, round_=round_, responsible=world.a.counselor_2, **days)
    (one,) = retests(by)
    assert (one.student, one.until, one.person) == (
        world.a.student,
        round_.closes_on,
        world.a.counselor_2.person.name,
    )


def test_who_never_answered_the_second_asking_is_asked_a_third_time(world, by, round_):
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on, "responsible": world.a.counselor_2}
    retest = ask_again(by=by, round_=round_, **days)
    with pytest.raises(Refused):  # they still can answer it
        ask_again(by=by, round_=round_, **days)
    Round.objects.filter(pk=retest.pk).update(state="closed", closed_at=timezone.now())
    assert [(one.student, one.round, one.until) for one in retests(by)] == [(world.a.student, round_, None)]
    assert ask_again(by=by, round_=round_, **days).slips.count() == 1


def test_a_second_asking_in_doubt_is_asked_again_itself(world, by, round_):
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on, "responsible": world.a.counselor_2}
    retest = open_round(by=by, round_=ask_again(by=by, round_=round_, **days))
    answered(retest, world.a.student, 0)
    assert [(one.student, one.round, one.until) for one in retests(by)] == [(world.a.student, retest, None)]
    again = open_round(by=by, round_=ask_again(by=by, round_=retest, **days))
    answered(again, world.a.student, *(0, 1, 0, 1, 0, 0, 0, 1, 0))
    assert retests(by) == []


def test_the_page_of_a_second_asking_in_doubt_leads_to_a_third(world, by, round_, sign_in):
    client = sign_in(world.a.counselor)
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on, "responsible": by.membership}
    retest = open_round(by=by, round_=ask_again(by=by, round_=round_, **days))
    answered(retest, world.a.student, 0)
    url = reverse("screening:round_ask_again", args=[retest.pk])
    pages = [client.get(one.get_absolute_url()).content.decode() for one in (round_, retest)]
    more = [reverse("screening:round_ask_more", args=[one.pk]) for one in (round_, retest)]
    assert (url in pages[1], [one in page for one, page in zip(more, pages, strict=True)]) == (True, [True, False])
    assert reverse("screening:round_ask_again", args=[round_.pk]) not in pages[0]  # nobody is left to be asked by it
    client.post(url, days | {"responsible": by.membership.pk})
    third = Round.objects.get(after=retest)
    client.post(reverse("screening:round_open", args=[third.pk]))
    answered(third, world.a.student, *(0, 1, 0, 1, 0, 0, 0, 1, 0))
    assert retests(by) == []


def test_only_a_later_result_of_the_same_instrument_settles_the_doubt(world, by, round_):
    answered(round_of(world.a, codes=("gad7",)), world.a.student, *(0, 1, 0, 1, 0, 0, 0))
    assert [one.student for one in retests(by)] == [world.a.student]
    answered(round_of(world.a), world.a.student, *(0, 1, 0, 1, 0, 0, 0, 1, 0))
    assert retests(by) == []


def test_what_is_kept_later_takes_talk_call_and_later_stage_from_that_person(world, by, round_):
    flag = next(row.flag for row in waiting(by) if row.slip.student == world.a.student_2)
    other = world.a.counselor_2
    plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=other)
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on}
    chosen = {"instruments": [round_.parts.get().instrument], "attention": 1}
    more = ask_more(by=by, round_=round_, responsible=other, **chosen, **days)
    keep_from(by=by, flag=flag, person=other.person, reason="不安全")
    more.refresh_from_db()
    assert (PlannedTalk.objects.get(flag=flag).state, more.responsible) == ("moved", None)
    assert Notice.objects.get(kind="interview.planned").withdrawn_at is not None
    assert not waiting(by)[-1].is_planned


def test_nobody_is_put_in_charge_of_a_student_whose_flag_is_kept_from_them(world, by, round_):
    other = world.a.counselor_2
    kept_from(other, RiskFlag.objects.get(student=world.a.student), world.a.counselor)
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on, "responsible": other}
    with pytest.raises(Refused) as refused:
        ask_again(by=by, round_=round_, **days)
    assert refused.value.field == "responsible"
    barred = Viewer(person=other.person, membership=other)
    assert ask_again(by=barred, round_=round_, **days).slips.count() == 1  # they learn nothing from it


def test_of_two_who_plan_at_once_the_second_reads_a_sentence(world, by, round_, monkeypatch):
    flag = waiting(by)[0].flag
    mine = {"school": world.a.unit, "by": world.a.counselor, "planned_by": world.a.counselor}

    def meanwhile(first, *_rest):
        PlannedTalk.objects.create(flag=flag, at=first, **mine)
        return [first]

    monkeypatch.setattr("screening.actions.interviews._free", meanwhile)
    with pytest.raises(Refused):
        plan_talks(by=by, flags=[flag], first=noon(), minutes=20, person=world.a.counselor)
    assert not AuditEntry.objects.filter(verb="interview.planned").exists()
