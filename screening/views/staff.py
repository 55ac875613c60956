"""Surveys of the unit's own staff: ask, watch, close, read; and the sheet for whoever is asked."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import reason_to_see, roles
from schools.common.errors import refusal_in, refusal_told
from schools.requests import ViewerRequest
from screening.access import ASKED_ROLES, STAFF_SURVEYORS
from screening.actions import staff as actions
from screening.actions.staff import FIRST, can_ask_staff
from screening.forms.staff import StaffSheetForm, StaffSurveyForm
from screening.models import Instrument, StaffAsked, StaffSurvey
from screening.queries import instruments_offered, languages_of, paper_for
from screening.staff_results import group_word, staff_answers


def survey_of(request: ViewerRequest, pk: UUID) -> StaffSurvey:
    rows = StaffSurvey.objects.visible_to(request.viewer).select_related("unit__kind", "instrument", "made_by__person")
    found: StaffSurvey = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@roles(*STAFF_SURVEYORS)
def staff_survey_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    surveys = list(StaffSurvey.objects.visible_to(viewer)[:100])
    asked = StaffAsked.objects.visible_to(viewer).filter(survey__in=surveys).order_by()
    counts = {one.pk: [0, 0] for one in surveys}
    for pk, answered_on in asked.values_list("survey_id", "answered_on"):
        counts[pk][0] += answered_on is not None
        counts[pk][1] += 1
    context = {"surveys": [(one, *counts[one.pk]) for one in surveys], "why": reason_to_see(viewer)}
    return render(request, "screening/staff_survey_list.html", context)


@roles(*STAFF_SURVEYORS)
def staff_survey_new(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    sizes = Counter(one.role for one in actions.staff_with(viewer, ASKED_ROLES).values())
    form = StaffSurveyForm(
        request.POST or None,
        instruments=_surveys(request),
        sizes={role: sizes[role] for role in [*FIRST, *(sizes.keys() - set(FIRST))] if sizes[role]},
        initial={"closes_on": timezone.localdate() + actions.USUAL},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            made = actions.ask_staff(by=viewer, **form.cleaned_data)
            messages.success(request, _("They have been told, and find it among what waits for them."))
            return redirect(made)
    return render(request, "screening/staff_survey_new.html", {"form": form}, status=422 if form.errors else 200)


def _surveys(request: ViewerRequest) -> Any:
    offered = [one for one in instruments_offered(request.viewer.unit) if can_ask_staff(one)]
    texts = languages_of(offered, request.viewer.unit)
    return Instrument.objects.filter(pk__in=[one.pk for one in offered if texts[one.pk]])


@require_GET
@roles(*STAFF_SURVEYORS)
def staff_survey_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """How far it is, and what was answered as far as it may be read."""
    viewer, survey = request.viewer, survey_of(request, pk)
    asked = list(StaffAsked.objects.visible_to(viewer).filter(survey=survey).select_related("membership__person"))
    groups: dict[str, list[bool]] = {}
    for one in sorted(asked, key=lambda one: one.answered_on is None):
        groups.setdefault(one.group, []).append(one.answered_on is not None)
    items = staff_answers(viewer, survey, get_language() or "zh")
    if items and not survey.is_anonymous:
        with transaction.atomic():
            audit.record_read(by=viewer, verb="staff_survey.read", about=survey)
    context = {
        "survey": survey,
        "groups": [(group_word(code), found, sum(found)) for code, found in groups.items()],
        "done": sum(one.answered_on is not None for one in asked),
        "total": len(asked),
        "waiting": [one.membership.person.name for one in asked if one.answered_on is None],
        "own": next((one for one in asked if one.membership.person_id == viewer.person.pk), None),
        "items": items,
        "is_over": survey.closes_on < timezone.localdate(),
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/staff_survey_detail.html", context)


@require_POST
@roles(*STAFF_SURVEYORS)
def staff_survey_remind(request: ViewerRequest, pk: UUID) -> HttpResponse:
    survey = survey_of(request, pk)
    with refusal_told(request):
        told = actions.remind_staff(by=request.viewer, survey=survey)
        sentence = ngettext("{n} person was reminded.", "{n} people were reminded.", told)
        messages.success(request, sentence.format(n=told) if told else _("All of them were told today already."))
    return redirect(survey)


@require_POST
@roles(*STAFF_SURVEYORS)
def staff_survey_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    survey = survey_of(request, pk)
    with refusal_told(request):
        actions.close_staff_survey(by=request.viewer, survey=survey)
        messages.success(request, _("Closed. Nobody can answer any more."))
    return redirect(survey)


@roles(*ASKED_ROLES)
def staff_survey_answer(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The sheet of whoever is asked. What was answered is never shown again here."""
    viewer, survey = request.viewer, survey_of(request, pk)
    row = get_object_or_404(StaffAsked.objects.visible_to(viewer), survey=survey, membership__person=viewer.person.pk)
    paper = paper_for(survey.instrument, survey.unit, get_language() or "zh")
    form = StaffSheetForm(
        request.POST if request.method == "POST" else None, paper=paper, definition=survey.instrument.parsed
    )
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            actions.answer_staff_survey(by=viewer, survey=survey, answers=form.answers)
            return redirect(survey.answer_url)
    context = {
        "survey": survey,
        "row": row,
        "form": form,
        "is_over": survey.state != StaffSurvey.State.OPEN or survey.closes_on < timezone.localdate(),
    }
    return render(request, "screening/staff_survey_answer.html", context, status=422 if form.errors else 200)
