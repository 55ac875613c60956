"""What an action refuses: told on the page where the person was, or at the field of the form that it is about."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.urls import reverse

from schools.common.errors import Refused, refusal_in
from schools.models import AuditEntry, UnitKind

pytestmark = pytest.mark.django_db
KINDS = reverse("schools:unit_kind_list")


@pytest.fixture
def remove(world, sign_in):
    """Ask to remove a level with units, which is refused."""

    def post(kind="school", **headers):
        return sign_in(world.admin).post(reverse("schools:unit_kind_remove", args=[kind]), headers=headers)

    return post


def test_a_refusal_that_no_view_caught_is_a_message_where_the_person_was(remove):
    before = AuditEntry.objects.count()
    answer = remove(referer=f"http://testserver{KINDS}?page=2")
    assert (answer.status_code, answer.url) == (302, f"http://testserver{KINDS}?page=2")
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["error"]
    assert UnitKind.objects.filter(pk="school").exists()
    assert AuditEntry.objects.count() == before


def test_what_is_not_refused_leads_on(remove, world):
    UnitKind.objects.create(code="spare", rank=9, label_zh="x", label_en="x", is_school=False)
    answer = remove("spare", referer="http://testserver/calendar/")
    assert answer.url == KINDS
    assert not UnitKind.objects.filter(pk="spare").exists()


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/units/", "javascript:alert(1)", "http://[::1"])
def test_a_refusal_leads_to_no_other_site(remove, referer):
    assert remove(referer=referer).url == "/"


def test_a_refusal_inside_a_page_loads_it_anew(remove):
    answer = remove(referer=f"http://testserver{KINDS}", hx_request="true")
    assert answer.headers["HX-Redirect"] == f"http://testserver{KINDS}"


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("", "__all__"), ("unknown", "__all__")])
def test_a_refusal_in_a_form_stands_at_the_field_that_it_names(field, place):
    form = NameForm({"name": "x"})
    form.full_clean()
    with refusal_in(form):
        raise Refused("not this name", field=field)
    assert form.errors == {place: ["not this name"]}


def test_another_error_in_a_form_is_no_refusal():
    with pytest.raises(ZeroDivisionError), refusal_in(NameForm({})):
        raise ZeroDivisionError
