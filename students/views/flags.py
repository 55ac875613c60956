"""Risk flags: the list, one flag with its clocks, and what is done about it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, reason_to_see, roles
from schools.calendar import SchoolCalendar
from schools.common.days import midnight
from schools.common.errors import Refused
from schools.queries import current_term
from schools.requests import ViewerRequest
from schools.severity import Scheme
from schools.unpublished import calendar_warning
from students.access import can_handle_flags, can_read_decision
from students.actions.flags import acknowledge_flag, assign_flag, close_flag, raise_flag
from students.advice import advice
from students.clocks import clock_of, four_clocks, in_whose_hands, urgent_words
from students.evidence import evidence_of
from students.forms import AssignForm, CloseForm, FlagForm
from students.models import RiskFlag, Student
from students.queries import flag_counts
from students.steps import steps_of
from students.views.students import student_or_404

PAGE = 50
State = RiskFlag.State


@roles(*STAFF_ROLES)
def flag_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    tab = request.GET.get("tab", "waiting")
    seen = RiskFlag.objects.visible_to(viewer)
    tabs = {
        "waiting": (_("Waiting"), seen.filter(state=State.RAISED)),
        "in_hand": (_("In hand"), seen.filter(state=State.ACKNOWLEDGED)),
        "term": (_("This term"), seen.filter(reported_at__gte=_term_start(viewer)).order_by("-reported_at")),
    }
    if tab not in tabs:
        raise BadRequest("unknown tab")
    found = tabs[tab][1].select_related("student__class_group__school", "assignee__person")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    calendar, scheme = viewer.calendar, viewer.scheme
    page.object_list = [_dressed(flag, scheme, calendar) for flag in page.object_list]
    chips = [
        {"label": label, "url": f"?tab={name}", "on": name == tab, "count": rows.count() if name != "term" else ""}
        for name, (label, rows) in tabs.items()
    ]
    counts = flag_counts(viewer)
    context = {
        "page_obj": page,
        "chips": chips,
        "tab": tab,
        "waiting": counts["waiting"],
        "late": counts["late"],
        "urgent": urgent_words(counts, scheme),
        "calendar_warning": calendar_warning(_running(page.object_list)),
    }
    return render(request, "students/flag_list.html", context)


def _term_start(viewer: Viewer) -> dt.datetime:
    term = current_term(viewer.unit)
    first = term.starts if term else timezone.localdate() - dt.timedelta(days=180)
    return midnight(first)


def _running(flags: list[RiskFlag]) -> list[dt.datetime]:
    """From when to when the clocks of these flags still count school days."""
    due = [flag.due_at for flag in flags if flag.state == State.RAISED]
    return [timezone.now(), *due] if due else []


def _dressed(flag: RiskFlag, scheme: Scheme, calendar: SchoolCalendar) -> Any:
    flag.clock = clock_of(flag, calendar, timezone.now())
    flag.level_label = scheme.word(flag.severity)
    flag.in_whose_hands = in_whose_hands(flag)
    return flag


def _flag_or_404(request: ViewerRequest, pk: UUID) -> RiskFlag:
    seen = RiskFlag.objects.visible_to(request.viewer)
    related = seen.select_related("student__class_group__school", "school", "raised_by__person", "assignee__person")
    return get_object_or_404(related, pk=pk)


@roles(*STAFF_ROLES)
def flag_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    flag = _flag_or_404(request, pk)
    with transaction.atomic():
        audit.record_read(by=viewer, about=flag, student=flag.student_id)
    calendar = viewer.calendar
    context = {
        "flag": _dressed(flag, viewer.scheme, calendar),
        "clocks": four_clocks(flag, calendar, timezone.now()),
        "steps": steps_of(flag),
        "evidence": evidence_of(viewer, flag),
        "reads_decision": can_read_decision(viewer, flag),
        "may_handle": can_handle_flags(viewer) and flag.state != State.CLOSED,
        "is_waiting": flag.state == State.RAISED,
        "advice": advice(flag.severity) if flag.state != State.CLOSED else "",
        "assign_form": AssignForm(viewer=viewer, flag=flag),
        "why": reason_to_see(viewer, class_id=flag.student.class_group_id),
        "sees_student": Student.objects.visible_to(viewer).filter(pk=flag.student_id).exists(),
        "calendar_warning": calendar_warning([flag.known_at, flag.acted_at, flag.settled_at, *_running([flag])]),
    }
    return render(request, "students/flag_detail.html", context)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    flag = _flag_or_404(request, pk)
    try:
        acknowledge_flag(by=request.viewer, flag=flag)
        messages.success(request, _("You have it in hand. The clock has stopped."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(flag)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_assign(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    flag = _flag_or_404(request, pk)
    form = AssignForm(request.POST, viewer=viewer, flag=flag)
    if not form.is_valid():
        messages.error(request, _("Choose who takes it on."))
        return redirect(flag)
    try:
        assign_flag(by=viewer, flag=flag, to=form.cleaned_data["to"])
        messages.success(request, _("Handed to {name}.").format(name=form.cleaned_data["to"].person.name))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(flag)


@roles(*SCHOOL_ROLES)
def flag_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    viewer = request.viewer
    flag = _flag_or_404(request, pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_flag(by=viewer, flag=flag, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The flag is closed."))
            return redirect("students:flag_list")
    flag.level_label = viewer.scheme.word(flag.severity)
    return render(request, "students/flag_close.html", {"flag": flag, "form": form})


@roles(*STAFF_ROLES)
def flag_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Raise a flag from the student's page."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    form = FlagForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        try:
            flag = raise_flag(by=viewer, student=student, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Reported. The counselor sees it now."))
            # A subject teacher whose words were added to somebody else's flag may not open that one.
            seen = RiskFlag.objects.visible_to(viewer).filter(pk=flag.pk).exists()
            return redirect(flag if seen else student)
    return render(request, "students/flag_new.html", {"student": student, "form": form})
