"""One-time codes as input methods give them: in full width, with blanks or invisible marks between the digits."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm as Authenticate
from allauth.mfa.base.forms import ReauthenticateForm as Reauthenticate
from allauth.mfa.totp.forms import ActivateTOTPForm as Activate
from django import forms

from schools.common.text import clean_code


class TypedCode(forms.Form):
    def clean_code(self) -> Any:
        self.cleaned_data["code"] = clean_code(self.cleaned_data["code"])
        return super().clean_code()  # type: ignore[misc]  # of the form beside which this stands


class AuthenticateForm(TypedCode, Authenticate):
    pass


class ReauthenticateForm(TypedCode, Reauthenticate):
    pass


class ActivateForm(TypedCode, Activate):
    pass
