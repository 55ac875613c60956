"""The summary as PDF: A4, tagged (PDF/UA), with the mark of who exported it on every page.

Nothing is fetched: no file and no address. A document of some 150 pages takes half a gigabyte, so beyond that it is
rendered in parts, each by a process that ends and gives its memory back, and joined; parts are not tagged.
"""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

from reports.document import Row, Section, SummaryDocument

ROWS_PER_PAGE = 30
LONGEST = 150
Progress = Callable[[int, int], None]


def render_pdf(document: SummaryDocument, *, stamp: str, progress: Progress = lambda done, total: None) -> bytes:
    if estimated_pages(document) > LONGEST:
        return _in_parts(document, stamp, progress)
    progress(0, 1)
    content = _whole(_html(document, stamp=stamp, part="all"))
    progress(1, 1)
    return content


def estimated_pages(document: SummaryDocument) -> int:
    tables = [table for section in document.sections for table in section.tables]
    return len(document.sections) + sum(1 + len(table.rows) // ROWS_PER_PAGE for table in tables)


def _html(document: SummaryDocument, **context: Any) -> str:
    return render_to_string("reports/summary_pdf.html", {"document": document, **context})


def _style(first_page: int = 0) -> str:
    style = render_to_string("reports/summary.css")
    # A later part has a first page of its own that only carries the running heads; it is thrown away.
    return style + (f"@page:first{{counter-reset: page {first_page}}}" if first_page else "")


def _whole(html: str) -> bytes:
    content: bytes = _page(html).write_pdf(
        stylesheets=[CSS(string=_style())], pdf_variant="pdf/ua-1", pdf_tags=True, custom_metadata=False
    )
    return content


def _page(html: str) -> Any:
    return HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"]))


# --- in parts --------------------------------------------------------------------------------------------------------


def _in_parts(document: SummaryDocument, stamp: str, progress: Progress) -> bytes:
    chunks = list(_chunks(document))
    total = len(chunks) + 1
    progress(0, total)
    main = _count_pages(_child(_html(document, stamp=stamp, part="main", appendix_page=0), _style()))
    parts = [_child(_html(document, stamp=stamp, part="main", appendix_page=main + 1), _style())]
    pages = main
    for number, section in enumerate(chunks, start=1):
        progress(number, total)
        html = _html(replace(document, sections=[section]), stamp=stamp, part="appendix")
        part = _without_first_page(_child(html, _style(first_page=pages)))
        pages += _count_pages(part)
        parts.append(part)
    progress(total, total)
    return _joined(parts)


def _chunks(document: SummaryDocument) -> Iterator[Section]:
    """The appendix cut into sections of few enough rows; only the first keeps its code, for the contents."""
    size = LONGEST * ROWS_PER_PAGE // 2
    for section in document.sections:
        if section.is_appendix:
            for table in section.tables:
                for rows in _slices(table.rows, size):
                    yield replace(section, tables=[replace(table, rows=rows)])


def _slices(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _child(html: str, style: str) -> bytes:
    """Render in a process of its own."""
    command = [sys.executable, "-m", "reports.pdf_child"]
    text = f"{html}<style>{style}</style>".encode()
    done = subprocess.run(command, input=text, capture_output=True, check=True, cwd=settings.BASE_DIR)  # noqa: S603
    return done.stdout


def _count_pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def _without_first_page(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.pages[0]
        return _saved(pdf)


def _joined(parts: Sequence[bytes]) -> bytes:
    with pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part)) as pdf:
                whole.pages.extend(pdf.pages)
        return _saved(whole)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()
