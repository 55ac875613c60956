"""The road of the daily report: a zero in two taps, the school's report, the center's board, one class silent and
reminded."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from reports.actions.daily import Concern, Signature, sign_class, sign_unit
from reports.actions.exceptions import let_report_late, name_stand_in
from reports.actions.schemes import set_scheme
from reports.daily import Row, add_calls, class_board, unit_board
from reports.daily_forms import StandInForm
from reports.daily_page import class_page, corrected_since
from reports.daily_term import term_board
from reports.daily_waiting import classes_to_report, unit_to_report
from reports.known import known_of
from reports.models import DailyReport, ReportException, ReportVersion, StandIn
from reports.reporting import State
from schools.common.errors import Refused
from schools.models import AuditEntry, Notice, Reminder
from schools.queries import current_term
from schools.work.reminders import dispatch
from students.models import PlanReview, RiskFlag
from tests.walking import entry_of, kept_from, raised, report_of, stand_in_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def at(hour, minute=0, day=TODAY):
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour, minute), NOW.tzinfo), tick=False)


@pytest.fixture(autouse=True)
def rule(world, viewer):
    """Everybody reports, since yesterday; it is nine o'clock."""
    with at(9, day=TODAY - dt.timedelta(days=2)):
        set_scheme(
            by=viewer(world.district_staff),
            unit=world.district,
            preset="full_chain",
            starts_on=TODAY - dt.timedelta(days=1),
        )
    with at(9):
        yield


def sign(world, viewer, who="teacher", **more):
    member = world.a.people[who]
    return sign_class(by=viewer(member), group=member.classes.get(), signature=Signature(TODAY, **more))


def called(kind="daily.class"):
    rows = Notice.objects.filter(kind=kind, over_at=None).values_list("membership__person__staff_number", flat=True)
    return sorted(rows)


# --- the road ---------------------------------------------------------------------------------------------------------


def test_a_zero_is_two_taps_from_the_reminder(world, sign_in):
    client = sign_in(world.a.teacher)
    first = client.get(reverse("reports:daily"), follow=True)
    assert first.redirect_chain[-1][0] == reverse("reports:daily_class", args=[world.a.class_1.pk])
    client.post(first.redirect_chain[-1][0], {"over": "0", "day": TODAY.isoformat()})
    report = DailyReport.objects.get()
    assert (report.state, report.concerns, report.is_late, report.signed_by) == ("zero", 0, False, world.a.teacher)
    assert AuditEntry.objects.filter(verb="daily.signed", subject_id=str(report.pk)).count() == 1


def test_who_is_on_leave_is_counted_and_named_for_whoever_signs(world, viewer):
    world.a.student_2.status = "on_leave"
    world.a.student_2.save()
    page = class_page(viewer(world.a.teacher), world.a.class_1, TODAY)
    assert (page.known[1][1], page.on_leave) == (1, [world.a.student_2.name])
    assert class_page(viewer(world.a.subject_teacher), world.a.class_2, TODAY).on_leave == []


def test_looking_at_the_page_signs_nothing(world, sign_in):
    sign_in(world.a.teacher).get(reverse("reports:daily_class", args=[world.a.class_1.pk]))
    assert DailyReport.objects.count() == 0


def test_a_silent_class_is_reminded_once_and_no_more_after_it_signed(world, viewer):
    sign(world, viewer)
    with at(9, 31):
        assert [dispatch(), dispatch()] == [5, 0]
        assert called() == ["a-teacher_2", "a-teacher_4", "b-teacher", "b-teacher_2", "b-teacher_4"]
    with at(9, 40):
        sign(world, viewer, "teacher_2")
    assert called() == ["a-teacher_4", "b-teacher", "b-teacher_2", "b-teacher_4"]


def test_the_school_sums_its_classes_and_names_the_silent_and_the_center_sees_counts(world, viewer):
    sign(world, viewer)
    concern = Concern([world.a.neighbor], "x", "today")
    sign_class(by=viewer(world.a.teacher_2), group=world.a.class_2, signature=Signature(TODAY), concern=concern)
    with at(10, 5):
        board = class_board(world.a.unit, TODAY)
        assert [row.name for row in board.silent] == [world.a.class_4.name]
        report = sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY), own=1)
    assert (report.state, report.concerns) == ("reported", 2)
    told = {
        name: report.counts[name] for name in ("classes", "classes_reported", "classes_zero", "classes_silent", "own")
    }
    assert told == {"classes": 3, "classes_reported": 1, "classes_zero": 1, "classes_silent": 1, "own": 1}
    with at(11):
        above = unit_board(world.district, TODAY)
        assert [(row.name, row.state, row.report and row.report.concerns) for row in above.rows] == [
            ("甲小学", "reported", 2),
            ("乙小学", "missing", None),
        ]


def test_the_board_of_a_center_never_names_a_student(world, viewer, sign_in):
    concern = Concern([world.a.student], "x", "now")
    sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=Signature(TODAY), concern=concern)
    sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))
    page = sign_in(world.district_staff).get(reverse("reports:daily_board")).content.decode()
    assert "SENTINEL" not in page
    assert world.a.class_1.name not in page


# --- signing ----------------------------------------------------------------------------------------------------------


def test_each_student_named_becomes_a_flag_and_only_the_number_stays(world, viewer):
    concern = Concern([world.a.student_2, world.a.student_3], "cried", "today")
    report = sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=Signature(TODAY), concern=concern)
    flags = RiskFlag.objects.filter(student__in=concern.students)
    assert sorted(flags.values_list("severity", flat=True)) == [2, 2]
    assert (report.concerns, report.counts["flags"]) == (2, 3)


def test_one_more_student_named_later_is_added_to_those_named_before(world, viewer):
    def name(*students, over):
        signature, concern = Signature(TODAY, over=over), Concern(list(students), "cried", "today")
        return sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=signature, concern=concern)

    name(world.a.student_2, world.a.student_3, over=0)
    assert name(world.a.student, over=1).concerns == 3
    assert name(world.a.student, over=2).concerns == 3  # named once more


def test_a_change_on_the_registry_goes_with_the_report_unless_a_flag_is_kept(world):
    for student in (world.a.student_2, world.a.student_3):
        PlanReview.objects.filter(entry=entry_of(student, world.a.counselor)).update(in_force_on=TODAY)
    kept_from(world.a.leader, raised(world.a.student_3, world.a.counselor), world.a.counselor)
    assert known_of(world.a.class_1, TODAY)["registry"] == 1


def test_nobody_signs_for_another_class(world, viewer):
    with pytest.raises(Refused):
        sign_class(by=viewer(world.a.teacher_2), group=world.a.class_1, signature=Signature(TODAY))
    assert DailyReport.objects.count() == 0


def test_who_stands_in_signs_and_is_the_one_who_is_reminded(world, viewer):
    stand_in_of(world.a.subject_teacher, world.a.class_2, world.a.leader)
    with at(9, 31):
        dispatch()
    assert ("a-subject_teacher" in called(), "a-teacher_2" in called()) == (True, False)
    report = sign_class(by=viewer(world.a.subject_teacher), group=world.a.class_2, signature=Signature(TODAY))
    assert report.signed_by == world.a.subject_teacher


def test_a_subject_teacher_who_stands_in_reads_no_counts_of_flags_which_go_with_the_report(world, viewer):
    stand_in_of(world.a.subject_teacher, world.a.class_1, world.a.leader)
    by = viewer(world.a.subject_teacher)
    report = sign_class(by=by, group=world.a.class_1, signature=Signature(TODAY))
    known = [len(class_page(viewer(who), world.a.class_1, TODAY).known) for who in (by.membership, world.a.teacher)]
    assert (known, "open_flags" in report.counts) == ([1, 6], True)


def test_a_late_report_says_why_and_by_whom(world, viewer):
    with at(10, 1):
        with pytest.raises(Refused):
            sign(world, viewer)
        assert DailyReport.objects.count() == 0
        report = sign(world, viewer, late_reason="lesson")
    assert (report.is_late, report.is_backfilled, report.late_reason) == (True, False, "lesson")


def test_a_report_filled_in_later_is_marked(world, viewer):
    signature = Signature(TODAY - dt.timedelta(days=1), late_reason="absent")
    report = sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=signature)
    assert (report.is_late, report.is_backfilled) == (True, True)


def test_a_day_to_come_cannot_be_signed(world, viewer):
    with pytest.raises(Refused):
        sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=Signature(TODAY + dt.timedelta(days=1)))
    assert DailyReport.objects.count() == 0


def test_a_correction_keeps_the_first_version_and_is_not_late(world, viewer):
    sign(world, viewer)
    with at(13, 15):
        concern = Concern([world.a.student], "x", "later")
        signature = Signature(TODAY, over=1)
        report = sign_class(by=viewer(world.a.teacher), group=world.a.class_1, signature=signature, concern=concern)
    assert (report.version, report.state, report.is_late) == (2, "reported", False)
    versions = ReportVersion.objects.filter(report=report).values_list("number", "state")
    assert list(versions) == [(1, "zero"), (2, "reported")]


def test_a_second_zero_does_not_write_over_what_somebody_else_signed(world, viewer):
    report_of(world.a.teacher, world.a.class_1, state="reported", concerns=1)
    with pytest.raises(Refused):
        sign(world, viewer)
    assert DailyReport.objects.get().state == "reported"


# --- rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_is_never_changed_backwards(world, viewer):
    with pytest.raises(Refused):
        set_scheme(by=viewer(world.district_staff), unit=world.district, preset="none", starts_on=TODAY)
    tomorrow = TODAY + dt.timedelta(days=1)
    set_scheme(by=viewer(world.district_staff), unit=world.district, preset="none", starts_on=tomorrow)
    assert [unit_board(world.district, day).counts.expected for day in (TODAY, tomorrow)] == [2, 0]


def test_a_school_cannot_set_the_rule_of_its_center(world, viewer):
    with pytest.raises(Refused):
        set_scheme(
            by=viewer(world.a.leader), unit=world.district, preset="none", starts_on=TODAY + dt.timedelta(days=1)
        )


def test_a_class_without_students_is_named_and_not_counted(world):
    world.a.older.status = "left"
    world.a.older.left_on = TODAY
    world.a.older.save()
    board = class_board(world.a.unit, TODAY)
    assert (board.counts.expected, board.without) == (2, [world.a.class_4.name])


def test_a_board_costs_the_same_whatever_it_shows(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        class_board(world.a.unit, TODAY)
    with django_assert_max_num_queries(12):
        unit_board(world.city, TODAY)


def test_a_reminder_is_written_once_for_kind_unit_and_day(world):
    with at(9, 31):
        dispatch()
        dispatch()
    rows = Reminder.objects.filter(kind="daily.class", unit=world.a.unit)
    assert [(row.step, row.whom, row.state, row.people) for row in rows] == [(-30, "reporter", "sent", 3)]


# --- by name, and over a term -----------------------------------------------------------------------------------------


def test_an_exception_by_name_makes_one_day_not_late(world, viewer):
    until = NOW.replace(hour=11, minute=0)
    let_report_late(by=viewer(world.a.leader), group=world.a.class_1, day=TODAY, until=until, reason="trip")
    with at(10, 40):
        report = sign(world, viewer)
        states = {row.name: row.state for row in class_board(world.a.unit, TODAY).rows}
    assert (report.is_late, states[world.a.class_2.name]) == (False, "missing")


def test_a_class_put_off_past_the_last_step_is_reminded_by_a_ladder_of_its_own(world, viewer):
    until = NOW.replace(hour=14, minute=0)
    let_report_late(by=viewer(world.a.leader), group=world.a.class_1, day=TODAY, until=until, reason="trip")
    for hour, minute in ((9, 31), (10, 0), (10, 31), (13, 31), (14, 1), (14, 16), (14, 31), (14, 40)):
        with at(hour, minute):
            dispatch()
    rows = Reminder.objects.filter(kind="daily.class", unit=world.a.unit).order_by("due_at", "at")
    assert [(row.due_at == until, row.step, row.whom, row.people) for row in rows] == [
        (False, -30, "reporter", 2),
        (False, 0, "reporter", 2),
        (False, 15, "backup", 0),
        (False, 30, "above", 1),
        (True, -30, "reporter", 1),
        (True, 0, "reporter", 1),
        (True, 15, "backup", 0),
        (True, 30, "above", 1),
    ]
    assert Notice.objects.filter(kind="daily.class", membership=world.a.teacher).count() == 2


def test_all_are_reminded_but_whoever_was_put_off_and_the_board_says_when_and_whether_it_was_read(
    world, sign_in, viewer
):
    until = NOW.replace(hour=14, minute=0)
    let_report_late(by=viewer(world.a.leader), group=world.a.class_1, day=TODAY, until=until, reason="trip")
    client = sign_in(world.a.leader)
    with at(10, 20):
        assert "提醒没签字的 2 个" in client.get(reverse("reports:daily_board")).content.decode()
        client.post(reverse("reports:daily_remind"))
        assert called() == ["a-teacher_2", "a-teacher_4"]
        Notice.objects.filter(membership=world.a.teacher_2).update(read_at=NOW)
        rows = client.get(reverse("reports:daily_board")).context["board"].rows
    told = {row.name: (row.called_at, row.has_read) for row in rows}
    assert told == {
        world.a.class_1.name: (None, False),
        world.a.class_2.name: (NOW.replace(hour=10, minute=20), True),
        world.a.class_4.name: (NOW.replace(hour=10, minute=20), False),
    }


def test_a_reminder_is_read_once_one_of_those_whom_it_called_has_read_it(world):
    row = Row(1, "", "", State.MISSING, None, people=[world.a.teacher, world.a.teacher_2])

    def remind(hour, read_at):
        for minute, (member, at) in enumerate(zip(row.people, read_at, strict=True)):
            about = {"membership": member, "kind": "daily.class", "occasion": f"{TODAY} {hour}", "read_at": at}
            Notice.objects.create(**about, unit=world.a.unit, created_at=NOW.replace(hour=hour, minute=minute))
        add_calls([row], "daily.class", TODAY)
        return row.has_read

    assert (remind(10, [NOW, None]), remind(11, [None, None])) == (True, False)


def test_the_workbench_tells_the_hour_that_a_class_or_school_was_given(world, viewer):
    until = NOW.replace(hour=14, minute=0)
    let_report_late(by=viewer(world.a.leader), group=world.a.class_1, day=TODAY, until=until, reason="trip")
    let_report_late(by=viewer(world.district_staff), unit=world.a.unit, day=TODAY, until=until, reason="trip")
    found = [
        [one.due_at for one in tell(viewer(member))]
        for tell, member in (
            (classes_to_report, world.a.teacher),
            (unit_to_report, world.a.leader),
            (classes_to_report, world.a.teacher_2),
        )
    ]
    assert found == [[until], [until], [NOW.replace(hour=10, minute=0)]]


def test_a_correction_that_waits_stands_on_the_workbench_of_school_and_center(world, viewer):
    def waiting():
        found = [list(unit_to_report(viewer(member))) for member in (world.b.leader, world.cluster_staff)]
        return [[str(one.text) for one in rows] for rows in found]

    for by in (world.b.leader, world.cluster_staff):
        sign_unit(by=viewer(by), signature=Signature(TODAY))
    assert waiting() == [[], []]
    with at(9, 30):
        sign_class(by=viewer(world.b.teacher), group=world.b.class_1, signature=Signature(TODAY))
    assert waiting() == [["更正乙小学的日报"], []]
    with at(9, 40):
        sign_unit(by=viewer(world.b.leader), signature=Signature(TODAY, over=1))
    assert waiting() == [[], ["更正第一学区的日报"]]


def test_why_a_report_was_put_off_is_sealed(world, viewer):
    until = NOW.replace(hour=11, minute=0)
    for reason in ("a first", "trip to the hills"):
        let_report_late(by=viewer(world.a.leader), group=world.a.class_1, day=TODAY, until=until, reason=reason)
    assert ReportException.objects.get().reason == "trip to the hills"
    assert b"hills" not in bytes(ReportException.objects.values_list("reason", flat=True).get())


def test_a_class_cannot_put_off_its_own_report(world, viewer):
    until = NOW.replace(hour=11, minute=0)
    with pytest.raises(Refused):
        let_report_late(by=viewer(world.a.teacher), group=world.a.class_1, day=TODAY, until=until, reason="trip")
    assert ReportException.objects.count() == 0


def test_only_who_sees_the_students_stands_in(world, viewer):
    by, days = viewer(world.a.leader), {"first_on": TODAY, "last_on": TODAY}
    offered = StandInForm(group=world.a.class_1).fields["member"].queryset
    assert (world.a.teacher in offered, world.a.subject_teacher in offered) == (True, False)
    with pytest.raises(Refused):
        name_stand_in(by=by, group=world.a.class_1, member=world.a.subject_teacher, **days)
    row = name_stand_in(by=by, group=world.a.class_2, member=world.a.subject_teacher, **days)
    assert list(StandIn.objects.all()) == [row]


def test_a_correction_after_the_school_signed_waits_for_its_own_signature(world, viewer):
    sign(world, viewer)
    sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))
    with at(9, 30):
        sign_class(
            by=viewer(world.a.teacher),
            group=world.a.class_1,
            signature=Signature(TODAY, over=1),
            concern=Concern([world.a.student], "x", "later"),
        )
        own = DailyReport.objects.get(class_group=None)
        assert corrected_since(class_board(world.a.unit, TODAY).rows, own) == [world.a.class_1.name]
        report = sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY, over=1))
    assert (report.version, report.concerns, report.is_late) == (2, 1, False)


def test_the_term_counts_silence_since_the_rule_began(world, viewer):
    """The rule began yesterday: of two days one was filled in later, one is still awaited."""
    sign_class(
        by=viewer(world.a.teacher),
        group=world.a.class_1,
        signature=Signature(TODAY - dt.timedelta(days=1), late_reason="absent"),
    )
    board = term_board(viewer(world.a.leader))
    counts = {row.name: (row.counts.received, row.counts.late, row.counts.missing) for row in board.rows}
    assert counts == {
        world.a.class_1.name: (1, 1, 0),
        world.a.class_2.name: (0, 0, 1),
        world.a.class_4.name: (0, 0, 1),
    }


def test_daily_status_prints_the_table(world, viewer, capsys):
    sign(world, viewer)
    sign_unit(by=viewer(world.a.leader), signature=Signature(TODAY))
    call_command("daily_status", "440608", TODAY.isoformat())
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "甲小学\tzero\tstudents=0",
        "乙小学\tawaited",
        "第一学区\tawaited",
        "expected=2 received=1 on_time=1 reported=0 zero=1 missing=0 awaited=1 complete=50.0%",
    ]


# --- on the map of a center, and on paper -----------------------------------------------------------------------------


def test_a_missing_report_of_a_school_is_an_alarm_from_its_hour_until_it_is_signed(counted, viewer):
    from reports.daily_missing import mark_hours
    from reports.school_map import school_tile, schools_of
    from schools.recounting import recount_marked

    def tile(hour, minute):
        with at(hour, minute):
            recount_marked()
            found = schools_of(viewer(counted.district_staff), current_term(counted.district).code)
            return school_tile(found.get(pk=counted.a.unit.pk)).rank

    mark_hours(dt.datetime.combine(TODAY, dt.time(9, 5), NOW.tzinfo))
    before, after = tile(10, 29), tile(10, 31)
    with at(10, 40):
        sign_unit(by=viewer(counted.a.leader), signature=Signature(TODAY, late_reason="forgotten"))
    assert [rank == 15 for rank in (before, after, tile(10, 41))] == [False, True, False]


def test_a_school_excused_by_name_is_no_alarm_before_its_own_hour(world, viewer):
    from reports.daily_missing import daily_missing
    from schools.figures import Scope

    until = NOW.replace(hour=12, minute=0)
    let_report_late(by=viewer(world.district_staff), unit=world.a.unit, day=TODAY, until=until, reason="trip")
    found = {}
    for hour in (11, 13):
        with at(hour):
            term = current_term(world.a.unit)
            found[hour] = daily_missing(Scope.of(world.a.unit, term)).count()
    assert found == {11: 0, 13: 1}


def test_board_as_pdf_is_made_by_a_worker(world, sign_in, django_capture_on_commit_callbacks):
    from schools.common import files
    from schools.models import Job

    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(world.district_staff).post(reverse("reports:daily_pdf"), {"day": TODAY.isoformat()})
    job = Job.objects.get(kind="daily_board")
    assert (answer.status_code, job.state, files.open_file(job.pk)[:4]) == (302, "done", b"%PDF")
