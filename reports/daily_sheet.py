"""The board of daily reports as a sheet: the day, and the term of each class or unit."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.daily import Board, Row
from reports.daily_term import term_board
from reports.reporting import State
from schools.access import Viewer
from schools.common.workbooks import Sheet


def state_words() -> dict[State, str]:
    return {
        State.REPORTED: _("reported"),
        State.ZERO: _("confirmed zero"),
        State.MISSING: _("silent"),
        State.AWAITED: _("still have time"),
        State.FREE: _("Nobody has to report on this day"),
    }


def daily_sheet(viewer: Viewer, board: Board) -> Sheet:
    heads = [
        _("Class") if viewer.unit.is_school else _("Unit"),
        str(board.day),
        _("students"),
        _("signed by"),
        _("signed at"),
        _("late"),
        _("version"),
        _("expected in the term"),
        _("received"),
        _("in time"),
        _("zero"),
        _("silent"),
        _("complete"),
    ]
    title = _("Daily report")
    return Sheet("daily_board", title, len(board.rows), heads, lambda: _lines(viewer, board))


def _lines(viewer: Viewer, board: Board) -> Iterator[list[str]]:
    term = term_board(viewer)
    by_key = {row.key: row.counts for row in term.rows} if term else {}
    words = state_words()
    for row in board.rows:
        counts = by_key.get(row.key)
        share = counts.share() if counts else None
        numbers = (
            [counts.expected, counts.received, counts.on_time, counts.zero, counts.missing] if counts else [""] * 5
        )
        yield [
            row.name,
            words[row.state],
            *_signature(row),
            *map(str, numbers),
            "" if share is None else f"{share:.1f}%",
        ]


def _signature(row: Row) -> list[Any]:
    report = row.report
    if report is None:
        return ["", "", "", "", ""]
    late = report.get_late_reason_display() or _("late") if report.is_late else ""
    signed = f"{timezone.localtime(report.signed_at):%Y-%m-%d %H:%M}"
    return [str(report.concerns), report.signed_by.person.name, signed, str(late), str(report.version)]
