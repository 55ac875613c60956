"""One summary, three kinds of file."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.document import SummaryDocument, printable
from reports.editions import Edition
from reports.pdf import render_pdf
from reports.pdf_parts import Progress
from reports.summary import build_summary
from reports.word import render_docx
from reports.workbook import render_xlsx
from schools.access import Viewer
from schools.models import Job, Term, Unit

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
    edition: Edition = Edition.WORK,
    unseen: frozenset[Any] = frozenset(),
    progress: Progress = lambda done, total: None,
) -> Export:
    """Build the document once and write it. Gathering the figures is one step, the file one more or many."""
    progress(0, 2)
    document = build_summary(unit, term, edition, unseen=unseen)
    stamp = f"{document.edition_text} · {stamp}"
    content = _written(document, file_format, stamp, lambda done, total: progress(1 + done, 1 + total))
    return Export(content, file_name(document, file_format), TYPES[file_format])


def _written(document: SummaryDocument, file_format: str, stamp: str, progress: Progress) -> bytes:
    if file_format == "pdf":
        return render_pdf(document, stamp=stamp, progress=progress)
    progress(0, 1)
    content = render_docx(document, stamp=stamp) if file_format == "docx" else render_xlsx(document, stamp=stamp)
    progress(1, 1)
    return content


def file_name(document: SummaryDocument, file_format: str) -> str:
    """A long name of a unit is cut, so that the row of the job has room for what comes after it."""
    rest = f" {document.term_code} {document.title} {document.edition_text}.{file_format}"
    longest = Job._meta.get_field("file_name").max_length or 0
    name = " ".join(document.unit_name.split())
    return f"{name[: longest - len(rest)]}{rest}".replace("/", "-")


def stamp_of(viewer: Viewer) -> str:
    """The mark on every page: who took this out, in which role, and when."""
    line = _("Exported by {name} ({role}, {unit}), {when}").format(
        name=viewer.person.name,
        role=viewer.membership.get_role_display(),
        unit=viewer.unit.name,
        when=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    )
    return printable(line)


def stamp_of_command() -> str:
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return _("Exported on the server, {when}").format(when=when)
