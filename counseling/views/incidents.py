"""Crisis events of a school: from the button to the closing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counseling.actions import incident_changes as changes
from counseling.actions import incidents as acts
from counseling.actions.incident_reports import report_up
from counseling.incident_forms import (
    ActForm,
    CloseForm,
    CorrectActForm,
    CorrectForm,
    ExceptionForm,
    KeepForm,
    PersonForm,
    ReopenForm,
    ReportForm,
    SafetyForm,
    StartForm,
)
from counseling.incident_list import INCIDENTS
from counseling.incident_page import acts_of, page_of, told_of
from counseling.models import Incident, IncidentAct, IncidentBarrier, IncidentPerson, SafetyPlan
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, roles
from schools.common.errors import refusal_in
from schools.common.pdf_child import render as render_pdf
from schools.on_duty import centers_above
from schools.requests import ViewerRequest
from students.access import CARING_ROLES
from students.flag_page import duty_of
from students.models import Student
from students.queries import matching
from students.views.students import student_or_404

FOUND = 12


def incident_or_404(request: ViewerRequest, pk: UUID) -> Incident:
    seen = Incident.objects.visible_to(request.viewer)
    return get_object_or_404(seen.select_related("school", "started_by__person", "lead__person"), pk=pk)


def note_open(request: ViewerRequest, incident: Incident, verb: str = "incident.opened") -> None:
    """In the trail of each of its students. What cannot be noted is not shown."""
    with transaction.atomic():
        acts.log(request.viewer, verb, incident)


@roles(*STAFF_ROLES)
@require_GET
def incident_list(request: ViewerRequest) -> HttpResponse:
    seen = Incident.objects.visible_to(request.viewer).select_related("started_by__person", "lead__person")
    open_count = Incident.objects.visible_to(request.viewer).open().count()
    return render(
        request, "counseling/incident_list.html", {"list": INCIDENTS.show(request, seen), "open_count": open_count}
    )


@roles(*STAFF_ROLES)
def incident_begin(request: ViewerRequest) -> HttpResponse:
    """Who is it? Somebody of the roster is one tap away; somebody who is not found is described."""
    viewer = request.viewer
    form = StartForm(request.POST or None, viewer=viewer, student=None)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            return redirect(acts.start_incident(by=viewer, **form.cleaned_data))
    q = request.GET.get("q", "").strip()
    context = {"form": form, "q": q, "found": _found(viewer, q), "duty": duty_of(viewer)}
    return render(request, "counseling/incident_begin.html", context)


def _found(viewer: Viewer, q: str) -> list[Student]:
    seen = Student.objects.visible_to(viewer).select_related("class_group__school")
    return list(matching(seen, q, viewer).order_by("name")[:FOUND]) if q else []


@roles(*STAFF_ROLES)
def incident_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Three taps and a sentence. Whoever may not see what it became (see `access`) is told that everybody is called."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = StartForm(request.POST or None, viewer=viewer, student=student)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            incident = acts.start_incident(by=viewer, student=student, **form.cleaned_data)
            messages.success(request, _("Counselor and leader are called now. Stay with the student."))
            seen = Incident.objects.visible_to(viewer).filter(pk=incident.pk).exists()
            return redirect(incident if seen else student)
    running = Incident.objects.visible_to(viewer).open().filter(people__student=student).first()
    context = {"student": student, "form": form, "running": running, "duty": duty_of(viewer)}
    return render(request, "counseling/incident_new.html", context)


@roles(*STAFF_ROLES)
@require_GET
def incident_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    note_open(request, incident)
    return incident_page(request, incident)


def incident_page(request: ViewerRequest, incident: Incident, form: ActForm | None = None, **more: Any) -> HttpResponse:
    """The page; `form` is a line that was sent back."""
    context = page_of(request.viewer, incident, **more)
    if incident.is_open:
        context["form"] = form or ActForm(viewer=request.viewer, incident=incident)
    return render(request, "counseling/incident_detail.html", context, status=422 if form else 200)


@roles(*CARING_ROLES)
@require_POST
def incident_numbers(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The numbers of the families of those whom one sees, in the answer to this one request; it is logged."""
    incident = incident_or_404(request, pk)
    note_open(request, incident, "incident.numbers_seen")
    return incident_page(request, incident, shows_numbers=True)


@roles(*STAFF_ROLES)
@require_POST
def incident_tick(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    acts.tick_line(by=request.viewer, incident=incident, code=request.POST.get("code", ""))
    return redirect(f"{incident.get_absolute_url()}#first")


@roles(*SCHOOL_ROLES)
@require_POST
def incident_lead(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    acts.take_lead(by=request.viewer, incident=incident)
    messages.success(request, _("You lead. The others see it on this page."))
    return redirect(incident)


@roles(*STAFF_ROLES)
@require_POST
def incident_act(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """One line of the timeline. What cannot be saved comes back with the reason and what was typed."""
    incident = incident_or_404(request, pk)
    form = ActForm(request.POST, viewer=request.viewer, incident=incident)
    if form.is_valid():
        with refusal_in(form):
            acts.add_act(by=request.viewer, incident=incident, **form.cleaned_data)
            return redirect(f"{incident.get_absolute_url()}#acts")
    return incident_page(request, incident, form)


@roles(*SCHOOL_ROLES)
def incident_person(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """One more person; `?q=` finds a student."""
    viewer, incident = request.viewer, incident_or_404(request, pk)
    q = request.GET.get("q", "").strip()
    form = PersonForm(request.POST or None, viewer=viewer)
    known = IncidentPerson.objects.visible_to(viewer).filter(incident=incident)
    more = {"q": q, "found": _found(viewer, q), "known": known}
    return _form(request, incident, form, acts.add_person, "counseling/incident_person.html", **more)


@roles(*STAFF_ROLES)
def incident_keep(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """An event about nobody of the roster, open or closed, is kept from somebody of the staff."""
    incident = incident_or_404(request, pk)
    form = KeepForm(request.POST or None, viewer=request.viewer)
    kept = IncidentBarrier.objects.visible_to(request.viewer).filter(incident=incident).select_related("person")
    return _page(request, incident, form, acts.keep_incident_from, "counseling/incident_keep.html", kept=kept)


@roles(*SCHOOL_ROLES)
def incident_safety(request: ViewerRequest, pk: UUID, person_pk: UUID) -> HttpResponse:
    """What was agreed with one person, so that they are safe."""
    incident = incident_or_404(request, pk)
    seen = IncidentPerson.objects.visible_to(request.viewer).filter(incident=incident)
    person = get_object_or_404(seen.select_related("student", "incident"), pk=person_pk)
    note_open(request, incident)
    form = SafetyForm(request.POST or None, plan=person.safety_plans.first())

    def agree(*, by: Viewer, incident: Incident, **words: str) -> SafetyPlan:
        return acts.agree_safety(by=by, person=person, words=words)

    return _form(request, incident, form, agree, "counseling/incident_safety.html", person=person)


@roles(*SCHOOL_ROLES)
def incident_exception(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = ExceptionForm(request.POST or None)
    return _form(request, incident, form, acts.add_exception, "counseling/incident_exception.html")


@roles(*SCHOOL_ROLES)
def incident_report(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Report to the unit above, in the school's own words."""
    incident = incident_or_404(request, pk)
    form = ReportForm(request.POST or None, incident=incident)
    more = {"units": centers_above(incident.school)}
    return _form(request, incident, form, report_up, "counseling/incident_report.html", **more)


@roles(*SCHOOL_ROLES)
def incident_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = CloseForm(request.POST or None, incident=incident)
    return _form(request, incident, form, acts.close_incident, "counseling/incident_close.html")


def _form(
    request: ViewerRequest, incident: Incident, form: Any, action: Callable[..., Any], template: str, **more: Any
) -> HttpResponse:
    """A page with one form about an incident; an incident that is closed takes nothing any more."""
    if not incident.is_open:
        messages.error(request, _("The incident is closed. Start a new one if it goes on."))
        return redirect(incident)
    return _page(request, incident, form, action, template, **more)


def _page(
    request: ViewerRequest, incident: Incident, form: Any, action: Callable[..., Any], template: str, **more: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            action(by=request.viewer, incident=incident, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(incident)
    return render(request, template, {"incident": incident, "form": form, **more})


@roles(*SCHOOL_ROLES)
@require_GET
def incident_print(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The usual form, for paper."""
    incident = incident_or_404(request, pk)
    note_open(request, incident, "incident.printed")
    return render(request, "counseling/incident_print.html", _sheet(request, incident))


@roles(*SCHOOL_ROLES)
@require_GET
def incident_pdf(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The same form as PDF, with the mark of who took it on every page."""
    incident = incident_or_404(request, pk)
    note_open(request, incident, "incident.printed")
    content = render_pdf(render_to_string("counseling/incident_pdf.html", _sheet(request, incident)))
    headers = {"Content-Disposition": f'attachment; filename="incident-{timezone.localtime():%Y%m%d-%H%M}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _sheet(request: ViewerRequest, incident: Incident) -> dict[str, Any]:
    acts_seen = acts_of(request.viewer, incident)
    more = {"acts": acts_seen, "told": told_of(acts_seen), "now": timezone.now(), "viewer": request.viewer}
    return page_of(request.viewer, incident) | more


# --- corrected, opened again ----------------------------------------------------------------------------------------


@roles(*SCHOOL_ROLES)
def incident_correct(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What stands at its head is set right; how it read before is kept."""
    incident = incident_or_404(request, pk)
    note_open(request, incident)
    form = CorrectForm(request.POST or None, incident=incident)
    return _form(request, incident, form, changes.correct_incident, "counseling/incident_correct.html")


@roles(*STAFF_ROLES)
def incident_act_correct(request: ViewerRequest, pk: UUID, act_pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    seen = IncidentAct.objects.visible_to(request.viewer).filter(incident=incident)
    act = get_object_or_404(seen.select_related("by__person"), pk=act_pk)
    note_open(request, incident)
    form = CorrectActForm(request.POST or None, act=act)

    def correct(*, by: Viewer, incident: Incident, **words: Any) -> IncidentAct:
        return changes.correct_act(by=by, incident=incident, act=act, **words)

    return _form(request, incident, form, correct, "counseling/incident_act_correct.html", act=act)


@roles(*SCHOOL_ROLES)
def incident_reopen(request: ViewerRequest, pk: UUID) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            changes.reopen_incident(by=request.viewer, incident=incident, **form.cleaned_data)
            messages.success(request, _("Open again. Everybody who was called is told."))
            return redirect(incident)
    status = 422 if form.is_bound else 200
    return render(request, "counseling/incident_reopen.html", {"incident": incident, "form": form}, status=status)
