"""A session that ends while somebody writes: after signing in again the same form stands there with the same text."""

import pytest
from django.contrib.sessions.models import Session

from schools.models import Term
from tests.journeys.test_four_roles import enter, term  # noqa: F401
from tests.walking import part_of
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_why_a_flag_can_be_closed_outlives_the_session(enter, world):  # noqa: F811
    page = enter("a-counselor", width=360)
    address = f"/flags/{world.a.flag.pk}/close"
    page.goto(address)
    page.check("input[name=outcome] >> nth=1", force=True)
    page.fill("textarea[name=done]", "连续四周平稳")
    Session.objects.all().delete()
    page.click("main form .btn.go")
    page.fill("input[name=login]", "a-counselor")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    assert page.locator("textarea[name=done]").input_value() == "连续四周平稳"
    assert page.locator("input[name=outcome] >> nth=1").is_checked()


def test_what_was_typed_is_not_shown_to_the_next_person(enter, world):  # noqa: F811
    page = enter("a-counselor", width=360)
    address = f"/flags/{world.a.flag.pk}/close"
    page.goto(address)
    page.fill("textarea[name=done]", "连续四周平稳")
    Session.objects.all().delete()
    page.click("main form .btn.go")
    page.fill("input[name=login]", "a-leader")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    assert page.locator("textarea[name=done]").input_value() == ""


def lose_and_sign_in(page, who, press):
    """The session ends, the form is sent in vain, and somebody signs in in the same tab."""
    Session.objects.all().delete()
    press()
    page.wait_for_selector("input[name=login]")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")


FORMS = {
    "student": lambda w: (f"/students/{w.a.student.pk}/edit", "input[name=name]"),
    "guardian": lambda w: (f"/students/{w.a.student.pk}/guardians/new", "input[name=name]"),
    "a talk's correction": lambda w: (f"/talks/{part_of(w.a, 'own').pk}/edit/", "textarea >> nth=0"),
    "person": lambda w: (f"/people/new?unit={w.a.unit.code}", "input[name=name]"),
}


@pytest.mark.parametrize(("who", "form"), [("leader", "student"), ("teacher", "guardian"), ("leader", "person")])
def test_a_form_sent_after_the_session_ended_comes_back_with_its_text(enter, world, who, form):  # noqa: F811
    page = enter(f"a-{who}", width=360)
    address, field = FORMS[form](world)
    page.goto(address)
    page.fill(field, "林雨桐")
    lose_and_sign_in(page, f"a-{who}", lambda: page.click("main form .btn.go"))
    page.wait_for_url(f"**{address}")
    assert page.locator(field).input_value() == "林雨桐"
    assert page.locator(".toast").inner_text().startswith("已恢复")

    page.goto(address)
    assert page.locator(field).input_value() != "林雨桐"


def test_the_correction_of_a_talk_comes_back_after_the_session_ended(enter, world):  # noqa: F811
    page = enter("a-teacher", width=360)
    address, field = FORMS["a talk's correction"](world)
    page.goto(address)
    page.fill(field, "补充：已约下周再谈")
    lose_and_sign_in(page, "a-teacher", lambda: page.click("main form .btn.go"))
    page.wait_for_url(f"**{address}")
    assert page.locator(field).input_value() == "补充：已约下周再谈"


def test_a_section_of_the_summary_comes_back_open_after_the_session_ended(enter, world):  # noqa: F811
    page = enter("a-leader")
    address = f"/summaries/{Term.objects.order_by('-starts').first().code}/"
    page.goto(address)
    page.click("details[id^=write-] summary >> nth=0")
    box = page.locator("details[id^=write-] textarea >> nth=0")
    lose_and_sign_in(page, "a-leader", lambda: box.fill("本学期谈话覆盖全校"))
    page.wait_for_url(f"**{address}")
    assert box.input_value() == "本学期谈话覆盖全校"
    assert box.is_visible()


def test_what_htmx_has_saved_is_not_kept_in_the_tab(enter, world):  # noqa: F811
    page = enter("a-leader")
    page.goto(f"/summaries/{Term.objects.order_by('-starts').first().code}/")
    page.click("details[id^=write-] summary >> nth=0")
    page.locator("details[id^=write-] textarea >> nth=0").fill("已保存的文字")
    page.wait_for_selector("[id^=saved-]:not(:empty)")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))") == []


def test_a_refused_section_says_why_and_keeps_the_text_in_the_page_and_in_the_tab(enter, world):  # noqa: F811
    page = enter("a-leader")
    address = f"/summaries/{Term.objects.order_by('-starts').first().code}/"
    page.goto(address)
    page.click("details[id^=write-] summary >> nth=0")
    box = page.locator("details[id^=write-] textarea >> nth=0")
    box.evaluate("(box) => box.removeAttribute('maxlength')")
    box.fill("长" * 20_001)
    page.wait_for_selector("[id^=saved-].bad")
    assert "20000" in page.locator("[id^=saved-].bad").inner_text()
    assert len(box.input_value()) == 20_001
    page.goto(address)
    assert len(box.input_value()) == 20_001


def test_passwords_codes_and_files_are_never_kept(enter, world):  # noqa: F811
    page = enter("a-leader", width=360)
    page.goto(f"/students/{world.a.student.pk}/edit")
    page.evaluate(
        """() => {
          const form = document.querySelector("main form");
          const odd = [["secret", "type=password"], ["code", "autocomplete=one-time-code"], ["paper", "type=file"]];
          for (const [name, more] of odd)
            form.insertAdjacentHTML("beforeend", `<input name=${name} ${more}>`);
          form.elements.secret.value = form.elements.code.value = "314159";
          form.addEventListener("submit", (event) => event.preventDefault());
        }"""
    )
    page.click("main form .btn.go")
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert "csrf" not in kept
    assert "314159" not in kept
    assert '"name"' in kept
