"""What the forms of people, rules and exports do by themselves in a real Chromium."""

import pytest
from django.urls import reverse

from tests.schools.test_accounts_browser import sign_in_by_hand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_form_of_a_role_shows_only_what_the_role_has(world, open_page):
    page = open_page(width=360)
    sign_in_by_hand(page)
    page.goto(reverse("schools:person_new"))

    def shown(role):
        page.select_option("select[name=role]", role)
        return [
            name
            for name in ("classes", "cohort", "backup")
            if page.locator(f".field:has([name={name}])").last.is_visible()
        ]

    assert shown("class_teacher") == ["classes"]
    assert shown("grade_head") == ["cohort"]
    assert shown("counselor") == ["backup"]


def test_a_changed_rule_ticks_its_box_and_the_same_day_asks_no_number(world, open_page):
    page = open_page(width=360)
    sign_in_by_hand(page)
    page.goto(reverse("schools:unit_rules", args=[world.a.unit.pk]))

    assert not page.is_visible("#id_amount_3")
    assert not page.is_checked("#id_own_targets")
    page.fill("#id_amount_2", "2")
    page.locator("#id_amount_2").blur()
    assert page.is_checked("#id_own_targets")
    assert not page.is_checked("#id_own_factors")
    page.select_option("#id_kind_3", "school_days")
    assert page.is_visible("#id_amount_3")


def test_an_export_says_that_the_file_came_and_how_many_are_left(world, open_page):
    page = open_page(width=360)
    sign_in_by_hand(page)
    page.goto(reverse("students:student_export"))
    assert "5 次" in page.inner_text("[data-left]")
    page.check("input[name=purpose] >> nth=0")
    with page.expect_download():
        page.click("main button.go")
    page.wait_for_selector(".toast.success")
    page.locator("[data-left]", has_text="4 次").wait_for()

    assert page.inner_text(".toast.success p") == "已导出，请在下载文件中查看。"
