"""Surveys of the staff: what is asked of whom, and the sheet that a person fills in."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.rendering import DayInput, field_of
from schools.common.typed import LineField, LongField
from schools.models import Role
from screening.answers import LONGEST, parse
from screening.definition import Definition, Type
from screening.models import Instrument
from screening.paper import Paper, Question
from screening.scoring import BadAnswer, is_shown


class StaffSurveyForm(forms.Form):
    title = LineField(label=gettext_lazy("Title"), max_length=60)
    instrument = forms.ModelChoiceField(
        label=gettext_lazy("What is asked"),
        queryset=Instrument.objects.none(),
        help_text=gettext_lazy(
            "Surveys of your own, made under Instruments. What is scored or calls somebody about a student is not put"
            " to the staff."
        ),
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who is to answer"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Who has several roles is asked once."),
    )
    closes_on = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput())
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"),
        required=False,
        help_text=gettext_lazy(
            "You see who has answered and never what. Counts appear once it is closed, from five answers on."
        ),
    )
    notice = LongField(
        label=gettext_lazy("What people read before they begin"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=gettext_lazy("A few questions about your work with students. It takes five minutes."),
    )

    def __init__(self, *args: Any, instruments: Any, sizes: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "instrument", forms.ModelChoiceField).queryset = instruments
        instrument_field: Any = self.fields["instrument"]
        instrument_field.label_from_instance = lambda one: one.name
        field_of(self, "roles", forms.MultipleChoiceField).choices = [
            (role, f"{Role(role).label} {size}") for role, size in sizes.items()
        ]

    def clean_closes_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["closes_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return day


class StaffSheetForm(forms.Form):
    """A field for each question. A question behind an answer is hidden by the page until it is asked; without a
    script it stands there, and what is answered although it is not asked is not kept."""

    quiet = True

    def __init__(self, *args: Any, paper: Paper, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper, self.definition = paper, definition
        for question in paper.questions:
            self.fields[_name(question)] = _field(question)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        found: dict[int, Any] = {}
        for question in self.paper.questions:
            if not is_shown(self.definition, question.number, found):
                continue
            value = self._parsed(question, data.get(_name(question)))
            if value is None and question.required and _name(question) not in self.errors:
                self.add_error(_name(question), _("Please answer this question."))
            found[question.number] = value
        self.answers = {str(number): value for number, value in found.items() if value is not None}
        return data

    def _parsed(self, question: Question, value: Any) -> Any:
        given = value if isinstance(value, list) else ["" if value is None else str(value)]
        try:
            return parse(self.definition.by_number[question.number], given)
        except BadAnswer:
            self.add_error(_name(question), _("The question does not offer this answer."))
            return None

    @property
    def rows(self) -> list[tuple[Question, Any, str]]:
        """Question, field, and the answers of which one must be given for it to be asked."""
        return [
            (
                question,
                self[_name(question)],
                " ".join(f"{one.item}:{value}" for one in question.show_if for value in one.any_of),
            )
            for question in self.paper.questions
        ]


def _name(question: Question) -> str:
    return f"q{question.number}"


def _field(question: Question) -> forms.Field:
    about: dict[str, Any] = {
        "label": f"{question.number}. {question.text}",
        "help_text": " ".join(part for part in (question.hint, _ends(question)) if part),
        "required": False,
    }
    choices = [(str(choice.value), choice.text) for choice in question.choices]
    match question.type:
        case Type.SINGLE:
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **about)
        case Type.MULTIPLE:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **about)
        case Type.SCALE:
            values = [(str(value), str(value)) for value in question.values]
            return forms.ChoiceField(choices=values, widget=forms.RadioSelect, **about)
        case Type.NUMBER:
            return forms.IntegerField(min_value=question.low, max_value=question.high, **about)
        case Type.DATE:
            return forms.DateField(widget=DayInput(), **about)
        case _:
            return LongField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}), **about)


def _ends(question: Question) -> str:
    """What the ends of a rating mean."""
    ends = ((question.low, question.low_text), (question.high, question.high_text))
    return " · ".join(f"{number} = {text}" for number, text in ends if text)
