"""Slips: print those of a class, issue one anew, withdraw it, mark a student absent."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from schools.access import roles
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from screening.access import SCREENERS
from screening.actions import rounds as actions
from screening.actions.printing import print_slips
from screening.models import Round, Slip
from screening.progress import states_of
from screening.views.rounds import base_of, class_of, round_of


@require_POST
@roles(*SCREENERS)
def round_slips(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Slips of all classes, as a job."""
    round_ = round_of(request, pk)
    return _print(request, round_, None, round_.get_absolute_url())


@require_POST
@roles(*SCREENERS)
def class_slips(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """Slips of one class, as a job."""
    round_ = round_of(request, pk)
    class_of(round_, group)
    return _print(request, round_, group, reverse("screening:round_class", args=[pk, group]))


def _print(request: ViewerRequest, round_: Round, group: int | None, back: str) -> HttpResponse:
    with_names = request.POST.get("names") != "no"
    job = print_slips(by=request.viewer, round_=round_, group=group, base=base_of(request), with_names=with_names)
    return to_job(job, back=back)


def slip_of(request: ViewerRequest, pk: UUID) -> Slip:
    rows = Slip.objects.visible_to(request.viewer).select_related(
        "round__school__kind", "round__consent_text", "student__school", "class_group__school"
    )
    found: Slip = get_object_or_404(rows.prefetch_related("round__parts__instrument", "papers"), pk=pk)
    return found


@require_GET
@roles(*SCREENERS)
def slip_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """What can be done about one student who has not handed in."""
    slip = slip_of(request, pk)
    state = states_of(request.viewer, slip.round, [slip])[slip.pk]
    context = {"slip": slip, "state": state, "papers": len(slip.papers.all())}
    return render(request, "screening/slip_detail.html", context)


@require_POST
@roles(*SCREENERS)
def slip_reissue(request: ViewerRequest, pk: UUID) -> HttpResponse:
    slip = slip_of(request, pk)
    actions.reissue_slip(by=request.viewer, slip=slip)
    messages.success(request, _("A new slip is ready to print; the old one is worth nothing now."))
    return redirect("screening:slip_detail", pk=pk)


@require_POST
@roles(*SCREENERS)
def slip_revoke(request: ViewerRequest, pk: UUID) -> HttpResponse:
    actions.revoke_slip(by=request.viewer, slip=slip_of(request, pk))
    messages.success(request, _("Withdrawn."))
    return redirect("screening:slip_detail", pk=pk)


@require_POST
@roles(*SCREENERS)
def slip_absent(request: ViewerRequest, pk: UUID) -> HttpResponse:
    slip = slip_of(request, pk)
    actions.mark_absent(by=request.viewer, slip=slip, is_absent=request.POST.get("absent") == "yes")
    messages.success(request, _("Saved."))
    return redirect("screening:round_class", pk=slip.round_id, group=slip.class_group_id)


@require_POST
@roles(*SCREENERS)
def class_absent(request: ViewerRequest, pk: UUID, group: int) -> HttpResponse:
    """Those ticked on the page of a class were not there today."""
    round_ = round_of(request, pk)
    row = class_of(round_, group)
    ticked = set(request.POST.getlist("slips"))
    slips = Slip.objects.visible_to(request.viewer).filter(round=round_, class_group=row.class_group_id)
    chosen = [one for one in slips.values_list("pk", flat=True) if str(one) in ticked]
    if not ticked:
        messages.error(request, _("Tick who was not there."))
    else:
        count = actions.mark_absent_together(by=request.viewer, round_=round_, slips=chosen)
        sentence = ngettext("{n} student is marked absent.", "{n} students are marked absent.", count)
        messages.success(request, sentence.format(n=count))
    return redirect("screening:round_class", pk=pk, group=group)
