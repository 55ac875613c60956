"""The roll kept by hand: a student is added, moved, put on leave, comes back and leaves; the page of classes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.common.errors import Refused
from schools.models import AuditEntry, ClassGroup
from students.actions.roll import Move, add_student, move_student
from students.models import Student, StudentState
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
NEW = reverse("students:student_new")


def moved(world, viewer, what, on=TODAY, student=None, **more):
    student = student or world.a.student
    return move_student(by=viewer(world.a.counselor), student=student, what=what, on=on, **more)


def test_a_student_added_by_hand_is_on_the_roll_with_a_state_and_a_row_in_the_log(world, viewer):
    values = {"name": "新同学", "class_group": world.a.class_1, "entered_on": TODAY}
    student = add_student(by=viewer(world.a.counselor), values=values)
    student.refresh_from_db()
    assert (student.school, student.listed_on, student.set_by_hand) == (
        world.a.unit,
        TODAY,
        ["class_group", "entered_on", "name"],
    )
    assert StudentState.objects.filter(student=student).exists()
    assert AuditEntry.objects.get(verb="student.added").student_id == student.pk


@pytest.mark.parametrize("who", ["teacher", "subject_teacher", "grade_head"])
def test_only_counselors_and_leaders_keep_the_roll(world, viewer, who):
    before = Student.objects.count()
    by = viewer(getattr(world.a, who))
    with pytest.raises(Refused):
        add_student(by=by, values={"name": "x", "class_group": world.a.class_1})
    with pytest.raises(Refused):
        move_student(by=by, student=world.a.student, what=Move.LEFT, on=TODAY)
    world.a.student.refresh_from_db()
    assert (Student.objects.count(), world.a.student.status) == (before, "enrolled")


def test_no_student_is_added_to_a_class_of_another_school_nor_twice_to_the_same(world, viewer):
    by, before = viewer(world.a.counselor), Student.objects.count()
    for name, group in (("x", world.b.class_1), (world.a.student.name, world.a.class_1)):
        with pytest.raises(Refused):
            add_student(by=by, values={"name": name, "class_group": group, "student_number": "A0001"})
    assert Student.objects.count() == before


def test_a_student_goes_on_leave_comes_back_changes_class_and_leaves(world, viewer):
    told = []
    other = ClassGroup.objects.filter(school=world.a.unit).exclude(pk=world.a.student.class_group_id).first()
    for what in (Move.LEAVE, Move.BACK, Move.CLASS, Move.LEFT):
        one = moved(world, viewer, what, class_group=other)
        told.append((one.status, one.on_leave_since, one.left_on, one.class_group == other))
    assert told == [
        ("on_leave", TODAY, None, False),
        ("enrolled", None, None, False),
        ("enrolled", None, None, True),
        ("left", None, TODAY, True),
    ]
    assert AuditEntry.objects.filter(verb="student.moved", student_id=world.a.student.pk).count() == 4


def test_what_cannot_happen_to_a_student_is_refused(world, viewer):
    wrong = [
        (Move.BACK, TODAY, None),
        (Move.LEAVE, TODAY + dt.timedelta(days=1), None),
        (Move.CLASS, TODAY, world.b.class_1),
        (Move.CLASS, TODAY, world.a.student.class_group),
    ]
    for what, on, group in wrong:
        with pytest.raises(Refused):
            moved(world, viewer, what, on, class_group=group)
    world.a.student.refresh_from_db()
    assert (world.a.student.status, world.a.student.set_by_hand) == ("enrolled", [])


def test_the_pages_add_and_move(world, sign_in):
    client = sign_in(world.a.leader)
    fields = {"name": "新同学", "class_group": world.a.class_1.pk, "entered_on": "2026-03-02"}
    student = Student.objects.get(pk=client.post(NEW, fields)["Location"].rstrip("/").rpartition("/")[2])
    address = reverse("students:student_move", args=[student.pk])
    client.post(address, {"what": "leave", "on": "2026-03-03"})
    student.refresh_from_db()
    assert (student.name, student.status, student.on_leave_since) == ("新同学", "on_leave", dt.date(2026, 3, 3))


def test_the_page_of_classes_names_teachers_and_counts_at_the_same_cost_for_many(world, sign_in):
    client = sign_in(world.a.counselor)
    address = reverse("students:class_list")
    page = client.get(address).content.decode()
    assert world.a.teacher.person.name in page

    def count():
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    few = count()
    group = world.a.class_1
    ClassGroup.objects.bulk_create(
        [ClassGroup(school=group.school, stage=group.stage, entry_year=2020, number=n) for n in range(20, 47)]
    )
    assert count() == few
