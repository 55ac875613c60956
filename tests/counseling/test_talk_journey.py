"""A talk logged on a phone of 360 px with real taps, and what happens when the network or the session goes."""

import datetime as dt
import re
import uuid

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from counseling.actions.drafts import save_draft
from counseling.models import TalkDraft, TalkLog, TalkPart
from schools.models import Term
from tests.counseling.sheet import classmates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECORD = re.compile(r"/talks/[0-9a-f-]{36}/$")
FIRST_WORDS = "textarea[name$=-words]:enabled"
TICKED = "input[name=students]:checked, input[name=themes]:checked"


@pytest.fixture
def enter(open_page, live_server, sign_in, world):
    """A phone on which a member of the cast is signed in. The clock is the real one, so a real term is needed."""
    today = timezone.localdate()
    Term.objects.create(unit=world.city, code="real", starts=today.replace(day=1), ends=today + dt.timedelta(days=365))

    def go(member, width=360, **more):
        page = open_page(width=width, height=780, has_touch=True, **more)
        sign_page_in(page, sign_in(member), live_server)
        page.goto(reverse("counseling:talk_new"))
        return page

    return go


def sign_page_in(page, client, live_server):
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def tap_student(page, student):
    page.tap(f"input[name=students][value='{student.pk}']")


def save(page):
    page.tap(".formfoot .btn.go")


def saved(page):
    page.wait_for_url(RECORD)
    return TalkPart.objects.get(pk=page.url.rstrip("/").rpartition("/")[2])


def test_a_talk_is_three_taps_and_a_text(enter, world):
    page = enter(world.a.teacher)
    tap_student(page, world.a.student_3)
    page.tap("input[name=themes][value=sleep]")
    page.fill(FIRST_WORDS, "I lie awake")
    save(page)
    part = saved(page)
    assert (part.student_id, part.themes, part.words) == (world.a.student_3.pk, ["sleep"], "I lie awake")
    assert not TalkDraft.objects.exists()


def test_a_student_is_found_by_initials(enter, world):
    page = enter(world.a.counselor)
    page.fill("[data-query]", "aolder")
    page.wait_for_selector("[role=option][data-value]")
    page.keyboard.press("Enter")
    page.fill(FIRST_WORDS, "found")
    save(page)
    assert saved(page).student_id == world.a.older.pk


def test_each_student_gets_a_block_and_text_stays_where_it_was_typed(enter, world):
    page = enter(world.a.teacher)
    page.fill(FIRST_WORDS, "typed before anybody was chosen")
    tap_student(page, world.a.student)
    tap_student(page, world.a.student_2)
    page.fill(f"textarea[name='part-{world.a.student_2.pk}-words']", "of the second")
    tap_student(page, world.a.student)
    assert page.locator(FIRST_WORDS).count() == 1
    tap_student(page, world.a.student)
    save(page)
    talk = saved(page).talk
    assert {part.student_id: part.words for part in talk.parts.all()} == {
        world.a.student.pk: "typed before anybody was chosen",
        world.a.student_2.pk: "of the second",
    }


def test_a_dead_network_files_the_talk_when_it_is_back(enter, world):
    page = enter(world.a.teacher)
    tap_student(page, world.a.student_3)
    page.fill(FIRST_WORDS, "typed in a tunnel")
    page.context.set_offline(True)
    save(page)
    page.wait_for_selector(".draft.bad")
    page.context.set_offline(False)
    assert saved(page).words == "typed in a tunnel"
    assert TalkLog.objects.filter(parts__student=world.a.student_3).count() == 1


def test_without_a_network_only_what_was_to_be_saved_is_said_to_be(enter, world):
    page = enter(world.a.teacher)
    page.context.set_offline(True)
    tap_student(page, world.a.student_3)
    page.wait_for_selector(".draft.bad")
    told = [page.inner_text(".draft")]
    save(page)
    page.wait_for_selector(f".draft:not(:text-is('{told[0]}'))")
    told.append(page.inner_text(".draft"))
    assert [("存为草稿" in text, "自动提交" in text) for text in told] == [(True, False), (False, True)]


def test_going_back_to_a_draft_that_was_filed_leads_to_its_record(enter, world, viewer):
    draft = save_draft(
        by=viewer(world.a.teacher), submission=uuid.uuid4(), typed={"students": [str(world.a.student_3.pk)]}
    )
    page = enter(world.a.teacher)
    page.goto(f"{reverse('counseling:talk_new')}?draft={draft.pk}")
    page.fill(FIRST_WORDS, "finished now")
    save(page)
    part = saved(page)
    page.go_back()
    assert saved(page) == part


def test_a_lost_session_loses_nothing(enter, world, sign_in, live_server):
    page = enter(world.a.teacher)
    tap_student(page, world.a.student_3)
    page.fill(FIRST_WORDS, "typed too slowly")
    page.context.clear_cookies()
    save(page)
    page.wait_for_selector(".draft.bad")
    sign_page_in(page, sign_in(world.a.teacher), live_server)
    page.goto(reverse("counseling:talk_new"))
    assert page.input_value(FIRST_WORDS) == "typed too slowly"
    save(page)
    assert saved(page).student_id == world.a.student_3.pk


READERS = "p[data-readers-when]:visible"
ALL, FEW = "除您以外，本班班主任、年级组长、本校心理教师和学校领导能看到。", "除您以外，只有本校心理教师能看到。"


@pytest.mark.parametrize("name", ["talk_new", "talk_edit"])
def test_who_reads_it_follows_the_tick(enter, world, name):
    page = enter(world.a.counselor)
    if name == "talk_edit":
        page.goto(reverse("counseling:talk_edit", args=[world.a.talks["restricted"].parts.get().pk]))
        page.uncheck("[name=is_restricted]")
    told = [page.locator(READERS).all_inner_texts()]
    page.check("[name=is_restricted]")
    told.append(page.locator(READERS).all_inner_texts())
    assert told == [[ALL], [FEW]]


def test_without_javascript_both_cases_of_who_reads_it_are_told(enter, world):
    page = enter(world.a.counselor, java_script_enabled=False)
    assert page.locator(READERS).all_inner_texts() == ["不勾选：" + ALL, "勾选后：" + FEW]


def test_a_sentence_is_inserted_where_one_writes(enter, world):
    page = enter(world.a.teacher)
    page.tap("textarea[name$=-agreed]")
    page.tap("textarea[name$=-agreed] ~ [data-templates] button >> nth=0")
    assert page.input_value("textarea[name$=-agreed]") == "约好下周同一时间再谈一次。"


def test_without_javascript_a_talk_with_two_students_is_filed(enter, world):
    page = enter(world.a.teacher, java_script_enabled=False)
    tap_student(page, world.a.student)
    tap_student(page, world.a.student_2)
    page.fill(FIRST_WORDS, "of the first")
    save(page)
    page.wait_for_selector("[role=alert]")
    page.fill(f"{FIRST_WORDS} >> nth=1", "of the second")
    save(page)
    talk = saved(page).talk
    assert sorted(part.words for part in talk.parts.all()) == ["of the first", "of the second"]


@pytest.mark.parametrize("count", [1, 2])
def test_going_back_after_saving_ticks_nobody_and_keeps_no_text(enter, world, count):
    """The offered list has moved on: a browser that ticks by position would choose somebody else."""
    classmates(world.a.class_1, 6)
    page = enter(world.a.teacher)
    for number in range(count):
        page.tap(f"[data-chosen] input >> nth={number}")
        page.fill(f"{FIRST_WORDS} >> nth={number}", "said once")
    page.tap("input[name=themes] >> nth=0")
    save(page)
    saved(page)
    page.go_back()
    assert (page.locator(TICKED).count(), page.input_value(FIRST_WORDS)) == (0, "")


def test_a_page_kept_by_the_browser_begins_anew_after_it_was_sent(enter, world):
    """Chromium may hold the page just as it was left; what is said then is `pageshow` with `persisted`."""
    page = enter(world.a.teacher)
    tap_student(page, world.a.student_3)
    page.fill(FIRST_WORDS, "said once")
    page.route("**/talks/new/", lambda route: route.fulfill(status=204))  # sent, and the page stands
    before = page.input_value("[name=submission]")
    save(page)
    page.wait_for_selector("form[data-sent]")
    page.unroute("**/talks/new/")
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.input_value("[name=submission]") != before


def test_on_a_wide_screen_the_button_stands_where_the_fields_begin(enter, world):
    page = enter(world.a.teacher, width=1440)
    left = [page.locator(part).first.bounding_box()["x"] for part in (".formfoot .btn.go", FIRST_WORDS)]
    assert left[0] == left[1]


def test_without_javascript_the_word_on_the_search_button_stays_on_one_line(enter, world):
    page = enter(world.a.teacher, java_script_enabled=False)
    lines = page.locator("[name=find]").evaluate(
        "(button) => { const r = new Range(); r.selectNodeContents(button); return r.getClientRects().length; }"
    )
    assert lines == 1
