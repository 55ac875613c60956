"""The table of a list, drawn in Python: as nested loops of a template it was most of a page's time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from schools.listing import Choice, Column, Shown
from schools.templatetags.look import sort_th

register = template.Library()


@register.simple_tag(takes_context=True)
def heads_of(context: Context, shown: Shown) -> SafeString:
    """The heading of each column; those that sort are links."""
    columns = [one for one in shown.columns if one.on_page]
    return format_html_join("", "{}", ((_head(context, one),) for one in columns))


def _head(context: Context, column: Column) -> SafeString:
    if column.sort:
        return sort_th(context, column.name, column.label, column.css)
    return format_html('<th scope="col" class="{}">{}</th>', column.css, column.label)


@register.simple_tag
def rows_of(shown: Shown) -> SafeString:
    """A row for each of the page; the first cell names it and leads to it."""
    columns = [one for one in shown.columns if one.on_page]
    return draw_rows(shown.page_obj.object_list, columns, shown.address if shown.list.link else None)


@register.simple_tag
def draw_rows(
    rows: Iterable[Any], columns: Sequence[Column], address: Callable[[Any], str] | None = None
) -> SafeString:
    """Rows of a table in these columns. Also for a table that is no list of this mechanism."""
    opens = [format_html('<td class="{}" data-label="{}">', one.css, one.label) for one in columns]
    css = format_html(' class="{}"', columns[0].css) if columns[0].css else ""
    head = format_html('<tr><th scope="row"{}>', css)
    lines = []
    for row in rows:
        first = columns[0].cell_of(row)
        name = format_html('<a href="{}">{}</a>', address(row), first) if address else conditional_escape(first)
        cells = [_cell(start, one.cell_of(row)) for start, one in zip(opens[1:], columns[1:], strict=True)]
        lines.append(f"{head}{name}</th>{''.join(cells)}</tr>")
    return mark_safe("".join(lines))  # noqa: S308  every cell is escaped above


def _cell(start: str, value: Any) -> str:
    """An empty cell has no label: on a phone it then takes no line."""
    return f"{start}{conditional_escape(value)}</td>" if value not in ("", None) else "<td></td>"


@register.simple_tag
def options_of(one: Choice) -> SafeString:
    """What a choice offers, a class or a teacher of the school each."""
    return options(one.options, one.value, one.any_label)


@register.simple_tag
def options(pairs: Iterable[tuple[str, Any]], value: str, any_label: Any) -> SafeString:
    """The options of a <select>, the one of `value` chosen; first, what no choice means."""
    first = format_html('<option value="">{}</option>', any_label)
    marks = (mark_safe(""), mark_safe(" selected"))
    return first + format_html_join(
        "", '<option value="{}"{}>{}</option>', ((code, marks[code == value], label) for code, label in pairs)
    )
