"""Questionnaires of other systems: FHIR R4 out and in again, XLSForm in; what cannot come along is said."""

import io
import json

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.content import shipped
from screening.outside import fhir, xlsform
from screening.outside.survey import NotASurvey
from screening.paper import lay_out
from screening.reading import definition_of, read_definition

DEFINITIONS = {found.code: found for _data, found in shipped()}


def survey_of(found, code="fromelsewhere"):
    return definition_of({"code": code, **found.data()})


def asked(definition, language="zh"):
    return [
        (one.type, one.text, one.section, one.required, one.choices, one.show_if, one.low, one.high)
        for one in lay_out(definition, language).questions
    ]


@pytest.mark.parametrize("code", ["phq9", "gad7"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_shipped_texts_survive_fhir_and_back(code, language):
    text = json.dumps(fhir.write(DEFINITIONS[code], language))
    assert asked(survey_of(fhir.read(text)), language) == asked(DEFINITIONS[code], language)


def test_fhir_options_carry_their_scores():
    option = fhir.write(DEFINITIONS["phq9"], "en")["item"][0]["answerOption"][3]
    assert option == {
        "extension": [{"url": fhir.ORDINAL, "valueDecimal": 3}],
        "valueCoding": {"code": "3", "display": "Nearly every day"},
    }


def test_survey_of_every_type_survives_fhir_and_back():
    options = [{"value": 1, "text": {"zh": "是"}}, {"value": 2, "text": {"zh": "否"}}]
    items = [
        {"text": {"zh": "一"}, "options": options, "section": {"zh": "第一部分"}},
        {"type": "multiple", "text": {"zh": "二"}, "options": options, "required": False},
        {"type": "scale", "text": {"zh": "三"}, "low": 0, "high": 10, "section": {"zh": "第二部分"}},
        {"type": "number", "text": {"zh": "四"}, "low": 1, "high": 24, "show_if": [{"item": 3, "any_of": [0, 1]}]},
        {"type": "text", "text": {"zh": "五"}, "show_if": [{"item": 1, "any_of": [2]}, {"item": 2, "any_of": [1]}]},
        {"type": "date", "text": {"zh": "六"}},
    ]
    data = {"code": "every", "version": "1", "kind": "survey", "name": {"zh": "各种题"}, "items": items}
    before = read_definition(json.dumps(data))
    found = fhir.read(json.dumps(fhir.write(before, "zh")))
    assert (asked(survey_of(found)), found.notes) == (asked(before), [])


def test_fhir_that_cannot_come_along_is_noted():
    items = [
        {"linkId": "a", "type": "boolean", "text": "会骑车吗"},
        {"linkId": "b", "type": "attachment", "text": "照片"},
        {
            "linkId": "c",
            "type": "string",
            "text": "去哪",
            "enableWhen": [{"question": "a", "operator": "=", "answerBoolean": True}],
        },
        {
            "linkId": "d",
            "type": "string",
            "text": "谁",
            "enableWhen": [{"question": "a", "operator": "exists", "answerBoolean": True}],
        },
        {
            "linkId": "e",
            "type": "open-choice",
            "text": "车",
            "answerOption": [{"valueString": "新"}, {"valueString": "旧"}],
        },
    ]
    found = fhir.read(json.dumps({"resourceType": "Questionnaire", "title": "骑车", "item": items}))
    definition = survey_of(found)
    assert [one.text.zh for one in definition.items] == ["会骑车吗", "去哪", "谁", "车"]
    assert [(one.item, one.any_of) for one in definition.items[1].show_if] == [(1, (1,))]
    assert [(note.code, note.where) for note in found.notes] == [("type", "b"), ("condition", "d"), ("other", "e")]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no_json"), ("[]", "no_questionnaire"), ('{"resourceType": "Patient"}', "no_questionnaire")],
)
def test_fhir_that_is_no_questionnaire_is_refused(text, code):
    with pytest.raises(NotASurvey) as refused:
        fhir.read(text)
    assert refused.value.code == code


FIELDS = [
    "linkId",
    "type",
    "text",
    "item",
    "answerOption",
    "valueCoding",
    "code",
    "enableWhen",
    "question",
    "extension",
    "url",
]
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80)
@given(odd, st.sampled_from(["choice", "group", "integer", "boolean", "display", "date"]))
def test_odd_fhir_is_taken_in_or_refused_but_never_breaks(value, kind):
    item = {
        "linkId": "1",
        "type": kind,
        "text": value,
        "item": value,
        "answerOption": value,
        "enableWhen": value,
        "extension": value,
    }
    try:
        survey_of(fhir.read(json.dumps({"resourceType": "Questionnaire", "title": value, "item": [item, value]})))
    except NotASurvey as error:
        assert error.code in ("no_questions", "too_deep")


# --- XLSForm ------------------------------------------------------------------------------------------------------


def workbook(**sheets):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


CHOICES = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["often", "0", "从不", "never"],
    ["often", "1", "有时", "sometimes"],
    ["often", "3", "经常", "often"],
    ["place", "home", "家里", "home"],
    ["place", "school", "学校", "school"],
]


def test_xlsform_comes_in_with_its_common_types():
    rows = [
        ["type", "name", "label::中文 (zh)", "label::English (en)", "hint", "required", "relevant", "parameters"],
        ["start", "start"],
        ["begin_group", "g", "睡眠", "Sleep"],
        ["select_one often", "sleep", "**睡不好**吗", "Sleep badly?", "", "yes"],
        ["select_multiple place", "where", "在哪里", "Where?", "", "", "${sleep} = '1' or ${sleep} = '3'"],
        ["end_group"],
        ["note", "n", "下面随便写", ""],
        ["text", "why", "为什么", "Why?", "", "", "selected(${where}, 'home')"],
        ["integer", "hours", "几小时", "Hours?"],
        ["range", "mood", "心情", "Mood", "", "", "", "start=0 end=5 step=1"],
        ["date", "day", "哪天", "Day"],
    ]
    found = xlsform.read(workbook(survey=rows, choices=CHOICES, settings=[["form_title"], ["作息"]]))
    definition = survey_of(found)
    assert (definition.name.zh, found.notes) == ("作息", [])
    assert [(one.type, one.text.zh, one.text.en) for one in definition.items] == [
        ("single", "睡不好吗", "Sleep badly?"),
        ("multiple", "在哪里", "Where?"),
        ("text", "为什么", "Why?"),
        ("number", "几小时", "Hours?"),
        ("scale", "心情", "Mood"),
        ("date", "哪天", "Day"),
    ]
    first, second, third = definition.items[:3]
    assert (first.values, second.values, first.section.en, third.hint.zh) == ((0, 1, 3), (1, 2), "Sleep", "下面随便写")
    assert [(one.item, one.any_of) for one in (*second.show_if, *third.show_if)] == [(1, (1, 3)), (2, (1,))]


def test_xlsform_that_cannot_come_along_is_noted():
    rows = [
        ["type", "name", "label", "relevant"],
        ["select_one missing", "a", "没有选项"],
        ["geopoint", "b", "在哪"],
        ["text", "c", "写", "${x} > 3 and ${y} < 2"],
        ["begin_repeat", "r", "重复"],
        ["end_repeat"],
    ]
    found = xlsform.read(workbook(survey=rows))
    assert [(note.code, note.where) for note in found.notes] == [
        ("no_options", "a"),
        ("type", "b"),
        ("condition", "c"),
        ("repeats", "r"),
    ]
    assert [one.text.zh for one in survey_of(found).items] == ["写"]


def test_workbook_that_is_no_xlsform_is_refused():
    with pytest.raises(NotASurvey) as refused:
        xlsform.read(workbook(名册=[["姓名"], ["甲"]]))
    assert refused.value.code == "no_xlsform"
