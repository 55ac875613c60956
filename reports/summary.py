"""Build the semester summary: figures as they are now, texts as people left them."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.document import Section, SummaryDocument, printable
from reports.editions import Edition
from reports.material import Material
from reports.models import SummarySection
from reports.sections import PARTS
from schools.models import Term, Unit


def build_summary(unit: Unit, term: Term, edition: Edition = Edition.WORK) -> SummaryDocument:
    """The whole document, in the active language."""
    material = Material.of(unit, term, edition)
    texts = texts_of(unit, term)
    drafted = [part.section(material, number) for number, part in enumerate(PARTS, start=1)]
    fitting = publishable if edition == Edition.PUBLIC else with_text
    sections = [fitting(section, texts.get(section.code)) for section in drafted]
    return SummaryDocument(
        unit_name=printable(unit.name),
        above=printable(_above(unit)),
        term_code=term.code,
        term_label=term.label,
        language=get_language() or "zh-hans",
        as_of=material.scope.on,
        built_at=material.board.counted_at,
        edition=edition,
        sections=sections,
        corrected_at=material.board.corrected_at,
    )


def texts_of(unit: Unit, term: Term) -> dict[str, SummarySection]:
    """What people wrote, by section."""
    rows = SummarySection.objects.filter(summary__unit=unit, summary__term__code=term.code).select_related("edited_by")
    return {row.code: row for row in rows}


def with_text(section: Section, written: SummarySection | None) -> Section:
    """The section with a person's text in place of the drafted one."""
    if written is None:
        return section
    if written.is_drafted:
        return replace(section, version=written.version, is_publishable=written.is_publishable)
    return replace(
        section,
        text=written.body,
        version=written.version,
        is_edited=True,
        edited=edited_line(written),
        is_publishable=written.is_publishable,
    )


def publishable(section: Section, written: SummarySection | None) -> Section:
    """The section without its text, unless somebody marked the text as fit to publish."""
    if written is None or not written.is_publishable:
        return replace(section, text="")
    return with_text(section, written)


def edited_line(written: SummarySection) -> str:
    name = written.edited_by.name if written.edited_by else ""
    when = date_format(timezone.localtime(written.edited_at), "Y-m-d H:i")
    return _("edited by {name}, {when}").format(name=name, when=when)


def _above(unit: Unit) -> str:
    """The names of the units above, for the cover."""
    codes = unit.ancestor_codes[:-1]
    names: Mapping[str, str] = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    return " · ".join(names[code] for code in codes if code in names)


def drafted_text(unit: Unit, term: Term, code: str) -> str:
    part = next(part for part in PARTS if part.code == code)
    return part.draft(Material.of(unit, term))
