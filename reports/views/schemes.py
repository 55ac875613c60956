"""Who reports when: the rule in force, those to come, and a new one."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.schemes import PRESETS, set_scheme
from reports.daily_forms import SchemeForm
from reports.models import ReportingScheme
from schools.access import MANAGING_ROLES, reason_to_see, roles
from schools.common.errors import refusal_in
from schools.requests import ViewerRequest


@roles(*MANAGING_ROLES)
def daily_scheme(request: ViewerRequest) -> HttpResponse:
    viewer, today = request.viewer, timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    form = SchemeForm(request.POST or None, initial={"starts_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        with refusal_in(form):
            set_scheme(by=viewer, unit=viewer.unit, **form.values())
            messages.success(request, _("Saved."))
            return redirect("reports:daily_scheme")
    rows = ReportingScheme.objects.filter(unit__code__in=viewer.unit.ancestor_codes).select_related(
        "unit", "by__person"
    )
    context = {
        "form": form,
        "rows": [{"row": row, "title": PRESETS[row.preset].title, "is_over": _is_over(row, today)} for row in rows],
        "why": reason_to_see(viewer),
    }
    return render(request, "reports/daily_scheme.html", context)


def _is_over(row: ReportingScheme, today: dt.date) -> bool:
    return bool(row.ends_on and row.ends_on < today)
