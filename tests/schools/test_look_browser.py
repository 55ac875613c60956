"""What only a browser can tell: axe on the style page, and the scripts that must not lose what somebody typed."""

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory

from tests.axe import on_desk, on_phone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def style_page(open_page, live_server, sign_in, world):
    def show(**more):
        page = open_page(**more)
        cookie = sign_in(world.a.teacher).cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto("/style/")
        return page

    return show


def test_style_page_has_no_axe_findings_and_fits(style_page):
    page = style_page(reduced_motion="reduce")
    assert on_phone(page) + on_desk(page) == []


def test_escape_twice_hides_the_page_and_its_title(style_page):
    page = style_page()
    title = page.title()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.is_visible("[data-cover]")
    assert page.title() != title
    page.click("[data-cover] button")
    assert not page.is_visible("[data-cover]")
    assert page.title() == title


def test_confirmation_is_a_dialog_that_gives_its_panel_back(style_page):
    page = style_page()
    page.click("details.confirm > summary")
    assert page.locator("dialog[open] textarea").count() == 1
    page.click("dialog [data-shut]")
    assert page.locator("dialog").count() == 0
    assert page.locator("details.confirm .panel").count() == 1


def test_confirmation_works_without_javascript(style_page):
    page = style_page(java_script_enabled=False)
    page.click("details.confirm > summary")
    assert page.is_visible("details.confirm textarea")


FORM = """{% load static %}<!doctype html><html lang="en"><head><title>A form</title>
{% for name in scripts %}<script src="/static/js/{{ name }}.js" defer></script>{% endfor %}</head>
<body data-person="{{ person }}"><form method="post" action="/test-save/"
  data-draft-url="/test-draft/" data-draft-key="test">
<input type="hidden" name="csrfmiddlewaretoken" value="token">
{% include "parts/picker.html" with name="students" url="/test-find/" label="Find" %}
<textarea name="words"></textarea><button class="btn go" name="act" value="save">Save</button>
{% include "parts/draft_status.html" %}</form></body></html>"""
FOUND = """{% include "parts/picker_options.html" %}"""


class Server:
    """Answers for the form's addresses and keeps what it was sent."""

    def __init__(self, page):
        self.page, self.drafts, self.saves, self.signed_in, self.broken = page, [], [], True, False
        self.person = "p1"
        page.route("**/test-*/**", self.answer)

    def answer(self, route):
        request, path = route.request, route.request.url.split("/test-")[1].split("/")[0]
        if path == "form":
            route.fulfill(content_type="text/html", body=draw(FORM, person=self.person))
        elif path == "login":
            route.fulfill(content_type="text/html", body=draw(FORM, person="").replace("data-draft-url", "data-none"))
        elif path == "find":
            route.fulfill(content_type="text/html", body=draw(FOUND, found=[{"value": "7", "label": "Lin Yutong"}]))
        elif path == "draft" and self.broken:
            route.fulfill(status=500, body="")
        elif path == "draft" and not self.signed_in:
            route.fulfill(status=401, body="")
        elif path == "draft":
            self.drafts.append(request.post_data)
            route.fulfill(status=204, body="")
        else:
            self.saves.append(request.post_data)
            route.fulfill(content_type="text/html", body="<!doctype html><html lang='en'><title>Saved</title></html>")


def draw(source, **context):
    scripts = ("early", "app", "draft", "picker")
    request = RequestFactory().get("/")
    return Template(source).render(Context({"request": request, "scripts": scripts, **context}))


@pytest.fixture
def form(open_page):
    page = open_page(width=360)
    server = Server(page)
    page.goto("/test-form/")
    return page, server


def pick(page):
    page.type("[data-query]", "lyt")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")


def chosen(page):
    return page.eval_on_selector_all("[data-picker] input:checked", "all => all.map(one => one.value)")


def test_picker_chooses_by_keyboard(form):
    page, _ = form
    pick(page)
    assert chosen(page) == ["7"]
    assert page.inner_text("[data-chosen] label") == "Lin Yutong"


def test_typing_is_kept_as_a_draft(form):
    page, server = form
    with page.expect_request("**/test-draft/"):
        page.fill("textarea", "slept badly")
    page.wait_for_selector("[data-draft-status]:not(:empty)")
    assert "slept badly" in server.drafts[-1]
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_dead_network_keeps_the_form_and_sends_it_when_the_network_is_back(form):
    page, server = form
    pick(page)
    page.fill("textarea", "slept badly")
    page.context.set_offline(True)
    page.click("text=Save")
    page.wait_for_selector(".draft.bad")
    assert (server.saves, page.url.endswith("/test-form/")) == ([], True)
    page.context.set_offline(False)
    page.wait_for_url("**/test-save/")
    assert len(server.saves) == 1
    assert "words=slept+badly" in server.saves[0]


def test_lost_session_brings_the_form_back_after_signing_in(form):
    page, server = form
    server.signed_in = False
    pick(page)
    page.fill("textarea", "slept badly")
    page.click("text=Save")
    page.wait_for_selector(".draft.bad")
    page.goto("/test-login/")
    server.signed_in = True
    page.goto("/test-form/")
    assert page.input_value("textarea") == "slept badly"
    assert chosen(page) == ["7"]


def test_kept_form_is_not_shown_to_the_next_person(form):
    page, server = form
    server.signed_in = False
    page.fill("textarea", "slept badly")
    page.click("text=Save")
    page.wait_for_selector(".draft.bad")
    server.person = "p2"
    page.goto("/test-form/")
    assert page.input_value("textarea") == ""
    assert "slept badly" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_three_presses_send_one_request(form):
    page, server = form
    page.evaluate(
        "() => { const b = document.querySelector('.btn.go'); b.click(); b.click(); setTimeout(() => b.click(), 30) }"
    )
    page.wait_for_url("**/test-save/")
    assert len(server.saves) == 1


def test_broken_drafts_do_not_hold_back_the_form(form):
    page, server = form
    server.broken = True
    page.fill("textarea", "slept badly")
    page.click("text=Save")
    page.wait_for_url("**/test-save/")
    assert "words=slept+badly" in server.saves[0]
