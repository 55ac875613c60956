"""One's own account: password, language, sessions, second factor, and which role one acts in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schools.access import View, signed_in
from schools.accounts.second_factor import factors_of, must_have_second_factor
from schools.actions.accounts import end_own_sessions, set_own_language, set_own_password
from schools.common.identity import mask_phone
from schools.forms.account import ChangePasswordForm, LanguageForm, NewPasswordForm
from schools.middleware import MEMBERSHIP
from schools.models import Membership
from schools.requests import PersonRequest


def before_password(view: View) -> View:
    """Open also to someone who has not yet set a password of their own."""
    vars(view)["before_password"] = True
    return view


@signed_in
def account(request: PersonRequest) -> HttpResponse:
    person = request.user
    memberships = Membership.objects.filter(person=person).select_related("unit").order_by("-starts_on")
    context = {
        "person": person,
        "phone": mask_phone(person.phone) if person.phone else "",
        "current": [m for m in memberships if m.is_current()],
        "former": [m for m in memberships if not m.is_current()],
        "factors": factors_of(person).count(),
        "must_have": request.viewer and must_have_second_factor(request.viewer),
        "language_form": LanguageForm(initial={"language": person.language or settings.LANGUAGE_CODE}),
    }
    return render(request, "schools/account.html", context)


@before_password
@signed_in
@sensitive_post_parameters()
def password_first(request: PersonRequest) -> HttpResponse:
    """The first password was made by someone else: set one of one's own before anything."""
    if not request.user.must_change_password:
        return redirect("schools:password_change")
    form = NewPasswordForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        _set_password(request, form.cleaned_data["new"])
        return redirect("/")
    return render(request, "schools/password_first.html", {"form": form})


@signed_in
@sensitive_post_parameters()
def password_change(request: PersonRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST or None, person=request.user, request=request)
    if request.method == "POST" and form.is_valid():
        _set_password(request, form.cleaned_data["new"])
        messages.success(request, _("Your password is changed. All your other sessions have ended."))
        return redirect("schools:account")
    return render(request, "schools/password_change.html", {"form": form})


def _set_password(request: PersonRequest, password: str) -> None:
    person = set_own_password(by=request.viewer, person=request.user, password=password)
    update_session_auth_hash(request, person)


@signed_in
@require_POST
def sessions_end(request: PersonRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    person = end_own_sessions(by=request.viewer, person=request.user)
    update_session_auth_hash(request, person)
    messages.success(request, _("All your other sessions have ended."))
    return redirect("schools:account")


@signed_in
@require_POST
def language_change(request: PersonRequest) -> HttpResponse:
    """Keep the language with the account: it is the same at the next sign-in, on any device."""
    form = LanguageForm(request.POST)
    response = redirect("schools:account")
    if form.is_valid():
        language = form.cleaned_data["language"]
        set_own_language(by=request.viewer, person=request.user, language=language)
        with override(language):
            messages.success(request, _("Saved."))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=getattr(settings, "LANGUAGE_COOKIE_SECURE", False),
        )
    return response


@signed_in
@require_POST
def membership_switch(request: PersonRequest) -> HttpResponse:
    """Act in another of one's own current roles. What one may see changes, so the way leads to the start page."""
    chosen = request.POST.get("membership", "")
    own = Membership.objects.current().filter(person=request.user)
    membership = get_object_or_404(own, pk=chosen if chosen.isdecimal() and len(chosen) < 18 else None)
    request.session[MEMBERSHIP] = membership.pk
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return redirect(target)
    return redirect("/")


@signed_in
def second_factor_required(request: PersonRequest) -> HttpResponse:
    """Why the page one wanted is held back, and where to set the second factor up."""
    if request.viewer is None or not must_have_second_factor(request.viewer) or factors_of(request.user).exists():
        return redirect("/")
    context = {"setup_url": reverse("mfa_activate_totp"), "keys_url": reverse("mfa_add_webauthn")}
    return render(request, "schools/second_factor_required.html", context)
