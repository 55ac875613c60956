"""From a slip to an interview at 360 px: a student whose network dies answers, and the counselor is called."""

import datetime as dt

import pytest

from schools.access import Viewer
from screening.actions.rounds import reissue_slip
from screening.models import Response, SavedAnswers
from screening.slip_codes import code_of
from students.models import RiskFlag
from tests.axe import faults
from tests.counseling.test_talk_journey import sign_page_in
from tests.screening.asked import round_of, slip_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_slip_to_interview_on_a_phone_whose_network_dies(open_page, live_server, sign_in, world):
    round_ = round_of(world.a, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
    slip = slip_of(round_, world.a.student_2)
    page = open_page(width=360, height=780, has_touch=True)
    page.goto(f"/a/{code_of(slip)}/")
    assert faults(page) == []
    page.tap("button[value=yes]")
    page.wait_for_selector("[data-num]:has-text('第 1 题')")
    assert faults(page) == []
    page.context.set_offline(True)
    for number in range(1, 10):
        page.tap(".answers label >> nth=" + ("1" if number == 9 else "0"))
        page.tap("button[data-next]")
        page.wait_for_selector(f"[data-num]:has-text('第 {number + 1} 题')")
    page.wait_for_selector("[data-kept]")
    # The gate of a guest network answers first, with a page of its own: that is no word of the school's.
    page.route("**/a/save/", lambda route: route.fulfill(status=200, body="<h1>Wi-Fi</h1>"), times=1)
    page.context.set_offline(False)
    page.wait_for_selector("[data-kept]", state="hidden")
    assert RiskFlag.objects.get(student=slip.student).severity == 4  # called before anything was handed in
    page.tap("button[data-next]")
    page.wait_for_selector("[data-question] h1:has-text('还有 1 题')")
    page.tap("button[data-next]")
    page.wait_for_url("**/a/done/")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert Response.objects.get(slip=slip).given == {f"1.{n}": int(n == 9) for n in range(1, 10)} | {"1.10": None}
    assert not SavedAnswers.objects.exists()
    page.goto("/a/")
    assert page.inner_text("h1") == "扫一扫作答单上的二维码开始。"

    counselor = open_page(width=360, height=780, has_touch=True)
    sign_page_in(counselor, sign_in(world.a.counselor), live_server)
    counselor.goto(round_.get_absolute_url())
    assert counselor.inner_text("h1") == "3 人里 1 人已答完，1 人等着访谈"
    counselor.tap(".rowset a.row")
    counselor.wait_for_url("**/flags/**")
    assert "第 9 题" in counselor.content()


def test_answers_refused_for_good_stay_on_the_device_with_a_word_until_the_new_slip_sends_them(open_page, world):
    slip = slip_of(round_of(world.a, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59)), world.a.student_2)
    page = open_page(width=360, height=780, has_touch=True)
    page.goto(f"/a/{code_of(slip)}/")
    page.tap("button[value=yes]")
    page.wait_for_selector("[data-num]:has-text('第 1 题')")
    page.context.set_offline(True)
    for _number in range(2):
        page.tap(".answers label >> nth=1")
        page.tap("button[data-next]")
    reissue_slip(by=Viewer(person=world.a.counselor.person, membership=world.a.counselor), slip=slip)
    page.context.set_offline(False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("[role=alert]:has-text('还有 2 个回答没有送到学校')", timeout=20_000)
    slip.refresh_from_db()
    page.goto(f"/a/{code_of(slip)}/")
    page.tap("button[value=yes]")
    page.wait_for_selector("[data-num]:has-text('第 3 题')")  # a page loaded anew goes on behind what it still holds
    while page.evaluate("sessionStorage.length"):  # `wait_for_function` uses eval, which the policy forbids
        page.wait_for_timeout(50)
    assert SavedAnswers.objects.get(slip=slip).given == {"1.1": 1, "1.2": 1}
