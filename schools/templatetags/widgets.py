"""What forms are drawn with hundreds of times a page, in Python: as templates it took half of the talk form's time."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """The attributes of a tag, each after a space; True stands for one without a value, False for none."""
    pieces = (_attribute(name, value) for name, value in attrs.items() if value is not False)
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _attribute(name: str, value: Any) -> SafeString:
    return format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)


@register.filter
def tick(option: Mapping[str, Any]) -> SafeString:
    """The box or dot to tick of one option of a widget."""
    value = {} if option["value"] is None else {"value": option["value"]}
    drawn = {"type": option["type"], "name": option["name"], **value, **option["attrs"]}
    return format_html("<input{}>", attributes(drawn))
