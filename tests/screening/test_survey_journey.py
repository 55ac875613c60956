"""A counselor makes a survey at 360 px: what is typed appears on the picture beside it, branches come and go."""

import pytest
from django.urls import reverse

from screening.models import Instrument
from tests.counseling.test_talk_journey import sign_page_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_survey_made_on_a_phone_shows_what_it_will_look_like(open_page, live_server, sign_in, world):
    page = open_page(width=360, height=780, has_touch=True)
    sign_page_in(page, sign_in(world.a.counselor), live_server)
    page.goto(reverse("screening:survey_new"))
    page.fill("[name=title]", "作息小调查")
    page.tap("button.go")
    page.fill("[name=text]", "昨晚睡得好吗？")
    page.fill("[name=options]", "好\n不好")
    page.wait_for_selector(".phone legend:has-text('昨晚睡得好吗？')")
    page.tap("button[name=another]")
    page.wait_for_selector("h1:has-text('第 2 题')")
    page.check("input[name=type][value=text]")
    assert not page.is_visible("[name=options]")
    page.fill("[name=text]", "为什么？")
    page.tap("details.fold summary")
    page.check("input[name=show_if][value='1:2']")
    page.tap("#question button.go")
    page.wait_for_url("**/edit/")
    assert not page.is_visible(".phone legend:has-text('为什么？')")
    page.tap(".phone label:has-text('不好')")
    assert page.is_visible(".phone legend:has-text('为什么？')")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.tap("summary:has-text('发布')")
    page.tap("dialog button.go, .confirm[open] button.go")
    page.wait_for_selector("h1:has-text('作息小调查')")
    assert Instrument.objects.get(name_zh="作息小调查").state == "ready"
