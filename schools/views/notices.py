"""Notices: the inbox of a person, and the small question that open pages ask every half minute."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import roles
from schools.actions.notices import acknowledge_notice, open_notice, read_all_notices
from schools.middleware import MEMBERSHIP
from schools.models import Notice, Pulse, Role
from schools.navigation import calling
from schools.notice_lists import NOTICES
from schools.requests import ViewerRequest

EVERYONE = tuple(Role)


@roles(*EVERYONE)
@require_GET
def notice_list(request: ViewerRequest) -> HttpResponse:
    seen = Notice.objects.visible_to(request.viewer)
    shown = NOTICES.show(request, seen.select_related("membership__unit"))
    return render(request, "schools/notice_list.html", {"list": shown, "calling": calling(request.viewer)})


def _own(request: ViewerRequest, pk: UUID) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.viewer), pk=pk)


@roles(*EVERYONE)
@require_POST
def notice_open(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """To what it is about, in the role it was sent to."""
    notice = open_notice(by=request.viewer, notice=_own(request, pk))
    request.session[MEMBERSHIP] = notice.membership_id
    return redirect(notice.url or "schools:notice_list")


@roles(*EVERYONE)
@require_POST
def notice_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    if not acknowledge_notice(by=request.viewer, notice=_own(request, pk)):
        messages.info(request, _("This was dealt with before."))
    return redirect("schools:notice_list")


@roles(*EVERYONE)
@require_POST
def notice_read_all(request: ViewerRequest) -> HttpResponse:
    read_all_notices(by=request.viewer)
    return redirect("schools:notice_list")


@roles(*EVERYONE)
@require_GET
def notice_poll(request: ViewerRequest) -> JsonResponse:
    """How many notices call, and whether something changed that an open page shows. No activity: see middleware."""
    viewer = request.viewer
    beats = Pulse.objects.filter(pk=viewer.unit.pk).values_list("beats", flat=True).first()
    return JsonResponse({"count": calling(viewer), "beats": beats or 0})
