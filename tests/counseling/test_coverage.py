"""Coverage, counted by hand; whom to talk to next; what waits."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.actions.talks import delete_part
from counseling.inbox import drafts, duty, follow_ups
from counseling.queries import coverage_by_class, next_students, pace_of, students_left
from schools.models import AuditEntry, ClassGroup, Membership, Notice
from schools.queries import current_term
from students.actions.students import set_groups
from students.models import Student
from tests.counseling.sheet import classmates, filed
from tests.walking import raised
from tests.world import NOW

pytestmark = pytest.mark.django_db
COVERAGE = reverse("counseling:coverage")


def counted(scope, term):
    return {
        row.class_group.pk: (row.students, row.reached, row.key_students, row.key_reached)
        for row in coverage_by_class(scope, term)
    }


@pytest.fixture
def term(world):
    return current_term(world.a.unit)


def test_coverage_by_class_of_a_school(world, term):
    """In A: student (left behind, flagged) and student_2 were talked to, student_3 not; neighbor and older were."""
    a = world.a
    assert counted(a.unit, term) == {
        a.class_1.pk: (3, 2, 1, 1),
        a.class_2.pk: (1, 1, 0, 0),
        a.class_4.pk: (1, 1, 0, 0),
    }


def test_coverage_by_class_of_a_district_holds_every_class_below(world, term):
    rows = coverage_by_class(world.district, term)
    assert {row.class_group.school_id for row in rows} == {world.a.unit.pk, world.b.unit.pk}
    assert (sum(row.students for row in rows), sum(row.reached for row in rows)) == (10, 8)


def test_a_deleted_talk_does_not_count(world, viewer, term):
    teacher = viewer(world.a.teacher)
    part = filed(teacher, world.a.student_3).parts.get()
    assert counted(world.a.unit, term)[world.a.class_1.pk] == (3, 3, 1, 1)
    delete_part(by=teacher, part=part, reason="logged twice")
    assert counted(world.a.unit, term)[world.a.class_1.pk] == (3, 2, 1, 1)


@pytest.mark.parametrize(
    "at,counts",
    [
        (dt.datetime(2026, 2, 26, 0, 0), True),
        (dt.datetime(2026, 2, 25, 23, 59), False),
    ],
)
def test_only_talks_of_the_term_count(world, viewer, term, at, counts):
    filed(viewer(world.a.teacher), world.a.student_3, at=at.replace(tzinfo=NOW.tzinfo))
    assert counted(world.a.unit, term)[world.a.class_1.pk][1] == (3 if counts else 2)


def test_a_student_who_left_is_not_waited_for(world, term):
    Student.objects.filter(pk=world.a.student_3.pk).update(status="left", left_on=NOW.date())
    assert counted(world.a.unit, term)[world.a.class_1.pk] == (2, 2, 1, 1)


@pytest.mark.parametrize("who,classes", [("teacher", 1), ("grade_head", 2), ("counselor", 3), ("leader", 3)])
def test_each_viewer_counts_their_own_classes(world, viewer, term, who, classes):
    assert len(counted(viewer(getattr(world.a, who)), term)) == classes


def test_a_restricted_talk_does_not_show_in_who_is_left(world, viewer, term):
    """Or the class teacher would learn of it from a name that is missing."""
    filed(viewer(world.a.counselor), world.a.student_3, is_restricted=True)
    left = students_left(viewer(world.a.teacher), term)
    assert [student.pk for student in left] == [world.a.student_3.pk]
    assert [student.pk for student in students_left(viewer(world.a.counselor), term)] == [world.a.student_3.pk]
    # Who held it is not sent there again; the class teacher is.
    assert next_students(viewer(world.a.teacher))[0].why == "本学期还没谈"
    assert "本学期还没谈" not in next(
        one.why for one in next_students(viewer(world.a.counselor), limit=9) if one.student == world.a.student_3
    )


def test_key_students_are_left_first(world, viewer, term):
    late, key = classmates(world.a.class_1, 2, start=900)
    set_groups(by=viewer(world.a.teacher), student=key, codes={"left_behind"})
    left = list(students_left(viewer(world.a.teacher), term))
    assert left[0].pk == key.pk
    assert {student.pk for student in left} == {key.pk, late.pk, world.a.student_3.pk}
    assert [s.pk for s in students_left(viewer(world.a.teacher), term, only_key=True)] == [key.pk]


def test_the_page_costs_the_same_with_three_classes_and_with_thirty(world, sign_in):
    client = sign_in(world.a.counselor)

    def count():
        with CaptureQueriesContext(connection) as caught:
            client.get(COVERAGE)
        return len(caught)

    client.get(COVERAGE)
    few = count()
    for number in range(5, 32):
        group = ClassGroup.objects.create(school=world.a.unit, stage="primary", entry_year=2021, number=number)
        classmates(group, 1, start=number * 10)
    assert count() == few <= 14


def test_the_page_shows_grades_classes_teachers_and_the_duty_with_its_date(world, sign_in):
    response = sign_in(world.a.leader).get(COVERAGE)
    text = response.content.decode()
    assert {(row.label, row.reached, row.students) for row in response.context["grades"]} == {
        ("四年级", 1, 1),
        ("三年级", 3, 4),
    }
    assert {(row.label, row.reached, row.students) for row in response.context["teachers"]} == {
        ("甲校teacher", 2, 3),
        ("甲校teacher_2", 1, 1),
        ("甲校teacher_4", 1, 1),
    }
    assert [one for one in ("每学期与每名学生谈话一次", "6月12日") if one not in text] == []


def test_the_page_narrows_to_a_class_one_sees(world, sign_in):
    client = sign_in(world.a.teacher)
    assert client.get(COVERAGE, {"class": world.a.class_1.pk}).status_code == 200
    assert client.get(COVERAGE, {"class": world.a.class_2.pk}).status_code == 400
    assert client.get(COVERAGE, {"class": world.b.class_1.pk}).status_code == 400


@pytest.mark.parametrize(
    ("who", "asked", "left"),
    [
        ("leader", {}, {"student_3"}),
        ("leader", {"grade": "primary-2023"}, {"student_3"}),
        ("leader", {"grade": "primary-2022"}, set()),
        ("leader", {"teacher": "teacher"}, {"student_3"}),
        ("leader", {"teacher": "teacher_2"}, set()),
        ("grade_head", {"grade": "primary-2022"}, None),
        ("leader", {"grade": "primary-1999"}, None),
        ("leader", {"teacher": "b"}, None),
        ("leader", {"grade": "primary-2023", "teacher": "teacher"}, None),
    ],
)
def test_the_list_of_who_is_left_narrows_to_a_grade_or_a_teacher(world, sign_in, who, asked, left):
    teachers = {**world.a.people, "b": world.b.teacher}
    asked = {name: teachers[key].pk if name == "teacher" else key for name, key in asked.items()}
    response = sign_in(world.a.people[who]).get(COVERAGE, asked)
    if left is None:
        assert response.status_code == 400
    else:
        assert {one.pk for one in response.context["page_obj"]} == {world.a.students[name].pk for name in left}


# --- whom to talk to next -------------------------------------------------------------------------------------------


def names(viewer):
    return [one.student.name.rpartition("-")[2] for one in next_students(viewer)]


def test_next_students_begin_with_follow_ups_then_key_students_then_the_longest_unheard(world, viewer):
    teacher = viewer(world.a.teacher)
    filed(teacher, world.a.student_2, at=NOW - dt.timedelta(days=2), follow_up_on=NOW.date())
    key, old = classmates(world.a.class_1, 2, start=900)
    set_groups(by=viewer(world.a.teacher), student=key, codes={"left_behind"})
    filed(teacher, old, at=NOW - dt.timedelta(days=60))
    found = next_students(teacher)
    assert [one.student.pk for one in found] == [
        world.a.student_2.pk,
        key.pk,
        world.a.student_3.pk,
        old.pk,
        world.a.student.pk,
    ]
    assert found[0].why == "约好3月18日再谈"
    assert found[1].why == "本学期还没谈 · 留守儿童"


def test_next_students_among_key_students_begin_with_the_longest_unheard(world, viewer):
    teacher = viewer(world.a.teacher)
    heard, longer = classmates(world.a.class_1, 2, start=900)
    for one in (heard, longer):
        set_groups(by=teacher, student=one, codes={"left_behind"})
    filed(teacher, heard, at=NOW - dt.timedelta(days=60))
    filed(teacher, longer, at=NOW - dt.timedelta(days=61))
    assert [one.student.pk for one in next_students(viewer(world.a.teacher), limit=2)] == [longer.pk, heard.pk]


def test_next_students_are_only_those_one_sees(world, viewer):
    assert set(names(viewer(world.a.teacher_2))) == {"neighbor"}
    assert next_students(viewer(world.district_staff)) == []


def test_next_students_do_not_tell_a_subject_teacher_of_a_flag(world, viewer):
    raised(world.a.neighbor, world.a.teacher_2, severity=4)
    assert "预警" in next_students(viewer(world.a.teacher_2))[0].why
    assert "预警" not in next_students(viewer(world.a.subject_teacher))[0].why


# --- what waits -----------------------------------------------------------------------------------------------------


def test_a_follow_up_waits_until_the_next_talk(world, viewer):
    teacher = viewer(world.a.teacher)
    filed(teacher, world.a.student_2, at=NOW - dt.timedelta(days=2), follow_up_on=NOW.date() - dt.timedelta(days=1))
    waiting = list(follow_ups(teacher))
    assert [str(world.a.student_2.pk) in item.url for item in waiting] == [True]
    assert waiting[0].is_overdue(timezone.now())
    filed(teacher, world.a.student_2)
    assert list(follow_ups(viewer(world.a.teacher))) == []


@pytest.mark.parametrize("change", [{"class_group": "class_4"}, {"class_group": None}, {"status": "on_leave"}])
def test_a_follow_up_with_a_student_one_no_longer_sees_is_gone(change, world, viewer, sign_in):
    filed(viewer(world.a.teacher), world.a.student_2, at=NOW - dt.timedelta(days=2), follow_up_on=NOW.date())
    again = f"与{world.a.student_2.name}再谈一次"
    assert again in sign_in(world.a.teacher).get("/").content.decode()
    if change.get("class_group"):
        change = {"class_group": world.a.classes[change["class_group"]]}
    Student.objects.filter(pk=world.a.student_2.pk).update(**change)

    assert list(follow_ups(viewer(world.a.teacher))) == []
    assert world.a.student_2.name not in sign_in(world.a.teacher).get("/").content.decode()


def test_a_follow_up_of_the_future_does_not_wait_yet(world, viewer):
    teacher = viewer(world.a.teacher)
    filed(teacher, world.a.student_2, follow_up_on=NOW.date() + dt.timedelta(days=1))
    assert list(follow_ups(teacher)) == []


def test_the_duty_waits_with_the_number_left_until_all_are_reached(world, viewer):
    teacher = viewer(world.a.teacher)
    item = next(iter(duty(teacher)))
    assert (item.count, timezone.localdate(item.due_at)) == (1, dt.date(2026, 6, 12))
    filed(teacher, world.a.student_3)
    assert list(duty(viewer(world.a.teacher))) == []


def test_the_duty_is_the_class_teachers(world, viewer):
    assert list(duty(viewer(world.a.counselor))) == []


def test_an_unfinished_draft_waits_for_its_writer_and_names_nobody(world, viewer):
    import uuid

    from counseling.actions.drafts import save_draft

    save_draft(by=viewer(world.a.teacher), submission=uuid.uuid4(), typed={"students": [str(world.a.student.pk)]})
    item = next(iter(drafts(viewer(world.a.teacher))))
    assert world.a.student.name not in item.text + item.note
    assert list(drafts(viewer(world.a.counselor))) == []


def test_a_class_teacher_is_reminded_once_a_day(world, sign_in):
    client = sign_in(world.a.counselor)
    address = reverse("counseling:coverage_remind", args=[world.a.class_1.pk])
    for _again in range(2):
        client.post(address)
    found = Notice.objects.filter(kind="talks.reminded")
    assert {notice.membership_id for notice in found} == set(
        Membership.objects.current().filter(role="class_teacher", classes=world.a.class_1).values_list("pk", flat=True)
    )
    assert AuditEntry.objects.filter(verb="talks.reminded").count() == 1


def test_the_pace_is_the_share_of_the_days_gone(world, viewer):
    term = viewer(world.a.counselor).term
    shares = [pace_of(term, None, on=day) for day in (term.starts - dt.timedelta(days=9), term.ends, term.starts)]
    assert shares == [0.0, 1.0, 1 / ((term.ends - term.starts).days + 1)]
