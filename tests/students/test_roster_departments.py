"""A university's classes and their departments."""

import pytest

from schools.actions.units import create_unit
from schools.models import ClassGroup, Unit, UnitKind
from students.imports import import_file
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
