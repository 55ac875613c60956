"""Long work of this floor: the export of a summary, a board of daily reports as PDF."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.daily import between_board, board_of
from reports.daily_page import board_words
from reports.daily_sheet import daily_sheet
from reports.editions import Edition
from reports.exporting import export, stamp_of
from schools.common.pdf_child import render
from schools.queries import term_of
from schools.work.jobs import Work, job
from students.access import unseen_by


@job("semester_report")
def semester_report(work: Work) -> None:
    """The unit is that of the membership the job was started in, never one that a request named."""
    viewer = work.viewer
    term = term_of(viewer.unit, work.params["term"])
    if term is None:
        raise LookupError("the term has gone")
    edition = Edition(work.params.get("edition", Edition.WORK))  # a job from before there were two
    made = export(
        viewer.unit,
        term,
        work.params["format"],
        stamp=stamp_of(viewer),
        edition=edition,
        unseen=unseen_by(viewer),
        progress=work.progress,
    )
    work.keep(made.content, name=made.name, content_type=made.content_type)


@job("daily_board")
def daily_board(work: Work) -> None:
    """The board of a day with the term's figures, on paper."""
    viewer, day = work.viewer, dt.date.fromisoformat(work.params["day"])
    work.progress(0, 2)
    board = board_of(viewer.unit, day)
    between = between_board(viewer.unit, day)
    sheet = daily_sheet(viewer, board, between)
    context = {
        "heading": board_words(board, is_school=viewer.unit.is_school),
        "board": board,
        "between": between,
        "columns": sheet.heads,
        "lines": list(sheet.lines()),
        "viewer": viewer,
        "now": timezone.now(),
    }
    work.progress(1, 2)
    content = render(render_to_string("reports/daily_pdf.html", context))
    name = f"{_('Daily report')} {day}.pdf"
    work.keep(content, name=name, content_type="application/pdf")
