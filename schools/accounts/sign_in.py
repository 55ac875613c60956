"""How people sign in: what we change in allauth (accounts, second factors) and in axes (the lock after failures)."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.views import LoginView
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools import audit
from schools.accounts import factor_secrets
from schools.accounts.second_factor import RECENT_SECONDS, factors_changed, factors_of, is_last_required_factor
from schools.common import crypto
from schools.common.identity import InvalidPhone, check_phone
from schools.common.typed import CodeField
from schools.models import Membership, Person
from schools.queries import demo_accounts

# Failures by one person in the cool-off time, from wherever they came. By person and address it is AXES_FAILURE_LIMIT.
FAILURES_ANYWHERE = 30
FACTOR_CHANGES = {
    f"person.{what}" for what in ("totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed")
}


class SignInForm(LoginForm):
    """Staff number or phone number, and the password."""

    quiet = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = CodeField(
            label=gettext_lazy("Staff number or phone number"),
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}),
        )
        self.fields["password"].label = gettext_lazy("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """The staff number, so that a phone number reaches neither the session nor the table of failures."""
        return staff_number_of(self.cleaned_data["login"])


def staff_number_of(typed: str) -> str:
    typed = typed.strip()
    person = Person.objects.filter(staff_number__iexact=typed).first()
    if person is None:
        person = Person.objects.filter(phone_hash=crypto.lookup_hash(_as_dialled(typed), purpose="phone")).first()
    return person.staff_number if person else typed


def _as_dialled(typed: str) -> str:
    try:
        return check_phone(typed)
    except InvalidPhone:
        return typed


class SignInView(LoginView):
    """allauth's own, with the accounts of the demo, one tap each."""

    def get_initial(self) -> dict[str, Any]:
        chosen = self._chosen()
        return {**super().get_initial(), **({"login": chosen.person.staff_number} if chosen else {})}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if self._chosen() and not form.is_bound:
            field = form.fields["password"]
            field.initial, field.widget.render_value = settings.DEMO_PASSWORD, True
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().get_context_data(**kwargs)
        return {**data, "accounts": self.accounts, "chosen": self._chosen(), "demo_password": settings.DEMO_PASSWORD}

    @property
    def accounts(self) -> list[Membership]:
        if not hasattr(self, "_accounts"):
            self._accounts = demo_accounts()
        return self._accounts

    def _chosen(self) -> Membership | None:
        wanted = self.request.GET.get("as")
        return next((m for m in self.accounts if wanted and m.person.staff_number == wanted), None)


class RemoveKeyView(RemoveWebAuthnView):
    """allauth asks `can_delete_authenticator` for the app only; a passkey can be the last factor as well."""

    def form_valid(self, form: Any) -> HttpResponse:
        if is_last_required_factor(self.get_object()):
            messages.error(self.request, FactorAdapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        answer: HttpResponse = super().form_valid(form)
        return answer


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("The number or the password is not right."),
        "incorrect_password": gettext_lazy("The password is not right."),
        "too_many_login_attempts": gettext_lazy("Too many wrong codes. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts wrong passwords; allauth's own count by address would lock out a school behind one."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """A closed account is refused like one that does not exist; allauth would send it to a page of its own."""
        return authenticate(request, **credentials)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, self.error_messages["username_password_mismatch"])
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has signed in just now need not prove it again to set up a second factor."""
        records = get_authentication_records(context.request, context.request.user)
        return not records or time.time() - records[-1]["at"] > RECENT_SECONDS

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: the password alone is what is stolen first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and factors_of(user).exists():
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        note_sign_in(user)
        if user.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite="Lax",
                secure=getattr(settings, "LANGUAGE_COOKIE_SECURE", False),
            )
        return response

    def add_message(self, request: Any, level: int, message_template: Any = None, *args: Any, **kwargs: Any) -> None:
        """Nobody needs to be told that they have just signed in or out."""
        if message_template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """There is no mail; what happened to a second factor stands in the audit log."""
        verb = "person." + template_prefix.rsplit("/", 1)[-1]
        with transaction.atomic():
            audit.record(by=None, person=user, verb=verb, about=user, unit=_home_of(user))
        if verb in FACTOR_CHANGES:
            factors_changed(context.request, user)


def note_sign_in(person: Person) -> None:
    with transaction.atomic():
        audit.record(by=None, person=person, verb="person.signed_in", about=person, unit=_home_of(person))


def _home_of(person: Person) -> Any:
    """The unit whose chain tells about this person's account."""
    membership = (
        Membership.objects.current().filter(person=person).select_related("unit").order_by("-starts_on").first()
    )
    return membership.unit if membership else None


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed; the last one stays while the person's role asks for it."""

    def encrypt(self, text: str) -> str:
        return factor_secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factor_secrets.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_last_required_factor(authenticator)

    def _get_site_name(self) -> str:
        return _("Xinyu")

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not right or was used already. Type the app's present one, or a recovery code not yet used."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor. Set up another one first, then this one can go."
        ),
    }


# --- the lock ---------------------------------------------------------------------------------------------------------


def name_to_count(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes counts failures by: a keyed hash, the same for the staff number and the phone number of one person."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    user = getattr(request, "user", None)  # a test client signs in without one
    if not typed and user is not None and user.is_authenticated:  # confirming one's password
        typed = user.staff_number
    return crypto.lookup_hash(staff_number_of(str(typed)), purpose="sign-in")


class LockHandler(AxesDatabaseHandler):
    """Axes locks a person at an address; this adds a higher limit for one person from all addresses together."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        found: int = super().get_failures(request, credentials)
        if self._is_locked_anywhere(request, credentials):
            limit: int = get_failure_limit(request, credentials)
            return max(found, limit)
        return found

    def _is_locked_anywhere(self, request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
        threshold = get_cool_off_threshold(request)
        attempts = AccessAttempt.objects.filter(
            username=name_to_count(request, credentials), attempt_time__gte=threshold
        )
        failures = attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
        return failures >= FAILURES_ANYWHERE


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The page when locked: the same whether or not the account exists."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)
