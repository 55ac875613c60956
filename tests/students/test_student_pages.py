import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.common import crypto
from schools.common.identity import check_identity_number
from schools.models import AuditEntry
from students.models import GroupMember, Guardian, Student
from tests.walking import raised
from tests.world import NOW, _identity_number

pytestmark = pytest.mark.django_db
NUMBER = _identity_number("44060820160130001")  # of one who was born on 30 January 2016


def url(name, *args):
    return reverse(f"students:{name}", args=args)


def page(student):
    return f"/students/{student.pk}/"


# --- the page -------------------------------------------------------------------------------------------------------


def test_student_detail_shows_the_file_and_why_one_sees_it(world, sign_in):
    text = sign_in(world.a.teacher).get(page(world.a.student)).content.decode()
    assert "SENTINEL-a-name-student" in text
    assert world.a.class_1.name in text
    assert "留守儿童" in text


def test_student_detail_masks_numbers(world, sign_in):
    student = world.a.student
    student.phone = "13812345678"
    student.save()
    text = sign_in(world.a.counselor).get(page(student)).content.decode()
    assert "138****5678" in text
    assert "13812345678" not in text
    assert student.id_number not in text


def test_student_detail_names_the_ethnic_group(world, sign_in):
    Student.objects.filter(pk=world.a.student.pk).update(ethnicity="46")
    assert "德昂族" in sign_in(world.a.teacher).get(page(world.a.student)).content.decode()


def test_student_detail_shows_a_subject_teacher_no_base_data(world, sign_in):
    text = sign_in(world.a.subject_teacher).get(page(world.a.neighbor)).content.decode()
    assert "SENTINEL-a-name-neighbor" in text
    for hidden in ("SENTINEL-a-guardian", "SENTINEL-a-health", "SENTINEL-a-address"):
        assert hidden not in text


def test_student_detail_is_not_found_for_other_classes_and_schools(world, sign_in):
    statuses = [
        sign_in(world.a.teacher).get(page(world.a.neighbor)).status_code,
        sign_in(world.a.leader).get(page(world.b.student)).status_code,
    ]
    assert statuses == [404, 404]


def test_student_detail_notes_who_opened_it(world, sign_in):
    sign_in(world.a.teacher).get(page(world.a.student))
    entry = AuditEntry.objects.get(verb="student.opened")
    assert (entry.person, entry.student_id) == (world.a.teacher.person, world.a.student.pk)


def test_student_detail_title_names_nobody(world, sign_in):
    text = sign_in(world.a.teacher).get(page(world.a.student)).content.decode()
    assert "SENTINEL" not in text[text.index("<title>") : text.index("</title>")]


def test_student_detail_takes_the_same_queries_however_long_the_file(world, sign_in):
    client = sign_in(world.a.counselor)
    client.get(page(world.a.student))
    with CaptureQueriesContext(connection) as few:
        client.get(page(world.a.student))
    for code in ("orphan", "hardship", "migrant"):
        GroupMember.objects.create(student=world.a.student, group_id=code, since=dt.date(2025, 9, 1))
    with CaptureQueriesContext(connection) as many:
        client.get(page(world.a.student))
    assert len(many) == len(few)


def test_student_detail_shows_rare_characters(world, sign_in):
    Student.objects.filter(pk=world.a.student.pk).update(name="𠮷㐂")
    assert "𠮷㐂" in sign_in(world.a.teacher).get(page(world.a.student)).content.decode()


# --- behind the mask ------------------------------------------------------------------------------------------------


def test_student_unmask_shows_the_number_once_and_notes_why(world, sign_in):
    client = sign_in(world.a.teacher)
    answer = client.post(url("student_unmask", world.a.student.pk), {"what": "papers", "reason": "check_paper"})
    assert world.a.student.id_number in answer.content.decode()
    entry = AuditEntry.objects.get(verb="student.unmasked")
    assert (entry.details, entry.student_id) == ({"what": "papers", "reason": "check_paper"}, world.a.student.pk)


def test_student_unmask_shows_nothing_without_a_reason(world, sign_in):
    answer = sign_in(world.a.teacher).post(url("student_unmask", world.a.student.pk), {"what": "papers"})
    assert world.a.student.id_number not in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="student.unmasked").exists()


def test_student_unmask_is_closed_to_subject_teachers(world, sign_in):
    assert sign_in(world.a.subject_teacher).get(url("student_unmask", world.a.neighbor.pk)).status_code == 403


# --- who opened -------------------------------------------------------------------------------------


def test_student_opened_lists_the_looks_for_the_counselor(world, sign_in):
    sign_in(world.a.teacher).get(page(world.a.student))
    text = sign_in(world.a.counselor).get(url("student_opened", world.a.student.pk)).content.decode()
    assert world.a.teacher.person.name in text


def test_student_opened_says_what_a_number_was_looked_at_for(world, sign_in):
    sign_in(world.a.teacher).post(url("student_unmask", world.a.student.pk), {"what": "papers", "reason": "fill_form"})
    text = sign_in(world.a.counselor).get(url("student_opened", world.a.student.pk)).content.decode()
    assert "证件号码 · 填写上报材料" in text


def test_student_opened_is_closed_to_teachers(world, sign_in):
    assert sign_in(world.a.teacher).get(url("student_opened", world.a.student.pk)).status_code == 403


# --- base data -------------------------------------------------------------------------------------


def edit_form(student, **changes):
    form = {
        "name": student.name,
        "former_name": student.former_name,
        "gender": student.gender,
        "birth_date": student.birth_date.isoformat(),
        "class_group": student.class_group_id,
        "student_number": student.student_number,
        "auxiliary_number": student.auxiliary_number,
        "id_type": student.id_type,
        "address": student.address,
        "health": student.health,
        "entered_on": student.entered_on.isoformat(),
        "status": student.status,
        "left_on": "",
    }
    return form | changes


def test_student_edit_changes_and_remembers_what_was_set_by_hand(world, sign_in):
    student = world.a.student
    answer = sign_in(world.a.counselor).post(url("student_edit", student.pk), edit_form(student, name="赵㐂"))
    student.refresh_from_db()
    assert answer.status_code == 302
    assert (student.name, student.search_keys.split()[0], student.set_by_hand) == ("赵㐂", "zhaoxi", ["name"])


def test_student_edit_keeps_masked_numbers_left_empty(world, sign_in):
    student = world.a.student
    sign_in(world.a.counselor).post(url("student_edit", student.pk), edit_form(student, address="x"))
    fresh = Student.objects.get(pk=student.pk)
    assert (fresh.id_number, fresh.phone, fresh.address) == (student.id_number, "SENTINEL-a-phone", "x")


def test_student_edit_sets_the_hash_with_the_number(world, sign_in):
    student = world.a.student
    sign_in(world.a.leader).post(
        url("student_edit", student.pk), edit_form(student, birth_date="2016-01-30", id_number=NUMBER)
    )
    fresh = Student.objects.get(pk=student.pk)
    assert fresh.id_hash == crypto.lookup_hash(NUMBER, purpose="id_number")


def test_student_edit_refuses_a_wrong_identity_number(world, sign_in):
    student = world.a.student
    answer = sign_in(world.a.leader).post(
        url("student_edit", student.pk), edit_form(student, id_number="110105194912310021")
    )
    assert answer.status_code == 200
    assert Student.objects.get(pk=student.pk).id_number == student.id_number


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"birth_date": "2030-01-01"}, "出生日期还没有到"),
        ({"birth_date": "2024-01-01"}, "这个出生日期不像是学生的"),
        ({"birth_date": "1980-01-01"}, "这个出生日期不像是学生的"),
        ({"birth_date": "2017-01-30"}, "与证件号码中的出生日期不一致"),
        ({"id_number": NUMBER}, "与证件号码中的出生日期不一致"),
    ],
)
def test_student_edit_refuses_a_date_of_birth_that_cannot_be(world, sign_in, changes, sentence):
    student = world.a.student
    answer = sign_in(world.a.counselor).post(url("student_edit", student.pk), edit_form(student, **changes))
    fresh = Student.objects.get(pk=student.pk)
    assert sentence in answer.context["form"].errors["birth_date"][0]
    assert (fresh.birth_date, fresh.id_number, fresh.set_by_hand) == (student.birth_date, student.id_number, [])


def test_student_edit_takes_a_date_of_birth_with_the_number_it_belongs_to(world, sign_in):
    student = world.a.student
    values = edit_form(student, birth_date="2016-01-30", id_number=NUMBER)
    sign_in(world.a.counselor).post(url("student_edit", student.pk), values)
    fresh = Student.objects.get(pk=student.pk)
    assert (fresh.birth_date, fresh.id_number) == (dt.date(2016, 1, 30), NUMBER)


def test_student_edit_leaves_a_date_of_birth_alone_that_came_with_the_roster(world, sign_in):
    Student.objects.filter(pk=world.a.student.pk).update(birth_date=dt.date(2017, 1, 30))
    student = Student.objects.get(pk=world.a.student.pk)
    answer = sign_in(world.a.counselor).post(url("student_edit", student.pk), edit_form(student, address="x"))
    assert answer.status_code == 302


def test_student_edit_refuses_a_number_another_student_has(world, sign_in):
    student = world.a.student
    answer = sign_in(world.a.leader).post(
        url("student_edit", student.pk),
        edit_form(
            student, id_number=world.a.older.id_number, birth_date=check_identity_number(world.a.older.id_number).birth
        ),
    )
    assert answer.context["form"].non_field_errors()
    assert Student.objects.get(pk=student.pk).id_number == student.id_number


def test_student_edit_refuses_a_class_of_another_school(world, sign_in):
    student = world.a.student
    sign_in(world.a.leader).post(url("student_edit", student.pk), edit_form(student, class_group=world.b.class_1.pk))
    assert Student.objects.get(pk=student.pk).class_group == world.a.class_1


def test_student_edit_ignores_fields_that_are_not_in_the_form(world, sign_in):
    """T13: every column of the table is posted; only those of the form may change."""
    student = world.a.student
    before = {f.attname: getattr(student, f.attname) for f in Student._meta.fields}
    attack = {f.name: "1" for f in Student._meta.fields} | {
        "school": world.b.unit.pk,
        "school_id": world.b.unit.pk,
        "search_keys": "evil",
        "set_by_hand": "[]",
        "id_hash": "evil",
        "pk": str(world.b.student.pk),
        "is_boarder": "",
    }
    sign_in(world.a.leader).post(
        url("student_edit", student.pk), attack | edit_form(student, registry_number="", id_number="", phone="")
    )
    fresh = Student.objects.get(pk=student.pk)
    assert {f.attname: getattr(fresh, f.attname) for f in Student._meta.fields} == before


@pytest.mark.parametrize("name", ["student_edit", "student_opened"])
def test_student_edit_is_closed_to_class_teachers(world, sign_in, name):
    assert sign_in(world.a.teacher).get(url(name, world.a.student.pk)).status_code == 403


# --- groups and guardians -------------------------------------------------------------------------------------


def test_student_groups_are_set_and_ended_by_hand(world, sign_in):
    client = sign_in(world.a.teacher)
    client.post(url("student_groups", world.a.student.pk), {"groups": ["orphan"]})
    rows = GroupMember.objects.filter(student=world.a.student).order_by("pk")
    today = NOW.date()
    teacher = world.a.teacher.person
    assert [(r.group_id, r.until, r.source, r.set_by, r.ended_by) for r in rows] == [
        ("left_behind", today, "roster", None, teacher),
        ("orphan", None, "hand", teacher, None),
    ]


def test_student_groups_of_another_class_are_not_found(world, sign_in):
    answer = sign_in(world.a.teacher).post(url("student_groups", world.a.older.pk), {"groups": ["orphan"]})
    assert answer.status_code == 404
    assert not GroupMember.objects.filter(student=world.a.older).exists()


@pytest.mark.parametrize("key", ["grade_head", "subject_teacher"])
def test_student_groups_are_closed_to_other_roles(world, sign_in, key):
    assert sign_in(world.a.people[key]).get(url("student_groups", world.a.neighbor.pk)).status_code == 403


def test_guardian_new_stands_behind_those_of_the_registry(world, sign_in):
    sign_in(world.a.teacher).post(
        url("guardian_new", world.a.student.pk), {"name": "奶奶", "relation": "祖母", "phone": "13800001111"}
    )
    added = Guardian.objects.get(student=world.a.student, name="奶奶")
    assert (added.position, added.set_by_hand, added.phone, added.is_guardian) == (3, True, "13800001111", False)


def test_guardian_edit_belongs_to_the_student_of_the_address(world, sign_in):
    other = world.a.student_2.guardians.get()
    answer = sign_in(world.a.teacher).post(url("guardian_edit", world.a.student.pk, other.pk), {"name": "x"})
    assert answer.status_code == 404
    assert Guardian.objects.get(pk=other.pk).name == other.name


def test_guardian_saved_as_it_stood_changes_nothing_and_stays_the_rosters(world, sign_in):
    guardian = world.a.student.guardians.get()
    values = {"name": guardian.name, "relation": guardian.relation, "phone": "", "is_guardian": guardian.is_guardian}
    answer = sign_in(world.a.teacher).post(url("guardian_edit", world.a.student.pk, guardian.pk), values)
    guardian.refresh_from_db()
    assert (answer.status_code, guardian.set_by_hand) == (302, False)
    assert not AuditEntry.objects.filter(verb="guardian.corrected").exists()


def test_guardian_edit_keeps_the_phone_left_empty(world, sign_in):
    guardian = world.a.student.guardians.get()
    sign_in(world.a.teacher).post(url("guardian_edit", world.a.student.pk, guardian.pk), {"name": "妈妈", "phone": ""})
    fresh = Guardian.objects.get(pk=guardian.pk)
    assert (fresh.name, fresh.phone, fresh.set_by_hand) == ("妈妈", "SENTINEL-a-guardian-phone", True)


# --- the file -------------------------------------------------------------------------------------


def test_the_file_keeps_the_reason_of_a_flag_from_a_class_teacher_who_did_not_raise_it(world, viewer):
    from students.file import file_of

    flag = raised(world.a.student_2, world.a.counselor, reason="SECRET")

    def lines(member):
        entries = file_of(viewer(member), world.a.student_2)
        return [text for entry in entries if entry.url == flag.get_absolute_url() for _label, text in entry.lines]

    assert "SECRET" in lines(world.a.counselor)
    assert "SECRET" not in lines(world.a.teacher) != []


def test_key_students_of_a_list_are_those_the_viewer_may_know_of(world, sign_in):
    """A subject teacher does not learn of a flag that somebody else raised."""
    raised(world.a.neighbor, world.a.counselor, severity=3)
    assert (
        world.a.neighbor.name
        not in sign_in(world.a.subject_teacher).get(url("student_list"), {"key": 1}).content.decode()
    )
    assert world.a.neighbor.name in sign_in(world.a.counselor).get(url("student_list"), {"key": 1}).content.decode()


def test_a_search_of_a_thousand_words_is_cut_short(world, viewer):
    from students.queries import matching

    counselor = viewer(world.a.counselor)
    found = matching(Student.objects.visible_to(counselor), "SENTINEL " * 3000, counselor)
    assert str(found.query).count("LIKE") < 60
    assert found.count() == 5
