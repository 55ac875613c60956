"""The same pages in English, whose words are longer, on a phone in the dark."""

import re

import pytest
from django.urls import reverse

from config.translations import entries
from schools.models import Person
from tests.journeys.test_every_page import ON_A_PHONE, OPENED_BY, made  # noqa: F401
from tests.journeys.test_four_roles import term  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Of people on the style page and in these tests, of a column in their file, of the language itself, and the answers of
# an invented survey.
NAMES = {"林雨桐", "何思远", "姓名", "简体中文", "是", "否"}
# Chinese that our catalogues hold, and so should not stand on an English page.
CHINESE = {entry.msgstr for _place, entry in entries() if re.search(r"[\u4e00-\u9fff]", entry.msgstr)} - NAMES
# The way to add second factors is walked in the other test.
WALKED = [login for login in OPENED_BY if login != "a-counselor_2"]


@pytest.mark.parametrize("login", WALKED)
def test_every_page_fits_a_phone_in_english(login, open_as, world, term, request):  # noqa: F811
    objects = request.getfixturevalue("made") if login == "a-leader" else {}
    Person.objects.update(language="en")
    page = open_as(login, **ON_A_PHONE)
    page.emulate_media(color_scheme="dark")
    wrong = []
    for name, *arguments in OPENED_BY[login](world, term, objects):
        page.goto(reverse(name, args=arguments))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append((name, "wider than the phone"))
        wrong += [(name, line) for line in page.locator("body").inner_text().splitlines() if line.strip() in CHINESE]
    assert wrong == []
