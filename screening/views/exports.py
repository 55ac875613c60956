"""Answers leave as a table: prove who you are, say what it is for; a job makes the file."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from schools.access import roles
from schools.accounts.second_factor import confirm_first, is_confirmed
from schools.actions.exports import begin_table, left_today
from schools.common.errors import refusal_in
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from screening.access import SCREENERS, STAFF_SURVEYORS
from screening.forms.results import StaffTableForm, TableForm
from screening.models import AnonymousSheet
from screening.round_table import responses_of
from screening.staff_table import sheets_of
from screening.views.rounds import round_of
from screening.views.staff import survey_of


@roles(*SCREENERS)
def round_export(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer, round_ = request.viewer, round_of(request, pk)
    page = "round_questions" if round_.is_anonymous else "round_results"
    return _export(
        request,
        round_,
        rows=AnonymousSheet.objects.visible_to(viewer).filter(round=round_)
        if round_.is_anonymous
        else responses_of(viewer, round_),
        kind="round_results",
        job="round_table",
        params={"round": str(round_.pk)},
        back=reverse(f"screening:{page}", args=[pk]),
        form_of=TableForm,
        template="screening/round_export.html",
    )


@roles(*STAFF_SURVEYORS)
def staff_survey_export(request: ViewerRequest, pk: UUID) -> HttpResponse:
    survey = survey_of(request, pk)
    return _export(
        request,
        survey,
        rows=sheets_of(request.viewer, survey),
        kind="staff_answers",
        job="staff_table",
        params={"survey": str(survey.pk)},
        back=survey.get_absolute_url(),
        form_of=StaffTableForm,
        template="screening/staff_survey_export.html",
    )


def _export(
    request: ViewerRequest,
    about: Any,
    *,
    rows: Any,
    kind: str,
    job: str,
    params: dict[str, str],
    back: str,
    form_of: type[TableForm],
    template: str,
) -> HttpResponse:
    """`about` is a round or a survey of the staff; of an anonymous one only counts leave."""
    if not is_confirmed(request):
        return confirm_first(request, then=request.get_full_path())
    form = form_of(request.POST if request.method == "POST" else None, is_anonymous=about.is_anonymous)
    count = rows.count()
    if form.is_valid():
        with refusal_in(form):
            data = form.cleaned_data
            more = {"format": data["file_format"], "names": data.get("names", False)}
            begun = begin_table(
                by=request.viewer,
                kind=kind,
                about=about,
                job=job,
                params=params | more | {"language": get_language() or "zh-hans"},
                rows=count,
                purpose=data["purpose"],
            )
            return to_job(begun, back=back)
    context = {"about": about, "form": form, "rows": count, "left": left_today(request.viewer), "back": back}
    return render(request, template, context, status=422 if form.is_bound else 200)
