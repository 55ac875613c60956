"""Second factors and the pages about people in a real Chromium, under the strict CSP, with axe."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from schools.models import UnitSetting
from tests.axe import PHONE, on_desk, on_phone
from tests.schools.test_second_factor import code_for
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_by_hand(page, staff_number="a-leader"):
    page.goto("/sign-in")
    page.fill("input[name=login]", staff_number)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.go")


@pytest.fixture
def strict(world):
    UnitSetting.objects.filter(key="second_factor_roles").delete()
    return world


@pytest.fixture
def with_passkeys():
    """A page whose browser has a fingerprint reader that always says yes."""

    def give(page):
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        reader = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": reader})
        return page

    return give


def test_an_app_is_set_up_and_then_asked_for(strict, open_page):
    page = open_page(width=360)
    sign_in_by_hand(page)
    page.wait_for_url("**" + reverse("schools:second_factor_required"))
    page.click("main a.row >> nth=0")
    secret = page.inner_text("main code")
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 0
    page.fill("input[name=code]", code_for(secret))
    page.click("main button.go")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    assert page.locator("main li code").count() == 10

    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    again = open_page()
    sign_in_by_hand(again)
    again.wait_for_url("**" + reverse("mfa_authenticate"))
    recovery = page.locator("main li code").first.inner_text()
    again.fill("input[name=code]", recovery)
    again.click("main button.go")
    again.wait_for_selector(".whoami")


def test_a_passkey_is_made_and_signs_in_alone(strict, open_page, with_passkeys):
    page = with_passkeys(open_page())
    sign_in_by_hand(page)
    page.wait_for_url("**" + reverse("schools:second_factor_required"))
    page.click("main a.row >> nth=1")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))

    page.goto("/account")
    page.locator(".whoami button.plain", has_text="退出").first.click()
    page.goto("/sign-in")
    page.click("#passkey_login")
    page.wait_for_selector(".whoami")
    assert page.request.get(reverse("schools:person_list")).status == 200


def test_a_passkey_is_the_second_step_after_the_password(strict, open_page, with_passkeys):
    page = with_passkeys(open_page())
    sign_in_by_hand(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))

    page.context.clear_cookies()
    sign_in_by_hand(page)
    page.wait_for_url("**" + reverse("mfa_authenticate"))
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_selector(".whoami")


def test_a_browser_without_a_reader_gets_a_sentence(strict, open_page):
    page = open_page()
    page.add_init_script("navigator.credentials.create = () => Promise.reject(new Error('no reader'))")
    sign_in_by_hand(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.click("#mfa_webauthn_add")

    assert page.locator("[data-passkey-error]").is_visible()
    assert not Authenticator.objects.exists()


def test_the_page_of_a_locked_account_has_no_axe_findings(world, open_page):
    page = open_page(**PHONE, reduced_motion="reduce")  # no colour is caught on its way
    page.goto("/sign-in")
    for _ in range(5):
        page.fill("input[name=login]", "nobody")
        page.fill("input[name=password]", "wrong")
        page.click("main button.go")
    assert page.locator("main h1").inner_text()
    assert on_phone(page) + on_desk(page) == []
