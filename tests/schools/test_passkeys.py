"""What comes in place of a passkey's answer is refused, not fallen over."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
UNREADABLE = {"a number of 5000 digits": "9" * 5000, "a deep nest": "[" * 100_000, "no JSON": "{", "a list": "[1]"}


@pytest.mark.parametrize("page", ["mfa_login_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
@pytest.mark.parametrize("credential", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_passkey_is_refused(page, credential, world, sign_in):
    answer = sign_in(world.a.counselor_2).post(reverse(page), {"name": "x", "credential": credential})
    assert answer.status_code in (200, 302)
    assert not world.a.counselor_2.person.authenticator_set.exists()
