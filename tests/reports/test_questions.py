"""Further questions of the daily report: asked from a day on, signed with it, summed, and no further than the asker."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from reports.actions.daily import Concern, Signature, correct_answers, sign_class, sign_part, sign_unit
from reports.actions.questions import add_question, end_question
from reports.daily import Board, class_board, classes_of, part_board, unit_board
from reports.daily_page import sums_on, unit_page
from reports.daily_sheet import daily_sheet
from reports.models import DailyReport, ReportingScheme, ReportQuestion, ReportVersion
from reports.questions import answers_of, questions_of
from schools.common.errors import Refused
from schools.models import AuditEntry
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
EMPTY = Board(TODAY, None, [])


def ask(unit, words, kind, **more):
    """A question that is asked since yesterday."""
    return ReportQuestion.objects.create(
        unit=unit, words=words, kind=kind, starts_on=TODAY - dt.timedelta(days=1), **more
    )


def sign(viewer, member, questions=(), *values, **more):
    answers = answers_of(questions, dict(zip([one.pk for one in questions], values, strict=True)))
    signature = Signature(TODAY, answers=answers, **more)
    return sign_class(by=viewer(member), group=member.classes.get(), signature=signature)


@pytest.fixture
def asked(world):
    """The district asks a number, the school a choice and a sentence."""
    return [
        ask(world.district, "Fever?", "number"),
        ask(world.a.unit, "Lunch?", "choice", options=["good", "cold"]),
        ask(world.a.unit, "Anything else?", "text"),
    ]


def test_nothing_is_still_two_taps_and_what_stood_in_it_is_signed(world, sign_in, asked):
    url = reverse("reports:daily_class", args=[world.a.class_1.pk])
    client = sign_in(world.a.teacher)
    form = client.get(url).context["form"]
    posted = {field.html_name: field.value() for field in [*form.asked(), form["over"]] if field.value() is not None}
    client.post(url, posted | {"day": TODAY.isoformat()})
    report = DailyReport.objects.get()
    fever, lunch, words = (f"q{one.pk}" for one in asked)
    assert (report.state, report.counts[fever]) == ("zero", 0)
    assert not [name for name in report.counts if name.startswith((lunch, words))]


def test_the_enter_key_in_an_answer_signs_nothing(world, sign_in, asked):
    url = reverse("reports:daily_class", args=[world.a.class_1.pk])
    page = sign_in(world.a.teacher).get(url).content.decode()
    form = page[page.index('name="over"') :]
    first = re.search(r"<button([^>]*)>", form)[1]
    assert (form.index(first) < form.index(f'name="q{asked[0].pk}"'), first.split()) == (True, ["disabled", "hidden"])


def test_what_must_be_answered_is_never_a_no_by_default(world, sign_in, viewer):
    question = ask(world.a.unit, "Checked the roof?", "yes_no", is_required=True)
    url = reverse("reports:daily_class", args=[world.a.class_1.pk])
    page = sign_in(world.a.teacher).post(url, {"over": "0", "day": TODAY.isoformat()})
    assert (bool(page.context["form"][f"q{question.pk}"].errors), DailyReport.objects.count()) == (True, 0)
    with pytest.raises(Refused):
        sign(viewer, world.a.teacher)
    assert sign(viewer, world.a.teacher, [question], 0).counts[f"q{question.pk}"] == 0


def test_answers_are_summed_up_to_the_unit_that_asked_and_words_stay_in_the_school(world, viewer, sign_in, asked):
    sign(viewer, world.a.teacher, asked, 2, 1, "SENTINEL-words")
    sign(viewer, world.a.teacher_2, asked, 3, 1, "")
    sums = sums_on(viewer(world.a.leader), class_board(world.a.unit, TODAY))
    told = {one.question.words: (one.told, one.texts) for one in sums}
    assert told == {
        "Fever?": ("5", []),
        "Lunch?": ("good 0 · cold 2", []),
        "Anything else?": ("1 人写了内容", [(world.a.class_1.name, "SENTINEL-words")]),
    }
    assert AuditEntry.objects.filter(verb="daily.answers_read").count() == 1
    report = sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))
    assert {name: n for name, n in report.counts.items() if name[0] == "q"} == {f"q{asked[0].pk}": 5}
    above = sums_on(viewer(world.district_staff), unit_board(world.district, TODAY))
    assert [(one.question.words, one.told, one.texts) for one in above] == [("Fever?", "5", [])]
    assert "SENTINEL" not in sign_in(world.district_staff).get(reverse("reports:daily_board")).content.decode()


def test_a_center_above_the_unit_that_asks_reads_no_answers(world, viewer, asked):
    sign(viewer, world.a.teacher, asked, 2, 1, "")
    sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))

    def told(member):
        by, board = viewer(member), unit_board(member.unit, TODAY)
        on_page = [word for word, _number in unit_page(by, world.a.unit, TODAY)["facts"]]
        places = ([one.question.words for one in sums_on(by, board)], daily_sheet(by, board, EMPTY).heads, on_page)
        return ["Fever?" in place for place in places]

    assert (told(world.district_staff), told(world.city_staff)) == ([True] * 3, [False] * 3)


def test_words_of_an_earlier_version_are_read_into_the_log_too(world, viewer, sign_in, asked):
    sign(viewer, world.a.teacher, asked, 2, 1, "EARLIER-words")
    signature = Signature(TODAY, over=1, answers=answers_of(asked, {asked[0].pk: 2}))
    correct_answers(by=viewer(world.a.teacher), group=world.a.class_1, signature=signature)
    url = reverse("reports:daily_class", args=[world.a.class_1.pk])
    page = sign_in(world.a.counselor).get(url).content.decode()
    assert ("EARLIER-words" in page, AuditEntry.objects.filter(verb="daily.answers_read").count()) == (True, 1)


def test_the_workbook_has_a_column_for_each_question(world, viewer, asked):
    sign(viewer, world.a.teacher, asked, 2, 1, "late bus")
    sheet = daily_sheet(viewer(world.a.leader), class_board(world.a.unit, TODAY), EMPTY)
    line = next(line for line in sheet.lines() if line[0] == world.a.class_1.name)
    assert (sheet.heads[-3:], line[-3:]) == (["Fever?", "Lunch?", "Anything else?"], ["2", "cold", "late bus"])


def test_the_workbook_has_what_a_grade_signed_below_the_classes(world, viewer, asked):
    with time_machine.travel(NOW - dt.timedelta(days=1)):
        deadlines = {"class": "18:00", "grade": "18:20"}
        ReportingScheme.objects.create(unit=world.district, every="day", starts_on=TODAY, deadlines=deadlines)
    sign(viewer, world.a.teacher, asked, 2, 1, "late bus")
    sign_part(by=viewer(world.a.grade_head), signature=Signature(TODAY))
    between = part_board(world.a.unit, TODAY, classes_of(world.a.unit))
    sheet = daily_sheet(viewer(world.a.leader), class_board(world.a.unit, TODAY), between)
    lines = {line[0]: line for line in sheet.lines()}
    mine = lines[next(row.name for row in between.rows if row.report)]
    assert (sheet.count, len(lines), mine[2], mine[-3]) == (5, 5, "0", "2")
    assert "late bus" not in mine


def test_a_corrected_answer_keeps_the_first_one_and_the_students(world, viewer, asked):
    concern = Concern([world.a.student], "x", "later")
    answers = answers_of(asked, {asked[0].pk: 2})
    group, by = world.a.class_1, viewer(world.a.teacher)
    sign_class(by=by, group=group, signature=Signature(TODAY, answers=answers), concern=concern)
    answers = answers_of(asked, {asked[0].pk: 4})
    report = correct_answers(by=by, group=group, signature=Signature(TODAY, over=1, answers=answers))
    assert (report.version, report.concerns, report.counts[f"q{asked[0].pk}"]) == (2, 1, 4)
    versions = ReportVersion.objects.filter(report=report)
    assert [row.counts[f"q{asked[0].pk}"] for row in versions] == [2, 4]


def test_what_was_answered_comes_along_to_the_page_for_a_student(world, sign_in, asked):
    url = reverse("reports:daily_write", args=[world.a.class_1.pk])
    page = sign_in(world.a.teacher).post(url, {"begin": "1", "over": "0", f"q{asked[0].pk}": "7"})
    assert page.context["form"][f"q{asked[0].pk}"].value() == "7"
    assert DailyReport.objects.count() == 0


def test_a_question_begins_tomorrow_and_three_are_the_most(world, viewer):
    by, unit = viewer(world.a.leader), world.a.unit
    tomorrow = TODAY + dt.timedelta(days=1)
    with time_machine.travel(NOW, tick=False):
        with pytest.raises(Refused):
            add_question(by=by, unit=unit, words="Now?", kind="yes_no", starts_on=TODAY)
        for words in "abc":
            add_question(by=by, unit=unit, words=words, kind="yes_no", starts_on=tomorrow)
        with pytest.raises(Refused):
            add_question(by=by, unit=unit, words="d", kind="yes_no", starts_on=tomorrow)
        first = ReportQuestion.objects.get(words="a")
        end_question(by=by, question=first)
        add_question(by=by, unit=unit, words="d", kind="yes_no", starts_on=tomorrow)
    assert [row.words for row in questions_of(unit, "class", TODAY)] == []
    assert [row.words for row in questions_of(unit, "class", tomorrow)] == ["b", "c", "d"]


def test_a_school_answers_in_its_own_signature_what_is_asked_of_schools(world, sign_in):
    question = ask(world.district, "Doors checked?", "yes_no", asks="school")
    client = sign_in(world.a.leader)
    client.post(
        reverse("reports:daily_sign"), {"over": "0", "own": "0", f"q{question.pk}": "1", "late_reason": "lesson"}
    )
    assert DailyReport.objects.get().counts[f"q{question.pk}"] == 1
