"""Terms and school days of a unit: what it has set itself and what it follows."""

import datetime as dt
import re
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import MANAGING_ROLES, can_lead_unit, roles
from schools.actions.units import remove_term, set_calendar_day, set_term
from schools.common.errors import refusal_in
from schools.forms.units import DayForm, TermForm
from schools.models import CalendarDay, Duty, Role, Term, Unit
from schools.month import Rule, weeks_of
from schools.queries import calendar_of, talk_duties_of, terms_of
from schools.requests import ViewerRequest
from schools.unpublished import warning_of

# How far ahead of the month shown a year without published data is worth a warning.
AHEAD = dt.timedelta(days=120)
AROUND = dt.timedelta(days=365)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class Line(NamedTuple):
    """A term in force, and what of it is the unit's own."""

    term: Term
    is_own: bool
    is_above: bool
    duty: Duty | None
    own_duty: Duty | None

    @property
    def is_running(self) -> bool:
        return self.term.starts <= timezone.localdate() <= self.term.ends


@roles(*Role)
def calendar(request: ViewerRequest) -> HttpResponse:
    return _page(request, _unit(request))


def _page(request: ViewerRequest, unit: Unit, term_form: TermForm | None = None) -> HttpResponse:
    month = _month(request)
    known = calendar_of(unit)
    lines = _lines(unit, month)
    changing = next((line for line in lines if line.term.code == request.GET.get("term")), None)
    context = {
        "unit": unit,
        "month": month,
        "previous": month - dt.timedelta(days=1),
        "next": (month + dt.timedelta(days=32)).replace(day=1),
        "weeks": weeks_of(month.year, month.month, calendar=known, rules=_rules(unit, month)),
        "lines": lines,
        "warnings": [warning_of(year) for year in known.years_without_data(month, month + AHEAD)],
        "can_lead": can_lead_unit(request.viewer, unit),
        "remove_url": f"{reverse('schools:term_remove')}?unit={unit.code}&month={month:%Y-%m}",
        "units": _units(request),
        "day_form": DayForm(initial={"day": request.GET.get("day"), "what": "closed"}),
        "changing": changing,
        "term_form": term_form or _term_form(changing),
        "today": timezone.localdate(),
    }
    return render(request, "schools/calendar.html", context)


def _lines(unit: Unit, month: dt.date) -> list[Line]:
    """The terms of a year before and after the month shown."""
    above = set(Term.objects.filter(unit__code__in=unit.ancestor_codes[:-1]).values_list("code", flat=True))
    duties = talk_duties_of(unit)
    found = []
    for term in terms_of(unit):
        if term.ends >= month - AROUND and term.starts <= month + AROUND:
            duty = duties.get(term.code)
            own_duty = duty if duty and duty.unit_id == unit.pk else None
            found.append(Line(term, term.unit_id == unit.pk, term.code in above, duty, own_duty))
    return found


def _term_form(line: Line | None) -> TermForm:
    """Empty, or with the term that is to be changed."""
    if line is None:
        return TermForm()
    term, own = line.term, line.own_duty
    talk_by = own.due_on if own else None
    return TermForm(initial={"code": term.code, "starts": term.starts, "ends": term.ends, "talk_by": talk_by})


def _units(request: ViewerRequest) -> list[Unit]:
    """Whose calendars may be opened from here."""
    if request.viewer.role not in (Role.CENTER_STAFF, Role.SYSTEM_ADMIN):
        return []
    return list(Unit.objects.visible_to(request.viewer).order_by("path")[:400])


def _unit(request: ViewerRequest) -> Unit:
    code = request.GET.get("unit")
    if not code:
        return request.viewer.unit
    return get_object_or_404(Unit.objects.visible_to(request.viewer).select_related("kind"), code=code)


def _month(request: ViewerRequest) -> dt.date:
    match = MONTH.fullmatch(request.GET.get("month", ""))
    return dt.date(int(match[1]), int(match[2]), 1) if match else timezone.localdate().replace(day=1)


def _rules(unit: Unit, month: dt.date) -> dict[dt.date, Rule]:
    """Days set by the unit or one above it, around this month; the nearest unit's word counts."""
    around = (month - dt.timedelta(days=7), month + dt.timedelta(days=38))
    rows = CalendarDay.objects.filter(unit__code__in=unit.ancestor_codes, day__range=around).select_related("unit")
    return {
        row.day: Rule(row.is_school_day, row.note, row.unit.name, row.unit_id == unit.pk)
        for row in rows.order_by("unit__path")
    }


@roles(*MANAGING_ROLES)
@require_POST
def calendar_day(request: ViewerRequest) -> HttpResponse:
    unit, form = _unit(request), DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day and what it is."))
        return _back(request, unit)
    given = form.cleaned_data
    day = given["day"]
    set_calendar_day(
        by=request.viewer,
        unit=unit,
        day=day,
        until=given["until"],
        is_school_day=form.is_school_day(),
        note=given["note"],
    )
    messages.success(request, _("Saved."))
    return _back(request, unit, day)


@roles(*MANAGING_ROLES)
@require_POST
def term_save(request: ViewerRequest) -> HttpResponse:
    unit, form = _unit(request), TermForm(request.POST)
    if form.is_valid():
        with refusal_in(form):
            set_term(by=request.viewer, unit=unit, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return _back(request, unit)
    return _page(request, unit, term_form=form)


@roles(*MANAGING_ROLES)
@require_POST
def term_remove(request: ViewerRequest) -> HttpResponse:
    unit = _unit(request)
    remove_term(by=request.viewer, unit=unit, code=request.POST.get("code", ""))
    messages.success(request, _("Saved."))
    return _back(request, unit)


def _back(request: ViewerRequest, unit: Unit, day: dt.date | None = None) -> HttpResponse:
    month = (day or _month(request)).strftime("%Y-%m")
    return redirect(f"{reverse('schools:calendar')}?unit={unit.code}&month={month}")
