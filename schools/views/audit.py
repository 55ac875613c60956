"""The audit log, read only. Reading it is itself noted."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from schools import audit
from schools.access import roles
from schools.accounts.second_factor import confirm_first, is_confirmed
from schools.actions.audit import LONGEST, accept_log, can_accept_log, checked_at, has_faults
from schools.audit.particulars import tell_particulars
from schools.audit.trail import tell
from schools.audit.verbs import topics
from schools.common.days import day_in, on_days
from schools.common.errors import refusal_told
from schools.common.typed import LineField
from schools.common.workbooks import Sheet
from schools.exporting import export_page
from schools.listing import Column
from schools.models import AuditEntry, Role, Unit
from schools.requests import ViewerRequest

PAGE = 100
FILTERS = ("unit", "q", "about", "from", "until")


class AcceptForm(forms.Form):
    reason = LineField(label=_("Why the log begins anew"), max_length=LONGEST)


def _when(entry: Any) -> SafeString:
    at = timezone.localtime(entry.at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S}")


def _who(entry: Any) -> Any:
    if entry.person is None:
        return _("the system")
    return format_html('{} <small class="num">{}</small>', entry.person.name, entry.person.staff_number)


def _what(entry: Any) -> SafeString:
    told = format_html_join("", "<br><small>{}</small>", ((one,) for one in entry.told))
    return format_html("{}{}", entry.words, told)


def _about(entry: Any) -> Any:
    if not entry.subject_code:
        return entry.subject
    return format_html('{} <small class="num">{}</small>', entry.subject, entry.subject_code)


def _chain(entry: Any) -> SafeString:
    return format_html('<small class="num">{} / {}</small>', entry.chain.scope, entry.number)


COLUMNS = (
    Column("when", _("When"), draw=_when, css="num"),
    Column("who", _("Who"), draw=_who),
    Column("what", _("What"), draw=_what),
    Column("about", pgettext_lazy("audit", "About"), draw=_about),
    Column("chain", _("Chain"), draw=_chain),
)


@roles(Role.AUDITOR)
def audit_list(request: ViewerRequest) -> HttpResponse:
    """Newest first; pages by key and never counts, so that page 1,000 costs what page 1 costs."""
    entries = _filtered(request).select_related("person", "chain").order_by("-at", "-pk")
    rows = list(_after(entries, request.GET.get("after", ""))[: PAGE + 1])
    with transaction.atomic():  # the chain is locked for the row, not while the page is drawn
        audit.record(by=request.viewer, verb="audit.opened", unit=request.viewer.unit)
    tell_particulars(tell(rows))
    more = len(rows) > PAGE
    context = {
        "rows": rows[:PAGE],
        "columns": COLUMNS,
        "next": f"{rows[PAGE - 1].at.timestamp()}-{rows[PAGE - 1].pk}" if more else "",
        "units": _units(request),
        "topics": [(topic.code, topic.label) for topic in topics().values()],
        "given": {name: request.GET.get(name, "") for name in FILTERS},
        "is_broken": has_faults(),
        "checked": checked_at(),
        "accept_form": AcceptForm() if can_accept_log(request.viewer) else None,
        "filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render(request, "schools/audit_list.html", context)


@roles(Role.AUDITOR)
def audit_export(request: ViewerRequest) -> HttpResponse:
    """What the filters find, as a workbook: the log names records, never what they say."""
    entries = _filtered(request).select_related("person", "chain").order_by("-at", "-pk")
    sheet = Sheet(
        kind="audit_log",
        title=gettext("Audit log"),
        count=entries.count(),
        heads=[str(one.label) for one in COLUMNS],
        lines=lambda: [_line(entry) for entry in tell_particulars(tell(list(entries)))],
    )
    return export_page(request, sheet, back=f"{reverse('schools:audit_list')}?{request.GET.urlencode()}")


def _line(entry: Any) -> list[str]:
    """A row of the file, in the order of COLUMNS."""
    who = f"{entry.person.name} {entry.person.staff_number}" if entry.person else gettext("the system")
    what = " · ".join([entry.words, *map(str, entry.told)])
    about = f"{entry.subject} {entry.subject_code}".strip()
    at = timezone.localtime(entry.at)
    return [f"{at:%Y-%m-%d %H:%M:%S}", who, what, about, f"{entry.chain.scope} / {entry.number}"]


@roles(Role.AUDITOR)
@require_POST
def audit_accept(request: ViewerRequest) -> HttpResponse:
    """After a restore: the log as it now is becomes its beginning."""
    if not is_confirmed(request):
        return confirm_first(request, then=reverse("schools:audit_list"))
    with refusal_told(request):
        accept_log(by=request.viewer, reason=request.POST.get("reason", ""))
        messages.success(request, gettext("Accepted. From now on the log is compared with how it stands today."))
    return redirect("schools:audit_list")


def _units(request: ViewerRequest) -> list[tuple[str, str]]:
    return list(Unit.objects.within(request.viewer.unit).order_by("path").values_list("code", "name")[:400])


def _filtered(request: ViewerRequest) -> Any:
    given = request.GET
    entries = AuditEntry.objects.visible_to(request.viewer)
    if scope := given.get("unit"):
        if not Unit.objects.within(request.viewer.unit).filter(code=scope).exists():
            raise BadRequest(f"no unit here has the code {scope!r}")
        entries = entries.filter(chain__scope=scope)
    if q := given.get("q", "").strip():
        entries = entries.filter(Q(person__staff_number__iexact=q) | Q(person__name=q))
    if about := given.get("about"):
        if about not in topics():
            raise BadRequest(f"the log has no topic {about!r}")
        entries = entries.filter(reduce(or_, (Q(verb__startswith=f"{one}.") for one in topics()[about].beginnings)))
    return on_days(entries, "at", day_in(given.get("from", "")), day_in(given.get("until", "")))


def _after(entries: Any, key: str) -> Any:
    """The rows older than the last one shown."""
    at, _dash, pk = key.rpartition("-")
    try:
        moment, number = dt.datetime.fromtimestamp(float(at), tz=dt.UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return entries
    return entries.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=number))
