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
