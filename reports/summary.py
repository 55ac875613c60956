"""Build the semester summary: figures as they are now, texts as people left them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.document import Section, SummaryDocument, paragraphs_of, printable
from reports.editions import Edition
from reports.material import Material
from reports.models import SummarySection
from reports.sections import PARTS
from schools.figures import figures
from schools.models import Term, Unit
from schools.severity import WORST

DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d\d-\d\d|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}")  # zh
NUMBER = re.compile(r"\d[\d,.]*%?")
NONE = r"(无|没有|未发生|未出现|零)[^。；，\n]{0,10}(危机|重大事件)"  # zh
NO_CRISIS = re.compile(NONE + r"|危机[^。；，\n]{0,6}(为零|0\s*起)|\bno [a-z ]{0,20}cris[ie]s", re.IGNORECASE)  # zh


def build_summary(
    unit: Unit, term: Term, edition: Edition = Edition.WORK, *, unseen: frozenset[Any] = frozenset()
) -> SummaryDocument:
    """The whole document, in the active language; `unseen` are flags that its reader must not know of."""
    material = Material.of(unit, term, edition, unseen=unseen)
    texts = texts_of(unit, term)
    drafted = [part.section(material, number) for number, part in enumerate(PARTS, start=1)]
    fitting = publishable if edition == Edition.PUBLIC else with_text
    if material.scope.unseen:
        # What changed since a text was written is told by numbers that are not counted for this reader.
        texts = {code: _without_basis(text) for code, text in texts.items()}
    sections = [with_warning(fitting(section, texts.get(section.code)), material) for section in drafted]
    if edition == Edition.PUBLIC:
        sections = without_empty(sections)
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


def _without_basis(written: SummarySection) -> SummarySection:
    written.basis = ""
    return written


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
        changes=changed_figures(written.basis, section.text) if written.basis else (),
        is_publishable=written.is_publishable,
    )


def publishable(section: Section, written: SummarySection | None) -> Section:
    """The section without its text, unless somebody marked the text as fit to publish."""
    if written is None or not written.is_publishable:
        return replace(section, text="")
    return with_text(section, written)


def without_empty(sections: list[Section]) -> list[Section]:
    """Nobody publishes a heading with nothing below it; the others are counted anew."""
    kept = [section for section in sections if not section.is_empty]
    return [replace(section, number=number) for number, section in enumerate(kept, start=1)]


def changed_figures(then: str, now: str) -> list[tuple[str, str]]:
    """The drafted sentences whose numbers are others than when a person wrote; days that go by are no change."""
    pairs = zip_longest(paragraphs_of(then), paragraphs_of(now), fillvalue="")
    return [(old, new) for old, new in pairs if _numbers(old) != _numbers(new)]


def _numbers(text: str) -> list[str]:
    return NUMBER.findall(DAY.sub("", text))


def with_warning(section: Section, material: Material) -> Section:
    """A text that tells of no crisis is pointed at beside a crisis event, beside an open flag of the worst level, and
    where nobody has signed it."""
    if not NO_CRISIS.search(section.text):
        return section
    return replace(section, warning=" ".join(_against(material)))


def _against(material: Material) -> list[str]:
    found = []
    if events := int(material.count("incidents").number or 0):
        text = ngettext(
            "This text says that there was no crisis, but {n} crisis event was entered this term.",
            "This text says that there was no crisis, but {n} crisis events were entered this term.",
            events,
        )
        found.append(text.format(n=events))
    if worst := _open_worst(material):
        text = ngettext(
            "This text says that there was no crisis, but {n} risk flag of the worst level is open.",
            "This text says that there was no crisis, but {n} risk flags of the worst level are open.",
            worst,
        )
        found.append(text.format(n=worst))
    if not found and material.is_school and not material.count("crisis_free").number:
        found.append(_("This text says that there was no crisis. A leader has not signed that yet."))
    return found


def _open_worst(material: Material) -> int:
    """Of a school without those that are kept from somebody of it, who may be reading this."""
    if not material.is_school:
        return int(material.count("flags_at_end", "level", str(WORST)).number or 0)
    flags = figures()["flags_at_end"].query(material.scope).filter(severity=WORST, kept_from=None)
    return int(flags.count())


def edited_line(written: SummarySection) -> str:
    name = written.edited_by.name if written.edited_by else ""
    when = date_format(timezone.localtime(written.edited_at), "Y-m-d H:i")
    return _("edited by {name}, {when}").format(name=name, when=when)


def _above(unit: Unit) -> str:
    """The names of the units above, for the cover."""
    codes = unit.ancestor_codes[:-1]
    names: Mapping[str, str] = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    return " · ".join(names[code] for code in codes if code in names)


def drafted_text(unit: Unit, term: Term, code: str, *, unseen: frozenset[Any] = frozenset()) -> str:
    part = next(part for part in PARTS if part.code == code)
    return part.draft(Material.of(unit, term, unseen=unseen))
