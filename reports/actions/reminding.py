"""Reminding those who are silent, by a click."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import can_remind
from reports.actions.daily import between_board
from reports.daily import Row, class_board, unit_board
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Role, Unit
from schools.work.reminders import remind_by_hand


@transaction.atomic
def remind_silent(*, by: Viewer, day: dt.date, only: Collection[int] = ()) -> int:
    """Call who has not signed for the day: all but those who may report later, or those named. Returns how many people
    were called."""
    if not can_remind(by):
        raise Refused(_("Only those who receive the reports can send reminders."))
    if day != timezone.localdate():
        raise Refused(_("Reminders are for today. An older day is filled in by who was silent, with a reason."))
    groups = by.class_groups  # of a grade head those of the grade
    board = class_board(by.unit, day, classes=groups) if by.unit.is_school else unit_board(by.unit, day)
    rows = [row for row in board.unsigned if row.key in only] if only else board.to_remind
    return _call(by, day, rows, "daily.class")


@transaction.atomic
def remind_between(*, by: Viewer, day: dt.date) -> int:
    """Call who has not signed between: for a grade or college of a school, for a center right below a center."""
    if not can_remind(by) or by.role == Role.GRADE_HEAD:
        raise Refused(_("Only those who receive the reports can send reminders."))
    if day != timezone.localdate():
        raise Refused(_("Reminders are for today. An older day is filled in by who was silent, with a reason."))
    return _call(by, day, between_board(by.unit, day).to_remind, "daily.grade")


def _call(by: Viewer, day: dt.date, rows: list[Row], kind: str) -> int:
    """Write it in the log, and return how many were called."""
    called = _called(by, day, rows, kind) if rows else 0
    details = {"day": day.isoformat(), "called": called}
    audit.record(by=by, verb="daily.reminded", about=by.unit, details=details)
    return called


def _called(by: Viewer, day: dt.date, rows: list[Row], kind: str) -> int:
    """Of a school all together; of a center each unit by itself, so that its page says so."""
    if by.unit.is_school:
        people = [member for row in rows for member in row.people]
        due = rows[0].due or timezone.now()
        return remind_by_hand(kind=kind, unit=by.unit, day=day, due_at=due, people=people)
    units = Unit.objects.in_bulk([row.key for row in rows])
    return sum(
        remind_by_hand(
            kind="daily.unit", unit=units[row.key], day=day, due_at=row.due or timezone.now(), people=row.people
        )
        for row in rows
    )
