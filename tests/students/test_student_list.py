import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.common import crypto
from schools.models import ClassGroup
from students.listing import STUDENTS
from students.models import GroupMember, Student
from tests.walking import raised

pytestmark = pytest.mark.django_db
URL = "/students/"


def names(response):
    return [student.name for student in response.context["list"].page_obj.object_list]


def add_students(school, count, start=100):
    for number in range(start, start + count):
        student = Student(
            school=school.unit, class_group=school.class_1, name=f"张{number}", search_keys=f"zhang{number} z{number}"
        )
        student.student_number = f"N{number}"
        student.save()
        GroupMember.objects.create(student=student, group_id="migrant", since=dt.date(2025, 9, 1))


def test_student_list_shows_each_role_its_own_students(world, sign_in):
    counts = {
        key: sign_in(world.a.people[key]).get(URL).context["list"].count
        for key in ("leader", "grade_head", "teacher", "subject_teacher")
    }
    assert counts == {"leader": 5, "grade_head": 4, "teacher": 3, "subject_teacher": 1}


def test_student_list_is_closed_to_center_staff(world, sign_in):
    assert sign_in(world.district_staff).get(URL).status_code == 403


@pytest.mark.parametrize("text", ["SENTINEL-a-name-student_2", "a2", "astudent_2", "A0002"])
def test_student_list_finds_by_name_initials_pinyin_and_number(world, sign_in, text):
    assert names(sign_in(world.a.counselor).get(URL, {"q": text})) == ["SENTINEL-a-name-student_2"]


def test_student_list_does_not_find_students_of_another_school(world, sign_in):
    assert names(sign_in(world.a.counselor).get(URL, {"q": "bstudent"})) == []


def test_student_list_filters_by_class_grade_group_status_and_key(world, sign_in):
    client = sign_in(world.a.leader)
    found = {
        "class": names(client.get(URL, {"class": world.a.class_2.pk})),
        "grade": names(client.get(URL, {"grade": "primary-2022"})),
        "group": names(client.get(URL, {"group": "left_behind"})),
        "status": names(client.get(URL, {"status": "left"})),
        "key": names(client.get(URL, {"key": "1"})),
    }
    assert found == {
        "class": ["SENTINEL-a-name-neighbor"],
        "grade": ["SENTINEL-a-name-older"],
        "group": ["SENTINEL-a-name-student"],
        "status": [],
        "key": ["SENTINEL-a-name-student"],
    }


def test_student_list_offers_the_key_students_as_a_chip(world, sign_in):
    [chips] = sign_in(world.a.teacher).get(URL).context["list"].chips
    assert [(str(one["label"]), one["on"]) for one in chips.links] == [("全部", True), ("重点学生", False)]


def test_student_list_does_not_know_a_class_of_another_school(world, sign_in):
    client = sign_in(world.a.leader)
    found = [client.get(URL, {"class": school.class_1.pk}).status_code for school in (world.a, world.b)]
    assert found == [200, 400]


@pytest.mark.parametrize("query", ["sort=password", "sort=school__name", "status=x", "class=1 or 1", "grade=x-1"])
def test_student_list_refuses_unknown_words_in_the_address(world, sign_in, query):
    assert sign_in(world.a.leader).get(f"{URL}?{query}").status_code == 400


def test_student_list_sorts_both_ways(world, sign_in):
    client = sign_in(world.a.leader)
    up = names(client.get(URL, {"sort": "student_number"}))
    assert names(client.get(URL, {"sort": "-student_number"})) == up[::-1]


def test_student_list_takes_the_same_queries_for_3_and_for_30_students(world, sign_in):
    client = sign_in(world.a.teacher)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        assert len(names(client.get(URL))) == 3
    add_students(world.a, 27)
    with CaptureQueriesContext(connection) as many:
        assert len(names(client.get(URL))) == 30
    assert len(many) == len(few) <= 11


def test_student_list_reads_no_sealed_column(world, sign_in):
    client = sign_in(world.a.counselor)
    with CaptureQueriesContext(connection) as asked:
        client.get(URL)
    read = " ".join(query["sql"] for query in asked)
    assert [name for name in ("id_number", "registry_number", "address", "health") if f'"{name}"' in read] == []


def test_student_list_has_fifty_on_a_page(world, sign_in):
    add_students(world.a, 60)
    client = sign_in(world.a.teacher)
    assert (len(names(client.get(URL))), len(names(client.get(URL, {"page": 2})))) == (50, 13)


def test_student_list_shows_a_subject_teacher_no_level(world, sign_in):
    raised(world.a.neighbor, world.a.teacher_2, severity=4)
    seen = {
        key: sign_in(world.a.people[key]).get(URL).context["list"].page_obj.object_list[0].level
        for key in ("teacher_2", "subject_teacher")
    }
    assert seen == {"teacher_2": 4, "subject_teacher": None}


@pytest.mark.parametrize("name", ["student_list", "student_export"])
def test_student_list_keeps_the_number_of_a_paper_out_of_the_address(world, sign_in, name):
    response = sign_in(world.a.counselor).get(reverse(f"students:{name}"), {"q": world.a.student.id_number})
    assert (response.status_code, response["Location"]) == (302, URL)


def test_student_list_keeps_the_classes_of_a_department_together(world, sign_in):
    groups = {
        name: ClassGroup.objects.create(
            school=world.a.unit, stage="university", entry_year=2025, prefix=name[:1], number=name[1:]
        )
        for name in ("甲1", "乙2", "乙1")
    }
    for name, group in groups.items():
        Student.objects.create(school=world.a.unit, class_group=group, name=name)
    order = [str(group) for group in ClassGroup.objects.filter(stage="university")]
    shown = sign_in(world.a.leader).get(URL, {"grade": "university-2025"}).context["list"].page_obj.object_list
    assert [str(student.class_group) for student in shown] == order
    university = Student.objects.filter(class_group__stage="university").select_related("class_group__school")
    assert [str(student.class_group) for student in university] == order


def test_student_export_separates_groups_as_the_language_does(world):
    student = Student(name="甲", class_group=None)
    student.group_labels, student.level_label = ["留守儿童", "孤儿"], ""
    columns = {column.name: column for column in STUDENTS.columns}
    assert columns["groups"].text_of(student) == "留守儿童、孤儿"


def test_student_find_leads_to_the_student_with_this_number(world, sign_in):
    response = sign_in(world.a.counselor).post(reverse("students:student_find"), {"number": world.a.student.id_number})
    assert response["Location"] == f"/students/{world.a.student.pk}/"


@pytest.mark.parametrize("key", ["teacher", "subject_teacher"])
def test_student_find_does_not_find_beyond_what_one_sees(world, sign_in, key):
    response = sign_in(world.a.people[key]).post(
        reverse("students:student_find"), {"number": world.a.neighbor.id_number}
    )
    assert response["Location"] == URL


def test_student_find_accepts_the_registry_number(world, viewer):
    from students.queries import by_paper_number

    student = world.a.student
    assert student.registry_hash == crypto.lookup_hash(student.registry_number, purpose="registry_number")
    assert (
        by_paper_number(Student.objects.visible_to(viewer(world.a.leader)), student.registry_number.lower()) == student
    )
