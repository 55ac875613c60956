"""Forms of a center's round: what the center sets, and what a school adds when it takes it up."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.rendering import DayInput, RowChoices, field_of
from schools.common.typed import LineField, LongField
from schools.models import Membership
from screening.forms.rounds import LAST_WORDS, LONGEST, TimeInput, check_days
from screening.models import Instrument


class CenterRoundForm(forms.Form):
    title = LineField(
        label=gettext_lazy("Name of the survey, as students read it"),
        max_length=60,
        help_text=gettext_lazy("A calm name, such as “Life at school”."),
    )
    instruments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What is asked"), queryset=Instrument.objects.none(), widget=RowChoices
    )
    grades = forms.MultipleChoiceField(label=gettext_lazy("Which grades"), widget=forms.CheckboxSelectMultiple)
    first_on = forms.DateField(label=gettext_lazy("Not before"), widget=DayInput())
    last_on = forms.DateField(
        label=gettext_lazy("Not after"),
        widget=DayInput(),
        help_text=gettext_lazy("Each school chooses its days and hours in between, make-up days too."),
    )
    due_on = forms.DateField(label=gettext_lazy("Schools sign until"), widget=DayInput())
    notice = LongField(
        label=gettext_lazy("What students read before they begin"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=LAST_WORDS["notice"],
    )
    consent = LongField(
        label=gettext_lazy("What families, or students from 14 on, agree to"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        initial=LAST_WORDS["consent"],
    )
    asks_guardian_too = forms.BooleanField(
        label=gettext_lazy("From 14 on also ask the guardian"),
        required=False,
        help_text=gettext_lazy("Under 14, or without a date of birth, it is always the guardian's consent."),
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"),
        required=False,
        help_text=gettext_lazy(
            "That somebody has answered is kept apart from what. Counts appear once it is closed, from five answers on."
        ),
    )

    def __init__(self, *args: Any, instruments: Any, grades: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "instruments", forms.ModelMultipleChoiceField).queryset = instruments
        instruments_field: Any = self.fields["instruments"]
        instruments_field.label_from_instance = lambda one: one.name
        field_of(self, "grades", forms.MultipleChoiceField).choices = grades

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last, due = data.get("first_on"), data.get("last_on"), data.get("due_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day lies before the first."))
        if last and last < timezone.localdate():
            self.add_error("last_on", _("This day has passed."))
        if due and last and due > last:
            self.add_error("due_on", _("Schools must have signed before the last day."))
        return data


class TakeUpForm(forms.Form):
    opens_on = forms.DateField(label=gettext_lazy("First day"), widget=DayInput())
    closes_on = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput())
    make_up_until = forms.DateField(
        label=gettext_lazy("Make-up until"),
        widget=DayInput(),
        required=False,
        help_text=gettext_lazy("For those who were absent."),
    )
    opens_at = forms.TimeField(label=gettext_lazy("From"), widget=TimeInput(), initial=dt.time(8))
    closes_at = forms.TimeField(label=gettext_lazy("Until"), widget=TimeInput(), initial=dt.time(17))
    on_duty = forms.ModelChoiceField(
        label=gettext_lazy("Who is on duty"),
        queryset=Membership.objects.none(),
        help_text=gettext_lazy("Called first on each of these days, unless somebody else is named for it already."),
    )
    where_to_talk = LongField(
        label=gettext_lazy("Where a student finds somebody to talk to"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        initial=LAST_WORDS["where_to_talk"],
    )
    after_critical = LongField(
        label=gettext_lazy("What a student reads whose answer calls somebody"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=LAST_WORDS["after_critical"],
    )
    signed = forms.BooleanField(label=gettext_lazy("I sign for my school that it holds this screening on these days."))

    def __init__(self, *args: Any, people: Any, may_call: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "on_duty", forms.ModelChoiceField).queryset = people
        on_duty_field: Any = self.fields["on_duty"]
        on_duty_field.label_from_instance = lambda one: one.person.name
        if not may_call:  # no answer of it calls anybody
            del self.fields["on_duty"], self.fields["after_critical"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        check_days(self, data)
        data.pop("signed", None)
        return {"on_duty": None, "after_critical": str(LAST_WORDS["after_critical"])} | data
