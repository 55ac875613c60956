"""The list of talks as a workbook: what the page shows, no texts."""

from collections.abc import Iterable
from io import BytesIO

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import TalkPart
from counseling.queries import Words
from schools.severity import Scheme

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000
# What a spreadsheet may take for a formula, also behind a byte order mark or space, and in full width.
_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_SKIPPED = "\ufeff\u200b\u00a0 "
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def plain(text: str) -> str:
    """A text that no spreadsheet, and no later CSV of it, runs as a formula."""
    return f"'{text}" if text.lstrip(_SKIPPED)[:1] in set(_STARTS) else text


def workbook(parts: Iterable[TalkPart], words: Words, scheme: Scheme, *, made_by: str) -> bytes:
    """One row for each part, and who took it out and when below."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, **AS_TEXT})
    sheet = book.add_worksheet()
    for number, row in enumerate([_heads(), *(_row(part, words, scheme) for part in parts), [], [made_by]]):
        for column, text in enumerate(row):
            sheet.write_string(number, column, plain(text))
    book.close()
    return out.getvalue()


def _heads() -> list[str]:
    return [
        _("When"),
        _("Student"),
        _("Student number"),
        _("Class"),
        _("Themes"),
        _("Kind of talk"),
        _("Level"),
        _("Talk again"),
        _("Who talked"),
    ]


def _row(part: TalkPart, words: Words, scheme: Scheme) -> list[str]:
    return [
        timezone.localtime(part.talk.happened_at).strftime("%Y-%m-%d %H:%M"),
        part.student.name,
        part.student.student_number,
        part.class_group.name if part.class_group else "",
        words.themes(part.themes),
        words.of("kind", part.talk.kind),
        scheme.label(part.severity) if part.severity else "",
        part.follow_up_on.isoformat() if part.follow_up_on else "",
        part.talk.author.name,
    ]
