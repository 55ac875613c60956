"""By which ladders a unit reminds, and how much reminding it took."""

import datetime as dt

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import MANAGING_ROLES, reason_to_see, roles
from schools.actions.reminders import set_ladder
from schools.common.errors import refusal_in
from schools.forms.reminders import LadderForm
from schools.models import Reminder
from schools.requests import ViewerRequest
from schools.work.reminders import all_sources, ladders_in_force, sources_seen_by

SHOWN, BACK = 60, dt.timedelta(days=30)


@roles(*MANAGING_ROLES)
def reminder_list(request: ViewerRequest) -> HttpResponse:
    viewer, sent = request.viewer, request.POST.get("kind", "")
    sources = sources_seen_by(viewer)
    if sent and sent not in all_sources():
        raise Http404
    in_force = ladders_in_force(viewer.unit)
    forms = {
        kind: LadderForm(request.POST if kind == sent else None, source=source, steps=in_force[kind])
        for kind, source in all_sources().items()
    }
    if sent and (form := forms[sent]).is_valid():
        with refusal_in(form):
            set_ladder(by=viewer, kind=sent, steps=form.steps())
            messages.success(request, _("Saved."))
            return redirect("schools:reminder_list")
    rows = Reminder.objects.filter(unit__path__startswith=viewer.unit.path, at__gte=timezone.now() - BACK)
    rows = rows.filter(kind__in=sources)
    counts = rows.aggregate(
        sent=Count("pk", filter=Q(people__gt=0)), people=Sum("people"), failed=Count("pk", filter=Q(state="failed"))
    )
    context = {
        "ladders": [(all_sources()[kind].title, form) for kind, form in forms.items()],
        "rows": [(row, sources[row.kind].title) for row in rows.select_related("unit")[:SHOWN]],
        "counts": counts,
        "why": reason_to_see(viewer),
    }
    return render(request, "schools/reminder_list.html", context)
