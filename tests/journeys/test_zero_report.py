"""A class teacher's morning on a phone: two taps from the reminder to the signed zero, and what the boards show."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.models import DailyReport, ReportingScheme
from schools.common.days import midnight
from schools.models import CalendarDay
from schools.work.reminders import dispatch
from tests.counseling.test_talk_journey import sign_page_in
from tests.journeys.test_four_roles import term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reminded(world, term):  # noqa: F811
    """Today is a school day with a rule, and half an hour before its end the dispatcher has called."""
    today = timezone.localdate()
    CalendarDay.objects.create(unit=world.city, day=today, is_school_day=True)
    ReportingScheme.objects.create(
        unit=world.city,
        preset="full_chain",
        every="day",
        starts_on=today,
        deadlines={"class": "23:59", "school": "23:59"},
    )
    dispatch(now=midnight(today) + dt.timedelta(hours=23, minutes=30))


def test_a_zero_is_two_taps_from_the_reminder_and_shows_on_both_boards(
    open_page, live_server, sign_in, world, reminded
):
    phone = open_page(width=360, height=740, has_touch=True)
    sign_page_in(phone, sign_in(world.a.teacher), live_server)
    phone.goto(reverse("schools:notice_list"))
    phone.tap("main form[action*='open'] button")
    phone.wait_for_selector("h1:has-text('不放心')")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert DailyReport.objects.count() == 0
    phone.tap("button.big")
    phone.wait_for_selector("h1:has-text('无异常')")
    assert DailyReport.objects.get().state == "zero"

    leader = open_page(width=1440)
    sign_page_in(leader, sign_in(world.a.leader), live_server)
    leader.goto(reverse("reports:daily_board"))
    assert (leader.locator(".tile.zero").count(), leader.locator(".tile.awaited").count()) == (1, 2)
    leader.click("form[action*='sign'] .formfoot button")
    leader.wait_for_selector(".toast, [role=status]")

    center = open_page(width=1440)
    sign_page_in(center, sign_in(world.district_staff), live_server)
    center.goto(reverse("reports:daily_board"))
    assert (center.locator(".tile.zero").count(), center.locator(".tile.awaited").count()) == (1, 1)
