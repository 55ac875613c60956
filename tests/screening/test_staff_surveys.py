"""Surveys of the staff: each is asked once, what is anonymous leads to nobody, and small groups stand together."""

import datetime as dt

import pytest
from django.utils import timezone

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Job, Notice
from schools.work.inbox import inbox_of
from schools.work.jobs import run
from screening.actions.staff import answer_staff_survey, ask_staff, close_staff_survey
from screening.groups import joined, told
from screening.models import Instrument, StaffAsked, StaffSheet, StaffSurvey
from screening.staff_results import staff_answers
from screening.staff_table import staff_table_of
from screening.table_files import FORMATS, written
from tests.screening.test_round_export import read
from tests.walking import instrument_of

pytestmark = pytest.mark.django_db
EVERYBODY = ("class_teacher", "subject_teacher", "grade_head", "counselor", "school_leader")


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


def staff_survey_of(school, *, roles=("class_teacher",), **about):
    return ask_staff(
        by=Viewer(person=school.counselor.person, membership=school.counselor),
        title="x",
        instrument=Instrument.objects.filter(code="sstaff").first() or instrument_of(school.unit, code="sstaff"),
        roles=roles,
        notice="x",
        closes_on=timezone.localdate() + dt.timedelta(days=7),
        **about,
    )


def answer(world, survey, who, **answers):
    answer_staff_survey(by=by(world, who), survey=survey, answers={key[1:]: value for key, value in answers.items()})


def test_small_groups_stand_together():
    assert set(joined({"a": 18, "b": 2, "c": 3}, 5)) == {frozenset("a"), frozenset("bc")}
    assert set(joined({"a": 18, "b": 7, "c": 3}, 5)) == {frozenset("a"), frozenset("bc")}
    assert joined({"a": 1, "b": 1}, 5) == [frozenset("ab")]


def test_no_group_is_told_if_the_rest_would_be_a_few():
    assert told({"a": 18, "b": 7, "c": 3}, 5) == {"a"}
    assert told({"a": 18, "b": 3, "c": 2}, 5) == {"a"}
    assert told({"a": 18, "b": 7}, 5) == {"a", "b"}


def test_an_instrument_that_calls_or_is_scored_is_not_put_to_the_staff(world):
    refusals = []
    for code in ("phq9", "who5"):
        with pytest.raises(Refused) as refused:
            about = {"title": "x", "notice": "x", "closes_on": dt.date(2026, 12, 1), "roles": ["class_teacher"]}
            ask_staff(by=by(world), instrument=Instrument.objects.get(unit=None, code=code), **about)
        refusals.append(refused.value.field)
    assert (refusals, StaffSurvey.objects.count()) == (["instrument", "instrument"], 0)


def test_who_is_asked_finds_it_waiting_and_answers_once(world, sign_in):
    survey = staff_survey_of(world.a)
    client = sign_in(world.a.teacher)
    assert [one.url for one in inbox_of(by(world, "teacher")) if one.note == "x"] == [survey.answer_url]
    open_one = client.post(survey.answer_url, {"q1": "1", "q2": ""})
    missing = client.post(survey.answer_url, {"q2": "在家附近"})
    sent = client.post(survey.answer_url, {"q1": "2", "q2": "在家附近"})  # a word to a question that is not asked
    again = client.post(survey.answer_url, {"q1": "1", "q2": "x"})
    assert [one.status_code for one in (open_one, missing, sent, again)] == [422, 422, 302, 422]
    assert "在家附近" in missing.content.decode()
    assert [(one.given, one.by) for one in StaffSheet.objects.all()] == [({1: 2}, world.a.teacher)]
    assert not [one for one in inbox_of(by(world, "teacher")) if one.note == "x"]
    assert sign_in(world.a.subject_teacher).get(survey.answer_url).status_code == 404


def test_who_is_too_late_is_told_so_and_keeps_what_they_wrote(world, sign_in):
    survey = staff_survey_of(world.a)
    close_staff_survey(by=by(world), survey=survey)
    late = sign_in(world.a.teacher).post(survey.answer_url, {"q1": "1", "q2": "在家附近"})
    page = late.content.decode()
    assert (late.status_code, "问卷已经结束，没有提交。" in page, "在家附近" in page) == (422, True, True)
    assert not StaffSheet.objects.exists()


def test_an_anonymous_answer_leads_to_nobody(world):
    survey = staff_survey_of(world.a, roles=EVERYBODY, is_anonymous=True)
    before = AuditEntry.objects.count()
    answer(world, survey, "teacher", _1=2)
    sheet = StaffSheet.objects.get()
    notice = Notice.objects.get(membership=world.a.teacher, kind="staff_survey.asked")
    assert (sheet.by, AuditEntry.objects.count()) == (None, before)
    assert (notice.over_at.hour, notice.over_at.minute) == (15, 59)  # the end of the day, in UTC
    assert (
        min(StaffAsked.objects.values_list("group", flat=True).distinct()) == sheet.group
    )  # eight people in one group


def test_anonymous_counts_appear_at_the_end_and_from_five_on(world):
    survey = staff_survey_of(world.a, roles=EVERYBODY, is_anonymous=True)
    for who, value in (("teacher", 1), ("teacher_2", 2), ("teacher_4", 2), ("leader", 2)):
        answer(world, survey, who, _1=value)
    close_staff_survey(by=by(world), survey=survey)
    assert staff_answers(by(world), survey, "zh") == []
    with pytest.raises(Refused):
        answer(world, survey, "grade_head", _1=1)
    survey = staff_survey_of(world.a, roles=EVERYBODY, is_anonymous=True)
    for who, value in (("teacher", 1), ("teacher_2", 2), ("teacher_4", 2), ("leader", 2), ("grade_head", 2)):
        answer(world, survey, who, _1=value)
    assert staff_answers(by(world), survey, "zh") == []
    close_staff_survey(by=by(world), survey=survey)
    first, second = staff_answers(by(world), survey, "zh")
    assert [(row.count, row.names) for row in first.options] == [(1, []), (4, [])]
    assert (first.groups, second.item.answered) == ([], 0)


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_anonymous_survey_leaves_as_counts_and_a_named_one_by_person_and_only_if_asked_with_names(
    file_format, world, tmp_path
):
    unnamed = staff_survey_of(world.a, roles=EVERYBODY, is_anonymous=True)
    for who, value in (("teacher", 1), ("teacher_2", 2), ("teacher_4", 2), ("leader", 2), ("grade_head", 2)):
        answer(world, unnamed, who, _1=value, _2="公园")

    def rows(survey, **how):
        table = staff_table_of(by(world), survey, "zh", **({"with_names": True} | how))
        return read(written(table, file_format, title="t"), file_format, tmp_path)

    assert rows(unnamed) == []
    close_staff_survey(by=by(world), survey=unnamed)
    counts = [[int(float(row[key])) for key in ("nr", "count", "answered") if key in row] for row in rows(unnamed)]
    assert counts == [[1, 1, 5], [1, 4, 5], [2, 5]]
    assert "公园" not in str(rows(unnamed))
    named = staff_survey_of(world.a)
    answer(world, named, "teacher", _1=1, _2="公园")
    (row,), (bare,) = rows(named), rows(named, with_names=False)
    assert (row["name"], int(float(row["sstaff_1"])), row["sstaff_2"]) == (world.a.teacher.person.name, 1, "公园")
    assert row.keys() - bare.keys() == {"name", "sstaff_2"}


def test_the_file_of_a_survey_is_made_by_a_job_and_logged(world, sign_in):
    survey = staff_survey_of(world.a)
    answer(world, survey, "teacher", _1=1)
    url = f"/staff-surveys/{survey.pk}/export/"
    sign_in(world.a.leader).post(url, {"file_format": "csv", "names": "on", "purpose": "report"})
    job = Job.objects.get(kind="staff_table")
    run(job.pk)
    job.refresh_from_db()
    details = {"rows": 1, "names": True, "purpose": "report"}
    assert (job.state, AuditEntry.objects.get(verb="staff_answers.exported").details) == ("done", details)


def test_fewer_than_five_people_cannot_be_asked_without_names(world):
    with pytest.raises(Refused):
        staff_survey_of(world.a, is_anonymous=True)
    assert not StaffSurvey.objects.exists()


def test_a_named_survey_tells_who_chose_what(world, sign_in):
    survey = staff_survey_of(world.a)
    answer(world, survey, "teacher", _1=1, _2="公园")
    first, second = staff_answers(by(world, "leader"), survey, "zh")
    assert first.options[0].names == [world.a.teacher.person.name]
    assert second.words == [(world.a.teacher.person.name, "公园")]
    assert sign_in(world.a.leader).get(survey.get_absolute_url()).status_code == 200
    assert AuditEntry.objects.filter(verb="staff_survey.read").count() == 1
