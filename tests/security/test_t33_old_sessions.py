"""Threat T33: a session older than the second factor counted as proved."""

import importlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.urls import reverse

from schools.common import crypto
from tests.schools.test_second_factor import code_for, enter, give_app

pytestmark = pytest.mark.django_db
PAGE = "/flags/"


def opens(client):
    return client.get(PAGE).status_code == 200


def test_a_session_that_began_before_the_factor_must_prove_it(world, sign_in):
    client = sign_in(world.a.leader)
    secret = give_app(world.a.leader.person)
    answer = client.get(PAGE)
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(answer.headers["Location"], {"code": code_for(secret)})
    assert opens(client)


def test_it_must_also_where_the_role_asks_for_none(world, sign_in):
    client = sign_in(world.a.teacher)
    assert opens(client)
    give_app(world.a.teacher.person)
    session = client.session
    del session["second_factor"]  # that none is asked for is remembered for some minutes
    session.save()
    assert not opens(client)


@pytest.mark.django_db(transaction=True)  # the library tells of it when the transaction is over
def test_setting_up_a_factor_ends_the_other_sessions(world, sign_in):
    other, client = sign_in(world.a.teacher), sign_in(world.a.teacher)
    assert opens(other)
    page = client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})
    assert (opens(client), opens(other)) == (True, False)


def test_removing_a_factor_ends_the_other_sessions(world, fixed_clock):
    secret = give_app(world.a.teacher.person)
    clients = []
    for _ in range(2):
        client, _answer = enter(world.a.teacher)
        fixed_clock.shift(30)  # a code works once
        client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
        clients.append(client)
    assert [opens(client) for client in clients] == [True, True]
    clients[0].post(reverse("mfa_deactivate_totp"))
    assert [opens(client) for client in clients] == [True, False]


# --- whose secret it is -----------------------------------------------------------------------------------------------


def test_a_secret_copied_into_another_row_opens_nothing(world):
    """Who may write into the database puts the secret of the own app into a counselor's row."""
    own = give_app(world.a.teacher.person)
    give_app(world.a.counselor.person)
    mine = Authenticator.objects.get(user=world.a.teacher.person)
    theirs = Authenticator.objects.get(user=world.a.counselor.person)
    assert mine.wrap().validate_code(code_for(own))
    theirs.data = mine.data
    theirs.save()
    with pytest.raises(crypto.Unopenable):
        theirs.wrap().validate_code(code_for(own))
    seed = RecoveryCodes.activate(world.a.teacher.person)
    other = RecoveryCodes.activate(world.a.counselor.person)
    other.instance.data["seed"] = seed.instance.data["seed"]
    with pytest.raises(crypto.Unopenable):
        other.generate_codes()
    assert len(seed.generate_codes()) == 10


def test_secrets_of_an_older_database_are_bound_by_the_migration(world):
    secret, person = "JBSWY3DPEHPK3PXP", world.a.teacher.person
    old = crypto.seal(secret.encode(), bound_to="mfa.secret").hex()
    factor = Authenticator.objects.create(user=person, type="totp", data={"secret": old})
    with pytest.raises(crypto.Unopenable):
        factor.wrap().validate_code(code_for(secret))
    importlib.import_module("schools.migrations.0009_factor_secrets").bind(apps, None)
    factor.refresh_from_db()
    assert factor.wrap().validate_code(code_for(secret))
