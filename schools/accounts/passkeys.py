"""allauth's forms for passkeys, which refuse what Python's JSON reader cannot take instead of breaking.

A number of thousands of digits or a nest of thousands of brackets is an error that Django's own field lets through.
"""

import json
from typing import Any

from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput


class CredentialField(forms.JSONField):
    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not _is_readable(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return super().bound_data(data, initial) if not data or _is_readable(data) else InvalidJSONInput(data)


def _is_readable(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class AddForm(allauth_forms.AddWebAuthnForm):
    credential = CredentialField()


class AuthenticateForm(allauth_forms.AuthenticateWebAuthnForm):
    credential = CredentialField()


class LoginForm(allauth_forms.LoginWebAuthnForm):
    credential = CredentialField()


class ReauthenticateForm(allauth_forms.ReauthenticateWebAuthnForm):
    credential = CredentialField()
