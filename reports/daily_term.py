"""The calendar of a term: each class or unit a row, each day with a report a cell, who was silent most first."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from reports.daily import (
    Calendars,
    centers_below,
    classes_of,
    is_there,
    joined_on,
    receiver,
    reporting_units,
    schemes_around,
    students_in,
    unit_reports,
)
from reports.models import DailyReport
from reports.models.daily import CLASS, GRADE
from reports.parts import parts_among
from reports.reporting import Completeness, State, count, days_to_report, state_of
from schools.access import Viewer
from schools.models import ClassGroup, Role, Term, Unit


@dataclass(frozen=True)
class Cell:
    day: dt.date
    state: State
    is_late: bool = False


@dataclass
class TermRow:
    key: Any  # as in a row of the board
    name: str
    cells: list[Cell] = field(default_factory=list)

    @cached_property
    def counts(self) -> Completeness:
        """Of the days whose hour has come, and of what was signed before it."""
        return count((cell.state, cell.is_late) for cell in self.cells if cell.state != State.AWAITED)


@dataclass
class TermBoard:
    days: list[dt.date]
    rows: list[TermRow]

    @property
    def counts(self) -> Completeness:
        return sum((row.counts for row in self.rows), Completeness())


@dataclass(frozen=True)
class Reporter:
    key: Any
    name: str
    since: dt.date
    dues: Mapping[dt.date, dt.datetime]


def class_term(school: Unit, classes: Iterable[ClassGroup], term: Term) -> TermBoard:
    groups = list(classes)
    sizes = students_in(groups)
    schemes, calendar = schemes_around(school), Calendars([school]).of(school)
    dues = days_to_report(schemes, school.path, CLASS, term.starts, _last_drawn(term), calendar)
    since = joined_on([school]).get(school.pk, term.ends)
    reporters = [Reporter(one.pk, one.name, since, dues) for one in groups if sizes.get(one.pk)]
    return _board(reporters, DailyReport.objects.filter(class_group__in=groups), "class_group", term)


def part_term(school: Unit, term: Term) -> TermBoard:
    """Of the grades of a school, or the colleges of a university, where the rule asks for their own report."""
    schemes, calendar = schemes_around(school), Calendars([school]).of(school)
    dues = days_to_report(schemes, school.path, GRADE, term.starts, _last_drawn(term), calendar)
    if not dues:
        return TermBoard([], [])
    parts = parts_among(group for group in classes_of(school) if is_there(group, school, timezone.localdate()))
    since = joined_on([school]).get(school.pk, term.ends)
    reporters = [Reporter(code, name, since, dues) for code, name in parts.items()]
    return _board(reporters, DailyReport.objects.filter(unit=school, class_group=None, part__in=parts), "part", term)


def unit_term(unit: Unit, below: Iterable[Unit], term: Term) -> TermBoard:
    """Of units below a center: two queries for their reports and rules, however many classes they have."""
    below = list(below)
    schemes, calendars, joined = schemes_around(unit), Calendars(below), joined_on(below)
    known: dict[Any, Mapping[dt.date, dt.datetime]] = {}
    reporters = []
    for one in below:
        calendar, path = calendars.of(one), receiver(one.path)
        key = (id(calendar), path, one.kind_id)
        if key not in known:
            known[key] = days_to_report(schemes, path, one.kind_id, term.starts, _last_drawn(term), calendar)
        if one.pk in joined:
            reporters.append(Reporter(one.pk, one.short_name or one.name, joined[one.pk], known[key]))
    return _board(reporters, unit_reports(below), "unit", term)


def _last_drawn(term: Term) -> dt.date:
    """The end of this week: of later days there is nothing to tell yet."""
    today = timezone.localdate()
    return min(term.ends, today + dt.timedelta(days=6 - today.weekday()))


def _board(reporters: list[Reporter], reports: Any, key: str, term: Term) -> TermBoard:
    now, signed = timezone.now(), _signed(reports, key, term)
    rows = [TermRow(one.key, one.name, _cells(one, signed.get(one.key, {}), now)) for one in reporters]
    rows.sort(key=lambda row: (-row.counts.missing, -row.counts.late))
    return TermBoard(sorted({cell.day for row in rows for cell in row.cells}), rows)


def _signed(reports: Any, key: str, term: Term) -> dict[Any, dict[dt.date, tuple[str, bool]]]:
    rows = reports.filter(day__range=(term.starts, term.ends)).order_by()
    late = Q(first_signed_at__gt=F("due_at"))
    found: dict[Any, dict[dt.date, tuple[str, bool]]] = {}
    for pk, day, state, is_late in rows.annotate(late=late).values_list(key, "day", "state", "late"):
        found.setdefault(pk, {})[day] = (state, bool(is_late))
    return found


def _cells(one: Reporter, signed: Mapping[dt.date, tuple[str, bool]], now: dt.datetime) -> list[Cell]:
    days = sorted({day for day in one.dues if day >= one.since} | set(signed))
    found = []
    for day in days:
        state, is_late = signed.get(day, ("", False))
        found.append(Cell(day, state_of(state, one.dues.get(day), now), is_late))
    return found


def term_board(viewer: Viewer) -> TermBoard | None:
    """Of the viewer's classes or of the units below, in the current term."""
    if viewer.term is None:
        return None
    if viewer.unit.is_school:
        return class_term(viewer.unit, viewer.class_groups, viewer.term)
    return unit_term(viewer.unit, reporting_units(viewer.unit), viewer.term)


def term_between(viewer: Viewer) -> TermBoard | None:
    """The same of those that sign in between: grades and colleges, or the centers right below a center."""
    if viewer.term is None or viewer.role == Role.GRADE_HEAD:
        return None
    if viewer.unit.is_school:
        return part_term(viewer.unit, viewer.term)
    found = unit_term(viewer.unit, centers_below(viewer.unit), viewer.term)
    return TermBoard(found.days, [row for row in found.rows if row.cells])  # no rule asks the others
