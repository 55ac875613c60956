"""What is done about a flag: each kind of step, the teacher's answer, corrections, the interview on paper."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import SCHOOL_ROLES, STAFF_ROLES, roles
from schools.common.errors import refusal_in, refusal_told
from schools.requests import ViewerRequest
from students.actions import steps
from students.actions.center import ask_center
from students.actions.flags import assign_flag
from students.flag_forms import STEP_FORMS, AnswerForm
from students.models import FlagStep, RiskFlag
from students.step_words import lines
from students.views.flags import flag_or_404, flag_page

ACTS: Mapping[str, Callable[..., Any]] = {
    "interview": steps.record_interview,
    "contact": steps.log_contact,
    "note": steps.add_note,
    "question": steps.ask_teacher,
    "level": steps.change_level,
    "watch": steps.watch_flag,
    "hand_over": assign_flag,
    "request": ask_center,
    "report": steps.record_report,
}


@roles(*SCHOOL_ROLES)
@require_POST
def flag_step(request: ViewerRequest, pk: UUID, kind: str) -> HttpResponse:
    """Save one step. What cannot be saved comes back with the reason and what was typed."""
    flag = flag_or_404(request, pk)
    if kind not in STEP_FORMS:
        raise Http404
    form = STEP_FORMS[kind](request.POST, viewer=request.viewer, flag=flag)
    if form.is_valid():
        with refusal_in(form):
            ACTS[kind](by=request.viewer, flag=flag, **form.values())
            messages.success(request, _("Saved."))
            return redirect(flag)
    return flag_page(request, flag, form, kind=kind)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_begin(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The interview begins: one tap."""
    flag = flag_or_404(request, pk)
    _act(request, flag, steps.begin_interview, _("The interview has begun: first measure."))
    return redirect(f"{flag.get_absolute_url()}?step=interview#do")


def _act(request: ViewerRequest, flag: RiskFlag, action: Callable[..., Any], said: str, **values: Any) -> HttpResponse:
    with refusal_told(request):
        action(by=request.viewer, flag=flag, **values)
        messages.success(request, said)
    return redirect(flag)


def step_or_404(request: ViewerRequest, pk: UUID, step_pk: UUID) -> FlagStep:
    """A step of just this flag that the viewer may read."""
    seen = FlagStep.objects.visible_to(request.viewer).filter(flag=pk)
    return get_object_or_404(
        seen.select_related("flag__student__class_group__school", "flag__school", "by"), pk=step_pk
    )


@roles(*STAFF_ROLES)
@require_POST
def flag_answer(request: ViewerRequest, pk: UUID, step_pk: UUID) -> HttpResponse:
    """The teacher's answer to a question."""
    question = step_or_404(request, pk, step_pk)
    form = AnswerForm(request.POST, auto_id=f"id_{question.number}_%s")
    if form.is_valid():
        with refusal_in(form):
            text = form.cleaned_data["text"]
            steps.answer_question(by=request.viewer, flag=question.flag, question=question, text=text)
            messages.success(request, _("Thank you. The counselor is called."))
            return redirect(question.flag)
    return flag_page(request, flag_or_404(request, pk), answers={question.pk: form})


@roles(*SCHOOL_ROLES)
def flag_correct(request: ViewerRequest, pk: UUID, step_pk: UUID) -> HttpResponse:
    """Correct a step: what it said stays, struck through."""
    step = step_or_404(request, pk, step_pk)
    form = AnswerForm(request.POST or None, label=_("What is right"))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            steps.correct_step(by=request.viewer, step=step, text=form.cleaned_data["text"])
            messages.success(request, _("Saved. What it said before stays, struck through."))
            return redirect(step.flag)
    return render(request, "students/flag_correct.html", {"step": step, "form": form, "lines": lines(step)})


@roles(*SCHOOL_ROLES)
@require_GET
def flag_print(request: ViewerRequest, pk: UUID, step_pk: UUID) -> HttpResponse:
    """An interview, or another step, on paper."""
    step = step_or_404(request, pk, step_pk)
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=step.flag, student=step.flag.student_id)
    level = request.viewer.scheme.word(step.severity) if step.severity else ""
    context = {"step": step, "lines": lines(step), "level": level, "now": timezone.now()}
    return render(request, "students/flag_print.html", context)
