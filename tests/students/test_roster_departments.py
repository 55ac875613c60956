"""A university's classes and their departments."""

import pytest

from schools.actions.units import create_unit
from schools.models import ClassGroup, Unit, UnitKind
from students.models import Student
from tests.importing import import_file
from tests.students.test_roster_import import counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def university(world):
    unit = create_unit(
        by=None,
        parent=world.city,
        kind=UnitKind.objects.get(pk="school"),
        code="4144000001",
        name="临海大学",
        stages=["university"],
    )
    college = UnitKind.objects.get(pk="college")
    for code, name, short in (("CS", "计算机学院", "计算机"), ("FL", "外国语学院", "")):
        create_unit(by=None, parent=unit, kind=college, code=code, name=name, short_name=short)
    return unit


def of_departments(*lines, column="院系"):
    return "\n".join([f"姓名,学号,{column},年级,班级", *lines]).encode()


def classes_in(school):
    groups = ClassGroup.objects.filter(school=school).order_by("prefix", "number")
    return [(group.name, group.department and group.department.code) for group in groups]


def test_the_classes_of_a_university_belong_to_the_department_the_file_names(world, university):
    content = of_departments("甲,1,计算机学院,2025级,1班", "乙,2,外国语学院,2025级,1班", "丙,3,计算机,2025级,软工2班")
    outcome = import_file(content, university)

    assert (outcome.created, outcome.problem_rows) == (3, 0)
    assert sorted(classes_in(university)) == sorted(
        [("外国语学院2501", "FL"), ("计算机2501", "CS"), ("软工2502", "CS")]
    )


def test_the_same_file_of_departments_again_changes_nothing(world, university):
    content = of_departments("甲,1,计算机学院,2025级,1班", "乙,2,外国语学院,2025级,1班", column="所在学院")
    import_file(content, university)
    outcome = import_file(content, university)

    assert counts(outcome) == (0, 0, 2, 0)
    assert outcome.missing == 0


def test_a_student_whose_department_is_not_in_the_file_any_more_is_reported_by_class(world, university):
    import_file(of_departments("甲,1,计算机学院,2025级,1班", "乙,2,外国语学院,2025级,1班"), university)
    outcome = import_file(of_departments("丙,3,计算机学院,2025级,1班"), university)

    assert outcome.missing == 1  # the other student of that class; not the one of the other department


TWO = ("甲,1,计算机学院,2025级,1班", "乙,2,外国语学院,2025级,1班")


def placed(school):
    students = Student.objects.filter(school=school).select_related("class_group__school")
    return sorted((student.name, student.class_group.name) for student in students)


def test_a_department_column_added_later_moves_students_and_doubles_nobody(world, university):
    import_file("姓名,学号,年级,班级\n甲,1,2025级,1班\n乙,2,2025级,1班".encode(), university)
    outcome = import_file(of_departments(*TWO), university)

    assert counts(outcome) == (0, 2, 0, 0)
    assert placed(university) == [("乙", "外国语学院2501"), ("甲", "计算机2501")]


def test_a_department_that_becomes_a_unit_keeps_its_classes(world, university):
    colleges = [(unit.code, unit.name, unit.short_name) for unit in Unit.objects.filter(parent=university)]
    Unit.objects.filter(parent=university).delete()
    import_file(of_departments(*TWO), university)
    for code, name, short in colleges:
        kind = UnitKind.objects.get(pk="college")
        create_unit(by=None, parent=university, kind=kind, code=code, name=name, short_name=short)
    outcome = import_file(of_departments(*TWO, "丙,3,计算机学院,2025级,2班"), university)

    assert (counts(outcome), outcome.new_classes) == ((1, 0, 2, 0), 1)
    assert sorted(classes_in(university)) == sorted(
        [("外国语学院2501", "FL"), ("计算机学院2501", "CS"), ("计算机2502", "CS")]
    )


@pytest.mark.parametrize("names", [{"short_name": "外语"}, {"name": "外语与国际学院", "short_name": "外院"}])
def test_a_department_with_another_name_keeps_its_classes(world, university, names):
    import_file(of_departments(*TWO), university)
    Unit.objects.filter(code="FL").update(**names)
    text = names.get("name", "外国语学院")
    outcome = import_file(of_departments(TWO[0], f"乙,2,{text},2025级,1班"), university)

    assert (counts(outcome), outcome.new_classes) == ((0, 0, 2, 0), 0)


def test_a_class_with_a_name_of_its_own_is_not_its_departments_class_of_that_number(world, university):
    lines = ("甲,1,计算机学院,2025级,1班", "丙,3,计算机学院,,软工2501", "丁,4,计算机学院,,网工2501")
    import_file(of_departments(*lines), university)
    outcome = import_file(of_departments(*lines), university)

    assert (counts(outcome), outcome.new_classes) == ((0, 0, 3, 0), 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲,2008-01-01,1,2025级,1班", "甲,2008-01-02,1,2025级,2班"),
        ("甲,2008-01-01,1,2025级,1班", "甲,2008-01-01,2,2025级,2班"),
    ],
)
def test_another_birth_date_or_student_number_is_another_student(world, university, old, new):
    head = "姓名,出生日期,学号,年级,班级"
    import_file(f"{head}\n{old}".encode(), university)

    assert import_file(f"{head}\n{new}".encode(), university).created == 1


def test_the_number_within_a_class_does_not_follow_a_student(world):
    head = "姓名,班内学号,年级,班级"
    import_file(f"{head}\n李雷,7,三年级,1班".encode(), world.a.unit)

    assert import_file(f"{head}\n李雷,7,三年级,2班".encode(), world.a.unit).created == 1


def test_where_classes_count_from_one_nobody_changes_place_with_a_namesake(world):
    head, lines = "姓名,学号,年级,班级", ("李雷,7,三年级,2班", "李雷,7,三年级,1班")
    import_file("\n".join([head, lines[1]]).encode(), world.a.unit)
    outcome = import_file("\n".join([head, *lines]).encode(), world.a.unit)

    assert counts(outcome) == (1, 0, 1, 0)


def test_a_name_that_two_departments_have_is_a_problem_and_a_code_settles_it(world, university):
    Unit.objects.filter(code="FL").update(short_name="计算机")
    outcome = import_file(of_departments("甲,1,计算机,2025级,1班"), university)
    assert [(p.row, p.code, p.value_shown) for p in outcome.problems] == [(2, "department_ambiguous", "计算机")]

    outcome = import_file(of_departments("甲,1,CS,2025级,1班", "乙,2,fl,2025级,1班"), university)
    assert (outcome.created, outcome.problem_rows) == (2, 0)
    assert sorted(classes_in(university)) == sorted([("外国语学院2501", "FL"), ("计算机学院2501", "CS")])


def test_an_unknown_department_keeps_its_row_out_and_is_named(world, university):
    outcome = import_file(of_departments("甲,1,体育学院,2025级,1班", "乙,2,外国语学院,2025级,1班"), university)

    assert (outcome.created, outcome.problem_rows) == (1, 1)
    assert [(p.row, p.field, p.code, p.value_shown) for p in outcome.problems] == [
        (2, "department", "department_unknown", "体育学院")
    ]


def test_one_class_in_two_departments_is_a_problem(world, university):
    outcome = import_file(of_departments("甲,1,计算机学院,,软工2501", "乙,2,外国语学院,,软工2501"), university)

    assert [(p.row, p.code) for p in outcome.problems] == [(3, "department_conflict")]
    assert classes_in(university) == [("软工2501", "CS")]


def test_without_units_for_departments_their_names_keep_classes_apart(world, university):
    Unit.objects.filter(parent=university).delete()
    outcome = import_file(of_departments("甲,1,计算机学院,2025级,1班", "乙,2,外国语学院,2025级,1班"), university)

    assert outcome.problem_rows == 0
    assert sorted(classes_in(university)) == sorted([("外国语学院2501", None), ("计算机学院2501", None)])


def test_a_department_says_nothing_where_classes_have_none(world):
    outcome = import_file(of_departments("甲,1,艺术部,三年级,1班"), world.a.unit)

    assert (outcome.created, outcome.new_classes, outcome.problem_rows) == (1, 0, 0)
