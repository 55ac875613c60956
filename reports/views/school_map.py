"""The map of a center: its schools by the worst thing that waits there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from reports.actions.schools import remind_schools
from reports.school_map import heading_of, school_table, school_tile, schools_of
from schools.access import reason_to_see, roles
from schools.common.errors import refusal_told
from schools.exporting import export_page
from schools.models import Role
from schools.requests import ViewerRequest


@roles(Role.CENTER_STAFF)
@require_GET
def school_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    schools = schools_of(viewer, viewer.term.code if viewer.term else "")
    shown = school_table().show(request, schools)
    context = {
        "list": shown,
        "heading": heading_of(schools),
        "tiles": [school_tile(unit) for unit in shown.page_obj],
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/school_list.html", context)


@roles(Role.CENTER_STAFF)
@require_POST
def school_remind(request: ViewerRequest) -> HttpResponse:
    with refusal_told(request):
        called = remind_schools(by=request.viewer)
        text = ngettext("{n} person was called.", "{n} people were called.", called)
        messages.success(request, text.format(n=called) if called else _("Everybody was called today already."))
    return redirect("reports:workbench")


@roles(Role.CENTER_STAFF)
def school_export(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    schools = schools_of(viewer, viewer.term.code if viewer.term else "")
    return export_page(request, school_table().sheet(request, schools), back=reverse("reports:school_list"))
