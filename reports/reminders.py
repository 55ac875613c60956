"""Whom daily reports remind: silent classes of a school, silent units of a center."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports import reminders_of_summaries, reminders_of_sweeps  # noqa: F401
from reports.daily import (
    OF_CLASSES,
    OF_PARTS,
    OF_UNITS,
    Board,
    Calendars,
    class_board,
    classes_of,
    due_of,
    hours_put_off,
    joined_on,
    leaders_of,
    part_board,
    receiver,
    schemes_around,
    unit_due,
    unit_reports,
)
from reports.models.daily import CLASS, GRADE
from reports.reporting import hours_of
from schools.ladder import ABOVE, BACKUP, REPORTER, Rung
from schools.models import Membership, Reminder, Unit
from schools.work.reminders import Due, Source, remind


def class_reports_due(now: dt.datetime) -> Iterator[Due]:
    """The schools whose classes report today, with each hour that holds for some of them. Five queries, however many
    schools there are."""
    return _within_schools(CLASS, OF_CLASSES, now)


def part_reports_due(now: dt.datetime) -> Iterator[Due]:
    """The schools whose grades, or colleges, report today."""
    return _within_schools(GRADE, OF_PARTS, now)


def _within_schools(level: str, whose: Q, now: dt.datetime) -> Iterator[Due]:
    schools, day = _units(schools_only=True), timezone.localdate(now)
    schemes, calendars, later = schemes_around(), Calendars(schools), hours_put_off(whose, day)
    for school in schools:
        if at := due_of(school, level, school.path, day, schemes, calendars.of(school)):
            yield from (Due(school, day, hour) for hour in hours_of(at, later.get(school.pk, ())))


def unit_reports_due(now: dt.datetime) -> Iterator[Due]:
    units, day = _units(), timezone.localdate(now)
    schemes, calendars = schemes_around(), Calendars(units)
    joined, later = joined_on(units), hours_put_off(OF_UNITS, day)
    for unit in units:
        at = due_of(unit, unit.kind_id, receiver(unit.path), day, schemes, calendars.of(unit))
        if at and unit.pk in joined and joined[unit.pk] <= day:
            yield Due(unit, day, max(hours_of(at, later.get(unit.pk, ()))))


def _units(*, schools_only: bool = False) -> list[Unit]:
    rows = Unit.objects.select_related("kind").exclude(parent=None)
    return list(rows.schools() if schools_only else rows)


def silent_classes(row: Reminder) -> list[Membership]:
    waiting = _called(class_board(row.unit, row.day), row)
    if row.whom == REPORTER or not waiting:
        return waiting
    if row.whom == BACKUP:
        return [member.backup for member in waiting if member.backup and member.backup.is_current()]
    return leaders_of(row.unit) if row.whom == ABOVE else []


def silent_parts(row: Reminder) -> list[Membership]:
    waiting = _called(part_board(row.unit, row.day, classes_of(row.unit)), row)
    return leaders_of(row.unit) if waiting and row.whom == ABOVE else waiting


def _called(board: Board, row: Reminder) -> list[Membership]:
    """Who has not signed and reports until the hour of this reminder. Whoever has another hour on this day is called
    by the steps that count from it."""
    return [member for one in board.unsigned if one.due == row.due_at for member in one.people]


def silent_units(row: Reminder) -> list[Membership]:
    if unit_reports([row.unit]).filter(day=row.day).exists() or unit_due(row.unit, row.day) != row.due_at:
        return []
    return leaders_of(row.unit.parent) if row.whom == ABOVE and row.unit.parent else leaders_of(row.unit)


remind(
    Source(
        "daily.class",
        _("The daily report of a class"),
        ladder=(Rung(-30), Rung(0), Rung(15, BACKUP), Rung(30, ABOVE)),
        due=class_reports_due,
        people=silent_classes,
        url="reports:daily",
    ),
    Source(
        "daily.grade",
        _("The daily report of a grade or college"),
        ladder=(Rung(-15), Rung(0), Rung(15, ABOVE)),
        due=part_reports_due,
        people=silent_parts,
        url="reports:daily",
    ),
    Source(
        "daily.unit",
        _("The daily report of a school or center"),
        ladder=(Rung(-15), Rung(0), Rung(30, ABOVE)),
        due=unit_reports_due,
        people=silent_units,
        url="reports:daily",
    ),
)
