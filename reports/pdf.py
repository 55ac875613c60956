"""The summary as PDF: A4, tagged (PDF/UA), with the mark of who exported it on every page. Nothing is fetched."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string

from reports.document import Section, SummaryDocument
from reports.layout import blocks
from reports.pdf_parts import Progress, render_parts
from schools.common.pdf_child import render

# A row of a table takes some 0.2 MB while it is laid out: a center with more than 700 schools comes in parts.
MOST_ROWS = 3_000


def render_pdf(document: SummaryDocument, *, stamp: str, progress: Progress = lambda done, total: None) -> bytes:
    if rows_of(document) > MOST_ROWS:
        return render_parts(
            document,
            write=lambda sections, **more: html_of(document, sections, stamp=stamp, **more),
            rows=MOST_ROWS // 2,
            progress=progress,
        )
    progress(0, 1)
    content = render(html_of(document, document.sections, stamp=stamp))
    progress(1, 1)
    return content


def rows_of(document: SummaryDocument) -> int:
    return sum(len(table.rows) for section in document.sections for table in section.tables)


def html_of(
    document: SummaryDocument,
    sections: Sequence[Section],
    *,
    stamp: str,
    is_first: bool = True,
    pages: Mapping[str, int] | None = None,
    counted: tuple[int, int] | None = None,
) -> str:
    """The whole document, or a part of it.

    `pages` are the numbers for the contents that this part cannot know itself; `counted` are its own first page and
    the number of all pages.
    """
    context: dict[str, Any] = {
        "document": document,
        "sections": [(section, blocks(section)) for section in sections],
        "contents": _contents(document, pages or {}) if is_first else [],
        "stamp": stamp,
        "is_first": is_first,
        "counted": counted,
    }
    return render_to_string("reports/summary_pdf.html", context)


def _contents(document: SummaryDocument, pages: Mapping[str, int]) -> list[tuple[str, str, str, int | None]]:
    """Number, title, anchor and, where it stands in another part, page; the tables of an appendix have no number."""
    found = []
    for section in document.sections:
        found.append((section.mark, section.title, section.code, pages.get(section.code)))
        if section.is_appendix:
            anchors = [(table.caption, f"table-{table.code}") for table in section.tables]
            found += [("", caption, anchor, pages.get(anchor)) for caption, anchor in anchors]
    return found
