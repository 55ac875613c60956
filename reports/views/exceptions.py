"""Letting one class or unit report later today, and naming who stands in for a class teacher."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reports.actions.exceptions import end_stand_in, let_report_late, name_stand_in
from reports.daily import classes_of
from reports.daily_forms import LateForm, StandInForm
from reports.daily_page import part_page, unit_page
from reports.models import StandIn
from reports.parts import parts_among
from reports.views.daily import day_of
from schools.access import SCHOOL_ROLES, reason_to_see, roles
from schools.common.days import midnight
from schools.common.errors import refusal_in
from schools.models import ClassGroup, Role, Unit
from schools.requests import ViewerRequest


def _class_or_404(request: ViewerRequest, pk: int) -> ClassGroup:
    group = get_object_or_404(ClassGroup.objects.visible_to(request.viewer), pk=pk)
    group.school = request.viewer.unit
    return group


def _moment(hour: dt.time) -> dt.datetime:
    return midnight(timezone.localdate()) + dt.timedelta(hours=hour.hour, minutes=hour.minute)


@roles(*SCHOOL_ROLES)
def daily_people(request: ViewerRequest, pk: int) -> HttpResponse:
    """Of one class: who signs while the teacher is away, and until when it may report today."""
    viewer, group, today = request.viewer, _class_or_404(request, pk), timezone.localdate()
    is_late_form = "until" in request.POST
    late = LateForm(request.POST if is_late_form else None)
    form = StandInForm(
        None if is_late_form else request.POST or None, group=group, initial={"first_on": today, "last_on": today}
    )
    if late.is_bound and late.is_valid():
        with refusal_in(late):
            until, reason = _moment(late.cleaned_data["until"]), late.cleaned_data["reason"]
            let_report_late(by=viewer, group=group, day=today, until=until, reason=reason)
            messages.success(request, _("Saved."))
            return redirect("reports:daily_board")
    if form.is_bound and form.is_valid():
        with refusal_in(form):
            name_stand_in(by=viewer, group=group, **form.cleaned_data)
            messages.success(request, _("Saved. Reminders go there from the first day on."))
            return redirect("reports:daily_people", pk)
    rows = StandIn.objects.visible_to(viewer).filter(class_group=group, last_on__gte=today)
    context = {
        "group": group,
        "late": late,
        "form": form,
        "rows": rows.select_related("membership__person"),
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/daily_people.html", context)


@roles(*SCHOOL_ROLES)
@require_POST
def daily_stand_in_end(request: ViewerRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(StandIn.objects.visible_to(request.viewer).select_related("class_group"), pk=pk)
    group = row.class_group_id
    end_stand_in(by=request.viewer, row=row)
    return redirect("reports:daily_people", group)


@roles(Role.CENTER_STAFF)
def daily_unit(request: ViewerRequest, pk: int) -> HttpResponse:
    """What one unit below signed today, in numbers, and until when it may report."""
    viewer, day = request.viewer, day_of(request)
    unit = get_object_or_404(Unit.objects.visible_to(viewer).select_related("kind"), pk=pk)
    if unit.pk == viewer.unit.pk:
        raise Http404
    return _put_off(request, day, {"name": unit.name} | unit_page(viewer, unit, day), unit=unit)


@roles(*SCHOOL_ROLES)
def daily_part(request: ViewerRequest, code: str) -> HttpResponse:
    """What one grade or college signed today, in numbers, and until when it may report."""
    viewer, day = request.viewer, day_of(request)
    parts = parts_among(classes_of(viewer.unit))
    if code not in parts:
        raise Http404
    return _put_off(request, day, {"name": parts[code]} | part_page(viewer, code, day), part=code)


def _put_off(request: ViewerRequest, day: dt.date, context: dict[str, Any], **whom: Any) -> HttpResponse:
    """The page of one report, with the form that puts it off."""
    viewer, today = request.viewer, timezone.localdate()
    form = LateForm(request.POST or None)
    if form.is_bound and form.is_valid():
        with refusal_in(form):
            until, reason = _moment(form.cleaned_data["until"]), form.cleaned_data["reason"]
            let_report_late(by=viewer, day=today, until=until, reason=reason, **whom)
            messages.success(request, _("Saved."))
            return redirect("reports:daily_board")
    context |= {"day": day, "form": form, "why": reason_to_see(viewer), "is_today": day == today}
    return render(request, "reports/daily_unit.html", context)
