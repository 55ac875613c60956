"""Levels between a class and its school: grades, colleges of a university, dormitories; and how often they report."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from reports.actions.barometer import file_barometer, give_link, link_of
from reports.actions.daily import Signature, sign_class, sign_part, sign_unit
from reports.actions.exceptions import let_report_late
from reports.actions.schemes import PRESETS, set_scheme
from reports.barometer import NO, QUESTIONS, YES
from reports.daily import center_board, class_board, classes_of, part_board, unit_board
from reports.daily_page import class_page
from reports.daily_term import term_between, term_board
from reports.models import Barometer, DailyReport
from schools.actions.accounts import Post, create_person
from schools.common.errors import Refused
from schools.models import AuditEntry, ClassGroup, Membership, Notice, Term, Unit, UnitKind
from schools.work.reminders import dispatch
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def at(hour, minute=0, day=TODAY):
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour, minute), NOW.tzinfo), tick=False)


@pytest.fixture
def rule(world, viewer):
    """Sets a rule of the district since the day before yesterday."""

    def go(preset, **more):
        with at(8, day=TODAY - dt.timedelta(days=3)):
            by, starts_on = viewer(world.district_staff), TODAY - dt.timedelta(days=2)
            return set_scheme(by=by, unit=world.district, preset=preset, starts_on=starts_on, **more)

    return go


@pytest.fixture
def college(world):
    """School A as a university: one college, which has the first class, and its head."""
    a = world.a
    unit = Unit.objects.create(
        parent=a.unit, kind=UnitKind.objects.get(pk="college"), code="CS", path=f"{a.unit.path}CS/", name="计算机学院"
    )
    ClassGroup.objects.filter(pk=a.class_1.pk).update(department=unit)
    post = Post(role="grade_head", department=unit)
    return unit, create_person(by=None, unit=a.unit, staff_number="a-dean", name="院长", post=post).membership


# --- grades -----------------------------------------------------------------------------------------------------------


def test_a_grade_signs_between_its_classes_and_the_school_which_takes_what_it_adds(world, viewer, rule):
    rule("full_chain", with_grades=True, hours={"grade": "10:20"})
    with at(9):
        for who in ("teacher", "teacher_2"):
            member = world.a.people[who]
            sign_class(by=viewer(member), group=member.classes.get(), signature=Signature(TODAY))
        grade = sign_part(by=viewer(world.a.grade_head), signature=Signature(TODAY), own=1)
        school = sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))
    assert (grade.part, grade.counts["classes"], grade.concerns) == ("primary-2023", 2, 1)
    assert (school.concerns, school.counts["in_between"]) == (1, 1)
    with at(10, 30):
        states = {row.key: row.state for row in part_board(world.a.unit, TODAY, classes_of(world.a.unit)).rows}
        term = {row.key: row.counts.share() for row in term_between(viewer(world.a.leader)).rows}
    assert states == {"primary-2023": "reported", "primary-2022": "missing"}
    assert term == {"primary-2022": 0, "primary-2023": pytest.approx(100 / 3)}


def test_a_center_never_reads_the_report_of_a_grade_and_another_grade_does_not(world, viewer, rule):
    rule("full_chain", with_grades=True)
    with at(9):
        sign_part(by=viewer(world.a.grade_head), signature=Signature(TODAY))
        seen = {
            name: DailyReport.objects.visible_to(viewer(member)).count()
            for name, member in (
                ("center", world.district_staff),
                ("teacher", world.a.teacher),
                ("head", world.a.grade_head),
                ("other school", world.b.leader),
            )
        }
    assert seen == {"center": 0, "teacher": 0, "head": 1, "other school": 0}


def test_nobody_signs_for_a_grade_where_no_rule_asks_it(world, viewer, rule):
    rule("full_chain")
    with at(9), pytest.raises(Refused):
        sign_part(by=viewer(world.a.grade_head), signature=Signature(TODAY))
    assert DailyReport.objects.count() == 0


def test_a_silent_grade_is_reminded_until_it_signs(world, viewer, rule, sign_in):
    rule("full_chain", with_grades=True, hours={"grade": "10:20"})

    def called():
        rows = Notice.objects.filter(kind="daily.grade", over_at=None)
        return sorted(rows.values_list("membership__person__staff_number", flat=True))

    with at(10, 6):
        dispatch()
        assert called() == ["a-grade_head", "b-grade_head"]
        Notice.objects.all().delete()
        sign_in(world.a.leader).post(reverse("reports:daily_remind"), {"between": "1"})
        assert called() == ["a-grade_head"]
        sign_in(world.b.leader).post(reverse("reports:daily_remind"), {"between": "1"})
        sign_in(world.a.grade_head).post(reverse("reports:daily_sign"), {"over": "0", "own": "0"})
        assert called() == ["b-grade_head"]


def test_a_grade_excused_by_name_is_not_late_and_not_called_before_its_own_hour(world, viewer, rule, sign_in):
    rule("full_chain", with_grades=True, hours={"grade": "10:20"})
    client, page = sign_in(world.a.leader), reverse("reports:daily_part", args=["primary-2023"])
    with at(9):
        client.post(page, {"until": "12:00", "reason": "trip"})
        assert AuditEntry.objects.get(verb="daily.put_off").details["part"] == "primary-2023"
        let_report_late(
            by=viewer(world.district_staff), day=TODAY, until=NOW.replace(hour=13), reason="x", unit=world.b.unit
        )
        with pytest.raises(Refused):
            let_report_late(
                by=viewer(world.a.grade_head), day=TODAY, until=NOW.replace(hour=15), reason="x", part="primary-2023"
            )
    with at(11, 30):
        dispatch()
        rows = Notice.objects.filter(kind__in=("daily.grade", "daily.unit"), over_at=None)
        called = set(rows.values_list("kind", "membership__person__staff_number"))
        assert {("daily.unit", "a-leader"), ("daily.grade", "b-grade_head")} <= called
        assert not called & {("daily.grade", "a-grade_head"), ("daily.unit", "b-leader")}
        between = part_board(world.a.unit, TODAY, classes_of(world.a.unit)).rows
        assert {row.key: row.state for row in between} == {"primary-2023": "awaited", "primary-2022": "missing"}
        own = sign_in(world.a.grade_head)
        assert own.get(reverse("reports:daily_board")).context["form"].fields.keys() == {"over", "own", "note"}
        own.post(reverse("reports:daily_sign"), {"over": "0", "own": "2"})
    assert DailyReport.objects.get(part="primary-2023").is_late is False
    assert "12:00" not in client.get(page).content.decode()


def test_the_ladder_of_a_grade_or_school_counts_from_the_hour_it_was_given(world, viewer, rule):
    rule("full_chain", with_grades=True, hours={"grade": "10:20"})
    until = NOW.replace(hour=14, minute=10)
    with at(9):
        for unit, by, part in (
            (world.a.unit, world.a.leader, "primary-2023"),
            (world.b.unit, world.district_staff, ""),
        ):
            let_report_late(by=viewer(by), day=TODAY, until=until, reason="x", unit=unit, part=part)
    for hour, minute in ((10, 5), (10, 36), (11, 1), (13, 56), (14, 10), (14, 26), (14, 41), (15, 0)):
        with at(hour, minute):
            dispatch()
    put_off = Notice.objects.filter(kind__in=("daily.grade", "daily.unit"), due_at=until)
    calls = put_off.values_list("kind", "membership__person__staff_number", "occasion")
    assert sorted((kind, who, occasion[11:]) for kind, who, occasion in calls) == [
        ("daily.grade", "a-grade_head", f"+0 reporter {TODAY:%m-%d} 14:10"),
        ("daily.grade", "a-grade_head", f"-15 reporter {TODAY:%m-%d} 14:10"),
        ("daily.grade", "a-leader", f"+15 above {TODAY:%m-%d} 14:10"),
        ("daily.unit", "b-leader", f"+0 reporter {TODAY:%m-%d} 14:10"),
        ("daily.unit", "b-leader", f"-15 reporter {TODAY:%m-%d} 14:10"),
        ("daily.unit", "cluster_staff", f"+30 above {TODAY:%m-%d} 14:10"),
    ]
    early = Notice.objects.filter(kind__in=("daily.grade", "daily.unit"), due_at__lt=until)
    early = set(early.values_list("kind", "membership__person__staff_number"))
    assert not early & {("daily.grade", "a-grade_head"), ("daily.unit", "b-leader")}


# --- a university -----------------------------------------------------------------------------------------------------


def test_a_college_reports_its_own_classes_to_the_university(world, viewer, rule, college):
    unit, dean = college
    rule("university")
    with at(9):
        sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=Signature(TODAY))
        report = sign_part(by=viewer(dean), signature=Signature(TODAY))
        names = {row.name: row.state for row in part_board(world.a.unit, TODAY, classes_of(world.a.unit)).rows}
    assert (report.part, report.counts["classes"], report.counts["classes_zero"]) == (f"college-{unit.pk}", 1, 1)
    assert names["计算机学院"] == "zero"


def test_the_head_of_a_college_sees_its_classes_and_no_others(world, viewer, college):
    _unit, dean = college
    assert viewer(dean).class_ids == {world.a.class_1.pk}
    assert (dean.heads(ClassGroup.objects.get(pk=world.a.class_1.pk)), dean.heads(world.a.class_2)) == (True, False)


def test_a_dormitory_reports_beside_its_class_and_a_worrying_week_calls_the_same_people(world, viewer, college):
    by = viewer(world.a.teacher)
    links = [link_of(give_link(by=by, group=world.a.class_1, dormitory=name)) for name in ("", "3-502")]
    calm = dict.fromkeys(QUESTIONS, NO)
    file_barometer(link=links[0], answers=calm)
    file_barometer(link=links[1], answers=calm | {"low": YES})
    assert file_barometer(link=links[1], answers=calm) is None
    rows = {row.dormitory: row.is_worrying for row in Barometer.objects.visible_to(viewer(college[1]))}
    assert rows == {"": False, "3-502": True}
    told = Notice.objects.filter(kind="barometer.worry").values_list("membership__person__staff_number", flat=True)
    assert sorted(told) == ["a-counselor", "a-counselor_2", "a-teacher"]


# --- centers ----------------------------------------------------------------------------------------------------------


def test_a_center_sees_whether_the_centers_below_it_have_signed(world, viewer, rule):
    rule("full_chain")
    with at(14, 30):
        assert [(row.name, row.state) for row in center_board(world.district, TODAY).rows] == [("第一学区", "missing")]


# --- how often --------------------------------------------------------------------------------------------------------


def test_a_weekly_confirmation_is_missing_once_its_hour_has_passed_and_is_filled_in_on_its_day(world, viewer, rule):
    """Wednesday: by exception, confirmed on Tuesdays at four."""
    assert TODAY.weekday() == 2
    rule("by_exception", weekday=1)
    by, tuesday = viewer(world.a.teacher), TODAY - dt.timedelta(days=1)
    with at(9):
        page = class_page(by, world.a.class_1, TODAY)
        assert (page.has_duty, page.missed) == (False, [tuesday])
        assert class_board(world.a.unit, TODAY).counts.expected == 0
        assert class_board(world.a.unit, tuesday).counts.missing == 3
        late = sign_class(by=by, group=world.a.class_1, signature=Signature(tuesday, late_reason="absent"))
        assert (late.state, late.is_backfilled, late.scheme.every) == ("zero", True, "week")
        assert class_page(viewer(world.a.teacher), world.a.class_1, TODAY).missed == []


def test_how_often_a_preset_asks_can_be_set(world, rule):
    assert [rule("full_chain", every=every).every for every in ("", "month")] == ["day", "month"]
    assert rule("none", every="day").every == "never"
    assert {"none", "class_to_school", "school_to_center", "full_chain", "by_exception"} < set(PRESETS)


def test_a_rule_that_another_one_took_over_from_is_told_as_over(world, rule, sign_in):
    rule("none")
    rule("class_to_school")
    rule("full_chain", ends_on=TODAY + dt.timedelta(days=9))
    rows = sign_in(world.district_staff).get(reverse("reports:daily_scheme")).context["rows"]
    assert [(one["row"].preset, one["is_over"]) for one in rows] == [
        ("none", True),
        ("class_to_school", False),
        ("full_chain", False),
    ]


def test_a_school_that_joined_later_and_one_without_a_calendar_are_named(world, rule, viewer, sign_in):
    rule("full_chain")
    school_b = Membership.objects.filter(unit=world.b.unit, role="school_leader")
    school_b.update(starts_on=TODAY + dt.timedelta(days=1))
    with at(9):
        board = unit_board(world.district, TODAY)
        assert ([row.name for row in board.rows], board.without) == (["甲小学"], [world.b.unit.name])
        later = unit_board(world.district, TODAY + dt.timedelta(days=1))
        assert [row.name for row in later.rows] == ["甲小学", "乙小学"]
        assert class_board(world.b.unit, TODAY).counts.expected == 0
        assert {row.counts.expected for row in term_board(viewer(world.b.leader)).rows} == {0}
        Term.objects.all().delete()
        page = sign_in(world.a.leader).get(reverse("reports:daily_board")).content.decode()
        assert "校历里没有本单位的学期" in page
        assert unit_board(world.district, TODAY).without == [world.a.unit.name, world.b.unit.name]
