"""Presentation only: addresses that keep their filters, short dates, icons, shares of a bar."""

import datetime
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from heroicons import IconDoesNotExist
from heroicons.templatetags.heroicons import heroicon_outline

from schools.common import labels
from schools.common.days import local, today
from schools.common.kept import kept

register = template.Library()
register.filter("listed", labels.listed)
register.filter("with_note", labels.with_note)
register.filter("told", labels.told)


@register.simple_tag
@lru_cache(maxsize=256)  # every page draws some twenty of the same few
def icon(name: str, size: int = 20) -> str:
    """A decorative heroicon; a name that does not exist draws a dot, so that a page never fails for a picture."""
    try:
        return heroicon_outline(name or "", size=size)
    except IconDoesNotExist:
        return heroicon_outline("stop", size=size)


@register.simple_tag
def drawn(name: str, **values: Hashable) -> SafeString:
    """A part that depends on nothing but these values and the language: drawn once, then kept.

    Never with values about a person: what is kept is shown to everybody with equal values.
    """
    return kept((name, *values.items()), lambda: render_to_string(name, values))


@register.simple_tag(takes_context=True)
def part(context: Context, name: str) -> SafeString:
    """A part as it is here and now, for a page that shows it twice: {% part "parts/whoami.html" as whoami %}."""
    assert context.template is not None
    return context.template.engine.get_template(name).render(context)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's own query string with some keys changed; None or "" takes a key away."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        else:
            params[key] = str(value)
    address: str = "?" + params.urlencode()
    return address


@register.simple_tag(takes_context=True)
def sort_th(context: Context, key: str, label: str, css: str = "") -> SafeString:
    """A table heading that sorts by `key`: first up, then down. The view reads ?sort=key or ?sort=-key."""
    current = context["request"].GET.get("sort", "")
    down, up = current == f"-{key}", current == key
    mark, state = ("▼", "descending") if down else ("▲", "ascending") if up else ("", "none")
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><a href="{}">{} <span aria-hidden="true">{}</span></a></th>',
        css, state, query(context, sort=f"-{key}" if up else key, page=None), label, mark,
    )  # fmt: skip


@register.filter
def unasked(label: object) -> str:
    """A label that is a question, before a colon: one mark is enough."""
    return str(label).rstrip("?？")


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """Numbers for a pager: both ends, the neighbours, and … between."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag
def share(part: float | None, whole: float | None) -> str:
    """The width of a bar, as a percentage for an SVG attribute (no comma, whatever the language)."""
    if not part or not whole:
        return "0%"
    return f"{max(0.0, min(100.0, 100 * part / whole)):.1f}%"


def level(severity: int, label: object) -> SafeString:
    """A level as `parts/level.html` draws it, for tables that are drawn in Python."""
    return format_html('<span class="lv l{}">{}</span>', severity, label)


@register.simple_tag
def progress(label: object, part: float, whole: float, url: str = "") -> SafeString:
    """How far, as `parts/progress.html` draws it, for many in a row."""
    name = format_html('<a href="{}">{}</a>', url, label) if url else label
    return format_html(
        '<div class="meter"><span>{}</span><span class="num">{} / {}</span>{}</div>',
        name, part, whole, bar(part, whole),
    )  # fmt: skip


def bar(part: float, whole: float) -> SafeString:
    """A bare bar as `parts/bar.html` draws it, for what is drawn in Python; its own colour is for paper."""
    width = share(part, whole)
    return mark_safe(  # noqa: S308  a share is a number
        f'<span class="bar"><svg width="100%" height="8" aria-hidden="true"><rect width="{width}" height="8" rx="4" '
        'fill="#0e6b66"/></svg></span>'
    )


@register.filter
def day(value: datetime.date | None) -> str:
    """A date as short as it can be: the year only when it is not this one."""
    if value is None:
        return ""
    value = local(value).date() if isinstance(value, datetime.datetime) else value
    return _day(value, today().year, get_language())


@lru_cache(maxsize=4096)  # a list names the same few days on every row
def _day(value: datetime.date, this_year: int, language: str | None) -> str:
    return date_format(value, _("M j") if value.year == this_year else _("M j, Y"))


@register.simple_tag
def period(first: datetime.date, last: datetime.date) -> str:
    """Two days; where their years differ both are told, also the present one."""
    if first.year == last.year:
        return f"{day(first)} – {day(last)}"
    return " – ".join(date_format(one, _("M j, Y")) for one in (first, last))


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """A point in time for a list: 'Today 12:20', otherwise the day and the time."""
    if value is None:
        return ""
    here = local(value)
    clock = f"{here:%H:%M}"
    if here.date() == today():
        return _("Today {time}").format(time=clock)
    return _("{day} {time}").format(day=day(here.date()), time=clock)


@register.filter
def initial(name: str | None) -> str:
    """The first character of a name, for the round face beside it."""
    return (name or "").strip()[:1]
