"""Forms of a center's round: what the center sets, and what a school adds when it takes it up."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.rendering import DayInput, field_of
from schools.models import Membership
from screening.forms.rounds import LAST_WORDS, AskedForm, DatedForm, check_days


class CenterRoundForm(AskedForm):
    field_order = (
        "title",
        "instruments",
        "grades",
        "first_on",
        "last_on",
        "due_on",
        "notice",
        "consent",
        "asks_guardian_too",
        "is_anonymous",
    )

    grades = forms.MultipleChoiceField(label=gettext_lazy("Which grades"), widget=forms.CheckboxSelectMultiple)
    first_on = forms.DateField(label=gettext_lazy("Not before"), widget=DayInput())
    last_on = forms.DateField(
        label=gettext_lazy("Not after"),
        widget=DayInput(),
        help_text=gettext_lazy("Each school chooses its days and hours in between, make-up days too."),
    )
    due_on = forms.DateField(label=gettext_lazy("Schools sign until"), widget=DayInput())

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


class TakeUpForm(DatedForm):
    field_order = (
        "opens_on",
        "closes_on",
        "make_up_until",
        "opens_at",
        "closes_at",
        "on_duty",
        "where_to_talk",
        "after_critical",
        "signed",
    )

    on_duty = forms.ModelChoiceField(
        label=gettext_lazy("Who is on duty"),
        queryset=Membership.objects.none(),
        help_text=gettext_lazy("Called first on each of these days, unless somebody else is named for it already."),
    )
    signed = forms.BooleanField(
        label=gettext_lazy("I sign for my school that it holds this screening on these days."),
        error_messages={"required": gettext_lazy("Tick this: it is your signature.")},
    )

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
