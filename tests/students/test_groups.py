"""Special groups as data of a unit: inherited, own, not offered; dated tags; and why a student is a key one."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.common.errors import Refused
from schools.figures import Scope, figures
from schools.models import UnitSetting
from schools.queries import current_term
from students.actions.groups import add_group, change_group
from students.actions.students import add_groups, set_groups
from students.models import GroupMember, SpecialGroup
from students.queries import groups_on_offer
from tests.world import NOW

pytestmark = pytest.mark.django_db
SPRING = dt.date(2026, 2, 1)


def offered(viewer, member):
    return [group.label_zh for group in groups_on_offer(viewer(member))]


def test_a_group_of_a_center_is_offered_in_its_schools_and_one_of_a_school_only_there(world, viewer):
    shipped = offered(viewer, world.b.counselor)
    add_group(by=viewer(world.district_staff), label_zh="来自某县")
    add_group(by=viewer(world.a.leader), label_zh="寄养")
    assert offered(viewer, world.a.counselor) == [*shipped, "来自某县", "寄养"]
    assert offered(viewer, world.b.counselor) == [*shipped, "来自某县"]
    with pytest.raises(Refused, match="已有同名"):
        add_group(by=viewer(world.a.counselor), label_zh="来自某县")


def test_a_group_that_is_no_longer_offered_keeps_who_is_in_it(world, viewer, sign_in):
    group = SpecialGroup.objects.get(pk="left_behind")
    change_group(by=viewer(world.a.leader), group=group, is_offered=False, label_zh="changed")
    group.refresh_from_db()
    assert (group.label_zh, UnitSetting.objects.get(key="groups_off").value) == ("留守儿童", ["left_behind"])
    assert "留守儿童" not in offered(viewer, world.a.counselor)
    # Who is in it is offered to stay there.
    page = sign_in(world.a.teacher).get(reverse("students:student_groups", args=[world.a.student.pk]))
    assert ("left_behind", "留守儿童") in page.context["form"].fields["groups"].choices
    change_group(by=viewer(world.a.leader), group=group, is_offered=True)
    assert "留守儿童" in offered(viewer, world.a.counselor)


def test_a_tag_says_since_when_from_where_and_who_set_it(world, viewer):
    by = viewer(world.a.teacher)
    assert add_groups(
        by=by, student=world.a.student, codes={"left_behind", "orphan"}, source="sweep", since=SPRING
    ) == ["orphan"]
    tag = GroupMember.objects.get(student=world.a.student, group="orphan")
    assert (tag.since, tag.source, tag.set_by) == (SPRING, "sweep", world.a.teacher.person)
    for codes, since in (({"hardship"}, NOW.date() + dt.timedelta(days=1)), ({"no-such-group"}, None)):
        with pytest.raises(Refused):
            set_groups(by=by, student=world.a.student, codes=codes, since=since)
    assert GroupMember.objects.filter(student=world.a.student).current().count() == 2


def test_two_who_set_a_group_at_once_make_one_tag(world, viewer, monkeypatch):
    by = viewer(world.a.teacher)
    add_groups(by=by, student=world.a.student, codes={"orphan"})
    monkeypatch.setattr("students.actions.students._groups_to_set", lambda by, student: {})  # as read before the other
    with pytest.raises(Refused):
        add_groups(by=by, student=world.a.student, codes={"orphan", "hardship"})
    assert not GroupMember.objects.filter(student=world.a.student, group="hardship").exists()


def test_a_student_s_page_names_why_they_are_a_key_student(world, sign_in):
    page = sign_in(world.a.counselor).get(reverse("students:student_detail", args=[world.a.student.pk]))
    assert page.context["why_key"] == ["留守儿童", "有较高等级的未结预警"]
    page = sign_in(world.a.counselor).get(reverse("students:student_detail", args=[world.a.student_2.pk]))
    assert page.context["why_key"] == []


def test_groups_that_a_school_added_for_itself_are_one_number_above(world, viewer):
    own = add_group(by=viewer(world.a.leader), label_zh="寄养")
    set_groups(by=viewer(world.a.teacher), student=world.a.student_2, codes={own.pk})
    scope = Scope.of(world.a.unit, current_term(world.a.unit))
    counts = figures()["group_entries"].counts(scope)
    assert {value: n for (split, value), n in counts.items() if split == "group"} == {"left_behind": 1, "own": 1}
