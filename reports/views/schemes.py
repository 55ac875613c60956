"""Who reports when: the rule in force, those to come, and a new one."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reports.actions.questions import add_question, end_question
from reports.actions.schemes import PRESETS, level_words, set_scheme
from reports.daily_forms import QuestionForm, SchemeForm
from reports.models import ReportingScheme, ReportQuestion
from schools.access import MANAGING_ROLES, reason_to_see, roles
from schools.common.errors import refusal_in
from schools.requests import ViewerRequest


@roles(*MANAGING_ROLES)
def daily_scheme(request: ViewerRequest) -> HttpResponse:
    viewer, today = request.viewer, timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    form = SchemeForm(request.POST or None, initial={"starts_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            set_scheme(by=viewer, unit=viewer.unit, **form.values())
            messages.success(request, _("Saved."))
            return redirect("reports:daily_scheme")
    here = ReportingScheme.objects.filter(unit__code__in=viewer.unit.ancestor_codes)
    rows = list(here.select_related("unit", "by__person"))
    context = {
        "form": form,
        "rows": [_told(row, rows, today) for row in rows],
        "questions": _questions(request),
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/daily_scheme.html", context)


def _told(row: ReportingScheme, rows: list[ReportingScheme], today: dt.date) -> dict[str, Any]:
    """A rule in words: how often where it is not what the preset says, and until which hour each level reports."""
    preset, levels = PRESETS[row.preset], level_words()
    return {
        "row": row,
        "title": preset.title,
        "every": row.get_every_display() if row.every != preset.every else "",
        "hours": [(levels.get(level, level), hour) for level, hour in row.deadlines.items()],
        "is_over": _is_over(row, rows, today),
    }


def _is_over(row: ReportingScheme, rows: list[ReportingScheme], today: dt.date) -> bool:
    """It has ended, or a later rule of the unit has taken over by today, or before this one began."""
    if row.ends_on:
        return row.ends_on < today
    later = [one for one in rows if one.unit_id == row.unit_id and (one.starts_on, one.pk) > (row.starts_on, row.pk)]
    return any(one.ends_on is None and one.starts_on <= max(today, row.starts_on) for one in later)


def _questions(request: ViewerRequest) -> list[ReportQuestion]:
    """Asked now or later, by the unit and those above it."""
    rows = ReportQuestion.objects.filter(unit__code__in=request.viewer.unit.ancestor_codes)
    here = rows.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))
    return list(here.select_related("unit"))


@roles(*MANAGING_ROLES)
def daily_question(request: ViewerRequest) -> HttpResponse:
    """One more question for everybody below."""
    viewer = request.viewer
    form = QuestionForm(request.POST or None, unit=viewer.unit)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            add_question(by=viewer, unit=viewer.unit, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("reports:daily_scheme")
    return render(request, "reports/daily_question.html", {"form": form, "why": reason_to_see(viewer)})


@roles(*MANAGING_ROLES)
@require_POST
def daily_question_end(request: ViewerRequest, pk: int) -> HttpResponse:
    """Only one's own unit ends its questions."""
    row = get_object_or_404(ReportQuestion.objects.select_related("unit"), pk=pk, unit=request.viewer.unit)
    end_question(by=request.viewer, question=row)
    messages.success(request, _("Saved."))
    return redirect("reports:daily_scheme")
