"""Who opened records outside their own care, and which lists left as files: for the leader and the auditor."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reports.access import WATCHERS, may_meet_students, watched_by
from reports.opens import (
    FEWEST_STUDENTS,
    NIGHT_OPENS,
    TIMES_USUAL,
    USUAL_WEEKS,
    WEEK,
    exports_of,
    last_monday,
    monday_of,
    openers_of,
    opens_by,
)
from reports.opens_of_one import OPENS_OF_ONE
from schools import audit
from schools.access import Viewer, roles
from schools.audit.purposes import PURPOSES
from schools.audit.trail import words_of
from schools.models import AuditEntry, Person, Role, Unit
from schools.requests import ViewerRequest
from schools.templatetags.look import day
from students.access import is_kept_from_a_flag

PAGE = 100
SHOWN_WEEKS = 6


@require_GET
@roles(*WATCHERS)
def open_list(request: ViewerRequest) -> HttpResponse:
    """One week of one school. That somebody looked is noted, and takes the notice off the leader's workbench."""
    viewer = request.viewer
    monday, school = _week(request), _school(request, viewer)
    openers = openers_of(school, monday, _reader(viewer)) if school else []
    context = {
        "school": school,
        "schools": _schools(viewer) if viewer.role == Role.AUDITOR else [],
        "openers": openers,
        "unusual": sum(one.is_unusual for one in openers),
        "exports": _exports(school) if school else [],
        "tells_rows": not is_kept_from_a_flag(viewer),  # they would tell how many more there are than they see
        "weeks": _chips(monday, school, viewer),
        "monday": monday,
        "sunday": monday + dt.timedelta(days=6),
        "rule": {"fewest": FEWEST_STUDENTS, "times": TIMES_USUAL, "weeks": USUAL_WEEKS, "night": NIGHT_OPENS},
    }
    details = {"week": monday.isoformat(), "of": school.code if school else ""}
    with transaction.atomic():  # the chain is locked for the row, not while the page is drawn
        audit.record(by=viewer, verb="opens.read", details=details)
    return render(request, "reports/open_list.html", context)


def _reader(viewer: Viewer) -> Viewer | None:
    """Whom it could tell of a record that they may not see; an auditor reads every look."""
    return viewer if may_meet_students(viewer) else None


def _week(request: ViewerRequest) -> dt.date:
    """The Monday named in the address, else that of the last whole week."""
    text = request.GET.get("week", "")
    try:
        monday = dt.date.fromisoformat(text) if text else last_monday()
    except ValueError:
        raise BadRequest("unknown week") from None
    if monday.weekday() or not 1900 <= monday.year <= 2200:
        raise BadRequest("unknown week")
    return monday


def _schools(viewer: Viewer) -> Any:
    return watched_by(Unit.objects.schools(), viewer).order_by("path")


def _school(request: ViewerRequest, viewer: Viewer) -> Unit | None:
    """The leader's own; an auditor chooses one."""
    if viewer.role == Role.SCHOOL_LEADER:
        return viewer.unit
    code = request.GET.get("unit", "")
    return get_object_or_404(_schools(viewer), code=code) if code else None


def _chips(chosen: dt.date, school: Unit | None, viewer: Viewer) -> list[dict[str, Any]]:
    now = monday_of(timezone.localdate())
    words = {now: _("This week so far"), now - WEEK: _("Last week")}
    unit = f"&unit={school.code}" if school and viewer.role == Role.AUDITOR else ""
    mondays = [now - n * WEEK for n in range(SHOWN_WEEKS)]
    return [
        {"label": words.get(one) or day(one), "url": f"?week={one.isoformat()}{unit}", "on": one == chosen}
        for one in mondays
    ]


def _exports(school: Unit) -> list[tuple[AuditEntry, str, Any]]:
    """Each with what left, and what for."""
    purposes = ((entry, entry.details.get("purpose", "")) for entry in exports_of(school)[:PAGE])
    return [(entry, str(words_of(entry.verb)), PURPOSES.get(purpose, "")) for entry, purpose in purposes]


@require_GET
@roles(*WATCHERS)
def open_detail(request: ViewerRequest, code: str, pk: UUID) -> HttpResponse:
    """The opens behind one row: of one person in one school."""
    viewer = request.viewer
    monday, school = _week(request), get_object_or_404(_schools(viewer), code=code)
    shown = OPENS_OF_ONE.show(request, opens_by(pk, school, monday, _reader(viewer)))
    if not shown.count:
        raise Http404
    context = {
        "person": Person.objects.get(pk=pk),
        "list": shown,
        "names": may_meet_students(viewer),
        "monday": monday,
        "sunday": monday + dt.timedelta(days=6),
        "school": school,
    }
    details = {"week": monday.isoformat(), "of": school.code}
    with transaction.atomic():
        audit.record(by=viewer, verb="opens.read_one", about=context["person"], details=details)
    return render(request, "reports/open_detail.html", context)
