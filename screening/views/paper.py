"""Answers from paper, for the counselor: type them in, and decide where two readings differ."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from schools import audit
from schools.access import roles
from schools.common.errors import Refused, refusal_in
from schools.requests import ViewerRequest
from screening.access import SCREENERS
from screening.actions import paper as actions
from screening.asking import Asked, sheet_of
from screening.consent_rules import STUDENT
from screening.consents import needed_of
from screening.forms.paper import DecideForm, PaperForm
from screening.models import Slip
from screening.progress import papers_waiting
from screening.views.slips import slip_of


@require_GET
@roles(*SCREENERS)
def paper_list(request: ViewerRequest) -> HttpResponse:
    """Papers that were typed in once, or read differently twice."""
    return render(request, "screening/paper_list.html", {"slips": papers_waiting(request.viewer)})


def _asked(slip: Slip) -> list[Asked]:
    return list(sheet_of(slip.round, get_language() or "zh", {}).asked)


@roles(*SCREENERS)
def paper_enter(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The first reading, or the second, which shows nothing of the first."""
    slip = slip_of(request, pk)
    if len(slip.papers.all()) == 2 and slip.finished_at is None:
        return redirect("screening:paper_decide", pk=pk)
    asks_consent = STUDENT in needed_of(slip.round, slip.student, timezone.localdate())
    is_second = bool(slip.papers.all())
    form = PaperForm(
        request.POST or None,
        round_=slip.round,
        asked=_asked(slip),
        asks_consent=asks_consent,
        initial={"reading": len(slip.papers.all()) + 1},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            done = actions.enter_paper(
                by=request.viewer,
                slip=slip,
                answers=form.answers,
                agrees=form.cleaned_data.get("agrees", False),
                reading=form.cleaned_data["reading"] or 1,
            )
            if done:
                messages.success(request, _("Both readings agree: it is handed in."))
                return redirect(done)
            if is_second:
                return redirect("screening:paper_decide", pk=pk)
            messages.success(request, _("Kept. A second person now reads the paper."))
            return redirect("screening:round_class", pk=slip.round_id, group=slip.class_group_id)
    context = {"slip": slip, "form": form, "is_second": is_second}
    return render(request, "screening/paper_enter.html", context, status=422 if form.errors else 200)


@roles(*SCREENERS)
def paper_decide(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What was read differently, side by side; opening it is logged."""
    slip = slip_of(request, pk)
    readings = list(slip.papers.all())
    if len(readings) != 2 or slip.finished_at is not None:
        raise Refused(_("There is nothing to decide about this paper."))
    keys = actions.differing(*readings)
    asked = {one.key: one for one in _asked(slip)}
    form = DecideForm(request.POST or None, keys=keys, asked=asked, readings=readings)
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            done = actions.decide_paper(by=request.viewer, slip=slip, chosen=form.chosen)
            messages.success(request, _("Decided: it is handed in."))
            return redirect(done)
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=slip, student=slip.student_id, verb="paper.compared")
    return render(
        request, "screening/paper_decide.html", {"slip": slip, "form": form}, status=422 if form.errors else 200
    )
