import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from schools.actions.accounts import Post, create_person
from schools.models import AuditEntry, Person, Role, Unit
from schools.queries import demo_accounts
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/sign-in"


def try_sign_in(login, password=PASSWORD, *, client=None, address="10.0.0.1", **more):
    client = client or Client()
    return client.post(URL, {"login": login, "password": password, **more}, REMOTE_ADDR=address)


def is_in(client):
    return client.get(reverse("schools:account")).status_code == 200


def shown(response):
    """What the page says, without the form's token and what was typed."""
    form = response.context["form"]
    return response.status_code, str(form.non_field_errors()), [(name, str(e)) for name, e in form.errors.items()]


def test_sign_in_by_staff_number(world):
    client = Client()
    assert try_sign_in("a-teacher", client=client).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("write", ["{}", " {} ", "+86 {}", "{} "])
def test_sign_in_by_phone_number(world, write):
    client = Client()
    number = world.a.teacher.person.phone
    assert try_sign_in(write.format(number), client=client).status_code == 302
    assert client.get(reverse("schools:account")).context["person"] == world.a.teacher.person


def test_a_phone_number_reaches_neither_session_nor_failures(world):
    client, phone = Client(), world.a.teacher.person.phone
    try_sign_in(phone, "wrong", client=client)
    try_sign_in("13812340000", "wrong", client=client)
    attempts = [(a.username, a.get_data, a.post_data, a.path_info) for a in AccessAttempt.objects.all()]
    try_sign_in(phone, client=client)
    sessions = [session.get_decoded() for session in Session.objects.all()]

    assert len(attempts) == 2
    assert phone not in str(attempts) + str(sessions)
    assert "13812340000" not in str(attempts)


def test_the_refusal_is_the_same_for_people_who_do_not_exist(world):
    known, unknown = try_sign_in("a-teacher", "wrong"), try_sign_in("nobody-1", "wrong")

    assert shown(known) == shown(unknown)
    assert known.headers.keys() == unknown.headers.keys()


def test_a_closed_account_is_refused_like_one_that_does_not_exist(world):
    Person.objects.filter(pk=world.a.teacher.person_id).update(is_active=False)
    client = Client()
    closed, unknown = try_sign_in("a-teacher", client=client), try_sign_in("nobody-1")

    assert shown(closed) == shown(unknown)
    assert not is_in(client)


def test_five_failures_lock_the_person_at_that_address(world):
    for _ in range(4):
        assert try_sign_in("a-teacher", "wrong").status_code == 200
    locked = try_sign_in("a-teacher", "wrong")

    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    assert try_sign_in("a-teacher").status_code == 429


def test_the_lock_counts_staff_number_and_phone_number_together(world):
    for login in ("a-teacher", world.a.teacher.person.phone) * 2:
        try_sign_in(login, "wrong")

    assert try_sign_in(world.a.teacher.person.phone, "wrong").status_code == 429
    assert try_sign_in("a-teacher").status_code == 429


def test_the_lock_of_one_person_lets_the_rest_of_the_school_in(world):
    for _ in range(6):
        try_sign_in("a-teacher", "wrong", address="10.0.0.1")

    assert try_sign_in("a-teacher_2", address="10.0.0.1").status_code == 302
    assert try_sign_in("a-teacher", address="10.0.0.2").status_code == 302


def test_the_lock_looks_the_same_for_people_who_do_not_exist(world):
    answers = []
    for login in ("a-teacher", "nobody-1"):
        answers.append([try_sign_in(login, "wrong").status_code for _ in range(6)])

    assert answers[0] == answers[1] == [200] * 4 + [429] * 2


def test_many_addresses_together_lock_one_person(world):
    for number in range(30):
        try_sign_in("a-teacher", "wrong", address=f"10.1.{number // 3}.1")

    assert try_sign_in("a-teacher", address="10.9.9.9").status_code == 429
    assert try_sign_in("a-teacher_2", address="10.9.9.9").status_code == 302


def test_the_lock_opens_after_fifteen_minutes(world, fixed_clock):
    for _ in range(6):
        try_sign_in("a-teacher", "wrong")
    fixed_clock.shift(settings.AXES_COOLOFF_TIME.total_seconds() + 5)

    assert try_sign_in("a-teacher").status_code == 302


def test_trying_on_does_not_prolong_the_lock(world, fixed_clock):
    for _ in range(6):
        try_sign_in("a-teacher", "wrong")
    fixed_clock.shift(600)
    try_sign_in("a-teacher", "wrong")
    fixed_clock.shift(305)

    assert try_sign_in("a-teacher").status_code == 302


def test_success_forgets_the_failures(world):
    for _ in range(4):
        try_sign_in("a-teacher", "wrong")
    try_sign_in("a-teacher")

    assert [try_sign_in("a-teacher", "wrong").status_code for _ in range(4)] == [200] * 4


def test_sign_in_is_noted_in_the_units_chain(world):
    try_sign_in("a-teacher")

    row = AuditEntry.objects.latest("pk")
    assert (row.verb, row.person, row.chain.scope) == ("person.signed_in", world.a.teacher.person, world.a.unit.code)


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_leads_to_no_other_host(world, target):
    response = try_sign_in("a-teacher", next=target)

    assert response.headers["Location"] == "/"


def test_sign_in_leads_back_to_the_page_one_wanted(world, client):
    wanted = reverse("schools:calendar")
    assert client.get(wanted).headers["Location"] == f"{URL}?next={wanted}"

    assert try_sign_in("a-teacher", client=client, next=wanted).headers["Location"] == wanted


def test_sign_in_leads_back_to_just_the_list_one_wanted(world, client):
    wanted = reverse("schools:calendar") + "?unit=2144000001&month=2026-05"
    asked = client.get(wanted).headers["Location"]

    assert asked == f"{URL}?next=/calendar%3Funit%3D2144000001%26month%3D2026-05"
    assert client.get(asked).context["redirect_field_value"] == wanted


def test_the_language_of_the_account_comes_back_at_sign_in(world):
    client = Client()
    try_sign_in("a-teacher", client=client)
    client.post(reverse("schools:language_change"), {"language": "en"})

    assert try_sign_in("a-teacher").cookies["language"].value == "en"


def test_signing_out_by_link_asks_first(world, sign_in):
    client = sign_in(world.a.teacher)
    client.get(reverse("account_logout"))
    assert is_in(client)
    client.post(reverse("account_logout"))

    assert not is_in(client)


@pytest.mark.parametrize(
    "path", ["/signup/", "/accounts/signup/", "/password/reset/", "/email/", "/admin/", "/accounts/login/"]
)
def test_pages_of_packages_we_do_not_use_do_not_exist(world, client, path):
    assert client.get(path).status_code == 404


# --- the demo ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def demo(world, viewer):
    """A demo school below the cast's cluster, with two people of one role."""
    unit = Unit.objects.create(
        parent=world.cluster,
        kind_id="school",
        code="D1",
        path=f"{world.cluster.path}D1/",
        name="演示小学",
        is_demo=True,
    )
    for number, role in (("D-1", Role.COUNSELOR), ("D-2", Role.COUNSELOR), ("D-3", Role.CLASS_TEACHER)):
        made = create_person(by=None, unit=unit, staff_number=number, name=number, post=Post(role=role))
        made.person.set_password(settings.DEMO_PASSWORD)
        made.person.must_change_password = False
        made.person.save()
    return unit


def test_demo_accounts_are_one_for_each_role(demo):
    assert [m.person.staff_number for m in demo_accounts()] == ["D-3", "D-1"]


def test_demo_accounts_are_none_without_demo_units(world):
    assert demo_accounts() == []


def test_the_sign_in_page_shows_no_account_without_a_demo(world, client):
    page = client.get(URL + "?as=a-teacher").content.decode()

    assert settings.DEMO_PASSWORD not in page
    assert world.a.teacher.person.name not in page


def test_one_tap_fills_in_a_demo_account(demo, client):
    page = client.get(URL + "?as=D-1").context

    assert page["form"]["login"].value() == "D-1"
    assert f'value="{settings.DEMO_PASSWORD}"' in str(page["form"]["password"])


def test_one_tap_fills_in_nobody_else(demo, client):
    page = client.get(URL + "?as=a-teacher")

    assert page.context["form"]["login"].value() is None
    assert page.context["chosen"] is None


def test_the_sign_in_page_of_a_large_demo_costs_few_queries(demo, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get(URL)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/people/new?unit=2144000001", "?next=/people/new%3Funit%3D2144000001"),
        ("http://testserver/account", "?next=/account"),
        ("http://elsewhere.example/people", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_sent_without_a_session_leads_back_to_its_page_on_this_site_only(client, came_from, back, htmx):
    headers = {"HX-Request": "true", "HX-Current-URL": came_from} if htmx else {"Referer": came_from}
    answer = client.post("/people/new", headers=headers)

    assert answer.headers["HX-Redirect" if htmx else "Location"] == URL + back
