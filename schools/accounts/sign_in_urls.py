"""The pages of allauth that we use, each with its declaration; the others do not exist here."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path

from schools.access import public, signed_in
from schools.accounts.sign_in import RemoveKeyView, SignInView

urlpatterns = [
    path("sign-in", public(SignInView.as_view()), name="account_login"),
    path("sign-in/code", public(factors.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey", public(keys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-out", public(account.logout), name="account_logout"),
    path("account/confirm", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code", signed_in(factors.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/passkey", signed_in(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/second-factor", signed_in(factors.index), name="mfa_index"),
    path("account/second-factor/app", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/app/remove", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/second-factor/codes", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/codes/new", signed_in(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "account/second-factor/codes/file", signed_in(codes.download_recovery_codes), name="mfa_download_recovery_codes"
    ),
    path("account/second-factor/keys", signed_in(keys.list_webauthn), name="mfa_list_webauthn"),
    path("account/second-factor/keys/new", signed_in(keys.add_webauthn), name="mfa_add_webauthn"),
    path("account/second-factor/keys/<int:pk>/remove", signed_in(RemoveKeyView.as_view()), name="mfa_remove_webauthn"),
    path("account/second-factor/keys/<int:pk>/name", signed_in(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
