"""Forms of sweeps. A form parses; the actions call, note and sign."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.sweeps import Found
from reports.daily_forms import LONGEST, URGENCIES
from schools.access import Viewer
from schools.common.rendering import DayInput, Segmented, field_of
from schools.common.typed import LineField, LongField
from students.queries import groups_on_offer


class SweepForm(forms.Form):
    """What a center or a school asks for, and until when."""

    title = LineField(label=gettext_lazy("What it is called"), max_length=40)
    looks_for = LongField(
        label=gettext_lazy("What to look for"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4, "class": "short"}),
        help_text=gettext_lazy("Every class teacher reads this above the list of the class."),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Special groups that are asked about first"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    due_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput,
        help_text=gettext_lazy("Classes sign by 12:00 of this day, schools by 17:00."),
    )

    def __init__(self, data: Any, *, viewer: Viewer) -> None:
        super().__init__(data)
        choices = [(group.code, group.label) for group in groups_on_offer(viewer)]
        field_of(self, "groups", forms.MultipleChoiceField).choices = choices


class MoveForm(forms.Form):
    """Another day for a sweep."""

    due_on = forms.DateField(
        label=gettext_lazy("New day"),
        widget=DayInput,
        help_text=gettext_lazy("Classes sign by 12:00 of this day, schools by 17:00."),
    )
    reason = LineField(
        label=gettext_lazy("Why"), max_length=100, help_text=gettext_lazy("Everybody who is asked reads it.")
    )
    quiet = True


class FoundForm(forms.Form):
    """What there is to note of one student. Groups the student is in already are not asked again."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Belongs to a special group"), required=False, widget=forms.CheckboxSelectMultiple
    )
    since = forms.DateField(
        label=gettext_lazy("Since when"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Empty: since today."),
    )
    text = LongField(
        label=gettext_lazy("What worries you"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Shall the counselor come?"), choices=URGENCIES, required=False, widget=Segmented
    )
    quiet = True

    def __init__(self, data: Any, *, viewer: Viewer, asked: list[str], already: set[str], may_set: bool) -> None:
        super().__init__(data)
        if not may_set:
            del self.fields["groups"], self.fields["since"]
            return
        offered = {group.code: group.label for group in groups_on_offer(viewer) if group.code not in already}
        first = [code for code in asked if code in offered]
        choices = [(code, offered[code]) for code in [*first, *(code for code in offered if code not in first)]]
        field_of(self, "groups", forms.MultipleChoiceField).choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        if not given.get("groups") and not given["text"]:
            text = _("Choose a group or write what worries you. If there is nothing, go back: it is one tap.")
            self.add_error(None, text)
        if given["text"] and not given["urgency"]:
            self.add_error("urgency", _("Say how soon the counselor shall come."))
        if given.get("since") and given["since"] > timezone.localdate():
            self.add_error("since", _("A student is in a group from today on or from an earlier day."))
        return given

    def found(self) -> Found:
        data = self.cleaned_data
        return Found(frozenset(data.get("groups", ())), data.get("since"), data["text"], data["urgency"])
