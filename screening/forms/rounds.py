"""Forms of rounds: what a round is, consent on paper, and what a student types."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.classnames.grades import years_of
from schools.common.rendering import DayInput, RowChoices, field_of
from schools.common.typed import CodeField, LineField, LongField
from schools.help_lines import help_lines, in_words
from schools.models import ClassGroup, Membership, Unit
from screening.models import Instrument, Round
from screening.words import attention_word
from students.models import SpecialGroup

LONGEST = 2000
LAST_WORDS = {
    "notice": gettext_lazy(
        "A few questions about how you have been lately. Nothing is right or wrong, and it is no test. Only the"
        " counselor reads your answers, and does so to help. You may leave out a question, or stop."
    ),
    "consent": gettext_lazy(
        "The school asks students about their well-being. The answers are read by the counselor only, kept encrypted,"
        " and used to offer help. Taking part is voluntary; saying no has no consequences, and consent can be"
        " withdrawn at any time."
    ),
    "where_to_talk": gettext_lazy("The counseling room is open at noon. Just come in, or tell your class teacher."),
    "after_critical": gettext_lazy(
        "We will read carefully what you wrote. Today somebody will come to talk with you, not because you did anything"
        " wrong. You do not have to carry it alone."
    ),
}


class TimeInput(forms.TimeInput):
    input_type = "time"


class AskedForm(forms.Form):
    """What is asked, and in which words, whoever sets it."""

    title = LineField(
        label=gettext_lazy("Name of the survey, as students read it"),
        max_length=60,
        help_text=gettext_lazy("A calm name, such as “Life at school”."),
    )
    instruments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What is asked"), queryset=Instrument.objects.none(), widget=RowChoices
    )
    notice = LongField(
        label=gettext_lazy("What students read before they begin"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        initial=LAST_WORDS["notice"],
    )
    consent = LongField(
        label=gettext_lazy("What families, or students from 14 on, agree to"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        initial=LAST_WORDS["consent"],
        help_text=gettext_lazy("Changed words are a new version: consent to the old ones does not count for it."),
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


class DatedForm(forms.Form):
    """When a school holds it, and what its students read then."""

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

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where_to_talk"].help_text = _(
            "Below it stand the numbers to call: {numbers}. A leader changes them among the rules of the unit."
        ).format(numbers=in_words(help_lines(unit)))


class RoundForm(AskedForm, DatedForm):
    field_order = (
        "title",
        "instruments",
        "grades",
        "classes",
        "special",
        "opens_on",
        "closes_on",
        "make_up_until",
        "opens_at",
        "closes_at",
        "notice",
        "consent",
        "asks_guardian_too",
        "where_to_talk",
        "after_critical",
        "is_anonymous",
        "shows_results",
    )

    grades = forms.MultipleChoiceField(
        label=gettext_lazy("Whole grades"), required=False, widget=forms.CheckboxSelectMultiple
    )
    classes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Which classes"),
        queryset=ClassGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With those of the grades that are ticked above."),
    )
    special = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Only those in one of these special groups"),
        queryset=SpecialGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Then no class teacher and no head of a grade sees this survey."),
    )

    shows_results = forms.BooleanField(
        label=gettext_lazy("At the end students read what their answers say"),
        required=False,
        help_text=gettext_lazy("In one calm sentence, folded away. Not after an answer that calls somebody."),
    )

    def __init__(self, *args: Any, instruments: Any, classes: Any, special: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "instruments", forms.ModelChoiceField).queryset = instruments
        self.by_grade: dict[str, list[ClassGroup]] = {}
        names: dict[str, str] = {}
        for group in classes:
            if not 1 <= group.grade <= years_of(group.stage, group.school.system or "63"):
                continue  # has left the school, or is yet to come
            grade = f"{group.stage}:{group.entry_year}"
            self.by_grade.setdefault(grade, []).append(group)
            names[grade] = group.grade_name
        field_of(self, "grades", forms.MultipleChoiceField).choices = list(names.items())
        taught = [group.pk for groups in self.by_grade.values() for group in groups]
        field_of(self, "classes", forms.ModelChoiceField).queryset = classes.filter(pk__in=taught)
        field_of(self, "special", forms.ModelChoiceField).queryset = special
        instruments_field: Any = self.fields["instruments"]
        instruments_field.label_from_instance = lambda one: one.name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        chosen = {one.pk: one for grade in data.pop("grades", []) for one in self.by_grade[grade]}
        data["classes"] = list((chosen | {one.pk: one for one in data.get("classes", [])}).values())
        if not data["classes"] and "classes" not in self.errors:
            self.add_error("classes", _("Tick the grades or classes that are asked."))
        if data.get("is_anonymous") and data.get("shows_results"):
            self.add_error("shows_results", _("An anonymous survey has no results of one student."))
        check_days(self, data)
        return data


def check_days(form: forms.Form, data: Mapping[str, Any]) -> None:
    """Days and hours that follow one another."""
    first, last, make_up = data.get("opens_on"), data.get("closes_on"), data.get("make_up_until")
    if first and last and last < first:
        form.add_error("closes_on", _("The last day lies before the first."))
    if last and last < timezone.localdate():
        form.add_error("closes_on", _("This day has passed."))
    if last and make_up and make_up < last:
        form.add_error("make_up_until", _("Make-up days follow the last day."))
    if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
        form.add_error("closes_at", _("This is not later than the beginning."))


class LaterForm(forms.Form):
    """When some students are asked again or asked more, and who sees to it."""

    opens_on = forms.DateField(label=gettext_lazy("First day"), widget=DayInput())
    closes_on = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput())
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Who sees to it"), queryset=Membership.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "responsible", forms.ModelChoiceField).queryset = people
        responsible_field: Any = self.fields["responsible"]
        responsible_field.label_from_instance = lambda one: one.person.name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("opens_on"), data.get("closes_on")
        if first and last and last < first:
            self.add_error("closes_on", _("The last day lies before the first."))
        if last and last < timezone.localdate():
            self.add_error("closes_on", _("This day has passed."))
        return data


class SecondStageForm(LaterForm):
    instruments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What is asked"), queryset=Instrument.objects.none(), widget=RowChoices
    )
    attention = forms.TypedChoiceField(label=gettext_lazy("Of whom"), coerce=int)
    field_order = ("attention", "instruments", "opens_on", "closes_on", "responsible")

    def __init__(self, *args: Any, instruments: Any, counts: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "instruments", forms.ModelChoiceField).queryset = instruments
        instruments_field: Any = self.fields["instruments"]
        instruments_field.label_from_instance = lambda one: one.name
        field_of(self, "attention", forms.ChoiceField).choices = [
            (level, _("“%(word)s” and above: %(n)s") % {"word": attention_word(level), "n": counts[level]})
            for level in (1, 2, 3)
        ]


class ExtendForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Until"), widget=DayInput())


class PaperConsentForm(forms.Form):
    students = forms.MultipleChoiceField(label=gettext_lazy("Students"), widget=RowChoices)
    answer = forms.ChoiceField(
        label=gettext_lazy("On the paper"),
        choices=[("yes", gettext_lazy("signed: yes")), ("no", gettext_lazy("signed: no, or withdrawn"))],
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = round_.slips.values_list("student_id", flat=True)
        field_of(self, "students", forms.ChoiceField).choices = [(str(pk), "") for pk in asked]


class EnterForm(forms.Form):
    """In the computer room: the own number and the PIN of the slip."""

    number = CodeField(
        label=gettext_lazy("Your student number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    pin = CodeField(
        label=gettext_lazy("PIN on your slip"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class DigitsForm(forms.Form):
    """What proves a guardian."""

    digits = CodeField(
        label=gettext_lazy("The last four digits of the phone number that the school has of you"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
