"""Rows of tables of figures, drawn in Python: as nested loops of a template they were half of a page's time."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from counseling.queries import ClassCoverage
from reports.desk import Todo
from reports.document import Amount, Behind, Row, Table
from reports.material import UnitRow
from schools.templatetags.look import bar, level, progress

register = template.Library()
NO_BAR = '<span class="bar none"></span>'  # keeps its room, so that numbers stand below one another


@register.simple_tag
def summary_rows(table: Table, term: str = "") -> SafeString:
    """With a term, its numbers lead to the records behind them."""
    return mark_safe("\n".join(_row(row, table, term) for row in table.rows))  # noqa: S308  every cell is escaped below


def _row(row: Row, table: Table, term: str) -> str:
    css = f' class="{escape(row.emphasis)}"' if row.emphasis else ""
    indent = ' class="indent"' if table.has_groups and not row.emphasis else ""
    share = table.share_drawn(row)
    drawn = NO_BAR if share is None else bar(share, 1)
    cells = "".join(
        f'<td class="num">{_cell(cell, term)}{drawn if place == table.drawn else ""}</td>'
        for place, cell in enumerate(row.cells)
    )
    return f'<tr{css}><th scope="row"{indent}>{escape(row.label)}</th>{cells}</tr>'


def _cell(cell: Amount | str, term: str) -> str:
    text = conditional_escape(str(cell))
    if not (term and isinstance(cell, Amount) and cell.behind and cell.value):
        return text
    return f'<a href="{_records(cell.behind, term)}">{text}</a>'


@lru_cache(maxsize=4096)  # a summary has two hundred, the same for every school
def _records(behind: Behind, term: str) -> str:
    """The address of the records behind a number, as an attribute holds it."""
    more = {"split": behind.split, "value": behind.value} if behind.split else {}
    return escape(f"{reverse('reports:figure_records', args=[behind.figure])}?{urlencode({'term': term} | more)}")


@register.simple_tag
def waiting_rows(todos: Iterable[Todo]) -> SafeString:
    """Things to do: what, its level, what it is about, by when."""
    late, soon = _("overdue, {at}"), _("by {at}")
    rows = (_waiting(one, late if one.is_late else soon) for one in todos)
    return mark_safe("".join(rows))  # noqa: S308  every word is escaped below


def _waiting(todo: Todo, until: str) -> str:
    item = todo.item
    above = f" {level(item.severity, todo.level_label)}" if todo.level_label else ""
    note = f"<br><small>{escape(item.note)}</small>" if item.note else ""
    clock = f'<span class="clock {todo.tone}">{escape(until.format(at=todo.due))}</span>' if item.due_at else ""
    inside = f'<span class="grow"><span class="t">{escape(item.text)}</span>{above}{note}</span>{clock}'
    return f'<a class="row" href="{escape(item.url)}">{inside}</a>' if item.url else f'<div class="row">{inside}</div>'


@register.simple_tag
def class_meters(classes: Iterable[ClassCoverage]) -> SafeString:
    """How far the talks of each class have come."""
    rows = (progress(one.class_group.name, one.reached, one.students) for one in classes)
    return mark_safe("".join(rows))  # noqa: S308  `progress` escapes


@register.simple_tag
def place_rows(places: Iterable[UnitRow]) -> SafeString:
    """A row for each center and school on a center's workbench; a school without a counselor is marked."""
    address = reverse("reports:figure_list")
    words = (_("Students"), _("Counselors"), _("Talks"), _("Coverage"), _("Key coverage"), _("Open flags"))
    opens = [format_html('<td class="num" data-label="{}">', word) for word in words]
    nobody = format_html(' <span class="tag warn">{}</span>', _("none"))
    rows = []
    for place in places:
        counts = place.counts
        cells = [
            escape(counts["students"]),
            escape(counts["counselors"]) + ("" if counts["counselors"].value else nobody),
            *(escape(one) for one in (counts["talks"], place.coverage, place.key_coverage, counts["flags_at_end"])),
        ]
        drawn = "".join(f"{start}{cell}</td>" for start, cell in zip(opens, cells, strict=True))
        css = ' class="group"' if place.emphasis else ""
        name = format_html('<a href="{}?unit={}">{}</a>', address, place.code, place.label)
        rows.append(f'<tr{css}><th scope="row">{name}</th>\n    {drawn}</tr>')
    return mark_safe("".join(rows))  # noqa: S308  every cell is escaped above
