"""The registry: the list, the ledger on paper and as a file, the list for the meeting, the balance."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import SCHOOL_ROLES, roles
from schools.common.errors import refusal_in
from schools.exporting import export_page
from schools.models import Role
from schools.requests import ViewerRequest
from schools.severity import scheme_of
from schools.views.jobs import to_job
from students.access import can_keep_registry, reads_plan
from students.actions.hand_over import ask_for_hand_over
from students.actions.ledger import note_ledger, start_ledger_pdf
from students.actions.registry import StandsElsewhere, put_on_registry
from students.balance import Balance, balance, moves_of
from students.models import PlanReview, RegistryEntry, RiskFlag
from students.registry_forms import ListForm
from students.registry_list import REGISTRY, entries_of, ledger_of
from students.views.students import note_first_open, student_or_404

READERS = SCHOOL_ROLES | {Role.GRADE_HEAD, Role.CLASS_TEACHER}
WHOLE = SCHOOL_ROLES | {Role.GRADE_HEAD}


def _listed(request: ViewerRequest) -> Any:
    """Those on it now, unless the address asks for those who left or whose review is due."""
    entries = entries_of(request.viewer)
    return entries if request.GET.get("tab") in ("off", "due") else entries.open()


@roles(*READERS)
@require_GET
def registry_list(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    today = timezone.localdate()
    shown = REGISTRY.show(request, _listed(request))
    seen = RegistryEntry.objects.visible_to(viewer)
    context = {
        "list": shown,
        "listed": seen.open().count(),
        "late": seen.overdue(today).count() if reads_plan(viewer) else 0,
        "keeps": can_keep_registry(viewer),
        "reads_plan": reads_plan(viewer),
    }
    return render(request, "students/registry_list.html", context)


@roles(*SCHOOL_ROLES)
def registry_export(request: ViewerRequest) -> HttpResponse:
    """The ledger (台账) as a workbook: just what the list shows, with the columns that offices ask for."""
    sheet = REGISTRY.sheet(request, _listed(request))
    return export_page(request, sheet, back=f"{reverse('students:registry_list')}?{request.GET.urlencode()}")


@roles(*SCHOOL_ROLES)
@require_GET
def registry_print(request: ViewerRequest) -> HttpResponse:
    """The ledger on paper."""
    return _on_paper(request, "students/registry_print.html")


@roles(*SCHOOL_ROLES)
@require_POST
def registry_pdf(request: ViewerRequest) -> HttpResponse:
    """The same as PDF: a worker makes it."""
    job = start_ledger_pdf(by=request.viewer)
    return to_job(job, back=reverse("students:registry_list"))


@roles(*SCHOOL_ROLES)
@require_GET
def registry_meeting(request: ViewerRequest) -> HttpResponse:
    """The list for tomorrow's meeting: who is on it, what is due, what is open."""
    return _on_paper(request, "students/registry_meeting.html")


def _on_paper(request: ViewerRequest, template: str) -> HttpResponse:
    """All who are listed, the worst first. A list of people that leaves on paper is logged as one that leaves."""
    viewer = request.viewer
    entries = ledger_of(viewer)
    with transaction.atomic():
        note_ledger(viewer, len(entries))
    return render(request, template, {"entries": entries, "now": timezone.now(), "unit": viewer.unit})


@roles(*WHOLE)
@require_GET
def registry_balance(request: ViewerRequest) -> HttpResponse:
    """Start + new − left = end between two days, and the same by level with those who moved in and out."""
    viewer = request.viewer
    last = _day(request, "until", timezone.localdate())
    term = viewer.term
    first = _day(request, "from", term.starts if term and term.starts <= last else last.replace(month=1, day=1))
    if first > last:
        raise BadRequest("the first day lies after the last")
    found = balance(moves_of(PlanReview.objects.visible_to(viewer)), first, last)
    context = {
        "first": first,
        "last": last,
        "balance": found,
        "total": {name: found.total(name) for name in ("start", "new", "came", "left", "transferred", "end")},
        "rows": _by_level(found, viewer.unit),
        "moves": _moves(found, viewer.unit),
    }
    return render(request, "students/registry_balance.html", context)


def _day(request: ViewerRequest, name: str, otherwise: dt.date) -> dt.date:
    try:
        return parse_date(request.GET.get(name, "")) or otherwise
    except ValueError:
        raise BadRequest("no such day") from None


NAMES = ("start", "new", "moved_in", "moved_out", "left", "end")


def _by_level(found: Balance, unit: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for level in scheme_of(unit).levels:
        counts: dict[str, Any] = {name: getattr(found, name)[level.severity] for name in NAMES}
        rows.append({"severity": level.severity, "label": level.word, **counts})
    return rows


def _moves(found: Balance, unit: Any) -> list[dict[str, Any]]:
    """How many moved from which level to which; one mark is one student."""
    scheme = scheme_of(unit)
    return [
        {
            "before": before,
            "after": after,
            "before_label": scheme.word(before),
            "after_label": scheme.word(after),
            "count": count,
            "marks": range(min(count, 40)),
        }
        for (before, after), count in sorted(found.between.items(), reverse=True)
    ]


@roles(*SCHOOL_ROLES)
def registry_new(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Put a student on the registry, from the student's page or from a flag (`?flag=`)."""
    viewer = request.viewer
    student = student_or_404(request, pk)
    if standing := RegistryEntry.objects.visible_to(viewer).open().filter(student=student).first():
        return redirect(standing)
    flag = _flag(request, student)
    form = ListForm(request.POST or None, viewer=viewer, student=student)
    if flag and not request.POST:
        form.initial.update(severity=flag.severity, found_how=flag.get_source_display())
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            entry = _listed_here(request, student, flag=flag, **form.cleaned_data)
            messages.success(request, _("On the registry. Now write down what is done, by whom and by when."))
            return redirect(entry)
    note_first_open(request, student)
    return render(request, "students/registry_new.html", {"student": student, "form": form, "flag": flag})


def _listed_here(request: ViewerRequest, student: Any, **values: Any) -> RegistryEntry:
    """Who still stands on another school's registry is not listed here; that school is asked to hand over."""
    try:
        return put_on_registry(by=request.viewer, student=student, **values)
    except StandsElsewhere as refusal:
        ask_for_hand_over(by=request.viewer, entries=refusal.entries, student=student)
        raise


def _flag(request: ViewerRequest, student: Any) -> RiskFlag | None:
    pk = request.GET.get("flag", "")
    if not pk:
        return RiskFlag.objects.visible_to(request.viewer).open().filter(student=student).first()
    try:
        key = UUID(pk)
    except ValueError:
        raise BadRequest("no such flag") from None
    return get_object_or_404(RiskFlag.objects.visible_to(request.viewer).filter(student=student), pk=key)
