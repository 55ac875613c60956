"""The road of a sweep: called, every child looked at, signed by classes and the school, seen as numbers above."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.actions.exceptions import name_stand_in
from reports.actions.sweeps import (
    Found,
    call_sweep,
    end_sweep,
    move_sweep,
    note_student,
    remind_unsigned,
    sign_class,
    sign_school,
)
from reports.models import Sweep, SweepNote, SweepSignature
from reports.reminders_of_sweeps import unsigned_school
from reports.sweep_page import class_page, corrected_since, sweep_sheet
from reports.sweeps import class_board, unit_board
from schools.common.errors import Refused
from schools.ladder import ABOVE
from schools.models import AuditEntry, Notice, Reminder, Tally
from schools.recounting import recount_marked
from schools.work.inbox import inbox_of
from schools.work.reminders import dispatch
from students.models import GroupMember, RiskFlag
from tests.students.test_student_list import add_students
from tests.walking import kept_from
from tests.world import NOW

pytestmark = pytest.mark.django_db
DUE = NOW.date() + dt.timedelta(days=6)
WORRY = Found(text="cries every morning", urgency="today")


def at(days, hour=10):
    moment = dt.datetime.combine(NOW.date() + dt.timedelta(days=days), dt.time(hour, 30), NOW.tzinfo)
    return time_machine.travel(moment, tick=False)


def called_by(by, **more):
    return call_sweep(by=by, **{"title": "Spring", "looks_for": "x", "groups": ["orphan"], "due_on": DUE} | more)


@pytest.fixture
def sweep(world, viewer):
    """The district asks all classes of both schools."""
    return called_by(viewer(world.district_staff))


def sign(world, viewer, sweep, who="teacher", over=0):
    member = world.a.people[who]
    return sign_class(by=viewer(member), sweep=sweep, group=member.classes.get(), over=over)


def called(kind="sweep.class"):
    rows = Notice.objects.filter(kind=kind, over_at=None).values_list("membership__person__staff_number", flat=True)
    return sorted(set(rows))


def row_of(board, key):
    return next(row for row in board.rows if row.key == key)


# --- a class ----------------------------------------------------------------------------------------------------------


def test_what_is_found_becomes_a_tag_and_a_flag_by_the_teacher_and_stands_nowhere_else(world, viewer, sweep):
    by = viewer(world.a.teacher)
    found = Found(frozenset({"orphan"}), text=WORRY.text, urgency="today")
    note = note_student(by=by, sweep=sweep, student=world.a.student_2, found=found)
    tag = GroupMember.objects.get(student=world.a.student_2)
    flag = RiskFlag.objects.get(student=world.a.student_2)
    assert (tag.group_id, tag.source, tag.set_by) == ("orphan", "sweep", world.a.teacher.person)
    assert (flag.source, flag.severity, flag.raised_by, note.flag) == ("sweep", 2, world.a.teacher, flag)
    assert flag.reports.get().text == WORRY.text
    assert "a-counselor" in called("flag.raised")
    # A tap does not take back what was found, and a second finding is added to the first.
    with pytest.raises(Refused):
        note_student(by=by, sweep=sweep, student=world.a.student_2)
    note_student(by=by, sweep=sweep, student=world.a.student_2, found=Found(frozenset({"hardship"})))
    assert SweepNote.objects.get().groups == ["hardship", "orphan"]


def test_what_was_tapped_is_kept_and_the_signature_says_nothing_of_the_rest(world, viewer, sweep):
    by = viewer(world.a.teacher)
    note_student(by=by, sweep=sweep, student=world.a.student)
    assert class_page(by, sweep, world.a.class_1).left == 2
    sign(world, viewer, sweep)
    assert class_page(by, sweep, world.a.class_1).is_done
    row = row_of(class_board(by, sweep), world.a.class_1.pk)
    assert (row.state, row.numbers.looked, row.numbers.noted) == ("zero", 3, 0)


def test_a_correction_has_a_number_and_the_first_signature_stays(world, viewer, sweep):
    by = viewer(world.a.teacher)
    sign(world, viewer, sweep)
    with at(1):
        note_student(by=by, sweep=sweep, student=world.a.student_2, found=Found(frozenset({"orphan"})))
        assert row_of(class_board(by, sweep), world.a.class_1.pk).has_changed
        with pytest.raises(Refused):
            sign(world, viewer, sweep)  # over a version that is no longer the last
        sign(world, viewer, sweep, over=1)
        assert not row_of(class_board(by, sweep), world.a.class_1.pk).has_changed
    assert list(SweepSignature.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize("who", ["teacher_2", "grade_head", "subject_teacher"])
def test_only_who_looks_after_a_class_answers_for_it(world, viewer, sweep, who):
    by = viewer(world.a.people[who])
    for act in (
        lambda: note_student(by=by, sweep=sweep, student=world.a.student_2),
        lambda: sign_class(by=by, sweep=sweep, group=world.a.class_1),
    ):
        with pytest.raises(Refused):
            act()
    assert (SweepNote.objects.count(), SweepSignature.objects.count()) == (0, 0)
    note_student(by=viewer(world.a.counselor), sweep=sweep, student=world.a.student_2)


def test_a_sweep_of_another_school_or_one_that_is_over_takes_nothing(world, viewer, sweep):
    foreign = called_by(viewer(world.b.leader))
    with pytest.raises(Refused):
        sign(world, viewer, foreign)
    with pytest.raises(Refused):
        end_sweep(by=viewer(world.a.leader), sweep=sweep)
    end_sweep(by=viewer(world.district_staff), sweep=sweep)
    with pytest.raises(Refused):
        sign(world, viewer, sweep)


# --- a flag that is kept from somebody --------------------------------------------------------------------------------


def test_a_flag_that_is_kept_from_somebody_leaves_no_trace_in_the_numbers(world, viewer, sweep):
    note_student(by=viewer(world.a.teacher), sweep=sweep, student=world.a.student_2, found=WORRY)
    sign(world, viewer, sweep)
    kept_from(world.a.leader, RiskFlag.objects.get(student=world.a.student_2), world.a.counselor)
    leader, counselor = viewer(world.a.leader), viewer(world.a.counselor)
    key = world.a.class_1.pk
    seen = {by.role: row_of(class_board(by, sweep), key) for by in (leader, counselor)}
    assert [(row.state, row.numbers.noted, row.numbers.concerns) for row in seen.values()] == [
        ("zero", 0, 0),
        ("reported", 1, 1),
    ]
    assert [kid.is_noted for kid in class_page(leader, sweep, world.a.class_1).kids] == [False] * 3
    counts = sign_school(by=leader, sweep=sweep).counts
    assert (counts["noted"], counts["concerns"], counts["looked"]) == (0, 0, 3)


def test_who_goes_on_with_a_child_whose_flag_is_kept_from_them_learns_nothing_of_it(world, viewer, sweep):
    teacher, counselor = viewer(world.a.teacher), viewer(world.a.counselor)
    sign(world, viewer, sweep)
    with at(1):
        note = note_student(by=counselor, sweep=sweep, student=world.a.student_2, found=WORRY)
        kept_from(world.a.teacher, note.flag, world.a.counselor)

    def learned():
        page = class_page(teacher, sweep, world.a.class_1)
        row = row_of(class_board(teacher, sweep), world.a.class_1.pk)
        return page.has_changed, row.has_changed, any(kid.has_concern for kid in page.kids), row.numbers.concerns

    assert learned() == (False, False, False, 0)
    assert row_of(class_board(counselor, sweep), world.a.class_1.pk).has_changed
    with at(2):
        note_student(by=teacher, sweep=sweep, student=world.a.student_2)  # “nothing”: no refusal, and nothing is lost
        assert (SweepNote.objects.get(pk=note.pk).by, learned()) == (world.a.counselor, (False, False, False, 0))
        note_student(by=teacher, sweep=sweep, student=world.a.student_2, found=Found(frozenset({"orphan"})))
        assert learned() == (True, True, False, 0)
    assert row_of(class_board(counselor, sweep), world.a.class_1.pk).numbers.concerns == 1


# --- the school and above ---------------------------------------------------------------------------------------------


def test_the_school_sums_up_and_the_center_sees_what_it_signed_and_who_has_not(world, viewer, sign_in, sweep):
    note_student(by=viewer(world.a.teacher), sweep=sweep, student=world.a.student_2, found=Found(frozenset({"orphan"})))
    for who in ("teacher", "teacher_2"):
        sign(world, viewer, sweep, who)
    leader = viewer(world.a.leader)
    signed = sign_school(by=leader, sweep=sweep)
    assert signed.counts == {
        "classes": 3,
        "classes_signed": 2,
        "students": 5,
        "looked": 4,
        "noted": 1,
        "concerns": 0,
        "groups": {"left_behind": 1, "orphan": 1},
    }
    with at(1):
        sign(world, viewer, sweep, "teacher_4")
        assert corrected_since(class_board(leader, sweep), signed) == [world.a.class_4.name]
    board = unit_board(viewer(world.district_staff), sweep)
    assert [(row.name, row.state, row.numbers.noted) for row in board.rows] == [
        ("甲小学", "reported", 1),
        ("乙小学", "awaited", 0),
    ]
    assert [code for code, _label in board.columns] == ["orphan", "left_behind"]
    page = sign_in(world.district_staff).get(sweep.get_absolute_url()).content.decode()
    assert "SENTINEL" not in page
    assert world.a.class_1.name not in page


def test_the_file_has_a_row_for_each_class_or_school_and_the_sums(world, viewer, sweep):
    sign(world, viewer, sweep)
    sign_school(by=viewer(world.a.leader), sweep=sweep)
    leader, district = viewer(world.a.leader), viewer(world.district_staff)
    own = list(sweep_sheet(leader, sweep, class_board(leader, sweep)).lines())
    assert [row[:6] for row in own] == [
        [world.a.class_1.name, "无", "3", "3", "0", "0"],
        [world.a.class_2.name, "尚未", "1", "0", "0", "0"],
        [world.a.class_4.name, "尚未", "1", "0", "0", "0"],
        ["合计", "", "5", "3", "0", "0"],
    ]
    above = list(sweep_sheet(district, sweep, unit_board(district, sweep)).lines())
    assert [row[:3] for row in above] == [
        ["甲小学", "无", "5"],
        ["乙小学", "尚未", "0"],
        ["第一学区", "", "5"],
        ["合计", "", "5"],
    ]


def test_a_board_of_a_center_counts_no_records(world, viewer, sweep):
    sign_school(by=viewer(world.a.leader), sweep=sweep)
    with CaptureQueriesContext(connection) as asked:
        unit_board(viewer(world.district_staff), sweep)
    tables = ("students_student", "students_groupmember", "reports_sweepnote", "students_riskflag")
    assert [query["sql"] for query in asked if any(f'"{table}"' in query["sql"] for table in tables)] == []


def test_the_page_of_a_class_and_its_board_cost_the_same_for_many_students(world, viewer, sweep):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            by = viewer(world.a.teacher)
            class_page(by, sweep, world.a.class_1)
            class_board(by, sweep)
        return len(queries)

    note_student(by=viewer(world.a.teacher), sweep=sweep, student=world.a.student, found=Found(frozenset({"orphan"})))
    few = asked()
    add_students(world.a, 27)
    sign(world, viewer, sweep)
    sign(world, viewer, sweep, over=1)
    assert asked() == few


def test_a_center_sees_no_sweep_that_a_school_has_called_for_itself(world, viewer, sweep):
    own = called_by(viewer(world.a.counselor))
    seen = {
        name: set(Sweep.objects.visible_to(viewer(member)))
        for name, member in {"district": world.district_staff, "b": world.b.leader, "a": world.a.teacher}.items()
    }
    assert seen == {"district": {sweep}, "b": {sweep}, "a": {sweep, own}}


def test_a_sweep_that_a_school_has_called_for_itself_never_reaches_the_center(world, viewer):
    own = called_by(viewer(world.a.counselor))
    row = Reminder(kind="sweep.school", unit=world.a.unit, day=own.due_on, whom=ABOVE)
    with at(6, 18):
        recount_marked()
    assert (unsigned_school(row), Tally.objects.filter(figure="sweeps_overdue", count__gt=0).count()) == ([], 0)
    called_by(viewer(world.district_staff))
    assert unsigned_school(row)


def test_a_school_that_has_not_signed_in_time_stands_on_the_map(world, viewer, sweep):
    with at(6, 18):
        sign_school(by=viewer(world.a.leader), sweep=sweep)
        recount_marked()
    overdue = Tally.objects.filter(figure="sweeps_overdue", split="", unit__kind__is_school=True)
    assert list(overdue.values_list("unit__name", "count")) == [("乙小学", 1)]


# --- who is called ----------------------------------------------------------------------------------------------------


def test_a_call_reaches_the_teachers_within_a_minute_and_ends_with_their_signature(world, viewer, sweep):
    dispatch()
    assert called() == [f"{key}-teacher{n}" for key in "ab" for n in ("", "_2", "_4")]
    assert called("sweep.school") == ["a-leader", "b-leader"]
    sign(world, viewer, sweep)
    assert "a-teacher" not in called()
    Notice.objects.all().delete()
    with at(3, 12):  # three days before, at noon
        dispatch()
        assert called() == ["a-teacher_2", "a-teacher_4", "b-teacher", "b-teacher_2", "b-teacher_4"]
        Notice.objects.all().delete()
        assert remind_unsigned(by=viewer(world.a.leader), sweep=sweep, only=[world.a.class_4.pk]) == 1
        assert called() == ["a-teacher_4"]


def test_an_open_sweep_waits_on_the_workbench_until_it_is_answered(world, viewer, sweep):
    def waiting(member):
        return [item.note for item in inbox_of(viewer(member)) if "Spring" in item.text]

    assert waiting(world.a.teacher) == ["已看 0/3"]
    assert waiting(world.a.leader) == waiting(world.a.counselor) == ["3 个班中已有 0 个班签字"]
    for who in ("teacher", "teacher_2", "teacher_4"):
        sign(world, viewer, sweep, who)
    assert (waiting(world.a.teacher), waiting(world.a.leader)) == ([], ["各班都已签字，请为学校签字"])
    sign_school(by=viewer(world.a.leader), sweep=sweep)
    assert waiting(world.a.leader) == waiting(world.a.counselor) == []


def test_a_tap_without_a_script_leads_back_to_the_child(world, sign_in, sweep):
    client = sign_in(world.a.teacher)
    tap = reverse("reports:sweep_tap", args=[sweep.pk, world.a.student_2.pk])
    page = reverse("reports:sweep_class", args=[sweep.pk, world.a.class_1.pk])
    assert client.post(tap).url == f"{page}#s-{world.a.student_2.pk}"
    with_script = client.post(
        reverse("reports:sweep_tap", args=[sweep.pk, world.a.student.pk]), headers={"HX-Request": "true"}
    )
    assert 'id="sweep-left" hx-swap-oob="true"' in with_script.content.decode()


# --- who stands in, another day, clusters -----------------------------------------------------------------------------


def test_who_stands_in_answers_for_the_class_without_learning_its_groups(world, viewer, sign_in, sweep):
    subject, student, group = world.a.subject_teacher, world.a.neighbor, world.a.class_2
    note_student(by=viewer(world.a.counselor), sweep=sweep, student=student, found=Found(frozenset({"orphan"})))
    page = reverse("reports:sweep_class", args=[sweep.pk, group.pk])
    assert sign_in(subject).get(page).status_code == 404
    with pytest.raises(Refused):
        sign_class(by=viewer(subject), sweep=sweep, group=group)
    name_stand_in(by=viewer(world.a.leader), group=group, member=subject, first_on=NOW.date(), last_on=NOW.date())
    text = sign_in(subject).get(page).content.decode()
    assert student.name in text
    assert "孤儿" not in text
    form = sign_in(subject).get(reverse("reports:sweep_student", args=[sweep.pk, student.pk])).content.decode()
    assert ('name="text"' in form, 'name="groups"' in form) == (True, False)
    note_student(by=viewer(subject), sweep=sweep, student=student, found=WORRY)
    assert sign_class(by=viewer(subject), sweep=sweep, group=group).by == subject
    with at(1):  # the next day they stand in no more
        assert sign_in(subject).get(page).status_code == 404


def test_who_stands_in_is_asked_instead_of_the_teacher(world, viewer, sweep):
    subject, today = world.a.subject_teacher, NOW.date()
    name_stand_in(by=viewer(world.a.leader), group=world.a.class_2, member=subject, first_on=today, last_on=today)
    dispatch()
    assert "a-subject_teacher" in called()
    assert "a-teacher_2" not in called()
    assert [row.text for row in inbox_of(viewer(subject)) if row.text.startswith("Spring")]


@pytest.mark.parametrize("who", ["subject_teacher", "grade_head", "counselor"])
def test_who_stands_in_reads_on_the_workbench_how_many_are_left(world, viewer, sweep, who):
    member, today = world.a.people[who], NOW.date()
    note_student(by=viewer(world.a.counselor), sweep=sweep, student=world.a.neighbor, found=WORRY)
    name_stand_in(by=viewer(world.a.leader), group=world.a.class_2, member=member, first_on=today, last_on=today)
    found = [
        [row.note for row in inbox_of(viewer(one)) if "Spring" in row.text and row.note.startswith("已看")]
        for one in (member, world.b.people[who])
    ]
    assert found == [["已看 1/1"], []]


def test_another_day_is_told_to_whom_the_old_one_called_and_stands_in_the_log(world, viewer, sweep):
    by = viewer(world.district_staff)
    dispatch()
    assert "a-teacher" in called()
    move_sweep(by=by, sweep=sweep, due_on=DUE + dt.timedelta(days=3), reason="exams")
    sweep.refresh_from_db()
    assert (sweep.due_on, sweep.was_due_on, sweep.moved_because) == (DUE + dt.timedelta(days=3), DUE, "exams")
    assert (called("sweep.class"), "a-teacher" in called("sweep.moved")) == ([], True)
    assert AuditEntry.objects.filter(verb="sweep.moved").count() == 1


@pytest.mark.parametrize(
    ("who", "more"),
    [
        ("leader", {}),
        ("district", {"reason": " "}),
        ("district", {"due_on": DUE}),
        ("district", {"due_on": NOW.date()}),
    ],
    ids=["not the caller", "no reason", "the same day", "too soon"],
)
def test_a_day_is_not_moved_by_others_without_a_reason_or_into_the_past(world, viewer, sweep, who, more):
    by = viewer(world.district_staff if who == "district" else world.a.leader)
    with time_machine.travel(NOW.replace(hour=13), tick=False), pytest.raises(Refused):
        move_sweep(by=by, sweep=sweep, **{"due_on": DUE + dt.timedelta(days=1), "reason": "x"} | more)
    sweep.refresh_from_db()
    assert (sweep.due_on, sweep.was_due_on) == (DUE, None)


def test_a_center_sees_the_sums_of_each_cluster(world, viewer, sign_in, sweep):
    sign(world, viewer, sweep)
    sign_school(by=viewer(world.a.leader), sweep=sweep)
    (cluster,) = unit_board(viewer(world.district_staff), sweep).clusters
    assert (cluster.name, cluster.signed, len(cluster.rows), cluster.numbers.students) == ("第一学区", 1, 2, 5)
    assert unit_board(viewer(world.cluster_staff), sweep).clusters == []
    assert "第一学区" in sign_in(world.district_staff).get(sweep.get_absolute_url()).content.decode()
