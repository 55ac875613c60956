"""Notices: the inbox of a person, and the small question that open pages ask every half minute."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from schools.access import roles
from schools.actions.notices import acknowledge_notice, open_notice, read_all_notices
from schools.middleware import MEMBERSHIP
from schools.models import Notice, Pulse, Role
from schools.requests import ViewerRequest
from schools.work.notices import told

EVERYONE = tuple(Role)
PAGE = 50
TABS = {"new": gettext_lazy("New"), "all": gettext_lazy("All")}


@roles(*EVERYONE)
@require_GET
def notice_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    seen = Notice.objects.visible_to(viewer)
    tab = request.GET.get("tab", "new")
    if tab not in TABS:
        raise BadRequest("unknown tab")
    calling = seen.calling().count()
    found = seen.calling() if tab == "new" else seen
    page = Paginator(found.select_related("membership__unit"), PAGE).get_page(request.GET.get("page"))
    page.object_list = told(viewer, page.object_list)
    chips = [
        {"label": label, "url": f"?tab={name}", "on": name == tab, "count": calling if name == "new" else ""}
        for name, label in TABS.items()
    ]
    context = {"page_obj": page, "calling": calling, "chips": chips, "tab": tab}
    return render(request, "schools/notice_list.html", context)


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
    count = Notice.objects.visible_to(viewer).calling().count()
    beats = Pulse.objects.filter(pk=viewer.unit.pk).values_list("beats", flat=True).first()
    return JsonResponse({"count": count, "beats": beats or 0})
