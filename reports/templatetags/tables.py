"""The rows of a summary's table, drawn in Python: as nested loops of a template they were half of the page's time."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from reports.document import Amount, Row, Table

register = template.Library()


@register.simple_tag
def summary_rows(table: Table, term: str = "") -> SafeString:
    """With a term, its numbers lead to the records behind them."""
    return mark_safe("\n".join(_row(row, table, term) for row in table.rows))  # noqa: S308  every cell is escaped below


def _row(row: Row, table: Table, term: str) -> str:
    css = f' class="{escape(row.emphasis)}"' if row.emphasis else ""
    indent = ' class="indent"' if table.has_groups and not row.emphasis else ""
    cells = "".join(f'<td class="num">{_cell(cell, term)}</td>' for cell in row.cells)
    return f'<tr{css}><th scope="row"{indent}>{escape(row.label)}</th>{cells}</tr>'


def _cell(cell: Amount | str, term: str) -> str:
    text = conditional_escape(str(cell))
    if not (term and isinstance(cell, Amount) and cell.behind and cell.value):
        return text
    more = {"split": cell.behind.split, "value": cell.behind.value} if cell.behind.split else {}
    url = f"{reverse('reports:figure_records', args=[cell.behind.figure])}?{urlencode({'term': term} | more)}"
    return f'<a href="{escape(url)}">{text}</a>'
