"""The board of daily reports as a sheet: the day, and the term of each class or unit."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.daily import Board, Row
from reports.daily_term import term_between, term_board
from reports.models import ReportQuestion
from reports.questions import Kind, answer_words, questions_told, read_texts, sum_words
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


def daily_sheet(viewer: Viewer, board: Board, between: Board) -> Sheet:
    """First the classes, or schools, then those that sign between them and the unit: grades, colleges, centers."""
    heads = [
        _("Class") if viewer.unit.is_school else _("Unit"),
        _("state"),
        _("students who worry"),
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
    rows = [*board.rows, *between.rows]
    questions = questions_told(viewer.unit, (row.report.counts for row in rows if row.report))
    heads += [question.words for question in questions]
    return Sheet("daily_board", title, len(rows), heads, lambda: _lines(viewer, board, between, questions))


def _lines(viewer: Viewer, board: Board, between: Board, questions: list[ReportQuestion]) -> Iterator[list[str]]:
    term = term_board(viewer)
    above = term_between(viewer)
    by_key = {row.key: row.counts for found in (term, above) if found for row in found.rows}
    words = state_words()
    reports = [row.report for row in board.rows if row.report]
    has_words = viewer.unit.is_school and any(question.kind == Kind.TEXT for question in questions)
    texts = read_texts(viewer, reports) if has_words else {}
    rows = [(row, viewer.unit.is_school) for row in board.rows] + [(row, False) for row in between.rows]
    for row, is_class in rows:
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
            *_answers(row, questions, texts, is_class=is_class),
        ]


def _answers(
    row: Row, questions: list[ReportQuestion], texts: dict[Any, dict[str, str]], *, is_class: bool
) -> list[str]:
    """A class's answers, inside its school; of a grade, college or unit the sums that it signed."""
    if row.report is None:
        return [""] * len(questions)
    if not is_class:
        return [sum_words(question, row.report.counts) for question in questions]
    said = texts.get(row.report.pk, {})
    return [answer_words(question, row.report.counts, said) for question in questions]


def _signature(row: Row) -> list[Any]:
    report = row.report
    if report is None:
        return ["", "", "", "", ""]
    late = report.get_late_reason_display() or _("late") if report.is_late else ""
    at = timezone.localtime(report.signed_at)
    signed = f"{at:%H:%M}" if at.date() == report.day else f"{at:%Y-%m-%d %H:%M}"
    return [str(report.concerns), report.signed_by.person.name, signed, str(late), str(report.version)]
