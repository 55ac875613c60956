"""The bars and rows of the coverage page, drawn in Python: there are a hundred of them for a school."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counseling.queries import Coverage
from schools.templatetags.look import bar, day, initial

register = template.Library()
NARROWED = ("class", "grade", "teacher", "page")


@register.simple_tag(takes_context=True)
def meters(context: Context, rows: Iterable[Coverage], name: str, tell_keys: bool = False) -> SafeString:
    """How far each class, grade or teacher is, leading to the list of who is left there."""
    params = context["request"].GET.copy()
    for narrowed in NARROWED:
        params.pop(narrowed, None)
    start = f"?{params.urlencode()}{'&' if params else ''}{name}="
    chosen = context.get("chosen")
    drawn = (_meter(row, f"{start}{row.key}#left", row is chosen, tell_keys) for row in rows)
    return format_html_join("\n", "{}", ((one,) for one in drawn))


def _meter(row: Coverage, address: str, is_chosen: bool, tell_keys: bool) -> SafeString:
    current = mark_safe(' aria-current="true"') if is_chosen else ""
    keys = _keys_left(row.key_left) if tell_keys and row.key_left else ""
    return format_html(
        '<div class="meter"><span><a href="{}"{}>{}</a>{}</span><span class="num">{} / {}</span>{}</div>',
        address, current, row.label, keys, row.reached, row.students, bar(row.reached, row.students),
    )  # fmt: skip


def _keys_left(left: int) -> SafeString:
    words = ngettext("1 key student left", "%(n)s key students left", left) % {"n": left}
    return format_html(' <small class="tag warn">{}</small>', words)


@register.simple_tag
def rows_left(left: Iterable[Any]) -> SafeString:
    """Who is left: why they come first, when somebody last talked to them, and the way to the form."""
    key = format_html(' <span class="tag warn">{}</span>', _("key student"))
    form, button = reverse("counseling:talk_new"), _("Log a talk")
    rows = (
        (
            initial(one.student.name),
            one.student.name,
            key if one.is_key else "",
            _told(one),
            form,
            one.student.pk,
            button,
        )
        for one in left
    )
    return format_html_join(
        "",
        '<div class="row"><span class="face" aria-hidden="true">{}</span><span class="grow"><span class="t">{}</span>'
        '{}<br><small>{}</small></span><a class="btn small" href="{}?student={}">{}</a></div>',
        rows,
    )


def _told(one: Any) -> str:
    last = _("last talk %(day)s") % {"day": day(one.last_talk)} if one.last_talk else _("never yet")
    return " · ".join(filter(None, [one.student.class_group.name, one.why, last]))
