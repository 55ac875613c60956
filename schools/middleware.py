"""Who is acting: the viewer of a request, and what a session must fulfil before it reaches a page."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from schools.access import Viewer
from schools.accounts.second_factor import PROVE, SET_UP, confirm_first, missing_factor
from schools.common.errors import Refused
from schools.models.audit import AuditEntry
from schools.models.people import Membership, Person
from schools.queries import current_memberships
from schools.requests import PersonRequest

MEMBERSHIP = "membership"
STARTED, SEEN = "started_at", "seen_at"
# An open page that asks for itself is nobody's activity: it keeps no session alive (static/js/notices.js).
POLL = "X-Poll"


class ViewerMiddleware:
    """Sets `request.viewer` and holds back sessions that are too old, half signed in, or without a declared way in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        request.viewer = None
        if request.user.is_authenticated:
            if _is_worn_out(request):
                logout(request)
            else:
                request.viewer = viewer_of(request)
        return self.get_response(request)

    def process_view(self, request: PersonRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        # PostgreSQL takes no such text, and nobody types one.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a null character in the address")
        access = getattr(view, "access", None)
        if access is None:
            raise ImproperlyConfigured(f"{view!r} does not declare who may use it (schools.access)")
        if access == "public":
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        # A password of one's own comes before everything but setting it and leaving.
        if request.user.must_change_password and not getattr(view, "before_password", False):
            return redirect("schools:password_first")
        if access != "signed_in":
            return _hold_back(request)
        return None


def _is_worn_out(request: HttpRequest) -> bool:
    """Idle or absolute limit reached? Also keeps the two times."""
    now = int(time.time())
    started = request.session.setdefault(STARTED, now)
    idle = now - request.session.get(SEEN, now)
    if idle > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
        return True
    if SEEN not in request.session or (idle > 60 and POLL not in request.headers):
        request.session[SEEN] = now
    return False


def viewer_of(request: PersonRequest) -> Viewer | None:
    """The viewer of the chosen membership, else of the one used last, else None."""
    found = _memberships(request)
    if not found:
        return None
    chosen = request.session.get(MEMBERSHIP)
    membership = next((one for one in found if one.pk == chosen), None) or _used_last(found)
    if membership.pk != chosen:
        request.session[MEMBERSHIP] = membership.pk
    person: Person = getattr(request.user, "_wrapped", request.user)
    membership.person = person
    return Viewer(person=person, membership=membership)


def _used_last(found: list[Membership]) -> Membership:
    """By the log, else the one held longest: a role that somebody adds takes no other one's place."""
    if len(found) == 1:
        return found[0]
    own = {one.pk: one for one in found}
    acts = AuditEntry.objects.filter(person=found[0].person_id, membership_id__in=own)
    used = acts.order_by("-at").values_list("membership_id", flat=True).first()
    return own[used] if used else own[min(own)]


def _memberships(request: PersonRequest) -> list[Membership]:
    """All current ones of the person, kept for the page that offers to switch between them."""
    request.memberships = current_memberships(request.user)
    return request.memberships


def _hold_back(request: PersonRequest) -> HttpResponse | None:
    """What a page with roles asks for first: a role, then the second factor that goes with it."""
    viewer = request.viewer
    if viewer is None:
        return render(request, "schools/no_role.html", status=403)
    missing = missing_factor(request, viewer)
    if missing == PROVE:
        return confirm_first(request, then=request.get_full_path() if request.method == "GET" else "/")
    return redirect("schools:second_factor_required") if missing == SET_UP else None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = reverse("account_login")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = target + _way_back(request, request.headers.get("HX-Current-URL", ""))
        return response
    if request.method == "GET":
        return redirect(target + _way_back(request, request.build_absolute_uri()))
    return redirect(target + _way_back(request, request.headers.get("Referer", "")))


def _way_back(request: HttpRequest, came_from: str) -> str:
    """To the page asked for, or whose form it was, on this site; what the form held comes back there (draft.js)."""
    try:
        page = urlsplit(came_from)
    except ValueError:
        return ""
    if page.netloc != request.get_host():
        return ""
    return f"?next={quote(urlunsplit(('', '', page.path, page.query, '')))}"


class Refusals:
    """What an action refuses and no view caught: the sentence as a message, on the page where the person was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: PersonRequest, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, Refused):
            return None
        back = _where_from(request)
        if request.method == "GET" and urlsplit(back).path == request.path:
            return None  # it would be refused again without end
        messages.error(request, str(error))
        return HttpResponseClientRedirect(back) if request.htmx else redirect(back)


def _where_from(request: HttpRequest) -> str:
    """The page with the link or button, if it is one of ours; else the workbench."""
    came_from = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(came_from, hosts, require_https=request.is_secure())
    return came_from if is_ours else "/"
