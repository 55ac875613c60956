"""How flags end and begin again; from whom they are kept; whom nobody calls."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import SCHOOL_ROLES, STAFF_ROLES, roles
from schools.common.errors import refusal_in, refusal_told
from schools.requests import ViewerRequest
from students.actions import decisions
from students.actions.keeping import keep_from, set_do_not_call
from students.flag_forms import AnswerForm, CloseForm, DoNotCallForm, KeepForm, ReasonForm
from students.flag_list import dress, flags_of
from students.flag_states import LOWEST, State
from students.models import Guardian, RiskFlag
from students.views.flags import flag_or_404
from students.views.students import student_or_404

MOST_TOGETHER = 100


@roles(*SCHOOL_ROLES)
def flag_close(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Decide how it ends; on the two upper levels this is a proposal to the second person."""
    viewer = request.viewer
    flag = flag_or_404(request, pk)
    form = CloseForm(request.POST or None, viewer=viewer, flag=flag)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            decisions.close_flag(by=viewer, flag=flag, **form.cleaned_data)
            flag.refresh_from_db()
            is_over = flag.state == State.CLOSED
            messages.success(request, _("The flag is closed.") if is_over else _("The second person is called."))
            if is_over and flag.outcome == RiskFlag.Outcome.REGISTERED:
                return redirect(f"{reverse('students:registry_new', args=[flag.student_id])}?flag={flag.pk}")
            return redirect("students:flag_list") if is_over else redirect(flag)
    dress([flag], viewer)
    return render(request, "students/flag_close.html", {"flag": flag, "form": form})


def _act(request: ViewerRequest, flag: RiskFlag, action: Any, said: str, **values: Any) -> HttpResponse:
    with refusal_told(request):
        action(by=request.viewer, flag=flag, **values)
        messages.success(request, said)
    return redirect(flag)


@roles(*SCHOOL_ROLES)
@require_POST
def flag_confirm(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _act(request, flag_or_404(request, pk), decisions.confirm_flag, _("The flag is closed."))


@roles(*SCHOOL_ROLES)
@require_POST
def flag_take_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _act(request, flag_or_404(request, pk), decisions.take_back_proposal, _("It is in hand again."))


@roles(*SCHOOL_ROLES)
def flag_send_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _with_reason(
        request, flag_or_404(request, pk), decisions.send_back_flag, _("Send the decision back"), _("What is missing")
    )


@roles(*SCHOOL_ROLES)
def flag_reopen(request: ViewerRequest, pk: UUID) -> HttpResponse:
    return _with_reason(
        request, flag_or_404(request, pk), decisions.reopen_flag, _("Open the flag again"), _("What has come up")
    )


@roles(*SCHOOL_ROLES)
def flag_came_back(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What came back of a referral, once it is closed."""
    flag, title, said = flag_or_404(request, pk), _("What came back"), _("Saved.")
    return _with_reason(request, flag, decisions.record_return, title, _("What they found, what they advise"), said)


def _with_reason(
    request: ViewerRequest, flag: RiskFlag, action: Any, title: str, label: str, said: str = ""
) -> HttpResponse:
    """A page that asks for a reason, and does what it says."""
    form = AnswerForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            action(by=request.viewer, flag=flag, text=form.cleaned_data["text"])
            messages.success(request, said or _("It is in hand again."))
            return redirect(flag)
    dress([flag], request.viewer)
    context = {"flag": flag, "form": form, "title": title, "button": _("Save") if said else title}
    return render(request, "students/flag_reason.html", context)


@roles(*SCHOOL_ROLES)
def flag_close_together(request: ViewerRequest) -> HttpResponse:
    """Close several flags of the lowest level with one reason."""
    viewer = request.viewer
    is_open = [State.RAISED, State.IN_HAND, State.WATCHED]
    offered = list(flags_of(viewer).filter(severity=LOWEST, state__in=is_open)[:MOST_TOGETHER])
    dress(offered, viewer)
    form = ReasonForm(request.POST or None)
    chosen = [flag for flag in offered if str(flag.pk) in request.POST.getlist("flags")]
    if request.method == "POST" and form.is_valid() and not chosen:
        form.add_error(None, _("Tick the flags that are closed with this reason."))
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            closed = decisions.close_together(by=viewer, chosen=chosen, **form.cleaned_data)
            messages.success(request, _("{n} flags are closed.").format(n=closed))
            return redirect("students:flag_list")
    ticked = {flag.pk for flag in chosen}
    context = {"offered": offered, "ticked": ticked, "form": form}
    return render(request, "students/flag_close_together.html", context)


@roles(*STAFF_ROLES)
def flag_keep(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Keep a flag from somebody of the staff."""
    viewer = request.viewer
    flag = flag_or_404(request, pk)
    form = KeepForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            keep_from(by=viewer, flag=flag, **form.cleaned_data)
            messages.success(request, _("From now on it is not there for this person. The auditor is told."))
            return redirect(flag)
    dress([flag], viewer)
    return render(request, "students/flag_keep.html", {"flag": flag, "form": form})


@roles(*SCHOOL_ROLES)
def guardian_danger(request: ViewerRequest, pk: UUID, guardian_pk: UUID) -> HttpResponse:
    """Mark a guardian “do not call”, or take the mark away."""
    student = student_or_404(request, pk)
    guardian = get_object_or_404(Guardian.objects.visible_to(request.viewer), pk=guardian_pk, student=student)
    form = DoNotCallForm(request.POST or None, initial={"is_set": not guardian.do_not_call})
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            set_do_not_call(by=request.viewer, student=student, guardian=guardian, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(student)
    return render(request, "students/guardian_danger.html", {"student": student, "guardian": guardian, "form": form})
