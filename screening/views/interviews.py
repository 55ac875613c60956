"""Who needs an interview after a screening, by urgency, in slots; beside it who is asked again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from schools.access import reason_to_see, roles
from schools.common.errors import refusal_in
from schools.models import Membership, Role
from schools.requests import ViewerRequest
from screening.access import SCREENERS, can_hold_rounds
from screening.actions.interviews import miss_talk, plan_talks
from screening.forms.interviews import SlotsForm
from screening.interviews import retests, waiting
from screening.models import PlannedTalk


@roles(*SCREENERS)
def interview_list(request: ViewerRequest) -> HttpResponse:
    """The screening is over only when this is empty."""
    viewer = request.viewer
    rows = waiting(viewer)
    people = Membership.objects.current().filter(unit=viewer.unit, role=Role.COUNSELOR).select_related("person")
    form = SlotsForm(
        request.POST or None,
        offered=[str(row.flag.pk) for row in rows],
        people=people,
        initial={"day": timezone.localdate(), "person": viewer.membership.pk},
    )
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data["flags"])
        with refusal_in(form):
            talks = plan_talks(
                by=viewer,
                flags=[row.flag for row in rows if str(row.flag.pk) in chosen],
                first=form.first,
                minutes=form.cleaned_data["minutes"],
                person=form.cleaned_data["person"],
            )
            done = ngettext("One talk is planned.", "%(n)s talks are planned.", len(talks))
            messages.success(request, done % {"n": len(talks)})
            return redirect("screening:interview_list")
    context = {
        "rows": rows,
        "unplanned": sum(not row.is_planned for row in rows),
        "retests": retests(viewer),
        "form": form,
        "chosen": request.POST.getlist("flags"),
        "can_hold": can_hold_rounds(viewer),
        "why": reason_to_see(viewer),
    }
    return render(request, "screening/interview_list.html", context, status=422 if form.errors else 200)


@require_POST
@roles(*SCREENERS)
def interview_missed(request: ViewerRequest, pk: UUID) -> HttpResponse:
    seen = PlannedTalk.objects.visible_to(request.viewer).select_related("flag")
    miss_talk(by=request.viewer, talk=get_object_or_404(seen, pk=pk))
    messages.success(request, _("Noted: the talk still waits. Plan another slot."))
    return redirect("screening:interview_list")
