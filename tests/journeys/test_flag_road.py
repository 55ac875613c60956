"""The road of a flag with two people: raised on a phone, the counselor's open page counts it by itself, it is taken in
hand, an interview is saved, the teacher asked and answering, and two persons end it."""

import pytest

from students.models import RiskFlag
from tests.journeys.test_four_roles import assert_accessible, enter, term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pick(page, name, value):
    page.check(f"#do [name={name}][value='{value}']", force=True)


def test_a_flag_from_the_phone_to_the_second_person(enter, world):  # noqa: F811
    desk = enter("a-counselor")
    desk.clock.install()
    desk.goto("/flags/")
    phone = enter("a-teacher", width=360)
    phone.goto(f"/students/{world.a.student_3.pk}/flags/new")
    assert phone.locator(f"a[href='tel:{world.a.counselor.person.phone}']").count() == 1
    phone.check("[name=severity][value='4']", force=True)
    phone.check("[name=signs][value=death]", force=True)
    phone.fill("[name=reason]", "课间说“不想活了”，手臂上有新的划痕")
    assert_accessible(phone)
    phone.click("main form .btn.go")
    phone.wait_for_url("**/flags/*/")
    flag = RiskFlag.objects.get(student=world.a.student_3)

    # After half a minute the counselor's open page counts and shows it, untouched, with a mark in its title.
    desk.clock.fast_forward("00:30")
    desk.wait_for_selector(f"a.item[href*='{flag.pk}']", timeout=10_000)
    assert desk.locator(".rail [data-count=notices]").inner_text().startswith("1")
    assert desk.title().startswith("● ")
    assert world.a.student_3.name not in desk.title()

    desk.click(f"a.item[href*='{flag.pk}']")
    desk.click("form[action$='/acknowledge'] .btn.go")
    desk.click("form[action$='/begin'] .btn.go")
    desk.fill("#do [name=happened]", "“晚上想要是不在了就好了”，没有想过怎么做")
    for name, value in (("thoughts", "thoughts"), ("means", "none"), ("next", "accompanied"), ("severity", "4")):
        pick(desk, name, value)
    desk.click("#do .formfoot .btn.go")
    desk.wait_for_selector(".step >> text=访谈")
    assert_accessible(desk)

    desk.goto(f"/flags/{flag.pk}/?step=question")
    desk.fill("#do [name=text]", "请陪她到辅导室来，课后别让她单独离开")
    desk.click("#do .formfoot .btn.go")
    phone.goto(f"/flags/{flag.pk}/")
    phone.fill("section.note [name=text]", "我送她到辅导室了")
    phone.click("section.note .btn.go")
    phone.wait_for_url("**/flags/*/")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    desk.goto(f"/flags/{flag.pk}/close")
    desk.check("[name=outcome][value=supported]", force=True)
    desk.fill("[name=seen]", "两周来情绪平稳，睡得好")
    desk.fill("[name=done]", "访谈两次，家长来校，班主任每日关注")
    desk.select_option("[name=second]", str(world.a.leader.pk))
    desk.click("main form .btn.go")
    leader = enter("a-leader", width=360)
    leader.goto(f"/flags/{flag.pk}/")
    leader.click("form[action$='/confirm'] .btn.go")
    leader.wait_for_selector("text=怎样了结的")
    flag.refresh_from_db()
    assert (flag.state, flag.outcome) == ("closed", "supported")


def test_when_the_session_has_ended_the_names_vanish_and_the_page_says_so(enter, world):  # noqa: F811
    desk = enter("a-counselor")
    desk.goto("/flags/")
    assert world.a.student.name in desk.locator("body").inner_text()
    desk.context.clear_cookies()
    desk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.wait_for_selector(".ended .big")
    said = desk.locator("body").inner_text()
    assert ("本页不再提醒" in said, world.a.student.name in said) == (True, False)
