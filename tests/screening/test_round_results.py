"""What a round found: scores in columns, questions counted, beside the round before, and nothing of a kept flag."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.access import Viewer
from schools.figures import ALL, Scope, figures
from schools.models import AuditEntry
from schools.queries import current_term
from screening.actions.rounds import close_round, open_round
from screening.comparison import parts_found, shares
from screening.item_results import items_counted
from screening.models import AnswerCounts, Instrument, Response, Round, Slip
from screening.ranges import column_of, columns, range_of, step_of, width_of
from screening.results import own_result
from screening.round_results import found_by
from screening.round_table import table_of
from screening.states import screenings
from students.models import RiskFlag, Student, StudentState
from students.states import keep
from tests.screening.asked import answered, round_of
from tests.walking import instrument_of, kept_from
from tests.world import NOW

FIGURES = ("screening_results", "screening_valid", "screening_levels")
TABS = ("round_detail", "round_results", "round_questions", "round_people")
CALM, LOW = (0,) * 9, (2,) * 4 + (0,) * 5


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "scale", "ends", "width", "number"),
    [
        ("phq9", "total", (0, 27), 1, 28),
        ("mht", "total", (0, 90), 5, 19),
        ("who5", "total", (0, 100), 4, 26),  # doubled twice: only every fourth score can be
        ("mssmhs", "强迫症状", (1, 5), 1 / 6, 25),  # the mean of six answers
        ("sdqs", "total", (0, 40), 2, 21),
    ],
)
def test_columns_hold_each_score_and_as_many_scores_each(code, scale, ends, width, number):
    definition = Instrument.objects.get(unit=None, code=code).parsed
    found = range_of(definition, scale)
    wide = width_of(found, step_of(definition, scale))
    assert (found, wide, len(columns(found, wide))) == (ends, pytest.approx(width), number)
    assert {column_of(one, wide) for one in found} == {columns(found, wide)[0], columns(found, wide)[-1]}


def two_rounds(world):
    """In the first everybody is calm; in the second one needs attention, one says the same, one sheet has a gap."""
    first = round_of(world.a)
    for student in (world.a.student, world.a.student_2, world.a.student_3):
        answered(first, student, *CALM)
    Round.objects.filter(pk=first.pk).update(opens_on=dt.date(2025, 9, 1))
    second = round_of(world.a)
    answered(second, world.a.student, *LOW)
    answered(second, world.a.student_2, *CALM[:8], 1)
    answered(second, world.a.student_3, 0, 0)
    return first, second


@pytest.mark.django_db
def test_round_is_compared_with_the_one_before_by_valid_answers_only(world):
    first, second = two_rounds(world)
    (part,) = parts_found(by(world), second)
    assert (part.before, part.both, part.more, part.less) == (first, 2, 2, 0)
    assert (dict(part.now), dict(part.then)) == ({1: 1, 4: 1}, {0: 3})
    assert shares(part.then) == [100, 0, 0, 0, 0]
    spread = part.main
    assert [(one.begins, one.levels.total(), one.before) for one in spread.columns if one.levels or one.before] == [
        (0, 0, 3),
        (1, 1, 0),
        (8, 1, 0),
    ]


@pytest.mark.django_db
def test_nothing_of_a_kept_flag_is_counted_anywhere(world):
    _first, second = two_rounds(world)
    kept_from(world.a.counselor_2, RiskFlag.objects.get(student=world.a.student_2), world.a.counselor)
    counts = {}
    for who in ("counselor", "counselor_2"):
        viewer = by(world, who)
        (part,), (items,) = parts_found(viewer, second), items_counted(viewer, second, "zh")
        found = found_by(viewer, second, "class")
        ninth = next(one for one in items.items if one.number == 9)
        counts[who] = (part.main.total, part.both, ninth.heavy, ninth.answered, found.above, found.rows[0].total)
    assert counts == {"counselor": (2, 2, 1, 2, 1, 3), "counselor_2": (1, 1, 0, 1, 0, 2)}


@pytest.mark.django_db
def test_questions_are_counted_on_from_what_was_counted_before(world):
    """Only answers that came since are opened, and the counts are those of counting all of them."""
    round_ = round_of(world.a)
    sheets = {world.a.student_2: (1,) * 9, world.a.student_3: (0, 1, 2) * 3, world.a.student: (2, 0, 0) * 3}
    for minute, (student, values) in enumerate(sheets.items()):
        answered(round_, student, *values)
        Response.objects.filter(slip__student=student).update(at=NOW + dt.timedelta(minutes=minute))
        with CaptureQueriesContext(connection) as first:
            counted = items_counted(by(world), round_, "zh")
        with CaptureQueriesContext(connection) as second:
            assert items_counted(by(world), round_, "zh") == counted
        assert sum('"answers"' in query["sql"] for query in second) == 1  # of flags kept from this viewer: none
    assert any('"at" >' in query["sql"] for query in first)
    AnswerCounts.objects.all().delete()
    assert items_counted(by(world), round_, "zh") == counted
    Response.objects.filter(slip__student=world.a.student).update(is_valid=False)
    assert items_counted(by(world), round_, "zh")[0].items[0].answered == 2


@pytest.mark.django_db
def test_nobody_stands_in_a_class_whose_flag_is_kept_and_all_pages_agree(world, sign_in):
    round_ = round_of(world.a)
    for student, values in ((world.a.student_2, (3,) * 9), (world.a.student_3, (0, 0))):
        answered(round_, student, *values)
    flag, group = RiskFlag.objects.get(student=world.a.student_2), world.a.class_1.pk
    for who in ("counselor_2", "leader"):
        kept_from(getattr(world.a, who), flag, world.a.counselor)
    rest = {world.a.student, world.a.student_3}
    for who, students in (("counselor", rest | {world.a.student_2}), ("counselor_2", rest), ("leader", rest)):
        client, viewer = sign_in(getattr(world.a, who)), by(world, who)
        page = client.get(f"/rounds/{round_.pk}/")
        assert (page.context["total"], page.context["done"]) == (len(students), len(students) - 1)
        page = client.get(f"/rounds/{round_.pk}/classes/{group}/")
        assert {slip.student for slip, _state in page.context["rows"]} == students
        assert found_by(viewer, round_).whole.total == len(students) - 1
        if who != "leader":
            page = client.get(f"/rounds/{round_.pk}/results/people/")
            assert page.context["chips"][0]["count"] + page.context["chips"][1]["count"] == 2
            rows = list(table_of(viewer, round_, "zh", with_names=False).rows())
            assert len(rows) == len(students) - 1


@pytest.mark.django_db
def test_questions_that_call_come_first_and_then_those_answered_most(world):
    _first, second = two_rounds(world)
    (part,) = items_counted(by(world), second, "zh")
    assert [(one.number, one.heavy) for one in part.items[:3]] == [(9, 1), (1, 1), (2, 1)]
    assert part.items[1].text.startswith("做事")
    assert (part.items[-1].number, part.items[-1].heavy, part.items[-1].left_out) == (10, None, 2)


@pytest.mark.django_db
def test_names_of_who_is_missing_are_the_counselors(world, sign_in):
    _first, second = two_rounds(world)
    url = f"/rounds/{second.pk}/results/people/?state=bad"
    page = sign_in(world.a.counselor).get(url)
    assert [slip.student for slip in page.context["page_obj"]] == [world.a.student_3]
    assert sign_in(world.a.leader).get(url).status_code == 403


def answered_by(world, round_, group, count):
    for number in range(count):
        pupil = Student.objects.create(school=world.a.unit, class_group=group, name=f"{group.pk}-{number}")
        Slip.objects.create(round=round_, student=pupil, class_group=group, code_hash=str(pupil.pk))
        answered(round_, pupil, *LOW, agreed=by(world))


@pytest.mark.django_db
def test_a_leader_reads_no_group_in_which_one_student_could_be_found(world):
    names = ("class_1", "class_2", "class_4")
    round_ = round_of(world.a, classes=names)
    for name, count in zip(names, (2, 5, 6), strict=True):
        answered_by(world, round_, world.a.classes[name], count)
    leader = by(world, "leader")

    def read(viewer):
        (part,), items = parts_found(viewer, round_), items_counted(viewer, round_, "zh")
        classes = [row.valid for row in found_by(viewer, round_, "class").rows]
        return classes, part.main and part.main.total, [one.items[1].answered for one in items]

    assert (read(leader), found_by(leader, round_).tells_validity) == (([], None, []), False)
    close_round(by=by(world), round_=round_)
    round_.refresh_from_db()
    assert read(leader) == ([6], 13, [13])  # with the five the two of the same grade would be known
    assert read(by(world)) == ([2, 5, 6], 13, [13])


@pytest.mark.django_db
def test_scores_of_a_few_and_of_a_running_round_are_no_leaders(world):
    _first, second = two_rounds(world)
    close_round(by=by(world), round_=second)
    second.refresh_from_db()
    leader = by(world, "leader")
    (part,) = parts_found(leader, second)
    assert (part.spreads, part.now, part.then, part.both) == ([], {}, {}, 0)
    assert items_counted(leader, second, "zh") == []
    Response.objects.filter(slip__round=second).update(is_valid=False, attention=0)
    rows = [found_by(by(world, who), second, "class").rows for who in ("counselor", "leader")]
    assert [[row.doubtful for row in one] for one in rows] == [[3], []]


@pytest.mark.django_db
def test_an_anonymous_round_is_not_the_round_before(world):
    _first, second = two_rounds(world)
    unnamed = round_of(world.a, codes=("gad7",), is_anonymous=True)
    Round.objects.filter(pk=unnamed.pk).update(opens_on=dt.date(2025, 9, 1))
    later = round_of(world.a, codes=("gad7",))
    (part,) = parts_found(by(world), later)
    assert part.before is None


@pytest.mark.django_db
def test_whose_student_was_handed_over_is_still_above_the_cut_off(world):
    _first, second = two_rounds(world)
    before = found_by(by(world), second).above
    RiskFlag.objects.filter(student=world.a.student_2).update(
        state="closed", outcome="moved", settled_at=NOW, taken_at=NOW, closed_by=world.a.leader.person
    )
    after = found_by(by(world), second)
    assert (after.above, after.waiting, after.decided) == (before, before - 1, 1)


@pytest.mark.django_db
def test_of_closed_records_the_counts_stay_and_no_words(world):
    round_ = round_of(world.a, opened=False)
    round_.parts.update(instrument=instrument_of(world.a.unit, code="swords"))
    answered(open_round(by=by(world), round_=round_), world.a.student_2, 1, "公园")

    def told():
        (part,) = items_counted(by(world), round_, "zh")
        return [(item.answered, item.words) for item in part.items if item.number == 2]

    before = told()
    Student.objects.filter(pk=world.a.student_2.pk).update(locked_on=NOW.date())
    assert (before, told()) == ([(1, ["公园"])], [(1, [])])


@pytest.mark.django_db
def test_reading_what_was_written_is_logged(world, sign_in):
    round_ = round_of(world.a, opened=False)
    round_.parts.update(instrument=instrument_of(world.a.unit, code="swords"))
    answered(open_round(by=by(world), round_=round_), world.a.student_2, 1, "公园")
    for who, reads in (("leader", False), ("counselor", True)):
        page = sign_in(getattr(world.a, who)).get(reverse("screening:round_questions", args=[round_.pk]))
        assert ("公园" in page.content.decode(), AuditEntry.objects.filter(verb="round.words_read").count()) == (
            reads,
            reads,
        )


@pytest.mark.django_db
def test_a_survey_of_ones_own_has_no_levels_no_cut_off_and_screens_nobody(world, sign_in):
    scored = round_of(world.a)
    answered(scored, world.a.student_2, *LOW)
    survey = round_of(world.a, asked=[instrument_of(world.a.unit, code="sown")], shows_results=True)
    response = answered(survey, world.a.student_2, 1)
    for one in (scored, survey):
        close_round(by=by(world), round_=one)
    term = current_term(world.a.unit)
    counts = {code: figures()[code].counts(Scope.of(world.a.unit, term))[ALL] for code in FIGURES}
    state = StudentState.objects.get(pk=world.a.student_2.pk)
    keep([state.pk], screenings)
    kept = StudentState.objects.get(pk=state.pk)
    assert (state.screening_severity, kept.screening_severity) == (1, 1)
    assert counts == dict.fromkeys(FIGURES, 1)
    assert "attention" not in [one.name for one in table_of(by(world), survey, "zh", with_names=False).variables]
    assert own_result(response.slip) == ""
    counselor = sign_in(world.a.counselor)
    pages = [
        *(reverse(f"screening:{name}", args=[survey.pk]) for name in TABS),
        reverse("screening:round_results", args=[survey.pk]) + "?as=table",
        reverse("screening:response_detail", args=[response.pk]),
    ]
    for url in pages:
        text = counselor.get(url, headers={"accept-language": "en"}).content.decode()
        assert [word for word in ("cut-off", "attention", "in doubt") if word in text] == [], url


@pytest.mark.django_db
def test_a_level_that_a_survey_hid_in_an_older_database_stands_again(world):
    answered(round_of(world.a), world.a.student_2, *LOW)
    response = answered(round_of(world.a, asked=[instrument_of(world.a.unit, code="sown")]), world.a.student_2, 1)
    states = StudentState.objects.filter(pk=world.a.student_2.pk)
    states.update(last_screened_at=response.at, screening_severity=0)
    import_module("screening.migrations.0019_levels_that_surveys_hid").show_levels(apps, None)
    assert states.get().screening_severity == 1


@pytest.mark.django_db
def test_an_answer_that_calls_is_told_of_a_survey_too(world, sign_in):
    asked = instrument_of(world.a.unit, code="sowncalls")
    asked.definition["critical"] = [{"item": 1, "at_least": 1}]
    asked.save()
    survey = round_of(world.a, asked=[asked])
    answered(survey, world.a.student_2, 1)
    page = sign_in(world.a.counselor).get(
        reverse("screening:round_results", args=[survey.pk]), headers={"accept-language": "en"}
    )
    text = page.content.decode()
    assert ("1 waiting for a talk" in text, "whose answers called" in text, "cut-off" in text) == (True, True, False)
    assert StudentState.objects.get(pk=world.a.student_2.pk).screening_severity == 4
