"""The flags of a list beside the one that is open, drawn in Python: as a loop of a template most of the page's time."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from schools.templatetags.look import level, moment, query
from students.models import RiskFlag

register = template.Library()


@register.simple_tag(takes_context=True)
def flag_items(context: Context) -> SafeString:
    """Each of the page of `list`: level, who, how long; why; in whose hands, what is next. `flag` is the open one."""
    shown, opened = context["list"], context.get("flag")
    address, rest = shown.address, query(context, page=None, step=None)
    sources = {code: str(label) for code, label in RiskFlag.Source.choices}
    nobody = _("in nobody's hands")
    items = (
        _item(one, f"{address(one)}{rest}", opened is not None and one.pk == opened.pk, sources[one.source], nobody)
        for one in shown.page_obj.object_list
    )
    return format_html_join("", "{}", ((item,) for item in items))


def _item(one: Any, url: str, is_open: bool, source: str, nobody: str) -> SafeString:
    group = one.student.class_group
    return format_html(
        '<a class="item" href="{}"{}><span>{}<b>{}</b>{}<span class="clock {}">{}</span></span>{}'
        '<span class="foot"><span>{}{}</span><span>{} · {}</span></span></a>',
        url, mark_safe(' aria-current="true"') if is_open else "",
        level(one.severity, one.level_label), one.student.name,
        format_html('<small class="hint">{}</small>', group.name) if group else "",
        one.clock.tone, one.clock.text,
        format_html('<span class="what">{}</span>', one.why) if one.why else "",
        one.hands or nobody, f" · {one.next}" if one.next else "", source, moment(one.reported_at),
    )  # fmt: skip
