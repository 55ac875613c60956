"""A center's round for its schools: set it, see by school how far it is, end it; and a school takes it up."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import SCHOOL_ROLES, reason_to_see, roles
from schools.classnames import grade_name
from schools.classnames.grades import Stage, years_of
from schools.common.errors import refusal_in, refusal_told
from schools.models import Membership, Role, Unit
from schools.requests import ViewerRequest
from screening.access import SCREENERS
from screening.actions import center as actions
from screening.center_rounds import NOT_TAKEN_UP, lines_of, sum_of
from screening.forms.center import CenterRoundForm, TakeUpForm
from screening.models import CenterRound, Round
from screening.round_results import ATTENTIONS
from screening.views.rounds import answerable
from screening.words import attention_word


def center_round_of(request: ViewerRequest, pk: UUID) -> CenterRound:
    rows = CenterRound.objects.visible_to(request.viewer).select_related("unit__kind", "made_by__person")
    found: CenterRound = get_object_or_404(rows.prefetch_related("parts__instrument"), pk=pk)
    return found


@require_GET
@roles(Role.CENTER_STAFF)
def center_round_list(request: ViewerRequest) -> HttpResponse:
    rows = CenterRound.objects.visible_to(request.viewer).select_related("unit")[:100]
    context = {"rounds": rows, "why": reason_to_see(request.viewer)}
    return render(request, "screening/center_round_list.html", context)


@roles(Role.CENTER_STAFF)
def center_round_new(request: ViewerRequest) -> HttpResponse:
    form = CenterRoundForm(request.POST or None, instruments=answerable(request), grades=_grades(request.viewer.unit))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            made = actions.set_center_round(by=request.viewer, **form.cleaned_data)
            messages.success(request, _("Set. The counselors of these schools have been told."))
            return redirect(made)
    return render(request, "screening/center_round_new.html", {"form": form}, status=422 if form.errors else 200)


def _grades(center: Unit) -> list[tuple[str, str]]:
    """Of the stages that its schools teach."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    taught: dict[str, str] = {}
    for stages, system in Unit.objects.within(center).schools().values_list("stages", "system"):
        for stage in stages:
            known, own = taught.get(stage, ""), system or "63"
            if not known or years_of(stage, own) > years_of(
                stage, known
            ):  # of two systems, so that no grade is missing
                taught[stage] = own
    return [
        (f"{stage}:{year}", grade_name(stage, year, taught[stage], language, "stage"))
        for stage in Stage
        if stage in taught
        for year in range(1, years_of(stage, taught[stage]) + 1)
    ]


@require_GET
@roles(Role.CENTER_STAFF)
def center_round_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """By school: not taken up, dated, running, closed, and counts without a name."""
    viewer, center_round = request.viewer, center_round_of(request, pk)
    lines = lines_of(viewer, center_round)
    grades = dict(_grades(center_round.unit))
    heads = [attention_word(level) for level in ATTENTIONS] if center_round.is_scored else []
    context = {
        "center_round": center_round,
        "lines": [(one, list(zip(heads, one.cells, strict=False))) for one in lines],
        "sum": (whole := sum_of(lines, viewer.unit, center_round)),
        "sum_cells": list(zip(heads, whole.cells, strict=False)),
        "missing": sum(one.state == NOT_TAKEN_UP for one in lines),
        "running": sum(one.state == Round.State.OPEN for one in lines),
        "heads": heads,
        "grades": [grades.get(one, one) for one in center_round.grades],
        "is_own": center_round.unit_id == viewer.unit.pk,
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/center_round_detail.html", context)


@require_POST
@roles(Role.CENTER_STAFF)
def center_round_end(request: ViewerRequest, pk: UUID) -> HttpResponse:
    center_round = center_round_of(request, pk)
    with refusal_told(request):
        actions.end_center_round(by=request.viewer, center_round=center_round)
        messages.success(request, _("Ended. No further school takes it up."))
    return redirect(center_round)


@roles(*SCREENERS)
def center_round_take_up(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What the center asks for, and the school's days, hours and person on duty."""
    viewer, center_round = request.viewer, center_round_of(request, pk)
    known = Round.objects.visible_to(viewer).filter(center_round=center_round).first()
    if known is not None:
        return redirect(known)
    here = Membership.objects.current().filter(unit=viewer.unit, role__in=SCHOOL_ROLES, person__is_active=True)
    first = max(center_round.first_on, timezone.localdate())
    form = TakeUpForm(
        request.POST or None,
        unit=viewer.unit,
        people=here.select_related("person"),
        may_call=any(part.instrument.has_critical_items for part in center_round.parts.all()),
        initial={"opens_on": first, "closes_on": center_round.last_on, "on_duty": viewer.membership.pk},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            made = actions.take_up(by=viewer, center_round=center_round, **form.cleaned_data)
            messages.success(request, _("Signed. Print the slips, collect the consent, then open it."))
            return redirect(made)
    context = {
        "center_round": center_round,
        "form": form,
        "classes": [group for group in viewer.class_groups if center_round.asks(group)],
    }
    return render(request, "screening/center_round_take_up.html", context, status=422 if form.errors else 200)
