"""The talk form as one writes it beside a child: whose record, what was agreed, the same for all, the next one."""

import pytest
from django.urls import reverse

from counseling.models import TalkLog
from counseling.queries import next_students
from schools.models import AuditEntry
from tests.counseling.sheet import filed, sent

pytestmark = pytest.mark.django_db
NEW = reverse("counseling:talk_new")
LAST = reverse("counseling:talk_last")


def test_what_is_the_same_for_all_goes_into_the_record_of_each(world, sign_in):
    fields = sent(world.a.student, world.a.student_2, common_view="the quarrel", common_agreed="")
    fields[f"part-{world.a.student_2.pk}-view"] = "cried"
    sign_in(world.a.teacher).post(NEW, fields)
    parts = TalkLog.objects.latest("filed_at").parts.all()
    assert {part.student_id: part.view for part in parts} == {
        world.a.student.pk: "the quarrel",
        world.a.student_2.pk: "the quarrel\ncried",
    }


def test_save_next_child_leads_to_a_form_of_the_same_class_unless_a_flag_stands(world, sign_in):
    client = sign_in(world.a.teacher)
    calm = client.post(NEW, sent(world.a.student, next="1"))
    grave = client.post(NEW, sent(world.a.student_2, first={"severity": "3"}, next="1"))
    assert calm["Location"] == f"{NEW}?class={world.a.student.class_group_id}"
    assert grave["Location"] != calm["Location"]


def test_the_last_talk_is_told_while_writing_and_its_opening_noted(world, viewer, sign_in):
    part = filed(viewer(world.a.counselor), world.a.student_3, agreed="see you on Monday").parts.get()
    address = f"{LAST}?student={world.a.student_3.pk}"
    page = sign_in(world.a.teacher).get(address).content.decode()
    other = sign_in(world.a.teacher_4).get(address)
    assert ("see you on Monday" in page, other.status_code) == (True, 404)
    assert AuditEntry.objects.filter(verb="talk.opened", subject_id=str(part.pk)).count() == 1


def test_a_restricted_last_talk_is_not_told_to_the_class_teacher(world, viewer, sign_in):
    filed(viewer(world.a.counselor), world.a.student_3, agreed="kept apart", is_restricted=True)
    page = sign_in(world.a.teacher).get(f"{LAST}?student={world.a.student_3.pk}").content.decode()
    assert "kept apart" not in page


def test_a_student_who_may_not_be_chosen_is_named_only_if_seen(world, sign_in):
    page = sign_in(world.a.teacher).post(NEW, sent(world.a.student, world.a.older)).content.decode()
    assert (f"仍选中：{world.a.student.name}" in page, world.a.older.name in page) == (True, False)


def test_no_special_group_is_told_to_a_subject_teacher(world, viewer):
    from students.actions.students import set_groups

    set_groups(by=viewer(world.a.counselor), student=world.a.student_3, codes={"left_behind"})
    told = {
        role: " ".join(one.why for one in next_students(viewer(getattr(world.a, role))))
        for role in ("teacher", "subject_teacher")
    }
    assert ("留守" in told["teacher"], "留守" in told["subject_teacher"]) == (True, False)
