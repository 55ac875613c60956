"""Requests for help: a center reads, acknowledges and answers them; the school that asked closes them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, roles
from schools.common.errors import refusal_in, refusal_told
from schools.models import Role
from schools.requests import ViewerRequest
from students.actions import center
from students.center_list import REQUESTS, proposal_of, state_of
from students.flag_forms import AnswerForm
from students.models import CenterRequest

RELATED = ("school", "to", "flag", "entry", "by__person", "acknowledged_by__person", "answered_by__person")


def request_or_404(request: ViewerRequest, pk: UUID) -> CenterRequest:
    seen = CenterRequest.objects.visible_to(request.viewer)
    return get_object_or_404(seen.select_related(*RELATED), pk=pk)


@roles(Role.CENTER_STAFF)
@require_GET
def center_request_list(request: ViewerRequest) -> HttpResponse:
    seen = CenterRequest.objects.visible_to(request.viewer)
    waiting = seen.filter(answered_at=None).count()
    context = {"list": REQUESTS.show(request, seen.select_related("school")), "waiting": waiting}
    return render(request, "students/center_request_list.html", context)


@roles(*SCHOOL_ROLES, Role.CENTER_STAFF)
@require_GET
def center_request_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    asked = request_or_404(request, pk)
    _note_open(request, asked)
    return _page(request, asked, AnswerForm(label=_answer_label(asked)))


def _answer_label(asked: CenterRequest) -> str:
    return _("What is missing") if asked.second_id else _("Answer to the school")


def _note_open(request: ViewerRequest, asked: CenterRequest) -> None:
    """The school learns in its log that the center has read it; its own people opened the flag or the plan."""
    viewer, student = request.viewer, asked.student_id
    with transaction.atomic():
        if viewer.role == Role.CENTER_STAFF:
            audit.record(by=viewer, verb="center.opened", about=asked, student=student, unit=asked.school)
            audit.record_read(by=viewer, about=asked, verb="center.opened")
        else:
            audit.record_read(by=viewer, about=asked, student=student, verb="center.opened")


def _page(request: ViewerRequest, asked: CenterRequest, form: AnswerForm) -> HttpResponse:
    is_center = request.viewer.role == Role.CENTER_STAFF
    context: dict[str, Any] = {
        "asked": asked,
        "is_center": is_center,
        "state": state_of(asked),
        "level_label": request.viewer.scheme.word(asked.severity),
        "form": form if is_center and not asked.answered_at else None,
        "about": asked.flag or asked.entry,
        "proposal": proposal_of(asked) if asked.second_id and asked.is_open else "",
    }
    return render(request, "students/center_request_detail.html", context)


@roles(Role.CENTER_STAFF)
@require_POST
def center_request_acknowledge(request: ViewerRequest, pk: UUID) -> HttpResponse:
    asked = request_or_404(request, pk)
    with refusal_told(request):
        center.acknowledge_request(by=request.viewer, request=asked)
        messages.success(request, _("Acknowledged. The school knows it."))
    return redirect(asked)


@roles(Role.CENTER_STAFF)
@require_POST
def center_request_answer(request: ViewerRequest, pk: UUID) -> HttpResponse:
    asked = request_or_404(request, pk)
    return _answered(request, asked, center.answer_request, _("The school has your answer."), back=asked)


def _answered(
    request: ViewerRequest, asked: CenterRequest, act: Callable[..., Any], said: str, *, back: Any
) -> HttpResponse:
    form = AnswerForm(request.POST, label=_answer_label(asked))
    if form.is_valid():
        with refusal_in(form):
            act(by=request.viewer, request=asked, text=form.cleaned_data["text"])
            messages.success(request, said)
            return redirect(back)
    return _page(request, asked, form)


@roles(Role.CENTER_STAFF)
@require_POST
def center_request_confirm(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Agree as the second person: then the decision counts, and the request is over."""
    asked = request_or_404(request, pk)
    with refusal_told(request):
        center.confirm_for_school(by=request.viewer, request=asked)
        messages.success(request, _("Confirmed. The school knows it."))
        return redirect("students:center_request_list")
    return redirect(asked)


@roles(Role.CENTER_STAFF)
@require_POST
def center_request_send_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    asked = request_or_404(request, pk)
    said = _("Sent back. The school knows why.")
    return _answered(request, asked, center.send_back_to_school, said, back="students:center_request_list")


@roles(*SCHOOL_ROLES)
@require_POST
def center_request_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    asked = request_or_404(request, pk)
    with refusal_told(request):
        center.close_request(by=request.viewer, request=asked)
        messages.success(request, _("Closed. The center no longer reads it."))
    return redirect(asked)
