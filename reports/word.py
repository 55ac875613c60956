"""The summary as a Word file, for those who go on writing in it."""

import io
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from reports.document import Section, SummaryDocument, Table
from schools.common.labels import told, with_note

BODY, HEADING = "SimSun", "SimHei"
GREEN = RGBColor(0x0E, 0x6B, 0x66)


def render_docx(document: SummaryDocument, *, stamp: str) -> bytes:
    word = Document()
    _prepare(word, document, stamp)
    _cover(word, document, stamp)
    for section in document.sections:
        _section(word, section, document)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _prepare(word: Any, document: SummaryDocument, stamp: str) -> None:
    for name, font in (("Normal", BODY), *((f"Heading {n}", HEADING) for n in (1, 2)), ("Title", HEADING)):
        style = word.styles[name]
        style.font.name = font
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        if name != "Normal":
            style.font.color.rgb = GREEN
    word.styles["Normal"].font.size = Pt(11)
    word.core_properties.title = f"{document.unit_name} {document.title}"
    word.core_properties.author = document.unit_name
    word.core_properties.comments = ""
    page = word.sections[0]
    page.page_width, page.page_height = 7560310, 10692130  # A4, in the file's own unit
    page.header.paragraphs[0].text = f"{document.unit_name} · {document.term_label}"
    footer = page.footer.paragraphs[0]
    footer.add_run(f"{stamp}  ").font.size = Pt(8)
    _field(footer, "PAGE")


def _field(paragraph: Any, code: str) -> None:
    """A field that Word works out, such as the number of the page."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _cover(word: Any, document: SummaryDocument, stamp: str) -> None:
    word.add_paragraph(document.above)
    word.add_heading(f"{document.unit_name} {document.title}", level=0)
    word.add_paragraph(document.term_label)
    word.add_paragraph(_("Figures as of {day}").format(day=document.as_of_text))
    word.add_paragraph(stamp)
    word.add_paragraph(document.edition_text)
    if document.corrected_text:
        word.add_paragraph(document.corrected_text)
    if document.is_public:
        word.add_paragraph(document.hidden_note)


def _section(word: Any, section: Section, document: SummaryDocument) -> None:
    word.add_heading(section.heading, level=1)
    for text in section.paragraphs:
        word.add_paragraph(text)
    for fact in section.facts:
        amount = with_note(f"{fact.amount} {fact.unit}", fact.note)
        word.add_paragraph(told(fact.label, amount), style="List Bullet")
    if section.balance:
        word.add_paragraph(_balance(section))
    for table in section.tables:
        _table(word, table, document)


def _balance(section: Section) -> str:
    return _("open at the start + new − closed = open at the end: {equation}").format(equation=section.balance.text)  # type: ignore[union-attr]


def _table(word: Any, table: Table, document: SummaryDocument) -> None:
    word.add_heading(table.caption, level=2)
    grid = word.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Light Grid Accent 1")
    rows = [list(table.columns), *([row.label, *map(str, row.cells)] for row in table.rows)]
    # `grid.cell` looks through the whole table each time; walking its rows once does not.
    for line, texts in zip(grid._tbl.tr_lst, rows, strict=True):
        for cell, text in zip(line.tc_lst, texts, strict=True):
            cell.p_lst[0].add_r().text = text
    _repeat_head(grid)
    _align(grid)
    for note in [table.note, document.hidden_note if table.has_hidden else ""]:
        if note:
            word.add_paragraph().add_run(note).font.size = Pt(8)


def _repeat_head(grid: Any) -> None:
    properties = grid._tbl.tr_lst[0].get_or_add_trPr()
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    properties.append(head)


def _align(grid: Any) -> None:
    """Numbers to the right."""
    for line in grid._tbl.tr_lst:
        for cell in line.tc_lst[1:]:
            cell.p_lst[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
