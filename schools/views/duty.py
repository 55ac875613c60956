"""Who is called: on duty by weekday and day, and who steps in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import can_lead_unit, roles
from schools.actions.duty import KEEPERS, set_day, set_week
from schools.actions.units import change_settings
from schools.common.errors import refusal_in, refusal_told
from schools.forms.duty import CallRulesForm, DayForm, WeekForm, able
from schools.models import OnDuty
from schools.on_duty import on_duty
from schools.requests import ViewerRequest


@roles(*sorted(KEEPERS))
def duty_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    form = WeekForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            set_week(by=viewer, week=form.week())
            messages.success(request, _("Saved."))
            return redirect("schools:duty_list")
    today = timezone.localdate()
    days = OnDuty.objects.visible_to(viewer).filter(day__gte=today).select_related("membership__person")
    context = {
        "form": form,
        "day_form": DayForm(viewer=viewer),
        "rules": CallRulesForm(viewer=viewer) if can_lead_unit(viewer, viewer.unit) else None,
        "days": days,
        "today": on_duty(viewer.unit, today),
        "members": able(viewer).select_related("backup__person"),
    }
    return render(request, "schools/duty_list.html", context)


@roles(*sorted(KEEPERS))
@require_POST
def duty_day(request: ViewerRequest) -> HttpResponse:
    form = DayForm(request.POST, viewer=request.viewer)
    if not form.is_valid():
        messages.error(request, _("Choose a day, and who is on duty."))
        return redirect("schools:duty_list")
    with refusal_told(request):
        set_day(by=request.viewer, day=form.cleaned_data["day"], member=form.cleaned_data["member"])
        messages.success(request, _("Saved."))
    return redirect("schools:duty_list")


@roles(*sorted(KEEPERS))
@require_POST
def duty_rules(request: ViewerRequest) -> HttpResponse:
    """How soon, whether the center, which questions: a rule of the unit, refused to whoever does not lead it."""
    form = CallRulesForm(request.POST, viewer=request.viewer)
    if not form.is_valid():
        messages.error(request, _("Say for each level how soon it must be in hand."))
        return redirect("schools:duty_list")
    change_settings(by=request.viewer, unit=request.viewer.unit, values=form.values())
    messages.success(request, _("Saved."))
    return redirect("schools:duty_list")
