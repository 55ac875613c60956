"""Crisis events that schools reported up: a center reads the reports and acknowledges them."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.actions.incident_reports import acknowledge_report
from counseling.incident_forms import ReplyForm
from counseling.incident_list import REPORTS
from counseling.models import IncidentReport
from schools import audit
from schools.access import roles
from schools.models import Role
from schools.requests import ViewerRequest


def report_or_404(request: ViewerRequest, pk: UUID) -> IncidentReport:
    seen = IncidentReport.objects.visible_to(request.viewer)
    return get_object_or_404(seen.select_related("school", "to", "by__person", "acknowledged_by__person"), pk=pk)


@roles(Role.CENTER_STAFF)
@require_GET
def incident_report_list(request: ViewerRequest) -> HttpResponse:
    seen = IncidentReport.objects.visible_to(request.viewer)
    waiting = seen.filter(acknowledged_at=None).count()
    context = {"list": REPORTS.show(request, seen.select_related("school", "to")), "waiting": waiting}
    return render(request, "counseling/incident_report_list.html", context)


@roles(Role.CENTER_STAFF)
@require_GET
def incident_report_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    report = report_or_404(request, pk)
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=report, verb="incident.report_opened")
    earlier = IncidentReport.objects.visible_to(request.viewer).filter(incident=report.incident_id)
    context = {"report": report, "form": ReplyForm(), "earlier": earlier.exclude(pk=report.pk).order_by("number")}
    return render(request, "counseling/incident_report_detail.html", context)


@roles(Role.CENTER_STAFF)
@require_POST
def incident_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    report = report_or_404(request, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        acknowledge_report(by=request.viewer, report=report, reply=form.cleaned_data["reply"])
        messages.success(request, _("Acknowledged. The school knows it."))
    return redirect(report)
