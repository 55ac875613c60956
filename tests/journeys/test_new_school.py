"""A school on its first day: no class, no student, no talk. Every page says what will be here and how to begin."""

import pytest
from django.urls import reverse

from schools.models import Membership, Term, Unit
from students.models import FlagReport, RiskFlag

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(world, sign_in):
    """The leader of school A, from today on of a school that has nothing yet."""
    parent = world.cluster
    school = Unit(parent=parent, kind_id="school", code="2144000009", name="新苗小学", short_name="新苗小学")
    school.path = f"{parent.path}2144000009/"
    school.school_type, school.stages, school.system = "211", ["primary"], "63"
    school.save()
    Membership.objects.filter(pk=world.a.leader.pk).update(unit=school)
    return sign_in(Membership.objects.get(pk=world.a.leader.pk))


def text_of(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_the_workbench_leads_to_the_roster(newcomer):
    assert f'class="btn go" href="{reverse("students:roster_import")}"' in text_of(newcomer, "reports:workbench")


def test_the_student_list_leads_to_the_roster(newcomer):
    assert f'class="btn go" href="{reverse("students:roster_import")}"' in text_of(newcomer, "students:student_list")


def test_the_records_of_a_figure_say_that_there_are_none_yet(newcomer):
    assert "一旦有可统计的记录" in text_of(newcomer, "reports:figure_records", "talks")


@pytest.mark.parametrize(
    "name",
    ["counseling:talk_new", "counseling:talk_list", "counseling:coverage", "students:flag_list", "reports:figure_list"],
)
def test_every_other_page_opens_without_a_student(newcomer, name):
    assert RiskFlag.objects.exists()  # of another school
    assert "SENTINEL" not in text_of(newcomer, name)


@pytest.fixture
def place(world, sign_in, newcomer):
    """Signs in somebody of school A as one of the school that has nothing yet."""
    school = Unit.objects.get(code="2144000009")

    def arrive(membership):
        Membership.objects.filter(pk=membership.pk).update(unit=school)
        return sign_in(Membership.objects.get(pk=membership.pk))

    return arrive


def test_logging_a_talk_begins_with_the_roster(newcomer):
    page = text_of(newcomer, "counseling:talk_new")

    assert "请先导入名册" in page
    assert f'class="btn go" href="{reverse("students:roster_import")}"' in page
    assert "data-talk" not in page


def test_who_may_not_import_is_told_whom_to_ask(world, place):
    page = text_of(place(world.a.grade_head), "counseling:talk_new")

    assert "请联系心理教师或校领导导入名册" in page
    assert reverse("students:roster_import") not in page


def test_the_workbench_of_who_may_not_import_offers_nothing_that_leads_nowhere(world, place):
    page = text_of(place(world.a.grade_head), "reports:workbench")

    assert 'class="btn go"' not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("who", ["leader", "counselor"])
def test_before_the_first_term_a_school_without_students_begins_with_the_roster(world, place, who):
    Term.objects.all().delete()
    page = text_of(place(getattr(world.a, who)), "reports:workbench")

    assert f'class="btn go" href="{reverse("students:roster_import")}"' in page


@pytest.mark.parametrize(("who", "leads"), [("a.leader", True), ("cluster_staff", True), ("a.grade_head", False)])
@pytest.mark.parametrize("name", ["reports:workbench", "reports:figure_list"])
def test_before_the_first_term_whoever_may_set_it_is_led_there(world, sign_in, who, leads, name):
    Term.objects.all().delete()
    FlagReport.objects.all().delete()
    RiskFlag.objects.all().delete()
    page = text_of(sign_in(world.members()[who]), name)

    assert "还没有已开始的学期" in page
    assert (f'class="btn go" href="{reverse("schools:calendar")}"' in page) == leads


def test_a_teacher_without_a_class_is_told_who_gives_one(world, sign_in):
    world.a.teacher.classes.clear()

    assert "您名下还没有学生" in text_of(sign_in(world.a.teacher), "counseling:talk_new")


def test_who_has_a_student_gets_the_form(world, sign_in):
    assert "data-talk" in text_of(sign_in(world.a.teacher), "counseling:talk_new")


def test_the_summary_drafts_itself_without_a_student(newcomer):
    assert "新苗小学" in text_of(newcomer, "reports:summary_detail", "2025-2026-2")
