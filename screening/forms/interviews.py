"""The form that plans talks after a screening."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.rendering import DayInput, field_of
from schools.models import Membership
from screening.forms.rounds import TimeInput


class SlotsForm(forms.Form):
    flags = forms.MultipleChoiceField(
        label=_("Students"), error_messages={"required": _("Tick who is to be talked to.")}
    )
    day = forms.DateField(label=_("Day"), widget=DayInput())
    at = forms.TimeField(label=_("From"), widget=TimeInput(), initial=dt.time(12, 10))
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=120, initial=20)
    person = forms.ModelChoiceField(label=_("Who talks with them"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, offered: list[str], people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "flags", forms.ChoiceField).choices = [(pk, pk) for pk in offered]
        field_of(self, "person", forms.ModelChoiceField).queryset = people
        person_field: Any = self.fields["person"]
        person_field.label_from_instance = lambda one: one.person.name

    @property
    def first(self) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data["at"]))
