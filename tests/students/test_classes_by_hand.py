"""Classes kept by hand: added with their teacher, corrected, closed and opened again."""

import pytest
from django.urls import reverse

from reports.daily import class_board
from schools.common.errors import Refused
from schools.models import AuditEntry, ClassGroup
from students.actions.classes import add_class, change_class, close_class, open_class
from students.actions.roll import Move, move_student
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
NINE = {"stage": "primary", "entry_year": 2023, "number": 9, "prefix": ""}
LIST = reverse("students:class_list")


@pytest.fixture
def nine(world, viewer):
    return add_class(by=viewer(world.a.counselor), **NINE)


def verbs():
    return list(AuditEntry.objects.filter(verb__startswith="class.").order_by("pk").values_list("verb", flat=True))


def test_a_leader_adds_a_class_with_its_teacher_and_the_list_shows_both(world, sign_in):
    leader = sign_in(world.a.leader)
    answers = {"grade": "primary-2023", "number": 9, "teacher": world.a.teacher.pk}
    answer = leader.post(reverse("students:class_new"), answers, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    group = ClassGroup.objects.get(school=world.a.unit, number=9)
    assert group.name in answer.content.decode()
    assert set(world.a.teacher.classes.all()) >= {group, world.a.class_1}
    assert verbs() == ["class.added"]


def test_a_counselor_adds_a_class_and_gives_it_to_nobody(world, sign_in):
    page = sign_in(world.a.counselor).get(reverse("students:class_new")).content.decode()
    assert 'name="grade"' in page
    assert 'name="teacher"' not in page


@pytest.mark.parametrize(
    "wrong", [{"number": 1}, {"stage": "senior"}, {"entry_year": 2015}], ids=["taken", "not taught", "has left"]
)
def test_what_the_school_has_or_does_not_teach_is_refused_and_nothing_is_written(world, viewer, wrong):
    taken = {"stage": world.a.class_1.stage, "entry_year": world.a.class_1.entry_year, "prefix": ""}
    before = ClassGroup.objects.count()
    with pytest.raises(Refused):
        add_class(by=viewer(world.a.leader), **NINE | taken | wrong)
    assert (ClassGroup.objects.count(), verbs()) == (before, [])


def test_teachers_and_other_schools_keep_no_class(world, viewer, nine):
    for who in (world.a.teacher, world.a.grade_head, world.b.leader):
        with pytest.raises(Refused):
            change_class(by=viewer(who), group=nine, **NINE | {"number": 8})
        with pytest.raises(Refused):
            close_class(by=viewer(who), group=nine)
    nine.refresh_from_db()
    assert (nine.number, nine.closed_on) == (9, None)


def test_a_corrected_class_keeps_its_students_under_the_new_name(world, viewer):
    group, student = world.a.class_1, world.a.student
    values = {"stage": group.stage, "entry_year": group.entry_year, "number": 17, "prefix": ""}
    assert change_class(by=viewer(world.a.counselor), group=group, **values) == ["number"]
    student.refresh_from_db()
    assert "17" in student.class_group.name
    assert AuditEntry.objects.get(verb="class.changed").details == {"fields": ["number"]}


def test_a_closed_class_is_asked_for_nothing_and_takes_nobody_until_it_is_open_again(world, viewer, sign_in, nine):
    by = viewer(world.a.counselor)
    move_student(by=by, student=world.a.student, what=Move.CLASS, on=TODAY, class_group=nine)
    with pytest.raises(Refused):
        close_class(by=by, group=nine)
    move_student(by=by, student=world.a.student, what=Move.CLASS, on=TODAY, class_group=world.a.class_1)
    close_class(by=by, group=nine)
    board = class_board(world.a.unit, TODAY)
    assert nine.name not in [*board.without, *(row.name for row in board.rows)]
    with pytest.raises(Refused):
        move_student(by=by, student=world.a.student, what=Move.CLASS, on=TODAY, class_group=nine)
    client = sign_in(world.a.counselor)
    assert nine.name not in client.get(LIST).content.decode()
    assert nine.name in client.get(LIST, {"state": "closed"}).content.decode()
    open_class(by=by, group=nine)
    move_student(by=by, student=world.a.student, what=Move.CLASS, on=TODAY, class_group=nine)
    assert verbs() == ["class.added", "class.closed", "class.opened_again"]
