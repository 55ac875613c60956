"""Threat T16: every field of every form, one at a time, with values nobody thought of; the rest as the page has it.

No page breaks; what is refused changes nothing; what is taken has its audit row and can be looked at; a form that comes
back says what is wrong and keeps what was typed. A file counts how much is tried: `test_t16_odd_addresses.py`.
"""

import html
from functools import cache
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.odd import BY_KIND, DERIVED, PAGES, TEXTS, forms_of, opener, tried
from tests.walking import FIELDS, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readable_papers")]
URLENCODED = "application/x-www-form-urlencoded"
AREAS = {
    "talks": ("counseling:",),
    "figures and accounts": ("reports:", "account_", "mfa_", "set_"),
    "people and units": ("schools:",),
    "students": ("students:",),
    "instruments": ("screening:",),
}
# Kept or noted without an audit row: what one types before it is filed, a place in a queue, one's own language.
UNAUDITED = {"counseling_talkdraft", "schools_job"} | DERIVED
# An odd revision is an old one: the page shows how the record reads now, and this look is noted.
LOG = {"schools_auditentry", "schools_auditchain"}
TYPED = {"text", "textarea", "tel"}
SEARCH = "q"  # belongs to a button of its own; a form that is saved forgets it
ERRORS = ('role="alert"', "field bad", "note bad", "toast error", "toast warning")


def pages_in(area):
    """The forms of the page of styles go nowhere."""
    return [name for name in PAGES if name.startswith(AREAS[area]) and name != "schools:style_page"]


def odd_posts(open_as, names):
    """(client, form, field, odd value) for each field of the forms on these pages."""
    seen = set()
    for name in names:
        client, url = open_as(name)
        for form in forms_of(url, visit(client, "get", url).told):
            if form.method == "post" and (what := (view_of(form.action), *sorted(form.kinds))) not in seen:
                seen.add(what)
                fill(form)
                yield from (
                    (client, form, field, odd)
                    for field, kind in form.kinds.items()
                    if field != "csrfmiddlewaretoken" and "__key__" not in field  # a script copies that one
                    for odd in BY_KIND.get(kind, TEXTS)
                )


@cache
def view_of(url):
    return resolve(urlsplit(url).path).view_name


def fill(form):
    """What is blank gets something well-formed, so that the odd value is what is wrong."""
    form.filled = [(name, value or plain(name)) for name, value in form.filled]


def plain(name):
    value = FIELDS.get(name, "")
    return value if isinstance(value, str) else value[0]


def wrong_with(client, form, field, odd):
    """What is wrong with the answer, or nothing."""
    body = form.with_odd(field, odd)
    broken, answer, changed = tried(client, "post", form.action, data=body, content_type=URLENCODED)
    if broken:
        return broken
    if answer.status_code >= 400 and changed and not (field == "revision" and set(changed) <= LOG):
        return f"answers {answer.status_code} and changed {changed}"
    if changed and "schools_auditentry" not in changed and not set(changed) <= UNAUDITED:
        return f"changed {changed} without an audit row"
    if answer.status_code in (200, 422) and not changed and form.kinds[field] != "submit":
        return wrong_with_page(answer.told, "search" if field == SEARCH else form.kinds[field], odd)
    return ""


def wrong_with_page(told, kind, odd):
    if not any(sign in told for sign in ERRORS):
        return "comes back without a word"
    # A null character and half a surrogate can stand on no page; a hundred thousand letters need not.
    keeps = html.escape(odd.strip()) in told or html.escape(odd) in told
    if kind in TYPED and "\x00" not in odd and "\ud800" not in odd and not keeps:
        return "loses what was typed"
    return ""


def as_text(post):
    _client, form, field, odd = post
    return f"{view_of(form.action)} {field} {odd!a}"


@pytest.mark.parametrize("area", AREAS)
def test_an_odd_value_in_any_field_of_a_form_breaks_nothing_and_leaves_no_half(area, world, sign_in, objects, share):
    names = pages_in(area)
    found, count = {}, 0
    for client, form, field, odd in share(odd_posts(opener(world, sign_in, objects), names), as_text):
        count += 1
        if what := wrong_with(client, form, field, odd):
            found.setdefault((form.action, field, what), []).append(odd[:30])
    assert found == {}
    assert count > 8
