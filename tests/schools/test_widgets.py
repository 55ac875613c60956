import pytest
from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from schools.templatetags.widgets import attributes, tick


@pytest.mark.parametrize(
    ("attrs", "drawn"),
    [
        ({}, ""),
        ({"rows": 3, "required": True, "disabled": False}, ' rows="3" required'),
        ({"placeholder": '"><script>'}, ' placeholder="&quot;&gt;&lt;script&gt;"'),
        ({"title": mark_safe("&amp;")}, ' title="&amp;"'),
        ({"title": gettext_lazy("<lazy>")}, ' title="&lt;lazy&gt;"'),
        ({"data-n": 1234567}, ' data-n="1234567"'),
    ],
)
def test_attributes_are_escaped_and_in_their_order(attrs, drawn):
    assert attributes(attrs) == drawn


def options(widget, value):
    return [tick(option) for option in widget.subwidgets("theme", value, {"id": "id_theme"})]


def test_a_tick_is_drawn_as_djangos_own():
    widget = forms.CheckboxSelectMultiple(choices=[("a<b", "one"), (2, "two"), ("", "none")])
    assert options(widget, ["a<b"]) == [
        '<input type="checkbox" name="theme" value="a&lt;b" id="id_theme_0" checked>',
        '<input type="checkbox" name="theme" value="2" id="id_theme_1">',
        '<input type="checkbox" name="theme" value="" id="id_theme_2">',
    ]


def test_a_tick_without_a_value_has_none():
    assert tick({"type": "radio", "name": "n", "value": None, "attrs": {}}) == '<input type="radio" name="n">'
