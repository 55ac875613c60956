import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from schools import audit
from schools.access import Viewer
from schools.accounts.second_factor import is_last_required_factor
from schools.models import AuditEntry, Membership, UnitSetting
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def give_app(person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def enter(membership, client=None):
    client = client or Client()
    response = client.post(reverse("account_login"), {"login": membership.person.staff_number, "password": PASSWORD})
    return client, response


@pytest.fixture
def strict(world):
    """The default rule: everyone who sees more than their own class."""
    UnitSetting.objects.filter(key="second_factor_roles").delete()
    return world


def test_by_default_everyone_who_sees_more_than_their_class_needs_one(strict, sign_in):
    target = reverse("schools:calendar")
    needing = {
        name
        for name, membership in strict.members().items()
        if sign_in(membership).get(target).headers.get("Location") == reverse("schools:second_factor_required")
    }
    without = {f"{key}.{name}" for key in "ab" for name in ("teacher", "teacher_2", "teacher_4", "subject_teacher")}

    assert needing == set(strict.members()) - without


def test_the_page_that_holds_back_leads_to_setting_up(strict, sign_in):
    page = sign_in(strict.a.leader).get(reverse("schools:second_factor_required"))

    assert page.status_code == 200
    assert reverse("mfa_activate_totp") in page.content.decode()


def test_a_unit_can_ask_everyone(strict, sign_in):
    UnitSetting.objects.create(unit=strict.a.unit, key="second_factor_roles", value=["class_teacher"])
    target = reverse("schools:calendar")

    assert sign_in(strict.a.teacher).get(target).status_code == 302
    assert sign_in(strict.b.teacher).get(target).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(strict, sign_in):
    RecoveryCodes.activate(strict.a.leader.person)

    assert sign_in(strict.a.leader).get(reverse("schools:calendar")).status_code == 302


def test_whoever_has_one_is_asked_for_it(strict):
    secret = give_app(strict.a.leader.person)
    client, response = enter(strict.a.leader)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("schools:calendar")).status_code == 302  # not in yet

    assert client.post(reverse("mfa_authenticate"), {"code": code_for(secret)}).status_code == 302
    assert client.get(reverse("schools:calendar")).status_code == 200


def test_a_wrong_code_does_not_let_in(strict):
    give_app(strict.a.leader.person)
    client, _response = enter(strict.a.leader)
    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert response.status_code == 200
    assert client.get(reverse("schools:calendar")).status_code == 302


def test_codes_cannot_be_tried_without_end(strict):
    secret = give_app(strict.a.leader.person)
    client, _response = enter(strict.a.leader)
    for _ in range(10):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})

    assert client.get(reverse("schools:calendar")).status_code == 302


def test_a_code_works_once(strict):
    secret = give_app(strict.a.leader.person)
    code = code_for(secret)
    first, _response = enter(strict.a.leader)
    first.post(reverse("mfa_authenticate"), {"code": code})
    second, _response = enter(strict.a.leader)
    second.post(reverse("mfa_authenticate"), {"code": code})

    assert first.get(reverse("schools:calendar")).status_code == 200
    assert second.get(reverse("schools:calendar")).status_code == 302


def test_a_code_works_once_for_as_long_as_it_is_taken_also_if_the_cache_is_emptied(world, fixed_clock):
    secret, person = give_app(world.a.leader.person), world.a.leader.person
    counter = list(yield_hotp_counters_from_time())[-1]  # of a clock that is ahead: taken for three periods
    code, before = (format_hotp_value(hotp_value(secret, number)) for number in (counter, counter - 1))

    def takes(typed):
        return Authenticator.objects.get(user=person).wrap().validate_code(typed)

    assert takes(code)
    cache.clear()
    fixed_clock.shift(40)
    assert (takes(code), takes(before)) == (False, False)
    fixed_clock.shift(30)
    assert takes(code_for(secret)) is False  # the same one once more
    fixed_clock.shift(30)
    assert takes(code_for(secret))


def test_a_recovery_code_lets_in_once(strict):
    give_app(strict.a.leader.person)
    code = RecoveryCodes.activate(strict.a.leader.person).generate_codes()[0]
    client, _response = enter(strict.a.leader)
    client.post(reverse("mfa_authenticate"), {"code": code})
    again, _response = enter(strict.a.leader)
    refused = again.post(reverse("mfa_authenticate"), {"code": code})

    said = "验证码不正确或已经用过。请输入验证器当前显示的验证码，或一个未用过的恢复码。"
    assert refused.context["form"].errors["code"] == [said]
    assert "data-print" in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert client.get(reverse("schools:calendar")).status_code == 200
    assert again.get(reverse("schools:calendar")).status_code == 302


@pytest.mark.django_db(transaction=True)  # the library tells of it when the transaction is over
def test_setting_up_an_app_opens_the_pages(strict):
    client, _response = enter(strict.a.leader)
    page = client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})

    assert response.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert len(client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]) == 10
    assert client.get(reverse("schools:calendar")).status_code == 200
    assert "person.totp_activated" in AuditEntry.objects.values_list("verb", flat=True)


def test_setting_up_later_asks_for_the_password_again(strict, fixed_clock):
    client, _response = enter(strict.a.leader)
    fixed_clock.shift(600)
    response = client.get(reverse("mfa_activate_totp"))
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))

    client.post(response.headers["Location"], {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_secrets_are_sealed_in_the_database(strict):
    secret = give_app(strict.a.leader.person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())

    assert secret not in stored


def test_the_last_factor_stays_while_a_role_asks_for_it(strict):
    secret = give_app(strict.a.leader.person)
    client, _response = enter(strict.a.leader)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=strict.a.leader.person, type="totp").exists()


def test_a_factor_nobody_asks_for_can_go(world):
    secret = give_app(world.a.teacher.person)
    client, _response = enter(world.a.teacher)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=world.a.teacher.person).exists()


def test_is_last_required_factor_looks_at_every_role(strict):
    person = strict.a.teacher.person
    app = TOTP.activate(person, generate_totp_secret()).instance
    assert not is_last_required_factor(app)
    Membership.objects.create(person=person, unit=strict.b.unit, role="school_leader")
    assert is_last_required_factor(app)
    Authenticator.objects.create(user=person, type="webauthn", data={})
    assert not is_last_required_factor(app)


def test_another_persons_passkey_does_not_exist(strict, sign_in):
    key = Authenticator.objects.create(user=strict.b.leader.person, type="webauthn", data={"name": "x"})
    client, _response = enter(strict.a.teacher)
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))

    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_rule_is_remembered_for_a_while_and_then_asked_again(world, sign_in, fixed_clock):
    client = sign_in(world.a.leader)
    client.get(reverse("schools:calendar"))
    UnitSetting.objects.filter(key="second_factor_roles").delete()
    assert client.get(reverse("schools:calendar")).status_code == 200
    fixed_clock.shift(601)

    assert client.get(reverse("schools:calendar")).status_code == 302


def test_what_is_remembered_counts_for_one_role_only(world, sign_in):
    UnitSetting.objects.create(unit=world.b.unit, key="second_factor_roles", value=["counselor"])
    other = Membership.objects.create(person=world.a.teacher.person, unit=world.b.unit, role="counselor")
    client = sign_in(world.a.teacher)
    assert client.get(reverse("schools:calendar")).status_code == 200
    client.post(reverse("schools:membership_switch"), {"membership": other.pk})

    assert client.get(reverse("schools:calendar")).status_code == 302


def test_a_page_asks_the_database_who_is_there_in_few_queries(world, sign_in, django_assert_max_num_queries):
    """Session, person, membership: what every page costs before it begins."""
    client = sign_in(world.a.teacher)
    client.get(reverse("schools:second_factor_required"))
    client.get(reverse("schools:calendar"))
    with django_assert_max_num_queries(3):
        client.get(reverse("schools:person_list"))  # refused before anything else


def test_the_way_around_a_page_costs_no_query_of_its_own(world, sign_in, django_assert_num_queries):
    """Session, person, memberships, waiting notices; then what this page shows: memberships, factors, rules."""
    client = sign_in(world.a.teacher)
    client.get(reverse("schools:account"))
    with django_assert_num_queries(7):
        client.get(reverse("schools:account"))


@pytest.mark.parametrize("has_acted", [True, False])
def test_who_has_chosen_no_role_acts_in_the_one_used_last_else_held_longest(has_acted, world, sign_in):
    Membership.objects.create(
        person=world.a.teacher.person, unit=world.b.unit, role="subject_teacher", starts_on=dt.date(2020, 1, 1)
    )
    other = Membership.objects.create(
        person=world.a.teacher.person, unit=world.b.unit, role="counselor", starts_on=dt.date(2026, 3, 2)
    )
    if has_acted:
        with transaction.atomic():
            for member in (world.a.teacher, other):
                by = Viewer(person=member.person, membership=member)
                audit.record_read(by=by, about=world.a.student, student=world.a.student)
    client = sign_in(world.a.teacher)
    session = client.session
    del session["membership"]
    session.save()
    response = client.get(reverse("schools:account"))

    expected = other if has_acted else world.a.teacher
    assert response.wsgi_request.viewer.membership == expected
    assert client.session["membership"] == expected.pk
