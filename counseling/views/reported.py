"""Crisis events that schools reported up: a center reads the reports and acknowledges them."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.actions.incident_reports import acknowledge_report, pass_up
from counseling.actions.incidents import log
from counseling.incident_forms import DeadlinesForm, PassForm, ReplyForm
from counseling.incident_list import REPORTS
from counseling.models import IncidentReport
from schools.access import roles
from schools.actions.units import change_setting
from schools.common.errors import refusal_in
from schools.models import Role
from schools.on_duty import centers_above
from schools.requests import ViewerRequest


def report_or_404(request: ViewerRequest, pk: UUID) -> IncidentReport:
    seen = IncidentReport.objects.visible_to(request.viewer)
    related = ("school", "to", "by__person", "by__unit", "acknowledged_by__person")
    return get_object_or_404(seen.select_related(*related), pk=pk)


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
        log(request.viewer, "incident.report_opened", report.incident, about=report)
    earlier = IncidentReport.objects.visible_to(request.viewer).filter(incident=report.incident_id)
    context = {
        "report": report,
        "form": ReplyForm(),
        "earlier": earlier.exclude(pk=report.pk).order_by("number"),
        "passed": IncidentReport.objects.filter(passes_on=report).select_related("to", "by__person").first(),
        "may_pass": bool(report.acknowledged_at and centers_above(request.viewer.unit)),
    }
    return render(request, "counseling/incident_report_detail.html", context)


@roles(Role.CENTER_STAFF)
def incident_pass(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Tell the unit above, in the center's own words."""
    report = report_or_404(request, pk)
    form = PassForm(request.POST or None, units=centers_above(request.viewer.unit))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            pass_up(by=request.viewer, report=report, **form.cleaned_data)
            messages.success(request, _("Passed on. Who is on duty there is called."))
            return redirect(report)
    status = 422 if form.is_bound else 200
    return render(request, "counseling/incident_pass.html", {"report": report, "form": form}, status=status)


@roles(Role.CENTER_STAFF)
def incident_deadlines(request: ViewerRequest) -> HttpResponse:
    """By kind of event how soon the schools of the unit report: data of the region."""
    viewer = request.viewer
    form = DeadlinesForm(request.POST or None, table=viewer.settings["incident_deadlines"])
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            change_setting(by=viewer, unit=viewer.unit, key="incident_deadlines", value=form.table())
            messages.success(request, _("Saved. Incidents that have begun keep the deadlines of their first minute."))
            return redirect("counseling:incident_deadlines")
    status = 422 if form.is_bound else 200
    return render(request, "counseling/incident_deadlines.html", {"form": form}, status=status)


@roles(Role.CENTER_STAFF)
@require_POST
def incident_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    report = report_or_404(request, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        acknowledge_report(by=request.viewer, report=report, reply=form.cleaned_data["reply"])
        messages.success(request, _("Acknowledged. The school knows it."))
    return redirect(report)
