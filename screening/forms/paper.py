"""Forms for answers on paper: one line for each question, and the decision where two people read differently."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.rendering import Segmented
from schools.common.typed import CodeField, LineField, LongField
from screening.answers import LONGEST
from screening.asking import Asked, read_answers
from screening.definition import Type
from screening.models import PaperEntry, Round
from screening.paper import Question
from screening.results import answer_told

SEVERAL = re.compile(r"[\s,，、;；]+")


class PaperForm(forms.Form):
    """Numbers as they stand on the paper; an empty line is a question that was left out."""

    quiet = True
    # Which reading the page asked for: a form that is sent twice is no second reading.
    reading = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, round_: Round, asked: Sequence[Asked], asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round, self.asked = round_, asked
        legend = ""
        for one in asked:
            told = _legend(one.question)
            self.fields[_name(one.key)] = _field(one.question, told if told != legend else "")
            legend = told
        if asks_consent:
            self.fields["agrees"] = forms.BooleanField(
                label=gettext_lazy("On the paper the student has agreed to take part"), required=False
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.answers: dict[str, Any] = {}
        for one in self.asked:
            text = data.get(_name(one.key)) or ""
            given = SEVERAL.split(text) if one.question.type == Type.MULTIPLE else [text]
            found, is_bad = read_answers(self.round, {one.key: given})
            if is_bad:
                self.add_error(_name(one.key), _("The question does not offer this answer."))
            else:
                self.answers |= found
        return data


def _name(key: str) -> str:
    return f"q-{key}"


def _legend(question: Question) -> str:
    """What each number stands for."""
    return " · ".join(f"{choice.value} {choice.text}" for choice in question.choices)


def _field(question: Question, legend: str) -> forms.CharField:
    label = f"{question.number}. {question.text}"
    if question.type == Type.TEXT:
        return LongField(label=label, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
    mode = "text" if question.type in (Type.DATE, Type.MULTIPLE) else "numeric"
    hint = legend
    if question.type == Type.MULTIPLE:
        hint = f"{legend} · " + _("several, with a comma between")
    elif question.type == Type.DATE:
        hint = "2026-03-18"
    widget = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "class": "short"})
    if question.type == Type.MULTIPLE:
        return LineField(label=label, required=False, max_length=200, help_text=hint, widget=widget)
    return CodeField(label=label, required=False, max_length=20, help_text=hint, widget=widget)


class DecideForm(forms.Form):
    """Of each answer that was read differently: which reading is right."""

    def __init__(
        self, *args: Any, keys: Sequence[str], asked: Mapping[str, Asked], readings: Sequence[PaperEntry], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys
        given = [entry.given for entry in readings]
        for key in keys:
            question = asked[key].question
            choices = [(n, answer_told(question, values.get(key))) for n, values in enumerate(given, start=1)]
            self.fields[_name(key)] = forms.TypedChoiceField(
                label=f"{question.number}. {question.text}", choices=choices, coerce=int, widget=Segmented
            )

    @property
    def chosen(self) -> dict[str, int]:
        return {key: self.cleaned_data[_name(key)] for key in self.keys}
