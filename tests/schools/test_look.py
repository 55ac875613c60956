import datetime as dt
import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from schools.common.rendering import Levels
from schools.templatetags import look

ROOT = Path(__file__).resolve().parent.parent.parent
TOKENS = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")

# Text on its ground: 4.5:1. WCAG 2.2, 1.4.3.
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "card", "sunk")],
    *[("ink-2", "mute"), ("ink-2", "l0-soft"), ("ink-2", "brand-soft"), ("ink", "brand-line")],
    *[("brand", ground) for ground in ("paper", "card", "sunk", "brand-soft")],
    *[
        ("brand-ink", "brand"),
        ("brand-ink", "brand-deep"),
        ("warm", "warm-soft"),
        ("good", "good-soft"),
        ("good", "card"),
    ],
    *[
        (level, ground)
        for level in ("l1", "l2", "l3", "l4")
        for ground in (f"{level}-soft", "card", "brand-soft", "paper")
    ],
]
# What can be filled in, and the ring of focus: 3:1. WCAG 2.2, 1.4.11.
EDGE_PAIRS = [("edge", ground) for ground in ("paper", "card", "sunk")] + [("brand", "mute"), ("l3", "mute")]


def palette(mode):
    light, _, dark = TOKENS.partition("prefers-color-scheme: dark")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return colours | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if mode == "dark" else colours


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_tokens_have_enough_contrast(mode):
    colours = palette(mode)
    demands = [(pair, 4.5) for pair in TEXT_PAIRS] + [(pair, 3) for pair in EDGE_PAIRS]
    weak = [pair for pair, least in demands if contrast(colours[pair[0]], colours[pair[1]]) < least]
    assert weak == []


FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "script address": re.compile(r"=\s*[\"']\s*javascript:", re.I),
    "other host": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.I),
}


def templates():
    # The page of the PDF is no page of the site: WeasyPrint reads it, not a browser under our policy.
    found = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.svg")]
    return [path for path in found if "pdf" not in path.name]


def markup(path):
    """The page without the template's own words, where `{% if one == … %}` is no handler."""
    return re.sub(r"{%.*?%}", "", path.read_text("utf-8"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_the_policy_would_block(what):
    hits = [str(path.relative_to(ROOT)) for path in templates() if FORBIDDEN[what].search(markup(path))]
    assert hits == []


# Chrome 109 stands in schools.
TOO_NEW = re.compile(r":has\(|color-mix\(|@layer|@container|@scope|^\s+&|\[popover|oklch\(|light-dark\(", re.M)


def test_styles_use_nothing_too_new_for_school_browsers():
    css = {path.name: TOO_NEW.findall(path.read_text("utf-8")) for path in (ROOT / "static/css").glob("*.css")}
    assert {name: found for name, found in css.items() if found} == {}


def draw(source, **context):
    request = RequestFactory().get(context.pop("at", "/"))
    return Template("{% load look %}" + source).render(Context({"request": request, **context}))


def test_query_changes_one_key_and_keeps_the_rest():
    drawn = draw("{% autoescape off %}{% query page=2 %}{% endautoescape %}", at="/?q=lin&grade=5&page=9")
    assert drawn == "?q=lin&grade=5&page=2"


def test_query_takes_a_key_away():
    assert draw("{% query page=None %}", at="/?page=9&q=lin") == "?q=lin"


def test_query_escapes_what_somebody_typed():
    assert "<script" not in draw("{% query page=2 %}", at="/?q=%3Cscript%3E")


@pytest.mark.parametrize(
    ("at", "target", "state"),
    [
        ("/", "sort=name", "none"),
        ("/?sort=name", "sort=-name", "ascending"),
        ("/?sort=-name", "sort=name", "descending"),
    ],
)
def test_sort_heading_turns_round(at, target, state):
    drawn = draw('{% sort_th "name" "Name" %}', at=at)
    assert f'aria-sort="{state}"' in drawn
    assert f'href="?{target}"' in drawn


def test_sort_heading_goes_back_to_the_first_page():
    assert "page=" not in draw('{% sort_th "name" "Name" %}', at="/?page=3")


@pytest.mark.parametrize(
    ("part", "whole", "width"), [(1, 3, "33.3%"), (5, 4, "100.0%"), (0, 4, "0%"), (3, 0, "0%"), (None, None, "0%")]
)
def test_share_stays_between_nothing_and_all(part, whole, width):
    assert look.share(part, whole) == width


def test_bar_needs_no_style():
    assert '<rect width="66.0%"' in draw('{% include "parts/bar.html" with part=66 whole=100 %}')


def test_level_says_word_and_shape():
    assert (
        draw('{% include "parts/level.html" with severity=4 label="first" %}') == '<span class="lv l4">first</span>\n'
    )


def test_icon_of_an_unknown_name_still_draws():
    assert look.icon("no-such-icon").startswith("<svg")


@pytest.mark.parametrize(("year", "shown"), [(2026, "Mar 2"), (2025, "Mar 2, 2025")])
def test_day_names_the_year_only_when_it_is_another(year, shown):
    with translation.override("en"):
        assert look.day(dt.date(year, 3, 2)) == shown


def test_a_period_names_both_years_where_they_differ():
    with translation.override("zh-hans"):
        assert look.period(dt.date(2025, 9, 1), dt.date(2026, 1, 23)) == "2025年9月1日 – 2026年1月23日"
        assert look.period(dt.date(2026, 3, 1), dt.date(2026, 7, 10)) == "3月1日 – 7月10日"


def test_initial_of_a_rare_surname_is_one_character():
    assert look.initial("𠮷田") == "𠮷"


def test_pager_keeps_search_and_filters():
    page = Paginator(range(400), 20).get_page(3)
    drawn = draw('{% include "parts/pager.html" %}', at="/?q=lin&page=3", page_obj=page)
    assert 'href="?q=lin&amp;page=4"' in drawn
    assert '<b aria-current="page">3</b>' in drawn


class TalkForm(forms.Form):
    words = forms.CharField(label="Words", help_text="A hint")
    level = forms.ChoiceField(label="Level", choices=[(0, "none"), (4, "first")], widget=Levels)
    theme = forms.MultipleChoiceField(
        label="Theme", choices=[("a", "<b>sleep</b>")], widget=forms.CheckboxSelectMultiple, required=False
    )


def test_form_ties_hint_and_error_to_the_input():
    drawn = str(TalkForm({}))
    assert 'aria-describedby="id_words_helptext id_words_error"' in drawn
    assert 'id="id_words_helptext"' in drawn
    assert 'id="id_words_error"' in drawn


def test_form_lists_its_errors_first_with_links():
    drawn = str(TalkForm({}))
    assert drawn.index('href="#id_words"') < drawn.index('name="words"')
    assert 'href="#id_level"' in drawn
    assert 'id="id_level"' in drawn


def test_form_without_errors_has_no_summary():
    assert 'role="alert"' not in str(TalkForm())


def test_form_marks_optional_fields_unless_it_is_quiet():
    form = TalkForm()
    assert str(form).count('<small class="hint">') == 1
    form.quiet = True
    assert '<small class="hint">' not in str(form)


def test_levels_are_radio_buttons_with_shapes():
    drawn = str(TalkForm({"level": "4"})["level"])
    assert re.search(r'<input type="radio" name="level" value="4"[^>]* checked', drawn)
    assert '<span class="lv l4">first</span>' in drawn


def test_chips_escape_their_labels():
    assert "&lt;b&gt;sleep&lt;/b&gt;" in str(TalkForm()["theme"])


def test_error_page_renders_without_any_context():
    with translation.override("en"):
        assert "Something went wrong on our side" in render_to_string("errors/500.html")


@pytest.mark.parametrize("page", ["400", "403", "404", "500", "403_csrf", "offline"])
def test_error_pages_lead_back_to_the_start(page):
    assert 'class="btn go" href="/"' in render_to_string(f"errors/{page}.html")


def test_style_page_shows_every_part(sign_in, world):
    used = (ROOT / "templates/schools/style_page.html").read_text("utf-8")
    shown = set(re.findall(r'"parts/(\w+)\.html"', used)) | FRAME
    assert shown >= {path.stem for path in (ROOT / "templates/parts").glob("*.html")}
    answer: HttpResponse = sign_in(world.a.teacher).get("/style/")
    assert answer.status_code == 200


# Drawn by the frame, by another part, or by a list that is declared.
FRAME = {
    *("document_head", "mark", "count", "dock", "whoami", "languages", "strips", "toasts", "cover"),
    *("bar", "field", "picker_options", "page_head", "rail", "dock_tabs", "dock_places", "calls"),
    *("list", "list_end", "list_filter", "list_filters"),
}


# --- several labels together ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        ("{{ role|with_note:title }}", "teacher (maths)", "teacher（maths）"),
        ("{{ role|with_note:'' }}", "teacher", "teacher"),
        ("{{ both|listed }}", "teacher, maths", "teacher、maths"),
        ("{{ none|listed|default:'–' }}", "–", "–"),
    ],
)
def test_labels_are_joined_with_the_marks_of_the_language(source, english, chinese):
    values = {"role": "teacher", "title": "maths", "both": ["teacher", "maths"], "none": []}
    for language, expected in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert Template("{% load look %}" + source).render(Context(values)) == expected


def test_what_is_joined_is_still_escaped():
    source = "{% load look %}{{ role|with_note:title }} {{ both|listed }}"
    values = {"role": "<b>", "title": "<i>", "both": ["<u>"]}

    assert "<" not in Template(source).render(Context(values))
