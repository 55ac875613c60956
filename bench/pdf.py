"""The semester summary of the district: its figures, and its PDF beside WeasyPrint alone on the same HTML and style."""

import io
import time
from collections.abc import Callable
from typing import Any

import pypdf
from weasyprint import HTML

from reports import pdf
from reports.summary import build_summary
from schools.models import Unit
from schools.queries import current_term


def run() -> None:
    for code, name in (("2144000001", "school"), ("440608", "district of 39 schools")):
        unit = Unit.objects.select_related("kind").get(code=code)
        term = current_term(unit)
        assert term is not None
        document, gathering = _timed(lambda unit=unit, term=term: build_summary(unit, term))
        content, ours = _timed(lambda document=document: pdf.render_pdf(document, stamp="bench"))
        html = pdf.html_of(document, document.sections, stamp="bench")
        _plain, alone = _timed(lambda html=html: HTML(string=html).write_pdf())
        pages = len(pypdf.PdfReader(io.BytesIO(content)).pages)
        print(f"summary of a {name}: figures {gathering:.1f} s, {pages} pages {ours:.1f} s", end="")
        print(f" ({ours / pages:.2f} s a page), {ours / alone:.2f} times WeasyPrint alone", flush=True)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.monotonic()
    result = work()
    return result, time.monotonic() - started
