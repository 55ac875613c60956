"""The road of a plan with three people: from a flag onto the registry, a plan, reviews, down and off by two persons."""

import datetime as dt

import pytest
from django.utils import timezone

from students.models import RegistryEntry
from tests.journeys.test_four_roles import assert_accessible, enter, term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def send(page, address, **values):
    """Open a form, fill it in, send it; back on the page of the plan."""
    page.goto(address)
    for name, value in values.items():
        field = page.locator(f"main form [name={name}]").first
        kind = field.evaluate("field => field.type")
        if kind in ("radio", "checkbox"):
            page.check(f"main form [name={name}][value='{value}']", force=True)
        elif kind == "select-one":
            field.select_option(str(value))
        else:
            field.fill(value)
    page.click("main form .btn.go")
    page.wait_for_url("**/registry/*/")


def confirm(page, plan):
    page.goto(plan)
    page.click("form[action$='/confirm'] .btn.go")
    page.wait_for_url("**/registry/*/")


def test_a_plan_from_the_flag_until_the_student_leaves_the_registry(enter, world):  # noqa: F811
    desk, leader = enter("a-counselor", width=1440), enter("a-leader", width=360)
    desk.goto(f"/flags/{world.a.flag.pk}/")
    listing = desk.get_attribute(".acts a[href*='/registry']", "href")
    send(desk, listing, reasons="妈妈来校说明，有过自伤的念头", severity=2, counselor=world.a.counselor.pk)
    entry = RegistryEntry.objects.get(student=world.a.student)
    plan = entry.get_absolute_url()
    assert entry.flag == world.a.flag
    send(desk, f"{plan}measures/new", what="每天早读看一眼", who=world.a.teacher.pk)
    send(desk, f"{plan}told", audience="class_teacher", text="按四条信号留意，不在班里提")
    assert_accessible(desk)

    phone = enter("a-teacher", width=360)
    phone.goto(plan)
    assert phone.locator("text=按四条信号留意").count() == 1
    assert phone.locator("text=有过自伤的念头").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.click("form[action$='/done'] button")
    phone.wait_for_selector(".todo.ok")

    well = "睡得好，交了作业，和同桌和好了"
    send(desk, f"{plan}review", changed=well, severity=1, second=world.a.leader.pk)
    confirm(leader, plan)
    assert leader.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    entry.reviews.update(reviewed_on=timezone.localdate() - dt.timedelta(days=7))
    send(desk, f"{plan}review", changed=well, severity=1)
    send(desk, f"{plan}off", ending="better", changed=well, second=world.a.leader.pk)
    confirm(leader, plan)
    entry.refresh_from_db()
    assert (entry.severity, entry.ending, entry.off_on is not None) == (1, "better", True)
    send(desk, f"{plan}review", changed="一个月来都好")
    entry.refresh_from_db()
    assert entry.review_by is None
