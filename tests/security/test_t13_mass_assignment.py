"""Threat T13: fields that a form does not offer are not taken, whatever is sent beside those it does."""

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from counseling.models import TalkLog, TalkOption, TalkPart
from reports.models import Summary, SummarySection
from schools.models import Membership, Person, Unit
from students.models import Guardian, RiskFlag
from tests.counseling.sheet import sent
from tests.walking import part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def extra(world):
    """Everything somebody might want to set, pointing at the other school."""
    b = world.b
    return {
        "id": str(b.student.pk),
        "pk": str(b.student.pk),
        "school": b.unit.pk,
        "school_id": b.unit.pk,
        "unit": b.unit.pk,
        "unit_id": b.unit.pk,
        "student": str(b.student.pk),
        "student_id": str(b.student.pk),
        "author": str(b.teacher.person_id),
        "author_id": str(b.teacher.person_id),
        "membership": b.teacher.pk,
        "membership_id": b.teacher.pk,
        "person": str(b.teacher.person_id),
        "raised_by": b.teacher.pk,
        "raised_by_id": b.teacher.pk,
        "by": str(b.teacher.person_id),
        "owner": str(b.teacher.person_id),
        "edited_by": str(b.teacher.person_id),
        "assignee": b.counselor.pk,
        "state": "closed",
        "acted_at": "2026-03-01T00:00",
        "due_at": "2030-01-01T00:00",
        "reported_at": "2020-01-01T00:00",
        "filed_at": "2020-01-01T00:00",
        "deleted_at": "2020-01-01T00:00",
        "is_active": "false",
        "is_superuser": "true",
        "must_change_password": "false",
        "session_epoch": "99",
        "password": "taken",
        "path": "440600/",
        "parent": b.unit.pk,
        "position": "99",
        "set_by_hand": "x",
        "search_keys": "x",
        "id_hash": "x",
        "is_demo": "true",
    }


def unchanged(row, before, *but):
    now = model_to_dict(row._meta.model._base_manager.get(pk=row.pk))
    return [name for name, value in before.items() if now[name] != value and name not in but]


def test_a_talk_is_its_senders(world, sign_in, extra):
    client, student = sign_in(world.a.teacher), world.a.student
    fields = extra | {f"part-{student.pk}-{name}": value for name, value in extra.items()} | {"is_restricted": "on"}
    assert client.post(reverse("counseling:talk_new"), fields | sent(student)).status_code == 302
    talk = TalkLog.objects.order_by("-filed_at").first()
    part = talk.parts.get()
    assert (talk.school, talk.author, talk.membership) == (world.a.unit, world.a.teacher.person, world.a.teacher)
    assert (part.student, part.deleted_at, part.revision, talk.is_restricted) == (student, None, 1, False)
    assert talk.filed_at.year == 2026


def test_a_corrected_talk_keeps_whose_it_is(world, sign_in, extra):
    part, client = part_of(world.a, "own"), sign_in(world.a.teacher)
    before = model_to_dict(part.talk)
    fields = {k.replace(str(world.a.student.pk), str(part.pk)): v for k, v in sent(world.a.student).items()}
    answer = client.post(reverse("counseling:talk_edit", args=[part.pk]), extra | fields | {"revision": "1"})
    assert answer.status_code == 302
    assert unchanged(part.talk, before, "happened_at", "others_present", "place", "kind", "mode", "initiative") == []
    assert TalkPart.objects.get(pk=part.pk).student_id == world.a.student.pk


def test_a_flag_is_its_raisers_and_waits(world, sign_in, extra):
    fields = extra | {"severity": "2", "reason": "seen", "known_at": "2026-03-18T09:00"}
    url = reverse("students:flag_new", args=[world.a.student_2.pk])
    assert sign_in(world.a.teacher).post(url, fields).status_code == 302
    flag = RiskFlag.objects.get(student=world.a.student_2)
    assert (flag.school, flag.raised_by, flag.state) == (world.a.unit, world.a.teacher, RiskFlag.State.RAISED)
    assert (flag.acted_at, flag.reported_at.year, flag.due_at.year) == (None, 2026, 2026)


def test_a_student_stays_in_the_school(world, sign_in, extra):
    student, before = world.a.student, model_to_dict(world.a.student)
    fields = {"name": "corrected", "class_group": student.class_group_id, "status": "enrolled"}
    client = sign_in(world.a.counselor)
    assert client.post(reverse("students:student_edit", args=[student.pk]), extra | fields).status_code == 302
    student.refresh_from_db()
    assert (student.school_id, student.name) == (before["school"], "corrected")
    assert (student.id_hash, student.search_keys == "x") == (before["id_hash"], False)


def test_a_student_is_put_into_no_class_of_another_school(world, sign_in, extra):
    student = world.a.student
    fields = {"name": "n", "class_group": world.b.class_1.pk, "status": "enrolled"}
    answer = sign_in(world.a.counselor).post(reverse("students:student_edit", args=[student.pk]), extra | fields)
    student.refresh_from_db()
    assert (answer.status_code, student.class_group_id) == (200, world.a.class_1.pk)


def test_a_guardian_belongs_to_the_student_of_the_address(world, sign_in, extra):
    url = reverse("students:guardian_new", args=[world.a.student.pk])
    assert sign_in(world.a.teacher).post(url, extra | {"name": "new", "is_guardian": "on"}).status_code == 302
    guardian = Guardian.objects.get(name="new")
    assert guardian.student == world.a.student
    assert Guardian.objects.filter(student=world.b.student).count() == 1


def test_details_of_a_person_change_no_account(world, sign_in, extra):
    person = world.a.teacher.person
    before = model_to_dict(person)
    url = reverse("schools:person_edit", args=[person.pk])
    fields = extra | {"name": "renamed", "phone": "", "role": "system_admin"}
    assert sign_in(world.a.leader).post(url, fields).status_code == 302
    assert unchanged(person, before, "name", "phone", "phone_hash") == []
    assert Person.objects.get(pk=person.pk).name == "renamed"


@pytest.mark.parametrize("role", ["school_leader", "system_admin", "center_staff", "auditor"])
def test_nobody_gives_a_role_that_is_not_below_their_own(role, world, sign_in, extra):
    client, member = sign_in(world.a.leader), world.a.teacher
    post = extra | {"role": role, "employment": "permanent", "starts_on": "2026-03-18"}
    count = Membership.objects.count()
    client.post(reverse("schools:membership_edit", args=[member.person_id, member.pk]), post)
    client.post(reverse("schools:membership_new", args=[member.person_id]), post)
    member.refresh_from_db()
    assert (member.role, member.unit, Membership.objects.count()) == ("class_teacher", world.a.unit, count)


def test_a_unit_keeps_its_place(world, sign_in, extra):
    unit = world.a.unit
    before = model_to_dict(unit)
    sent_fields = extra | {"name": "renamed", "short_name": "r", "school_type": "211", "stages": ["primary"]}
    answer = sign_in(world.district_staff).post(
        reverse("schools:unit_edit", args=[unit.pk]), sent_fields | {"system": "63"}
    )
    unit.refresh_from_db()
    assert (answer.status_code, unit.name, unit.path) == (302, "renamed", before["path"])
    assert unchanged(unit, before, "name", "short_name") == []
    assert Unit.objects.filter(is_demo=True).count() == 0


def test_an_option_is_the_own_schools(world, sign_in, extra):
    fields = extra | {"label_zh": "mine", "label_en": "mine", "is_active": "on"}
    sign_in(world.a.leader).post(reverse("counseling:option_add", args=["theme"]), fields)
    assert TalkOption.objects.get(label_zh="mine").unit == world.a.unit


def test_a_section_is_its_writers(world, sign_in, extra):
    url = reverse("reports:summary_section", args=["2025-2026-2", "plan"])
    assert sign_in(world.a.leader).post(url, extra | {"body": "text", "version": "0"}).status_code == 302
    section = SummarySection.objects.get(code="plan")
    assert section.body == "text"
    assert (section.summary.unit, section.edited_by) == (world.a.unit, world.a.leader.person)
    assert not Summary.objects.filter(unit=world.b.unit).exists()
