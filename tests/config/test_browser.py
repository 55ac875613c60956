import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_chromium_reaches_the_live_server_and_its_database(open_page):
    page = open_page(width=360)
    response = page.goto("/healthz")
    assert (response.status, page.inner_text("body").strip()) == (200, "ok")
    assert page.viewport_size["width"] == 360
