"""A real Chromium for journeys: Debian's own, never a downloaded one, and nothing but our own server to talk to."""

import os
import shutil
from pathlib import Path

import pytest

ARGUMENTS = [
    "--no-sandbox",  # as root, and in containers, Chromium refuses its sandbox
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# The first is Chromium without its windows: the same engine, at three fifths of the cost of a page.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")


def chromium_path():
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert found, "chromium is not on this machine: `make test` installs it, or name it in CHROMIUM"
    return found


@pytest.fixture(scope="session")
def chromium():
    from django.db import connections
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would refuse the database beside it. With the loop Django
    # opens connections of its own; a forked process, which has no loop, would find those of before and use them too.
    connections.close_all()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium, live_server, request):
    """`open_page(width=360)`: a fresh browser context on the live server. What a browser says wrong fails the test:
    a blocked script or style, an uncaught error, a request to another host."""
    contexts, complaints = [], []

    def enter(width=1280, height=800, language="zh-CN", **more):
        size = {"width": width, "height": height}
        context = chromium.new_context(
            base_url=live_server.url, viewport=size, locale=language, timezone_id="Asia/Shanghai", **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("console", lambda said: complain(complaints, said))
        page.on("request", lambda sent: complain_about_host(complaints, sent.url, live_server.url))
        return page

    yield enter
    for number, context in enumerate(contexts):
        keep_screenshots(context, f"{request.node.name}-{number}")
        context.close()
    assert complaints == []


def complain(complaints, said):
    if said.type == "error" and "Content Security Policy" in said.text:
        complaints.append(said.text)


def complain_about_host(complaints, url, own):
    if not url.startswith((own, "data:", "blob:", "about:")):
        complaints.append(f"request to another host: {url}")


def keep_screenshots(context, name):
    """Output of a run for people to look at: in ARTIFACTS, or nowhere."""
    target = os.environ.get("ARTIFACTS")
    if not target:
        return
    Path(target).mkdir(parents=True, exist_ok=True)
    for page in context.pages:
        safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in name)
        page.screenshot(path=str(Path(target) / f"{safe}.png"), full_page=True)
