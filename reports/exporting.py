"""One summary, three kinds of file."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.document import SummaryDocument
from reports.pdf import render_pdf
from reports.summary import build_summary
from reports.word import render_docx
from reports.workbook import render_xlsx
from schools.access import Viewer
from schools.models import Term, Unit

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Export:
    content: bytes
    name: str
    content_type: str


def export(
    unit: Unit,
    term: Term,
    file_format: str,
    *,
    stamp: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Export:
    """Build the document once and write it. Figures first, then the file: two steps for the progress bar."""
    progress(0, 2)
    document = build_summary(unit, term)
    progress(1, 2)
    content = _written(document, file_format, stamp)
    progress(2, 2)
    return Export(content, file_name(document, file_format), TYPES[file_format])


def _written(document: SummaryDocument, file_format: str, stamp: str) -> bytes:
    if file_format == "pdf":
        return render_pdf(document, stamp=stamp)
    return render_docx(document, stamp=stamp) if file_format == "docx" else render_xlsx(document, stamp=stamp)


def file_name(document: SummaryDocument, file_format: str) -> str:
    return f"{document.unit_name} {document.term_code} {document.title}.{file_format}".replace("/", "-")


def stamp_of(viewer: Viewer) -> str:
    """The mark on every page: who took this out, in which role, and when."""
    return _("Exported by {name} ({role}, {unit}), {when}").format(
        name=viewer.person.name,
        role=viewer.membership.get_role_display(),
        unit=viewer.unit.name,
        when=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    )


def stamp_of_command() -> str:
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return _("Exported on the server, {when}").format(when=when)
