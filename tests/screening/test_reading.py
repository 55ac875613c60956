"""Bad files are refused whole, with each mistake on its line; nothing crashes on strange ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.content import SHIPPED
from screening.definition import Texts
from screening.mistakes import SENTENCES
from screening.reading import BadFile, definition_of, read_definition, read_texts, text_problems

TEXT = (SHIPPED / "phq9.json").read_text(encoding="utf-8")
SMALL = {
    "code": "small",
    "version": "1",
    "name": {"zh": "小", "en": ""},
    "values": [0, 1],
    "items": 3,
    "scales": [
        {
            "code": "total",
            "name": {"zh": "总分"},
            "items": "1-3",
            "bands": [{"from": 0, "code": "low"}, {"from": 2, "code": "high"}],
            "source": "x",
        }
    ],
}


def changed(**more):
    return json.dumps({**SMALL, **more}, ensure_ascii=False)


def scale(**more):
    return changed(scales=[{**SMALL["scales"][0], **more}])


def problems(text):
    with pytest.raises(BadFile) as refused:
        read_definition(text)
    return [(one.code, one.where) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("no_json", "")]),
        ("[]", [("no_object", "")]),
        (changed(code="PHQ-9"), [("bad_code", "code")]),
        (changed(version=""), [("missing", "version")]),
        (changed(name={}), [("missing", "name")]),
        (changed(items=0), [("out_of_range", "items")]),
        (changed(items="three"), [("no_number", "items")]),
        (changed(values=[0]), [("two_options", "values")]),
        (changed(colour="red"), [("unknown_name", "colour")]),
        (changed(reversed=[4]), [("no_such_item", "reversed")]),
        (changed(critical=[{"item": 9, "at_least": 1}]), [("no_such_item", "critical[1].item")]),
        (
            changed(items=[{}, {}, {}, {"type": "multiple"}], critical=[{"item": 4, "at_least": 1}]),
            [("no_such_item", "critical[1].item")],
        ),
        (changed(validity=[{"scale": "lie", "at_least": 1, "source": "x"}]), [("no_such_scale", "validity[1].scale")]),
        (scale(items=[1, 1]), [("item_twice", "scales[1].items")]),
        (scale(items=[1, 7]), [("no_such_item", "scales[1].items")]),
        (scale(sum_of=["other"]), [("items_or_sum_of", "scales[1].items")]),
        (scale(source=""), [("missing", "scales[1].source")]),
        (scale(bands=[{"from": 1, "code": "high"}]), [("band_gap", "scales[1].bands")]),
        (scale(bands=[{"from": 2, "code": "b"}, {"from": 0, "code": "a"}]), [("not_ascending", "scales[1].bands")]),
        (scale(missing={"rule": "guess"}), [("unknown_word", "scales[1].missing.rule")]),
        (changed(rules=[{"code": "I", "when": {"scale": "total"}}]), [("no_condition", "rules[1].when")]),
        (changed(rules=[{"code": "I", "when": {"item": 8, "at_least": 1}}]), [("no_such_item", "rules[1].when")]),
        (
            changed(items=[{}, {"show_if": [{"item": 2, "any_of": [1]}]}, {}]),
            [("not_earlier", "items[2].show_if[1].item")],
        ),
        (
            changed(items=[{}, {"show_if": [{"item": 1, "any_of": [5]}]}, {}]),
            [("no_such_value", "items[2].show_if[1].any_of")],
        ),
        (changed(items=[{}, {}, {"type": "scale"}]), [("scale_ends", "items[3].low")]),
        (changed(text={"zh": {"items": ["a"], "options": [[0, "否"], [1, "是"]]}}), [("item_count", "text.zh.items")]),
    ],
)
def test_mistake_is_named_by_its_place(text, expected):
    assert problems(text) == expected


def test_mistakes_carry_their_lines_and_all_are_told():
    text = json.dumps({**SMALL, "reversed": [9], "critical": [{"item": 1}, {"item": 2, "at_least": "1"}]}, indent=1)
    with pytest.raises(BadFile) as refused:
        read_definition(text)
    lines = text.splitlines()
    assert [lines[one.line - 1].strip() for one in refused.value.problems] == ["{", '"at_least": "1"']


def test_name_that_stands_twice_is_refused():
    text = TEXT.replace('"version": "1"', '"version": "1",\n  "version": "2"')
    assert problems(text) == [("twice", "")]


def test_every_mistake_has_its_sentence():
    source = "".join((SHIPPED.parent / f"{name}.py").read_text() for name in ("reading", "shape", "located"))
    unused = [code for code in SENTENCES if f'"{code}"' not in source]
    assert unused == []


def test_checked_definition_reads_the_same_from_its_data():
    first, second = read_definition(TEXT), definition_of(json.loads(TEXT))
    assert (first.items, first.scales, first.texts, first.rules) == (
        second.items,
        second.scales,
        second.texts,
        second.rules,
    )


@settings(max_examples=150)
@given(st.data())
def test_damaged_file_is_refused_or_read_but_never_breaks(data):
    """One value anywhere in a real file becomes something else."""
    tree = json.loads((SHIPPED / data.draw(st.sampled_from(["upi.json", "sdqs.json", "phq9.json"]))).read_text())
    place, step = tree, None
    while isinstance(place, (dict, list)) and place and (step is None or data.draw(st.booleans())):
        holder = place
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        place = place[step]
    odd = st.sampled_from([None, True, -1, 10**30, 1.5, "", "x" * 5000, "\0", [], [[]], {}, {"all": []}, "1-900"])
    holder[step] = data.draw(odd)
    try:
        read_definition(json.dumps(tree))
    except BadFile as error:
        assert error.problems


def test_text_pack_must_fit_its_instrument():
    definition = read_definition(TEXT)
    code, version, texts = read_texts(
        json.dumps({"instrument": "phq9", "version": "1", "text": json.loads(TEXT)["text"]})
    )
    assert (code, version, text_problems(definition, texts["zh"])) == ("phq9", "1", [])
    assert text_problems(definition, Texts(items={1: "x"}))[0][1] == "item_count"
