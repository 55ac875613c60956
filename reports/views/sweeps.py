"""Sweeps: call one, go through a class, sign for it, the board of a school or a center."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from reports.access import (
    CALLERS,
    SWEEPERS,
    can_call_sweep,
    can_end_sweep,
    can_remind,
    can_sign_sweep,
    can_sweep,
    swept_class_ids,
)
from reports.actions.sweeps import (
    call_sweep,
    end_sweep,
    move_sweep,
    note_student,
    remind_unsigned,
    sign_class,
    sign_school,
)
from reports.models import Sweep, SweepSignature
from reports.sweep_forms import FoundForm, MoveForm, SweepForm
from reports.sweep_page import board_words, class_page, corrected_since, state_words, sweep_sheet
from reports.sweeps import Cluster, SweepBoard, class_board, progress_of, unit_board
from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, reason_to_see, roles
from schools.common.errors import Refused, refusal_in, refusal_told
from schools.exporting import export_page
from schools.models import ClassGroup, Role
from schools.requests import ViewerRequest
from students.access import can_keep_family
from students.models import Student

RECEIVERS = SCHOOL_ROLES | {Role.GRADE_HEAD, Role.CENTER_STAFF}
SHOWN = 30  # of those that are over


@roles(*STAFF_ROLES, Role.CENTER_STAFF)
@require_GET
def sweep_list(request: ViewerRequest) -> HttpResponse:
    """Where a reminder leads: open sweeps with how far they are, then those that are over."""
    viewer = request.viewer
    seen = Sweep.objects.visible_to(viewer).select_related("unit")
    progress = progress_of(viewer, list(seen.open().order_by("due_on", "pk")))
    context = {
        "progress": progress,
        "waiting": [one for one in progress if one.done < one.expected],
        "over": list(seen.exclude(ended_at=None)[:SHOWN]),
        "is_school": viewer.unit.is_school,
        "may_call": can_call_sweep(viewer),
        "receives": viewer.role in RECEIVERS,
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/sweep_list.html", context)


@roles(*CALLERS)
def sweep_new(request: ViewerRequest) -> HttpResponse:
    form = SweepForm(request.POST if request.method == "POST" else None, viewer=request.viewer)
    if form.is_valid():
        with refusal_in(form):
            sweep = call_sweep(by=request.viewer, **form.cleaned_data)
            messages.success(request, _("Called. The class teachers are told within a minute."))
            return redirect(sweep)
    context = {"form": form, "unit": request.viewer.unit}
    return render(request, "reports/sweep_new.html", context, status=422 if form.is_bound else 200)


def _sweep_or_404(request: ViewerRequest, pk: UUID) -> Sweep:
    return get_object_or_404(
        Sweep.objects.visible_to(request.viewer).select_related("unit", "called_by__person"), pk=pk
    )


# --- a class ----------------------------------------------------------------------------------------------------------


def _class_or_404(request: ViewerRequest, pk: int) -> ClassGroup:
    group = next((one for one in request.viewer.class_groups if one.pk == pk), None)
    if group is None or pk not in swept_class_ids(request.viewer):
        raise Http404
    return group


def _student_or_404(request: ViewerRequest, pk: UUID) -> Student:
    students = Student.objects.visible_to(request.viewer).enrolled().exclude(class_group=None)
    student = get_object_or_404(students, pk=pk)
    if not can_sweep(request.viewer, student.class_group_id):
        raise Http404
    student.school = request.viewer.unit
    return student


@roles(*STAFF_ROLES)
def sweep_class(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """The list of a class: one tap for each child, or one signature for all; sent, it is the signature."""
    viewer, sweep, row = request.viewer, _sweep_or_404(request, pk), _class_or_404(request, group)
    if request.method == "POST":
        over = request.POST.get("over", "0")
        if not (over.isascii() and over.isdecimal() and len(over) < 5):
            raise BadRequest("no number of a signature")
        with refusal_told(request):
            signature = sign_class(by=viewer, sweep=sweep, group=row, over=int(over))
            is_first = signature.number == 1
            said = _("Signed.") if is_first else _("Signed as correction {n}.").format(n=signature.number - 1)
            messages.success(request, said)
        return redirect("reports:sweep_class", pk, group)
    return render(request, "reports/sweep_class.html", _class_context(request, sweep, row))


def _class_context(request: ViewerRequest, sweep: Sweep, group: ClassGroup) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "sweep": sweep,
        "page": class_page(viewer, sweep, group),
        "may_answer": sweep.ended_at is None and can_sweep(viewer, group.pk),
        "why": reason_to_see(viewer, class_id=group.pk),
        "receives": viewer.role in RECEIVERS,
    }


@roles(*SWEEPERS)
@require_POST
def sweep_tap(request: ViewerRequest, pk: UUID, student_pk: UUID) -> HttpResponse:
    """Nothing to note of this child. htmx gets the row and what counts anew."""
    sweep, student = _sweep_or_404(request, pk), _student_or_404(request, student_pk)
    note_student(by=request.viewer, sweep=sweep, student=student)
    if not request.htmx:
        return redirect(f"{reverse('reports:sweep_class', args=[pk, student.class_group_id])}#s-{student.pk}")
    context = _class_context(request, sweep, _class_or_404(request, student.class_group_id or 0))
    kid = next(kid for kid in context["page"].kids if kid.student.pk == student.pk)
    return render(request, "reports/sweep_tapped.html", context | {"kid": kid})


@roles(*SWEEPERS)
def sweep_student(request: ViewerRequest, pk: UUID, student_pk: UUID) -> HttpResponse:
    """Something to note of this child: what is confirmed here becomes a tag or a flag at once."""
    viewer, sweep, student = request.viewer, _sweep_or_404(request, pk), _student_or_404(request, student_pk)
    may_set = can_keep_family(viewer)  # who stands in may not know the family: they read and set no groups
    members = list(student.group_members.current().select_related("group")) if may_set else []
    form = FoundForm(
        request.POST if request.method == "POST" else None,
        viewer=viewer,
        asked=sweep.groups,
        already={member.group_id for member in members},
        may_set=may_set,
    )
    if form.is_valid():
        with refusal_in(form):
            note_student(by=viewer, sweep=sweep, student=student, found=form.found())
            messages.success(request, _("Noted. Go on with the next child."))
            return redirect(f"{reverse('reports:sweep_class', args=[pk, student.class_group_id])}#s-{student.pk}")
    if request.method == "GET":
        with transaction.atomic():
            audit.record_read(by=viewer, about=student, student=student)
    context = {
        "sweep": sweep,
        "student": student,
        "group": _class_or_404(request, student.class_group_id or 0),
        "form": form,
        "already": [member.group for member in members],
    }
    return render(request, "reports/sweep_student.html", context, status=422 if form.is_bound else 200)


# --- boards -----------------------------------------------------------------------------------------------------------


def _board(request: ViewerRequest, sweep: Sweep) -> SweepBoard:
    viewer = request.viewer
    return class_board(viewer, sweep) if viewer.unit.is_school else unit_board(viewer, sweep)


@roles(*RECEIVERS)
@require_GET
def sweep_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Classes of a school, or schools of a center: who has answered, what was found, who has not."""
    viewer, sweep = request.viewer, _sweep_or_404(request, pk)
    board, is_school = _board(request, sweep), viewer.unit.is_school
    own = _own_signatures(request, sweep) if is_school and viewer.role in SCHOOL_ROLES else []
    last = own[-1] if own else None
    context = {
        "sweep": sweep,
        "board": board,
        "heading": board_words(board, is_school=is_school),
        "groups": _groups(board),
        "total": _cells(board, board.numbers.groups),
        "is_school": is_school,
        "own": own,
        "last": last,
        "corrected": corrected_since(board, last),
        "may_sign": can_sign_sweep(viewer) and sweep.ended_at is None,
        "may_remind": can_remind(viewer) and sweep.ended_at is None,
        "may_end": can_end_sweep(viewer, sweep) and sweep.ended_at is None,
        "may_export": viewer.role != Role.GRADE_HEAD,
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/sweep_detail.html", context)


def _groups(board: SweepBoard) -> list[dict[str, Any]]:
    """The rows as they stand below one another: clusters of a center with their sums, else all of them together."""
    return [
        {
            "cluster": one if one.name else None,
            "cells": _cells(board, one.numbers.groups),
            "rows": [(row, state_words()[row.state], _cells(board, row.numbers.groups)) for row in one.rows],
        }
        for one in board.clusters or [Cluster("", list(board.rows))]
    ]


def _cells(board: SweepBoard, groups: Any) -> list[tuple[str, int]]:
    return [(label, groups[code]) for code, label in board.columns]


def _own_signatures(request: ViewerRequest, sweep: Sweep) -> list[SweepSignature]:
    seen = SweepSignature.objects.visible_to(request.viewer).filter(sweep=sweep, class_group=None)
    return list(seen.select_related("by__person"))


@roles(Role.SCHOOL_LEADER)
@require_POST
def sweep_sign(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The sums of the school, as its board stands now."""
    sweep = _sweep_or_404(request, pk)
    over = request.POST.get("over", "0")
    if not (over.isascii() and over.isdecimal() and len(over) < 5):
        raise BadRequest("no number of a signature")
    sign_school(by=request.viewer, sweep=sweep, over=int(over))
    messages.success(request, _("Signed and sent up."))
    return redirect(sweep)


@roles(*RECEIVERS)
@require_POST
def sweep_remind(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """All who have not answered, or the one named."""
    sweep, sent = _sweep_or_404(request, pk), request.POST.getlist("only")
    only = [int(key) for key in sent if key.isascii() and key.isdecimal() and len(key) < 10]
    if len(only) != len(sent):
        raise BadRequest("not a class or a unit")
    called = remind_unsigned(by=request.viewer, sweep=sweep, only=only)
    text = ngettext("{n} person was reminded.", "{n} people were reminded.", called)
    messages.success(request, text.format(n=called) if called else _("Nobody was left to remind."))
    return redirect(sweep)


@roles(*CALLERS)
def sweep_move(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Another day, with a reason."""
    sweep = _sweep_or_404(request, pk)
    if not can_end_sweep(request.viewer, sweep):
        raise Refused(_("Only the unit that has called a sweep moves its day."))
    if sweep.ended_at:
        raise Refused(_("This sweep has ended already."))
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"due_on": sweep.due_on})
    if form.is_valid():
        with refusal_in(form):
            move_sweep(by=request.viewer, sweep=sweep, **form.cleaned_data)
            messages.success(request, _("Moved. Who was reminded of the old day is told."))
            return redirect(sweep)
    context = {"form": form, "sweep": sweep}
    return render(request, "reports/sweep_move.html", context, status=422 if form.is_bound else 200)


@roles(*CALLERS)
@require_POST
def sweep_end(request: ViewerRequest, pk: UUID) -> HttpResponse:
    sweep = _sweep_or_404(request, pk)
    end_sweep(by=request.viewer, sweep=sweep)
    messages.success(request, _("Ended. Nobody is asked any more; what was signed stays."))
    return redirect(sweep)


@roles(*SCHOOL_ROLES, Role.CENTER_STAFF)
def sweep_export(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The numbers of each class or school, as a workbook."""
    sweep = _sweep_or_404(request, pk)
    sheet = sweep_sheet(request.viewer, sweep, _board(request, sweep))
    return export_page(request, sheet, back=sweep.get_absolute_url())
