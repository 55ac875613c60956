"""The table of a list, drawn in Python: as nested loops of a template it was most of a page's time."""

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
    opens = [format_html('<td class="{}" data-label="{}">', one.css, one.label) for one in columns]
    address = shown.address if shown.list.link else None
    lines = []
    for row in shown.page_obj.object_list:
        first = columns[0].cell_of(row)
        name = format_html('<a href="{}">{}</a>', address(row), first) if address else conditional_escape(first)
        cells = [_cell(start, one.cell_of(row)) for start, one in zip(opens[1:], columns[1:], strict=True)]
        lines.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
    return mark_safe("".join(lines))  # noqa: S308  every cell is escaped above


def _cell(start: str, value: Any) -> str:
    """An empty cell has no label: on a phone it then takes no line."""
    return f"{start}{conditional_escape(value)}</td>" if value not in ("", None) else "<td></td>"


@register.simple_tag
def options_of(one: Choice) -> SafeString:
    """What a choice offers, a class or a teacher of the school each."""
    any_other = format_html('<option value="">{}</option>', one.any_label)
    chosen = {code: " selected" if code == one.value else "" for code, _label in one.options}
    options = ((code, mark_safe(chosen[code]), label) for code, label in one.options)  # noqa: S308  no text of anybody
    return any_other + format_html_join("", '<option value="{}"{}>{}</option>', options)
