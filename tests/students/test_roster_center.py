"""A center's file for all of its schools: counts for the center, the details for the schools."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import translation

from schools.actions.units import create_unit
from schools.imports.found import open_found
from schools.models import AuditEntry, ClassGroup, Unit, UnitKind
from students.actions.students import correct_student
from students.inbox import roster_to_confirm
from students.models import RosterImport, Student
from tests.importing import import_file
from tests.students.test_roster_import import HEAD, file, line, number
from tests.students.test_roster_pages import preview_of
from tests.world import NOW

pytestmark = pytest.mark.django_db


def of_schools(*rows):
    """A file with the code of a school before each line."""
    return file(*(f"{school.unit.code},{text}" for school, text in rows), head=f"学校标识码,{HEAD}")


def found(job):
    return open_found(job.pk)


def test_district_import_previews_and_commits_counts_by_school(world, sign_in, upload, post):
    content = of_schools((world.a, line(1)), (world.a, line(2)), (world.b, line(3)), (world.b, line(4, grade="九年级")))
    job = upload(world.district_staff, content)
    page = preview_of(sign_in(world.district_staff), job)
    by_school = {one["school"]: one["created"] for one in page.context["page_obj"].object_list}
    assert by_school == {world.a.unit.name: 2, world.b.unit.name: 1}
    assert (page.context["counts"]["created"], page.context["counts"]["problems"]) == (3, 1)
    done = post(world.district_staff, "import_commit", job)
    assert done.result["counts"] == page.context["counts"]
    assert Student.objects.filter(name__startswith="王小").count() == 3
    assert sign_in(world.district_staff).get(reverse("schools:import_done", args=[done.pk])).status_code == 200


def test_district_import_shows_nothing_of_a_student(world, sign_in, upload, post):
    content = of_schools((world.a, line(1)), (world.b, line(2, id="44060820170101")), (world.a, line(3, name="")))
    job = upload(world.district_staff, content)
    page = preview_of(sign_in(world.district_staff), job, "problems").content.decode()
    kept = json.dumps(found(job)["lines"], ensure_ascii=False)
    assert "44060820170101"[:8] not in page and number(1)[:8] not in kept
    assert "王小" not in page and "王小" not in kept
    assert "王妈妈" not in kept and "139" not in kept


WITHOUT_NUMBERS = {"id": "", "registry": ""}


def told(upload, world, *lines):
    """Everything a center is told of a file for school A."""
    job = upload(world.district_staff, of_schools(*((world.a, text) for text in lines)))
    return {name: value for name, value in found(job).items() if name != "filename"} | {"job": job.result["counts"]}


@pytest.mark.parametrize(
    "change",
    [{"phone": "13700003333"}, {"name": "王改名"}, {"orphan": "是"}, {"class": "2班"}, {"number": "S777"}, {}],
)
def test_district_import_answers_no_guess_about_a_known_student(world, upload, change):
    import_file(file(line(1)), world.a.unit)
    assert told(upload, world, line(1, **change)) == told(upload, world, line(1))


WITHOUT_NUMBERS = {"id": "", "registry": ""}


def test_district_import_knows_a_student_as_the_school_would(world, upload, post):
    """By name, birth date and class, where the school has no number yet."""
    import_file(file(line(1, **WITHOUT_NUMBERS)), world.a.unit)
    job = upload(world.district_staff, of_schools((world.a, line(1)), (world.b, line(2))))
    assert job.result["counts"] == {"created": 1, "known": 1, "problems": 0, "schools": 2}
    post(world.district_staff, "import_commit", job)
    assert Student.objects.get(school=world.a.unit, name="王小二").id_number == number(1)


def test_district_import_leaves_a_doubtful_row_to_the_school(world, upload):
    """That two students are alike is known in the school; the center reads that the row is not for it."""
    import_file(file(line(1), line(2)), world.a.unit)
    problems = found(upload(world.district_staff, of_schools((world.a, line(1, registry=f"G{number(2)}")))))
    told = [one["code"] for one in problems["lines"]["problems"] if one["severity"] == "error"]
    assert told == ["left_to_school"]


def test_district_import_does_not_tell_that_the_school_has_closed_a_class(world, upload):
    group = world.a.class_1
    ClassGroup.objects.filter(pk=group.pk).update(closed_on=NOW.date())
    text = f"学校标识码,姓名,年级,班级\n{world.a.unit.code},甲,{group.entry_year}级,{group.number}班".encode()
    (problem,) = found(upload(world.district_staff, text))["lines"]["problems"]
    assert (problem["code"], problem["severity"]) == ("left_to_school", "error")
    assert [one.code for one in import_file(text, world.a.unit).problems] == ["class_closed"]


def test_district_import_names_a_department_that_is_not_known(world, upload):
    create_unit(
        by=None,
        parent=world.a.unit,
        kind=UnitKind.objects.get(pk="college"),
        code="CS",
        name="计算机学院",
        short_name="",
    )
    Unit.objects.filter(pk=world.a.unit.pk).update(stages=["university"])
    content = f"学校标识码,姓名,院系,年级,班级\n{world.a.unit.code},甲,体育学院,2025级,1班".encode()
    problems = found(upload(world.district_staff, content))["lines"]["problems"]
    assert [(one["code"], one["value_shown"]) for one in problems] == [("department_unknown", "体育学院")]


def test_district_import_never_changes_key_fields_and_leaves_them_to_the_school(world, sign_in, upload, post):
    import_file(file(line(1)), world.a.unit)
    job = upload(world.district_staff, of_schools((world.a, line(1, name="王改名", phone="13700003333"))))
    post(world.district_staff, "import_commit", job, {"confirm": "1"})
    student = Student.objects.get(student_number="S001")
    assert (student.name, student.phone) == ("王小二", "13700003333")
    told = RosterImport.objects.get(school=world.a.unit, unit=world.district)
    assert (told.changed, told.held, told.by) == (1, 1, world.district_staff.person)
    page = sign_in(world.a.leader).get("/roster/").content.decode()
    assert world.district.name in page and "1 名待确认" in page
    assert "与东区中心导入的名册不一致" in sign_in(world.a.counselor).get("/").content.decode()


def test_district_import_fills_blank_key_fields_and_says_so(world, sign_in, upload, post):
    import_file(file(line(1, gender="", id="")), world.a.unit)
    Student.objects.filter(student_number="S001").update(gender="", birth_date=None)
    job = upload(world.district_staff, of_schools((world.a, line(1))))
    assert "为空白的予以补充" in preview_of(sign_in(world.district_staff), job).content.decode()
    post(world.district_staff, "import_commit", job)
    student = Student.objects.get(student_number="S001")
    assert (student.birth_date.strftime("%Y%m%d"), student.id_number) == (number(1)[6:14], number(1))
    assert "原为空白的已补充" in sign_in(world.a.leader).get("/roster/").content.decode()


def asked_for(sign_in, member):
    """The numbers on the import page's tags, and the lines of the workbench."""
    tags = [one.waits for one in sign_in(member).get("/roster/").context["by_others"] if one.waits]
    lines = re.findall(r"有 (\d+) 名学生与\w+导入的名册不一致", sign_in(member).get("/").content.decode())
    return tags, [int(number) for number in lines]


@pytest.fixture
def differing(world, upload, post):
    """Two students of school A whose names the district's file has otherwise."""
    import_file(file(line(1), line(2), line(3)), world.a.unit)
    content = of_schools(*((world.a, line(n, name=f"王改{n}")) for n in (1, 2)))
    post(world.district_staff, "import_commit", upload(world.district_staff, content))


def test_school_is_asked_on_both_pages_until_its_own_file_is_in(world, sign_in, upload, post, differing):
    assert asked_for(sign_in, world.a.counselor) == ([2], [2])
    job = upload(world.a.leader, file(line(1, name="王改1"), line(2)))
    post(world.a.leader, "import_commit", job, {"confirm": "1"})
    assert list(Student.objects.filter(student_number__in=["S001", "S002"]).values_list("name", flat=True)) == [
        "王改1",
        "王小三",
    ]
    assert asked_for(sign_in, world.a.counselor) == ([], [])


def test_a_file_settles_only_the_students_it_names(world, sign_in, differing):
    import_file(file(line(1), line(4)), world.a.unit)
    assert asked_for(sign_in, world.a.leader) == ([1], [1])


def test_a_file_that_leaves_a_student_open_settles_nothing(world, sign_in, differing):
    import_file(file(line(1, name="王改1"), line(2, name="王又改")), world.a.unit)
    assert asked_for(sign_in, world.a.leader) == ([2], [2])


@pytest.mark.parametrize(
    ("later", "numbers"),
    [
        ([line(5)], [2]),
        ([line(1), line(5)], [1]),
        ([line(1, name="王又改"), line(3, name="王改三")], [2, 1]),
    ],
    ids=["others", "one of them as in the school", "one of them and another"],
)
def test_a_later_file_of_the_center_hides_nobody_and_counts_nobody_twice(world, sign_in, differing, later, numbers):
    import_file(of_schools(*((world.a, text) for text in later)), world.district)
    tags, lines = asked_for(sign_in, world.a.leader)
    assert sorted(tags) == sorted(lines) == sorted(numbers)


def test_who_has_left_is_not_waited_for(world, sign_in, differing):
    Student.objects.filter(student_number="S001").update(status=Student.Status.LEFT, left_on="2026-03-01")
    assert asked_for(sign_in, world.a.leader) == ([1], [1])


def test_what_waits_is_not_hidden_by_newer_imports(world, sign_in, differing):
    for n in range(5, 12):
        import_file(of_schools((world.a, line(n))), world.district)
    assert asked_for(sign_in, world.a.leader) == ([2], [2])


def test_workbench_speaks_of_one_student_in_english(world, viewer, differing):
    import_file(file(line(1)), world.a.unit)
    with translation.override("en"):
        texts = [one.text for one in roster_to_confirm(viewer(world.a.leader))]
    assert texts == [f"1 student differs from the roster of {world.district.name}: confirm with the school's own file"]


def test_school_sees_only_imports_for_itself(world, viewer):
    import_file(of_schools((world.a, line(1)), (world.b, line(2))), world.district)
    seen = {member: RosterImport.objects.visible_to(viewer(member)).count() for member in _asked(world)}
    assert seen == {world.a.leader: 1, world.a.counselor: 1, world.b.leader: 1, world.a.teacher: 0, world.admin: 0}


def _asked(world):
    return world.a.leader, world.a.counselor, world.b.leader, world.a.teacher, world.admin


def test_district_import_stands_though_a_school_went_on_working(world, viewer, upload, post):
    import_file(file(line(1)), world.a.unit)
    job = upload(world.district_staff, of_schools((world.a, line(1, phone="13700003333")), (world.b, line(2))))
    student = Student.objects.get(student_number="S001")
    correct_student(by=viewer(world.a.counselor), student=student, values={"phone": "13511112222"})
    done = post(world.district_staff, "import_commit", job)
    student.refresh_from_db()
    assert done.result["url"].endswith("/done") and student.phone == "13511112222"
    assert Student.objects.filter(school=world.b.unit, student_number="S002").exists()


def test_district_import_is_previewed_anew_when_somebody_else_is_known_now(world, sign_in, upload, post):
    job = upload(world.district_staff, of_schools((world.a, line(1)), (world.b, line(2))))
    import_file(file(line(1)), world.a.unit)
    second = post(world.district_staff, "import_commit", job)
    assert preview_of(sign_in(world.district_staff), second).context["found"]["outdated"]
    assert not Student.objects.filter(school=world.b.unit, student_number="S002").exists()


def test_district_import_reaches_its_own_schools_only(world, upload):
    job = upload(world.other_staff, of_schools((world.a, line(1))))
    assert [problem["code"] for problem in found(job)["lines"]["problems"]] == ["school_unknown"]
    assert job.result["counts"]["created"] == 0


def test_district_import_is_noted_for_each_school(world, upload, post):
    content = of_schools((world.a, line(1)), (world.b, line(2)))
    post(world.district_staff, "import_commit", upload(world.district_staff, content))
    notes = AuditEntry.objects.filter(verb="roster.imported").values_list("chain__scope", "person")
    who = world.district_staff.person.pk
    places = (world.a.unit.code, world.b.unit.code, world.district.code)
    assert sorted(notes) == sorted((code, who) for code in places)


def test_district_import_is_noted_for_the_district_with_the_rows_of_no_school(world, upload, post):
    content = of_schools((world.a, line(1)), (world.b, line(2, name=""))) + f"\n,{line(3)}".encode()
    post(world.district_staff, "import_commit", upload(world.district_staff, content))
    details = dict(AuditEntry.objects.filter(verb="roster.imported").values_list("chain__scope", "details"))
    told = {code: (one["created"], one["problems"]) for code, one in details.items()}
    assert told == {world.a.unit.code: (1, 0), world.district.code: (1, 2)}


def test_district_import_says_that_the_school_codes_are_missing(world, sign_in, upload):
    client = sign_in(world.district_staff)
    page = preview_of(client, upload(world.district_staff, file(line(1)))).content.decode()
    assert heading(page) == "缺少学校标识码"
    assert "只有学校标识码和姓名是必需的。" in client.get(reverse("students:roster_import")).content.decode()


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1].strip()
