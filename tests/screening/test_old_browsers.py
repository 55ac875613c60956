"""What students open asks for nothing newer than Chrome 80 and iOS 13 know, as in-app browsers of old phones do."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from screening.models import RoundClass
from screening.slip_codes import class_code_of, code_of
from tests.screening.asked import answered, round_of, scan, slip_of

pytestmark = pytest.mark.django_db

# Each with what is newer about it. An old phone that meets a word it does not know loses the whole script.
SCRIPT = {
    r"\?\.(?!\d)": "optional chaining: iOS 13.4",
    r"\?\?": "nullish coalescing: iOS 13.4",
    r"(?:\|\||&&|\?\?)=": "logical assignment: Chrome 85",
    r"#\w+\s*[=(;]": "private fields and methods: Chrome 84, iOS 15",
    r"^\s*static\s*\{": "static blocks: Chrome 94",
    r"\b\d+_\d": "separators in numbers: iOS 13 knows them, WeChat's X5 does not",
    r"\b\d+n\b": "BigInt: iOS 14",
    r"^\s*(?:import|export|await)\b": "modules and top-level await",
    r"\bimport\(": "dynamic import in in-app browsers",
    r"\(\?<[=!]": "lookbehind: iOS 16.4",
    r"\(\?<\w+>": "named groups",
    r"\.(?:replaceAll|at|findLast|findLastIndex|toSorted|toReversed|toSpliced|replaceChildren|matchAll)\(": "methods",
    r"\b(?:structuredClone|AggregateError|WeakRef|BroadcastChannel|ResizeObserver|reportError|scheduler)\b": "objects",
    r"\b(?:Object\.hasOwn|Object\.groupBy|Promise\.any|Promise\.withResolvers|Array\.fromAsync|crypto\.randomUUID)\b": (
        "functions after 2020"
    ),
    r"\b(?:AbortSignal\.(?:timeout|any)|requestSubmit|showModal|showPicker|navigator\.locks|startViewTransition)\b": (
        "of the page, after 2020"
    ),
    r"\bsignal\s*:|\bonce\s*:\s*true": "options that older ones ignore",
}
STYLE = {
    r":(?:has|is|where|not\([^)]*,|user-valid|popover-open|modal)\b": "selectors",
    r"(?<![-\w])(?:inset|inset-inline|inset-block|aspect-ratio|translate|rotate|scale)\s*:": "properties",
    r"(?<![-\w])(?:accent-color|scrollbar-gutter|text-wrap|container|content-visibility|overscroll-behavior)\s*:": (
        "properties that may be missing"
    ),
    r"(?<![-\w])(?:gap|row-gap|column-gap)\s*:": "a gap between flexible boxes: Chrome 84, iOS 14.5",
    r"(?:^|[^-\w])(?:min|max|clamp|color-mix|oklch|oklab|lab|lch|hwb)\(": "functions",
    r"\d(?:dvh|svh|lvh|dvw|cqw|lh|rlh)\b": "units",
    r"@(?:layer|container|property|scope|starting-style|supports)\b": "rules",
    r"\{[^{}]*\{[^{}]*\{": "nested rules",
    r"#(?:\w{4}|\w{8})\b(?=[\s;,)])": "colours with four or eight digits",
}
MARKUP = {
    r"<dialog\b|\bpopover\b|\binert\b|<search\b": "elements and attributes",
    r"\bloading=|\bfetchpriority=|<script[^>]*type=.?module|\.(?:webp|avif|woff2)\b": "loading and files",
    r"\bstyle=|<style\b|\son\w+=": "in-line, which the policy refuses",
}
# What a browser that does not know it leaves out without a loss: a colour. (Of `:focus-visible` it keeps its own ring.)
HARMLESS = {"accent-color:"}


def newer(text, tokens):
    found = [(match[0].strip(), why) for pattern, why in tokens.items() for match in re.finditer(pattern, text, re.M)]
    return [one for one in found if one[0] not in HARMLESS]


def without_comments_and_texts(script):
    script = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", script, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', script)


@pytest.fixture
def pages(world):
    """Every page that a student opens, from the slip and from the computer room to the end."""
    round_ = round_of(world.a)
    slip, client = slip_of(round_, world.a.student_2), Client()
    found = [client.get(f"/a/{code_of(slip)}/"), client.get("/a/")]
    found += [client.get(f"/a/class/{class_code_of(RoundClass.objects.get(round=round_))}/")]
    scan(client, slip)
    found += [client.get("/a/"), client.get("/a/?again=1")]
    answered(round_, slip.student, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    found += [client.get("/a/done/")]
    assert {page.status_code for page in found} == {200}
    return [page.content.decode() for page in found]


def files(pages, ending):
    names = {name for page in pages for name in re.findall(rf'"/static/([^"]+\.{ending})"', page)}
    return {name: Path(finders.find(name)).read_text() for name in names}


def test_scripts_of_the_answering_pages_are_old_enough(pages):
    found = files(pages, "js")
    assert set(found) == {"js/answer.js"}
    assert {name: newer(without_comments_and_texts(text), SCRIPT) for name, text in found.items()} == {
        "js/answer.js": []
    }


def test_styles_of_the_answering_pages_are_old_enough(pages):
    found = files(pages, "css")
    assert set(found) == {"css/answer.css"}
    text = re.sub(r"/\*.*?\*/", "", found["css/answer.css"], flags=re.S)
    assert newer(text, STYLE) == []


def test_markup_of_the_answering_pages_is_old_enough(pages):
    assert [newer(re.sub(r"<script[^>]*json.*?</script>", "", page, flags=re.S), MARKUP) for page in pages] == [[]] * 6


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a?.b", SCRIPT),
        ("a ?? b", SCRIPT),
        ("list.at(-1)", SCRIPT),
        (".a { inset: 0 }", STYLE),
        (".a { display: flex; gap: 8px }", STYLE),
        (".a:has(b) { }", STYLE),
        ("@layer x { }", STYLE),
        ("<dialog open>", MARKUP),
    ],
)
def test_what_is_newer_is_found(text, tokens):
    assert newer(text, tokens)
