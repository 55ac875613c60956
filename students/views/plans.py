"""One person, one policy: the page of a plan and everything that is done on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, roles
from schools.common.errors import refusal_in, refusal_told
from schools.common.pdf_child import render as render_pdf
from schools.requests import ViewerRequest
from students.actions import plans, registry
from students.actions.center import ask_center_of_plan
from students.flag_forms import AnswerForm
from students.models import PlanMeasure, RegistryEntry
from students.plan_page import plan_of
from students.registry_forms import (
    AgainForm,
    DropForm,
    MeasureForm,
    OffForm,
    PartForm,
    PlanRequestForm,
    RegistryEntryForm,
    ReviewForm,
)
from students.views.registry import READERS


def entry_or_404(request: ViewerRequest, pk: UUID) -> RegistryEntry:
    seen = RegistryEntry.objects.visible_to(request.viewer)
    related = ("student__class_group__school", "school", "leader__person", "counselor__person", "teacher__person")
    return get_object_or_404(seen.select_related(*related), pk=pk)


def note_open(request: ViewerRequest, entry: RegistryEntry, verb: str = "") -> None:
    """What cannot be noted is not shown."""
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=entry, student=entry.student_id, **({"verb": verb} if verb else {}))


@roles(*READERS)
@require_GET
def plan_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    note_open(request, entry)
    return render(request, "students/plan_detail.html", plan_of(request.viewer, entry))


@roles(*SCHOOL_ROLES)
@require_GET
def plan_print(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """One person's sheet (一人一策) to read and print."""
    entry = entry_or_404(request, pk)
    note_open(request, entry, "registry.printed")
    return render(request, "students/plan_print.html", plan_of(request.viewer, entry) | {"now": timezone.now()})


@roles(*SCHOOL_ROLES)
@require_GET
def plan_pdf(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The same sheet as PDF, with the mark of who took it on every page."""
    entry = entry_or_404(request, pk)
    note_open(request, entry, "registry.printed")
    context = plan_of(request.viewer, entry) | {"now": timezone.now(), "viewer": request.viewer}
    content = render_pdf(render_to_string("students/plan_pdf.html", context))
    name = f"plan-{timezone.localtime():%Y%m%d-%H%M}.pdf"  # no name of a student
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


# --- one form, one save -------------------------------------------------------------------------------------------


def _form_page(
    request: ViewerRequest, entry: RegistryEntry, form: forms.Form, act: Callable[..., Any], **words: str
) -> HttpResponse:
    """A page with one form about a plan; what is refused comes back with what was typed."""
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            act(**form.cleaned_data)
            messages.success(request, words["said"])
            return redirect(entry)
    if request.method == "GET":
        note_open(request, entry)
    return render(request, "students/plan_form.html", {"entry": entry, "form": form, **words})


def _acting(request: ViewerRequest, entry: RegistryEntry, action: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **values: action(by=request.viewer, entry=entry, **values)


@roles(*SCHOOL_ROLES)
def plan_edit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    initial = RegistryEntryForm.of(entry)
    form = RegistryEntryForm(request.POST or None, viewer=request.viewer, student=entry.student, initial=initial)
    act = _acting(request, entry, registry.change_entry)
    return _form_page(request, entry, form, act, title=_("Change the entry"), button=_("Save"), said=_("Saved."))


@roles(*SCHOOL_ROLES)
def measure_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    form = MeasureForm(request.POST or None, viewer=request.viewer, student=entry.student)
    act = _acting(request, entry, plans.add_measure)
    words = {"title": _("Add a measure"), "button": _("Add it"), "said": _("The measure stands in the plan.")}
    return _form_page(request, entry, form, act, **words)


@roles(*SCHOOL_ROLES)
def part_edit(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What one of those around the student is told (`?for=`)."""
    entry = entry_or_404(request, pk)
    audience = request.GET.get("for", "")
    told = entry.parts.filter(audience=audience).first()
    initial = {"audience": audience, "text": told.text if told else ""}
    form = PartForm(request.POST or None, initial=initial)
    act = _acting(request, entry, plans.tell_part)
    words = {"title": _("What somebody is told"), "button": _("Save"), "said": _("Saved: they read it from now on.")}
    return _form_page(request, entry, form, act, **words)


@roles(*SCHOOL_ROLES)
def review_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    act = _acting(request, entry, registry.review_plan)
    words = {"title": _("Review of the plan"), "button": _("Save the review"), "said": _("The review is saved.")}
    form: forms.Form
    if entry.off_on is not None:
        form, act = AgainForm(request.POST or None), _acting(request, entry, registry.look_again)
    else:
        form = ReviewForm(request.POST or None, viewer=request.viewer, entry=entry)
    return _form_page(request, entry, form, act, **words)


@roles(*SCHOOL_ROLES)
def registry_off(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    form = OffForm(request.POST or None, viewer=request.viewer, entry=entry)
    act = _acting(request, entry, registry.propose_off)
    words = {
        "title": _("Take the student off the registry"),
        "button": _("Propose it to the second person"),
        "said": _("The second person is called. Until they agree everything stays as it is."),
    }
    return _form_page(request, entry, form, act, **words)


@roles(*SCHOOL_ROLES)
def plan_request(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Ask a center above for help with this student."""
    entry = entry_or_404(request, pk)
    form = PlanRequestForm(request.POST or None, entry=entry)
    act = _acting(request, entry, ask_center_of_plan)
    words = {
        "title": _("Ask the center for help"),
        "button": _("Ask, and call the center"),
        "said": _("The center is called."),
    }
    return _form_page(request, entry, form, act, **words)


@roles(*SCHOOL_ROLES)
def review_send_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    form = AnswerForm(request.POST or None, label=_("What is missing"))
    act = _acting(request, entry, registry.send_back_review)
    words = {"title": _("Send the decision back"), "button": _("Send it back"), "said": _("It is sent back.")}
    return _form_page(request, entry, form, act, **words)


def _act(
    request: ViewerRequest, entry: RegistryEntry, said: str, act: Callable[..., Any], /, **values: Any
) -> HttpResponse:
    with refusal_told(request):
        act(by=request.viewer, **values)
        messages.success(request, said)
    return redirect(entry)


@roles(*SCHOOL_ROLES)
@require_POST
def review_confirm(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    return _act(request, entry, _("Confirmed: it counts from today."), registry.confirm_review, entry=entry)


@roles(*SCHOOL_ROLES)
@require_POST
def review_take_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    return _act(request, entry, _("The proposal is taken back."), registry.take_back_review, entry=entry)


def _measure(request: ViewerRequest, entry: RegistryEntry, pk: UUID) -> PlanMeasure:
    measure = PlanMeasure.objects.visible_to(request.viewer).filter(entry=entry, pk=pk).select_related("who").first()
    if measure is None:
        raise Http404
    return measure


@roles(*READERS)
@require_POST
def measure_done(request: ViewerRequest, pk: UUID, measure_pk: UUID) -> HttpResponse:
    """One tap: done today. Who is to do it may say so, and who keeps the registry."""
    entry = entry_or_404(request, pk)
    measure = _measure(request, entry, measure_pk)
    return _act(request, entry, _("Noted as done today."), plans.end_measure, measure=measure, is_done=True)


@roles(*SCHOOL_ROLES)
def measure_drop(request: ViewerRequest, pk: UUID, measure_pk: UUID) -> HttpResponse:
    entry = entry_or_404(request, pk)
    measure = _measure(request, entry, measure_pk)
    words = {"title": _("Drop a measure"), "button": _("Drop it"), "said": _("Dropped; it stays to be read.")}

    def act(outcome: str) -> None:
        plans.end_measure(by=request.viewer, measure=measure, is_done=False, outcome=outcome)

    return _form_page(request, entry, DropForm(request.POST or None), act, **words)
