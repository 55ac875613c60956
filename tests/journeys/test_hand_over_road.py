"""A student moves: one school offers on a desk, the named person of the other one accepts on a phone."""

import pytest

from students.models import HandOver, RegistryEntry, RiskFlag
from tests.journeys.test_four_roles import assert_accessible, enter, term  # noqa: F401
from tests.walking import entry_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "每周三下午和班主任谈一次，妈妈知道情况"


def test_a_student_with_plan_and_open_flag_is_offered_and_accepted(enter, world):  # noqa: F811
    entry_of(world.a.student, world.a.counselor, severity=3)
    desk = enter("a-counselor", width=1440)
    desk.goto(f"/students/{world.a.student.pk}/move")
    desk.click("main a[href$='/hand-over']")
    desk.select_option("main [name=to]", str(world.b.unit.pk))
    desk.click("main form .btn.go")
    desk.select_option("main [name=to]", str(world.b.counselor.pk))
    desk.fill("main [name=note]", NOTE)
    assert_accessible(desk)
    desk.click("main form .btn.go")
    desk.wait_for_url("**/hand-overs/*/")
    assert RegistryEntry.objects.open().get().school == world.a.unit

    phone = enter("b-counselor", width=360)
    phone.goto("/")
    phone.click("main a[href*='/hand-overs/']")
    assert phone.locator(f"text={NOTE}").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.click("a[href$='/accept']")
    phone.select_option("main [name=class_group]", str(world.b.class_1.pk))
    phone.click("main form .btn.go")
    phone.wait_for_selector(f"text={NOTE}")
    offer = HandOver.objects.get()
    assert (RegistryEntry.objects.open().get().student, RiskFlag.objects.open().get(source="handed").student) == (
        offer.student_there,
        offer.student_there,
    )
    phone.click("a[href^='/students/']:has-text('查看学生')")
    phone.wait_for_url("**/students/*/")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
