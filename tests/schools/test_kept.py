"""Pieces of pages that are drawn once."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from schools.common.kept import kept


def draw(words, seen):
    def once():
        seen.append(words)
        return mark_safe(words)

    return once


def test_a_piece_is_drawn_once_for_each_key_and_language():
    seen = []
    for key, words in (("a kept piece", "one"), ("a kept piece", "two"), ("another", "three")):
        kept(key, draw(words, seen))
    with translation.override("en"):
        kept("a kept piece", draw("four", seen))
    assert seen == ["one", "three", "four"]


def test_a_developer_sees_each_change(settings):
    settings.DEBUG = True
    seen = []
    for words in ("one", "two"):
        kept("a piece in development", draw(words, seen))
    assert seen == ["one", "two"]


@pytest.mark.parametrize(("count", "words"), [(3, "3"), (4, "4")])
def test_a_drawn_part_depends_on_its_values(count, words):
    template = Template('{% load look %}{% drawn "parts/count.html" count=count %}')
    assert f'<span aria-hidden="true">{words}</span>' in template.render(Context({"count": count}))
