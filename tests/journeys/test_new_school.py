"""A school on its first day: no class, no student, no talk. Every page says what will be here and how to begin."""

import pytest
from django.urls import reverse

from schools.models import Membership, Unit
from students.models import RiskFlag

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


def test_the_summary_drafts_itself_without_a_student(newcomer):
    assert "新苗小学" in text_of(newcomer, "reports:summary_detail", "2025-2026-2")
