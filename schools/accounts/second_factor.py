"""Who must sign in with a second factor."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.models import Authenticator
from django.contrib.auth import REDIRECT_FIELD_NAME, update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from schools.access import WIDE_ROLES, Viewer
from schools.models import Membership, Person

# For so long a session remembers that the rule is fulfilled, so that a page does not ask the database each time.
REMEMBER_SECONDS = 600
# A proof of who one is counts for so long as a fresh one.
RECENT_SECONDS = 300
FULFILLED = "second_factor"
PROVE, SET_UP = "prove", "set up"


def factors_of(person: Person) -> Any:
    """What proves who one is. Recovery codes alone are only a way back in."""
    return Authenticator.objects.filter(user_id=person.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)


def must_have_second_factor(viewer: Viewer) -> bool:
    """By the unit's rule; without one, everyone who sees more than their own class."""
    named = viewer.settings["second_factor_roles"]
    return viewer.role in (WIDE_ROLES if named is None else named)


def has_proved_factor(request: HttpRequest) -> bool:
    """A factor counts for the session that proved it: one that is older than the factor has not."""
    records = get_authentication_records(request, authenticated_user(request))
    return any(one["method"] == "mfa" for one in records)


def missing_factor(request: HttpRequest, viewer: Viewer) -> str:
    """What a session must do first: PROVE the factor that the person has, SET_UP the one that the role asks for, or
    nothing. That nothing is asked is remembered for this membership for some minutes: whoever sets one up meanwhile
    ends the other sessions."""
    if has_proved_factor(request):
        return ""
    known = request.session.get(FULFILLED)
    if known and known[0] == viewer.membership.pk and 0 <= time.time() - known[1] < REMEMBER_SECONDS:
        return ""
    if factors_of(viewer.person).exists():
        return PROVE
    if must_have_second_factor(viewer):
        return SET_UP
    request.session[FULFILLED] = [viewer.membership.pk, int(time.time())]
    return ""


def factors_changed(request: HttpRequest | None, person: Person) -> None:
    """A factor was set up or removed: every other session ends. This one has just proved who is there."""
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])
    if request is not None and request.user.is_authenticated and request.user.pk == person.pk:
        update_session_auth_hash(request, person)
        if factors_of(person).exists():
            record_authentication(request, person, method="mfa", type="set_up")


def is_last_required_factor(authenticator: Authenticator) -> bool:
    """Would taking this factor away leave the person without the one that one of their roles asks for?"""
    person = authenticator.user
    if factors_of(person).exclude(pk=authenticator.pk).exists():
        return False
    memberships = Membership.objects.current().filter(person=person).select_related("unit")
    return any(must_have_second_factor(Viewer(person=person, membership=m)) for m in memberships)


def is_confirmed(request: HttpRequest) -> bool:
    """Has this person just proved who they are? Whoever has a second factor by it; others by the password."""
    person = authenticated_user(request)
    records = get_authentication_records(request, person)
    if factors_of(person).exists():
        records = [one for one in records if one["method"] == "mfa"]
    return any(0 <= time.time() - one["at"] < RECENT_SECONDS for one in records)


def confirm_first(request: HttpRequest, *, then: str) -> HttpResponse:
    """To the page that asks for the proof, and from there to `then`, an address of ours."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: then})}")
