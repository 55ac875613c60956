import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from schools.calendar import SchoolCalendar, TermSpan
from schools.common.errors import Refused
from schools.models import AuditEntry, CalendarDay, Duty, Membership
from schools.work.inbox import inbox_of
from students.actions.decisions import close_flag
from students.actions.flags import acknowledge_flag, assign_flag, escalate_overdue, raise_flag
from students.actions.moving import times_of
from students.clocks import clock_of, duration
from students.flag_list import FLAGS, flags_of, shown, usual
from students.models import FlagReport, Guardian, RiskFlag, Student
from students.steps import steps_of
from tests.walking import entry_of, kept_from, raised
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERM = TermSpan("2025-2026-2", dt.date(2026, 2, 26), dt.date(2026, 7, 3))


def at(month, day, hour=10, minute=0):
    return dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def url(name, flag):
    return reverse(f"students:{name}", args=[flag.pk])


def step_url(kind, flag):
    return reverse("students:flag_step", args=[flag.pk, kind])


REASON = {"seen": "她和同桌和好了，睡得好了", "done": "谈了两次，家长来过"}


def lower(flag, severity=2):
    """Of a level that one person decides on."""
    RiskFlag.objects.filter(pk=flag.pk).update(severity=severity)
    flag.refresh_from_db()
    return flag


# --- raising --------------------------------------------------------------------------------------------------------


def test_flag_new_raises_a_flag_for_a_student_one_sees(world, sign_in):
    answer = sign_in(world.a.subject_teacher).post(
        reverse("students:flag_new", args=[world.a.neighbor.pk]),
        {"severity": "3", "reason": "他说不想回家", "known_at": "2026-03-18T09:30"},
    )
    flag = RiskFlag.objects.get(student=world.a.neighbor)
    assert answer["Location"] == flag.get_absolute_url()
    assert (flag.severity, flag.source, flag.known_at) == (3, "by_hand", at(3, 18, 9, 30))
    assert [(report.text, report.by) for report in flag.reports.all()] == [("他说不想回家", world.a.subject_teacher)]


def test_flag_new_is_not_found_for_other_students(world, sign_in):
    answer = sign_in(world.a.teacher).post(
        reverse("students:flag_new", args=[world.a.older.pk]),
        {"severity": "3", "reason": "x", "known_at": "2026-03-18T09:30"},
    )
    assert answer.status_code == 404
    assert not RiskFlag.objects.filter(student=world.a.older).exists()


@pytest.mark.parametrize(
    ("who", "whose", "student"),
    [
        ("teacher", "a", "neighbor"),
        ("grade_head", "a", "older"),
        ("counselor", "b", "student"),
        ("leader", "b", "older"),
    ],
)
def test_raise_flag_is_refused_for_a_student_one_does_not_see(who, whose, student, world, viewer):
    """Also where no form asks first."""
    stranger = getattr(world, whose).students[student]
    with pytest.raises(Refused):
        raise_flag(by=viewer(world.a.people[who]), student=stranger, severity=2, reason="x", known_at=NOW)

    assert RiskFlag.objects.count() == 2
    assert not AuditEntry.objects.filter(verb__startswith="flag.").exists()


def test_a_subject_teacher_learns_of_no_flag_that_others_raised_for_a_taught_student(world, viewer, sign_in):
    student = world.a.neighbor
    flag = raise_flag(by=viewer(world.a.counselor), student=student, severity=4, reason="others words", known_at=NOW)
    client = sign_in(world.a.subject_teacher)
    assert client.get(student.get_absolute_url()).status_code == 200
    assert client.get(flag.get_absolute_url()).status_code == 404
    pages = [student.get_absolute_url(), reverse("students:flag_list"), reverse("students:student_list"), "/"]
    told = "".join(client.get(page).content.decode() for page in pages)
    assert [word in told for word in ("others words", 'class="lv l4"', str(flag.pk))] == [False] * 3
    assert list(RiskFlag.objects.visible_to(viewer(world.a.subject_teacher))) == []


@pytest.mark.parametrize("known_at", ["2026-03-19T09:30", "2025-03-16T09:30", "0001-01-01T00:00"])
def test_flag_new_does_not_know_the_future_nor_what_is_long_past(known_at, world, sign_in):
    answer = sign_in(world.a.teacher).post(
        reverse("students:flag_new", args=[world.a.student_2.pk]),
        {"severity": "1", "reason": "x", "known_at": known_at},
    )
    assert answer.context["form"].errors["known_at"]
    assert not RiskFlag.objects.filter(student=world.a.student_2).exists()


def test_a_second_report_joins_the_open_flag_and_raises_its_level(world, viewer):
    flag = raise_flag(by=viewer(world.a.counselor), student=world.a.student, severity=4, reason="again", known_at=NOW)
    assert (flag.pk, flag.severity, RiskFlag.objects.filter(student=world.a.student).count()) == (world.a.flag.pk, 4, 1)
    assert {report.text for report in flag.reports.all()} == {"SENTINEL-a-flag-reason", "again"}


@pytest.mark.parametrize("who", ["teacher", "subject_teacher"])
def test_who_raised_a_flag_does_not_read_what_others_add(who, world, viewer, sign_in):
    """Or an empty report would be a bait for the words of counselors and leaders."""
    raiser, student = world.a.people[who], world.a.neighbor if who == "subject_teacher" else world.a.student_2
    flag = raise_flag(by=viewer(raiser), student=student, severity=1, reason="bait", known_at=NOW)
    raise_flag(by=viewer(world.a.leader), student=student, severity=2, reason="in confidence", known_at=NOW)
    close_flag(
        by=viewer(world.a.counselor), flag=flag, outcome="supported", seen="because of the family", done="they talked"
    )
    pages = [flag.get_absolute_url(), student.get_absolute_url()]
    told = "".join(sign_in(raiser).get(page).content.decode() for page in pages)
    assert [text in told for text in ("bait", "in confidence", "because of the family")] == [True, False, False]
    read = "".join(sign_in(world.a.counselor).get(page).content.decode() for page in pages)
    assert [text in read for text in ("bait", "in confidence", "because of the family")] == [True, True, True]


def test_a_second_report_never_lowers_the_level(world, viewer):
    flag = raise_flag(by=viewer(world.a.counselor), student=world.a.student, severity=1, reason="again", known_at=NOW)
    assert flag.severity == 3


# --- when it is due -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "known", "due"),
    [
        (4, at(3, 21, 2, 0), at(3, 21, 2, 30)),  # red counts around the clock, also on a Saturday night
        (3, at(3, 18, 10), at(3, 18, 17)),  # the same school day
        (3, at(3, 20, 18), at(3, 23, 17)),  # Friday evening: Monday
        (2, at(3, 19, 10), at(3, 24, 17)),  # three school days over a weekend
        (2, at(5, 7, 10), at(5, 11, 17)),  # 9 May 2026 is a Saturday on which school is made up
        (1, at(3, 16, 10), at(3, 23, 17)),
    ],
)
def test_a_flag_is_due_by_school_days(world, severity, known, due):
    assert times_of(school=world.a.unit, severity=severity, known_at=known).due_at == due


@pytest.mark.parametrize(
    ("severity", "known", "due"),
    [
        (4, at(3, 21, 2, 0), at(3, 21, 2, 10)),
        (3, at(3, 18, 10), at(3, 18, 12)),
        (3, at(3, 18, 16), at(3, 19, 9)),  # two school hours, over the night
        (2, at(3, 19, 10), at(3, 20, 17)),
        (1, at(3, 19, 10), at(3, 23, 17)),
    ],
)
def test_a_flag_must_be_in_hand_before_its_first_measure_is_due(world, severity, known, due):
    assert times_of(school=world.a.unit, severity=severity, known_at=known).take_by == due


def test_a_flag_is_due_later_when_the_school_closes_for_a_day(world):
    CalendarDay.objects.create(unit=world.a.unit, day=dt.date(2026, 3, 19), is_school_day=False)
    assert times_of(school=world.a.unit, severity=2, known_at=at(3, 18)).due_at == at(3, 24, 17)


# --- clocks in words ------------------------------------------------------------------------------------------------


def test_durations_are_said_in_minutes_hours_and_school_days():
    calendar = SchoolCalendar([TERM])
    said = [
        duration(at(3, 18, 10), at(3, 18, 10, 25), calendar),
        duration(at(3, 18, 8), at(3, 18, 16, 5), calendar),
        duration(at(3, 18, 10), at(3, 24, 17), calendar),
        duration(at(5, 7, 10), at(5, 11, 17), calendar),
        duration(at(3, 21, 10), at(3, 22, 12), calendar),
    ]
    assert said == ["25分钟", "8小时5分钟", "4个上学日", "3个上学日", "1个非上学日"]


def test_a_clock_is_late_after_its_time_and_soon_before(world):
    calendar = SchoolCalendar([TERM])
    flag = world.a.flag
    tones = [clock_of(flag, calendar, flag.due_at + dt.timedelta(minutes=minutes)).tone for minutes in (-600, -60, 60)]
    assert tones == ["", "soon", "late"]


# --- in hand, assigned, closed --------------------------------------------------------------------------------------


def test_two_counselors_at_once_the_second_gets_a_sentence(world, sign_in, viewer):
    stale = RiskFlag.objects.get(pk=world.a.flag.pk)
    acknowledge_flag(by=viewer(world.a.counselor), flag=world.a.flag)
    with pytest.raises(Refused):
        acknowledge_flag(by=viewer(world.a.counselor_2), flag=stale)
    answer = sign_in(world.a.counselor_2).post(url("flag_acknowledge", world.a.flag), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert RiskFlag.objects.get(pk=world.a.flag.pk).assignee == world.a.counselor


@pytest.mark.parametrize("key", ["teacher", "grade_head", "subject_teacher"])
@pytest.mark.parametrize("name", ["flag_acknowledge", "flag_begin", "flag_close"])
def test_only_counselor_and_leader_handle_a_flag(world, sign_in, key, name):
    answer = sign_in(world.a.people[key]).post(url(name, world.a.flag), {"outcome": "watched", **REASON})
    world.a.flag.refresh_from_db()
    assert (answer.status_code, world.a.flag.state) == (403, "raised")


@pytest.mark.parametrize("name", ["flag_acknowledge", "flag_begin", "flag_close"])
def test_a_flag_of_another_school_is_not_found(world, sign_in, name):
    answer = sign_in(world.a.leader).post(url(name, world.b.flag), {"outcome": "watched", **REASON})
    world.b.flag.refresh_from_db()
    assert (answer.status_code, world.b.flag.state) == (404, "raised")


def test_flag_assign_hands_it_to_a_colleague(world, sign_in):
    sign_in(world.a.leader).post(step_url("hand_over", world.a.flag), {"to": world.a.counselor_2.pk})
    world.a.flag.refresh_from_db()
    assert (world.a.flag.assignee, world.a.flag.state) == (world.a.counselor_2, "raised")


@pytest.mark.parametrize("who", ["b.counselor", "a.teacher"])
def test_flag_assign_knows_only_counselors_and_leaders_of_the_school(world, sign_in, viewer, who):
    to = world.members()[who]
    sign_in(world.a.leader).post(step_url("hand_over", world.a.flag), {"to": to.pk})
    with pytest.raises(Refused):
        assign_flag(by=viewer(world.a.leader), flag=world.a.flag, to=to)
    world.a.flag.refresh_from_db()
    assert world.a.flag.assignee is None


def test_flag_close_ends_it_with_outcome_and_reason(world, sign_in):
    lower(world.a.flag)
    sign_in(world.a.counselor).post(url("flag_close", world.a.flag), {"outcome": "supported", **REASON})
    flag = RiskFlag.objects.get(pk=world.a.flag.pk)
    assert (flag.state, flag.outcome, flag.closing_reason, flag.closed_by) == (
        "closed",
        "supported",
        "\n".join(REASON.values()),
        world.a.counselor.person,
    )
    assert flag.settled_at and flag.acted_at


@pytest.mark.parametrize("word", [" ", "无", "已处理。", "……", "ok", "啊啊啊啊啊"])
def test_flag_close_needs_a_reason_that_says_something(word, world, sign_in, viewer):
    lower(world.a.flag)
    answer = sign_in(world.a.counselor).post(
        url("flag_close", world.a.flag), {"outcome": "supported", **REASON, "seen": word}
    )
    with pytest.raises(Refused):
        close_flag(by=viewer(world.a.counselor), flag=world.a.flag, outcome="supported", seen=word, done=REASON["done"])
    world.a.flag.refresh_from_db()
    assert (answer.context["form"].errors.keys(), world.a.flag.state) == ({"seen"}, "raised")


# --- nobody acts ----------------------------------------------------------------------------------------------------


def test_an_overdue_flag_goes_to_the_named_backup(world):
    Membership.objects.filter(pk=world.a.counselor.pk).update(backup=world.a.counselor_2)
    escalate_overdue(now=world.a.flag.due_at + dt.timedelta(minutes=1))
    world.a.flag.refresh_from_db()
    assert (world.a.flag.assignee, world.a.flag.state) == (world.a.counselor_2, "raised")
    assert AuditEntry.objects.get(verb="flag.escalated", subject_id=str(world.a.flag.pk)).person is None


def test_an_overdue_flag_goes_to_the_leader_when_no_backup_is_named(world):
    escalate_overdue(now=world.a.flag.due_at + dt.timedelta(minutes=1))
    world.a.flag.refresh_from_db()
    assert world.a.flag.assignee == world.a.leader


def test_an_overdue_flag_is_handed_on_only_once(world):
    later = world.a.flag.due_at + dt.timedelta(minutes=1)
    assert (escalate_overdue(now=later), escalate_overdue(now=later)) == (2, 0)


def test_a_flag_in_time_is_left_where_it_is(world):
    assert escalate_overdue(now=world.a.flag.due_at - dt.timedelta(minutes=1)) == 0


# --- what happened to it --------------------------------------------------------------------------------------------


def told(flag):
    """The steps of a flag with their names, the first one first."""
    return [(step.title, step.text) for step in reversed(steps_of(flag)) if step.title not in ("知晓", "上报")]


def test_each_step_keeps_its_own_person_when_a_flag_is_handed_on(world, viewer):
    first, second = world.a.counselor, world.a.leader
    acknowledge_flag(by=viewer(first), flag=world.a.flag)
    assign_flag(by=viewer(first), flag=world.a.flag, to=second)
    close_flag(by=viewer(second), flag=lower(world.a.flag), outcome="watched", **REASON)
    assert told(world.a.flag) == [
        ("接手处理", first.person.name),
        ("转交", f"{first.person.name} → {second.person.name}"),
        ("已结案", second.person.name),
    ]


def test_a_step_of_a_flag_brought_in_names_who_had_it_before_it_was_handed_on(world, viewer):
    first, second = world.a.counselor, world.a.leader
    world.a.flag.state, world.a.flag.taken_at, world.a.flag.assignee = "acknowledged", NOW, first
    world.a.flag.save()
    before = told(world.a.flag)
    assign_flag(by=viewer(second), flag=world.a.flag, to=second)
    assert (before[0], told(world.a.flag)[0]) == (("接手处理", first.person.name), ("接手处理", first.person.name))


def test_the_steps_of_a_flag_do_not_tell_who_opened_it(world, sign_in):
    sign_in(world.a.leader).get(url("flag_detail", world.a.flag))
    assert told(world.a.flag) == []


def test_the_list_says_that_a_flag_passed_on_is_not_yet_in_hand(world, sign_in):
    client, name = sign_in(world.a.counselor), world.a.leader.person.name
    escalate_overdue(now=world.a.flag.due_at + dt.timedelta(minutes=1))
    pages = [client.get(reverse("students:flag_list")), client.get(reverse("reports:workbench"))]
    assert [f"超时后转给{name}，尚未接手" in page.content.decode() for page in pages] == [True, True]


# --- the worst level comes first ------------------------------------------------------------------------------------


def worst(world, minutes):
    return RiskFlag.objects.create(
        student=world.a.student_2,
        school=world.a.unit,
        severity=4,
        raised_by=world.a.teacher,
        known_at=NOW,
        due_at=NOW + dt.timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("name", ["students:flag_list", "reports:workbench"])
def test_a_flag_of_the_worst_level_leads_before_others_that_are_overdue(world, sign_in, name):
    client = sign_in(world.a.counselor)
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NOW - dt.timedelta(days=2))
    headed = [heading(client.get(reverse(name)))]
    flag = worst(world, 28)
    headed.append(heading(client.get(reverse(name))))
    RiskFlag.objects.filter(pk=flag.pk).update(due_at=NOW - dt.timedelta(minutes=1))
    headed.append(heading(client.get(reverse(name))))
    clock = timezone.localtime(NOW + dt.timedelta(minutes=28)).strftime("%H:%M")
    assert headed[1:] == [f"1 条一级预警须在今天 {clock} 前接手", "1 条一级预警已超过时限，尚无人接手"]
    assert headed[0].startswith("1 条预警已超")


def heading(page):
    inside = re.search(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.DOTALL)[1]
    return re.sub("<[^>]+>", "", inside).strip()


@pytest.mark.parametrize("name", ["students:flag_list", "reports:workbench"])
@pytest.mark.parametrize(("minutes", "tone"), [(28, "soon"), (600, "soon"), (-1, "late")])
def test_the_clock_of_the_worst_level_looks_urgent(world, sign_in, name, minutes, tone):
    flag = worst(world, minutes)
    page = sign_in(world.a.counselor).get(reverse(name)).content.decode()
    row = page[page.index(f'href="{flag.get_absolute_url()}') :]
    assert re.search(r'class="clock ([^"]*)"', row)[1] == tone


# --- pages ----------------------------------------------------------------------------------------------------------


def test_flag_list_sorts_by_level_then_by_remaining_time(world, sign_in):
    for student, severity, hours in ((world.a.student_2, 4, 1), (world.a.neighbor, 3, 1), (world.a.older, 1, -5)):
        RiskFlag.objects.create(
            student=student,
            school=world.a.unit,
            severity=severity,
            raised_by=world.a.teacher,
            known_at=NOW,
            due_at=NOW + dt.timedelta(hours=hours),
        )
    page = sign_in(world.a.counselor).get(reverse("students:flag_list")).context["list"].page_obj
    assert [flag.student_id for flag in page.object_list] == [
        student.pk for student in (world.a.student_2, world.a.neighbor, world.a.student, world.a.older)
    ]


@pytest.mark.parametrize("who", ["teacher", "subject_teacher", "grade_head", "counselor", "leader"])
def test_what_the_flag_list_usually_shows_is_what_its_filters_would(world, viewer, who):
    grow_flags(world.a, 3)
    seen = viewer(world.a.people[who])
    filtered = shown(flags_of(seen), "", seen).order_by(*FLAGS.order, "pk")
    assert [one.pk for one in usual(seen)] == [one.pk for one in filtered]


def test_flag_list_has_tabs(world, sign_in, viewer):
    acknowledge_flag(by=viewer(world.a.counselor), flag=world.a.flag)
    client = sign_in(world.a.counselor)
    counts = {
        show: client.get(reverse("students:flag_list"), {"show": show}).context["list"].count
        for show in ("", "waiting", "mine", "late", "answer", "watched", "closed")
    }
    assert counts == {"": 1, "waiting": 0, "mine": 1, "late": 0, "answer": 0, "watched": 0, "closed": 0}
    assert client.get(reverse("students:flag_list"), {"show": "no such tab"}).status_code == 400


def test_flag_list_finds_by_pinyin_number_level_class_and_source(world, sign_in):
    client, found = sign_in(world.a.counselor), {}
    asked = {"q": "a1", "level": "3", "class": str(world.a.class_1.pk), "source": "talk"}
    for name, value in [*asked.items(), ("q", "nobody"), ("level", "4"), ("source", "screening")]:
        page = client.get(reverse("students:flag_list"), {name: value})
        found[name, value] = page.context["list"].count
    assert [found[pair] for pair in asked.items()] == [1, 1, 1, 1]
    assert [found[pair] for pair in (("q", "nobody"), ("level", "4"), ("source", "screening"))] == [0, 0, 0]


def test_flag_detail_keeps_the_reason_from_a_class_teacher_who_did_not_raise_it(world, sign_in):
    world.a.flag.reports.update(by=world.a.counselor)
    texts = {
        key: sign_in(world.a.people[key]).get(url("flag_detail", world.a.flag)).content.decode()
        for key in ("teacher", "grade_head", "counselor")
    }
    assert {key: "SENTINEL-a-flag-reason" in text for key, text in texts.items()} == {
        "teacher": False,
        "grade_head": True,
        "counselor": True,
    }


def test_flag_detail_notes_who_opened_it(world, sign_in):
    sign_in(world.a.counselor).get(url("flag_detail", world.a.flag))
    entry = AuditEntry.objects.get(verb="riskflag.opened")
    assert (entry.person, entry.student_id) == (world.a.counselor.person, world.a.student.pk)


def test_a_flag_waits_in_the_inbox_of_counselor_leader_and_class_teacher(world, viewer):
    link = world.a.flag.get_absolute_url()
    waiting = {
        key: [item for item in inbox_of(viewer(world.a.people[key])) if item.url == link]
        for key in ("counselor", "leader", "teacher", "teacher_2", "subject_teacher")
    }
    assert {key: len(items) for key, items in waiting.items()} == {
        "counselor": 1,
        "leader": 1,
        "teacher": 1,
        "teacher_2": 0,
        "subject_teacher": 0,
    }
    assert waiting["counselor"][0].due_at == world.a.flag.due_at
    assert waiting["teacher"][0].note


def test_the_inbox_of_a_class_teacher_does_not_hold_the_reason(world, viewer):
    assert "flag-reason" not in repr(inbox_of(viewer(world.a.teacher)))


# --- a year without a published calendar ----------------------------------------------------------------------------

NEXT_YEAR = dt.datetime(2027, 1, 5, 17, 0, tzinfo=SHANGHAI)
UNPUBLISHED = "2027 年的放假安排尚未公布"


def test_the_list_warns_when_a_clock_runs_into_a_year_without_a_calendar(world, sign_in):
    client = sign_in(world.a.counselor)
    assert UNPUBLISHED not in client.get(reverse("students:flag_list")).content.decode()

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NEXT_YEAR)
    assert UNPUBLISHED in client.get(reverse("students:flag_list")).content.decode()


def test_the_list_does_not_warn_for_clocks_that_stand_still(world, sign_in):
    hand = {"state": RiskFlag.State.ACKNOWLEDGED, "acted_at": NOW, "assignee": world.a.counselor}
    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NEXT_YEAR, **hand)
    page = sign_in(world.a.counselor).get(reverse("students:flag_list"))

    assert list(page.context["list"].page_obj.object_list) == [world.a.flag]
    assert UNPUBLISHED not in page.content.decode()


@pytest.mark.parametrize("field", ["due_at", "settled_at"])
def test_a_flag_warns_when_one_of_its_clocks_lies_in_such_a_year(world, sign_in, field):
    client = sign_in(world.a.counselor)
    assert UNPUBLISHED not in client.get(url("flag_detail", world.a.flag)).content.decode()

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(**{field: NEXT_YEAR})
    assert UNPUBLISHED in client.get(url("flag_detail", world.a.flag)).content.decode()


def test_the_workbench_warns_when_something_is_due_in_such_a_year(world, sign_in, django_assert_num_queries):
    client = sign_in(world.a.counselor)
    client.get(reverse("reports:workbench"))
    with CaptureQueriesContext(connection) as before:
        assert UNPUBLISHED not in client.get(reverse("reports:workbench")).content.decode()

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NEXT_YEAR)
    with django_assert_num_queries(len(before)):
        assert UNPUBLISHED in client.get(reverse("reports:workbench")).content.decode()


def test_the_workbench_does_not_warn_for_a_duty_with_a_fixed_date(world, viewer, sign_in):
    Duty.objects.update(due_on=NEXT_YEAR.date())
    page = sign_in(world.a.teacher).get(reverse("reports:workbench")).content.decode()
    due = {item.due_at.year for item in inbox_of(viewer(world.a.teacher)) if item.due_at}
    assert 2027 in due
    assert UNPUBLISHED not in page


def test_flag_page_costs_as_few_queries_for_thirty_flags_as_for_three(world, sign_in):
    """With reports, steps and talks behind them; class teachers to call and guardians beside."""
    client, flag = sign_in(world.a.counselor), world.a.flag
    client.get(flag.get_absolute_url())
    grow_flags(world.a, 2)
    with CaptureQueriesContext(connection) as few:
        assert len(client.get(flag.get_absolute_url()).context["list"].page_obj.object_list) == 3
    grow_flags(world.a, 27)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(flag.get_absolute_url()).context["list"].page_obj.object_list) == 30
    assert len(many) == len(few) <= 40, len(few)


def grow_flags(school, count):
    """So many more students with an open flag, a report and a second class teacher's word on it."""
    for number in range(count):
        student = Student(school=school.unit, class_group=school.class_1, name=f"张{number}")
        student.save()
        Guardian.objects.create(student=student, name=f"家{number}")
        flag = RiskFlag.objects.create(
            student=student, school=school.unit, severity=2, raised_by=school.teacher, known_at=NOW, due_at=NOW
        )
        FlagReport.objects.create(flag=flag, by=school.teacher, text="words", signs=[], known_at=NOW)


def test_the_tabs_count_what_they_show(world, viewer, sign_in):
    raised(world.a.student_2, world.a.counselor, severity=3)
    acknowledge_flag(by=viewer(world.a.counselor), flag=world.a.flag)
    kept_from(world.a.counselor, raised(world.a.student_3, world.a.leader), world.a.leader)
    client = sign_in(world.a.counselor)
    chips = client.get(reverse("students:flag_list")).context["list"].chips[0].links
    shown = {
        chip["url"]: client.get(reverse("students:flag_list") + chip["url"]).context["list"].count for chip in chips
    }
    assert {chip["url"]: chip["count"] for chip in chips[:-1]} == {
        chip["url"]: shown[chip["url"]] for chip in chips[:-1]
    }
    assert [chip["count"] for chip in chips] == [2, 1, 1, 0, 0, 0, ""]


def test_the_page_of_a_flag_names_the_level_on_the_registry(world, sign_in):
    entry = entry_of(world.a.student, world.a.counselor, severity=2)
    page = sign_in(world.a.counselor).get(world.a.flag.get_absolute_url()).content.decode()
    assert page.count(entry.get_absolute_url()) == 2  # beside what is known, and among the acts
