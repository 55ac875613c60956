"""A session that ends while somebody writes: after signing in again the same form stands there with the same text."""

import pytest
from django.contrib.sessions.models import Session

from tests.journeys.test_four_roles import enter, term  # noqa: F401
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_why_a_flag_can_be_closed_outlives_the_session(enter, world):  # noqa: F811
    page = enter("a-counselor", width=360)
    address = f"/flags/{world.a.flag.pk}/close"
    page.goto(address)
    page.check("input[name=outcome] >> nth=1", force=True)
    page.fill("textarea[name=reason]", "连续四周平稳")
    Session.objects.all().delete()
    page.click("main form .btn.go")
    page.fill("input[name=login]", "a-counselor")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    assert page.locator("textarea[name=reason]").input_value() == "连续四周平稳"
    assert page.locator("input[name=outcome] >> nth=1").is_checked()


def test_what_was_typed_is_not_shown_to_the_next_person(enter, world):  # noqa: F811
    page = enter("a-counselor", width=360)
    address = f"/flags/{world.a.flag.pk}/close"
    page.goto(address)
    page.fill("textarea[name=reason]", "连续四周平稳")
    Session.objects.all().delete()
    page.click("main form .btn.go")
    page.fill("input[name=login]", "a-leader")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    assert page.locator("textarea[name=reason]").input_value() == ""
