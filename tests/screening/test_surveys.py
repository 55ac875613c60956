"""A school's own survey: made question by question, branching kept whole, published and then never changed."""

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.models import AuditEntry
from screening import drafts
from screening.models import Instrument
from screening.paper import lay_out
from screening.queries import instruments_offered
from screening.reading import definition_of
from tests.walking import instrument_of

pytestmark = pytest.mark.django_db
QUESTION = {"type": "single", "text": "睡得好吗", "options": "好\n一般\n不好", "required": "on"}


@pytest.fixture
def counselor(world, sign_in):
    return sign_in(world.a.counselor)


@pytest.fixture
def survey(world):
    return instrument_of(world.a.unit, state="draft")


def at(name, survey, *more):
    return reverse(f"screening:{name}", args=[survey.pk, *more])


def items(survey):
    survey.refresh_from_db()
    return survey.definition["items"]


def test_survey_is_made_from_nothing_and_published(world, counselor):
    counselor.post(reverse("screening:survey_new"), {"title": "作息调查", "about": ""})
    survey = Instrument.objects.get(name_zh="作息调查")
    counselor.post(at("question_new", survey), QUESTION)
    counselor.post(at("question_new", survey), {"type": "text", "text": "为什么", "show_if": ["1:2", "1:3"]})
    counselor.post(at("question_new", survey), {"type": "scale", "text": "打几分", "low": "0", "high": "10"})
    assert counselor.post(at("survey_publish", survey)).status_code == 302
    paper = lay_out(Instrument.objects.get(pk=survey.pk).parsed, "zh")
    assert [(one.type, one.text, one.required) for one in paper.questions] == [
        ("single", "睡得好吗", True),
        ("text", "为什么", False),
        ("scale", "打几分", False),
    ]
    assert [(one.item, one.any_of) for one in paper.questions[1].show_if] == [(1, (2, 3))]
    assert survey.code in {one.code for one in instruments_offered(world.a.unit)}


def test_published_survey_cannot_be_changed_but_gets_a_next_version(world, counselor, survey):
    counselor.post(at("survey_publish", survey))
    assert counselor.post(at("question_new", survey), QUESTION).status_code == 404
    counselor.post(at("survey_revise", survey))
    draft = Instrument.objects.get(code=survey.code, version="2")
    counselor.post(at("question_new", draft), QUESTION)
    assert (len(items(survey)), len(items(draft))) == (2, 3)


def test_empty_survey_is_not_published(counselor):
    counselor.post(reverse("screening:survey_new"), {"title": "空的", "about": ""})
    survey = Instrument.objects.get(name_zh="空的")
    counselor.post(at("survey_publish", survey))
    survey.refresh_from_db()
    assert survey.state == "draft"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("options", {**QUESTION, "options": "只有一个"}),
        ("high", {"type": "scale", "text": "x", "low": "0", "high": "99"}),
        ("high", {"type": "number", "text": "x", "low": "5", "high": "5"}),
        ("calls_at", {**QUESTION, "calls_at": "4"}),
        ("calls_at", {"type": "text", "text": "x", "calls_at": "1"}),
        ("show_if", {**QUESTION, "show_if": "1:9"}),
        ("text", {**QUESTION, "text": ""}),
    ],
)
def test_question_that_cannot_be_answered_is_refused_and_keeps_what_was_typed(field, typed, counselor, survey):
    answer = counselor.post(at("question_new", survey), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert len(items(survey)) == 2


def test_answer_that_calls_is_known_as_critical(counselor, survey):
    counselor.post(at("question_new", survey), {**QUESTION, "calls_at": "3"})
    survey.refresh_from_db()
    assert definition_of(survey.definition).critical_items == {3}
    page = counselor.get(at("question_edit", survey, 3))
    assert page.context["form"].initial["calls_at"] == 3


def test_question_that_another_depends_on_neither_goes_nor_moves_behind_it(counselor, survey):
    before = items(survey)
    counselor.post(at("question_remove", survey, 1))
    counselor.post(at("question_move", survey, 1), {"to": "down"})
    assert items(survey) == before
    counselor.post(at("question_remove", survey, 2))
    assert [one["text"]["zh"] for one in items(survey)] == ["会骑车吗"]


def test_form_made_from_an_older_state_writes_nothing(counselor, survey):
    seen = survey.digest
    counselor.post(at("question_new", survey), QUESTION)
    counselor.post(at("question_remove", survey, 2), {"seen": seen})
    assert len(items(survey)) == 3


def test_preview_shows_the_question_as_far_as_it_is_typed_and_keeps_nothing(counselor, survey):
    page = counselor.post(at("question_preview", survey), QUESTION).content.decode()
    assert [word in page for word in ("睡得好吗", "不好", "会骑车吗")] == [True, True, False]
    assert len(items(survey)) == 2


def test_discarded_draft_is_gone_and_the_log_says_so(counselor, survey):
    counselor.post(at("survey_discard", survey))
    assert not Instrument.objects.filter(pk=survey.pk).exists()
    assert AuditEntry.objects.filter(verb="instrument.discarded").count() == 1


def test_published_survey_is_not_discarded(counselor, survey):
    counselor.post(at("survey_publish", survey))
    assert counselor.post(at("survey_discard", survey)).status_code == 404
    assert Instrument.objects.filter(pk=survey.pk).exists()


def question(text, *after):
    options = [{"value": value, "text": {"zh": str(value)}} for value in (1, 2)]
    return {"text": {"zh": text}, "options": options, "show_if": [{"item": n, "any_of": [1]} for n in after]}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["up", "down", "remove"]), st.integers(1, 6)), max_size=12))
def test_whatever_is_moved_or_removed_each_question_depends_on_the_same_words(steps):
    data = {**drafts.new_survey(code="prop", title="t", about=""), "critical": [{"item": 4, "at_least": 2}]}
    data["items"] = [
        question("a"),
        question("b", 1),
        question("c"),
        question("d", 2, 3),
        question("e"),
        question("f", 5),
    ]
    wanted = depends(data)
    for act, number in steps:
        if number > len(data["items"]):
            continue
        try:
            data = (
                drafts.without_question(data, number)
                if act == "remove"
                else drafts.moved(data, number, -1 if act == "up" else 1)
            )
        except drafts.Entangled:
            continue
    left = depends(data)
    assert left == {text: wanted[text] for text in left}
    assert [data["items"][one["item"] - 1]["text"]["zh"] for one in data["critical"]] == (["d"] if "d" in left else [])
    if data["items"]:
        definition_of(data)


def depends(data):
    texts = [item["text"]["zh"] for item in data["items"]]
    return {item["text"]["zh"]: sorted(texts[one["item"] - 1] for one in item["show_if"]) for item in data["items"]}
