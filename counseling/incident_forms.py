"""Forms of crisis events: as few fields as the moment allows. A form parses; the action decides."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from counseling.actions.incident_changes import CORRECTED
from counseling.actions.incident_reports import dues_of
from counseling.deadlines import next_due
from counseling.models import EventClass, Incident, IncidentAct, IncidentPerson, IncidentReport, SafetyPlan
from counseling.models.incidents import PLANNED
from schools.access import Viewer
from schools.common.labels import told
from schools.common.rendering import Segmented, field_of
from schools.common.typed import LineField, area
from schools.models import Person, Unit
from schools.on_duty import centers_above
from students.flag_forms import MomentField, colleagues, offer_units
from students.models import Student

# Of the table of deadlines: every kind of event, after what counts for all that have none of their own.
DEADLINE_ROWS = [("*", gettext_lazy("every other event")), *EventClass.choices]


def belongs_or_unknown(chosen: str) -> str:
    """Nothing is said for the person who writes, and nobody who calls for help is sent back for it."""
    return chosen or IncidentPerson.Belongs.UNKNOWN


class StartForm(forms.Form):
    """One tap for the kind, one sentence, one tap to call everybody."""

    quiet = True
    submission = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), choices=EventClass.choices, widget=forms.RadioSelect)
    who = LineField(
        label=gettext_lazy("Who is it about?"),
        max_length=100,
        help_text=gettext_lazy("Name or description, class if you know it."),
    )
    belongs = forms.ChoiceField(
        label=gettext_lazy("Where do they belong?"),
        choices=IncidentPerson.Belongs.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    happened = area(
        gettext_lazy("What has happened, in one sentence?"),
        2,
        gettext_lazy("No other student's name in this sentence; people are entered each apart."),
    )
    place = LineField(label=gettext_lazy("Where?"), max_length=100, required=False)
    known_at = MomentField(label=gettext_lazy("Since when do you know? Empty: now"), required=False)
    keep_it_from = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Somebody of the staff is the danger, or is close to it: keep it from"),
        queryset=Person.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, viewer: Viewer, student: Student | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["submission"] = uuid.uuid4()
        field_of(self, "keep_it_from", forms.ModelMultipleChoiceField).queryset = colleagues(viewer)
        if student:
            del self.fields["who"], self.fields["belongs"]

    def clean_belongs(self) -> str:
        return belongs_or_unknown(self.cleaned_data["belongs"])


class ActForm(forms.Form):
    """A line of the timeline: what was done, seen, or who was told."""

    quiet = True
    kind = forms.ChoiceField(
        label=gettext_lazy("What do you write down?"),
        widget=Segmented,
        choices=[
            ("measure", gettext_lazy("done")),
            ("told", gettext_lazy("somebody was told")),
            ("note", gettext_lazy("seen or heard")),
        ],
    )
    whom = forms.ChoiceField(
        label=gettext_lazy("Who was told?"),
        required=False,
        choices=[("", "—"), *IncidentAct.Whom.choices],
    )
    text = area(gettext_lazy("What, in a sentence"), 2)
    person = forms.ModelChoiceField(
        label=gettext_lazy("About whom"),
        queryset=IncidentPerson.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole event"),
    )
    happened_at = MomentField(label=gettext_lazy("When? Empty: now"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kind"] = "measure"
        people = IncidentPerson.objects.visible_to(viewer).filter(incident=incident).select_related("student")
        field: Any = field_of(self, "person", forms.ModelChoiceField)
        field.queryset, field.label_from_instance = people, lambda person: person.name


class PersonForm(forms.Form):
    """One more person; a student of the school, or a name as it was called out."""

    quiet = True
    student = forms.ModelChoiceField(
        label=gettext_lazy("Student"), queryset=Student.objects.none(), required=False, widget=forms.HiddenInput
    )
    who = LineField(label=gettext_lazy("Or somebody who is not on the roster"), max_length=100, required=False)
    belongs = forms.ChoiceField(
        label=gettext_lazy("Where do they belong?"),
        choices=IncidentPerson.Belongs.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    part = forms.ChoiceField(
        label=gettext_lazy("Part in it"), widget=Segmented, choices=IncidentPerson.Part.choices, initial="involved"
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "student", forms.ModelChoiceField).queryset = Student.objects.visible_to(viewer)

    def clean_belongs(self) -> str:
        return belongs_or_unknown(self.cleaned_data["belongs"])


class KeepForm(forms.Form):
    """From whom an event about nobody of the roster is kept."""

    quiet = True
    person = forms.ModelChoiceField(label=gettext_lazy("From whom"), queryset=Person.objects.none())
    reason = area(gettext_lazy("Why"), 2)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "person", forms.ModelChoiceField).queryset = colleagues(viewer)


class SafetyForm(forms.Form):
    """Agreed with the student, in their words where it can be; the newest version stands in it."""

    quiet = True
    signs = area(gettext_lazy("Warning signs: how do you and we notice?"), 2, required=False)
    helps = area(gettext_lazy("What helps in that moment?"), 2, required=False)
    people = area(gettext_lazy("Who can you go to?"), 2, required=False)
    places = area(gettext_lazy("Where are you safe?"), 2, required=False)
    numbers = area(gettext_lazy("Which numbers can be called at any hour?"), 2, required=False)
    means = area(gettext_lazy("Which means were made safe, and by whom?"), 2, required=False)

    def __init__(self, *args: Any, plan: SafetyPlan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan:
            self.initial.update({name: getattr(plan, name) for name in PLANNED})


class ExceptionForm(forms.Form):
    quiet = True
    reason = area(gettext_lazy("Which danger made it necessary"))
    told = LineField(label=gettext_lazy("Who was told"), max_length=200)
    said = area(gettext_lazy("What was said: the least that averts the danger"))


class ReportForm(forms.Form):
    """What goes up, in the school's own words."""

    quiet = True
    to = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Unit.objects.none(), empty_label=None)
    form = forms.ChoiceField(label=gettext_lazy("Which report"), widget=Segmented, choices=IncidentReport.Form.choices)
    text = area(
        gettext_lazy("What the center must know"),
        5,
        gettext_lazy("What happened, how many people, how they are, what was done. No names."),
    )
    names = LineField(label=gettext_lazy("Name a student"), max_length=200, required=False)
    named_because = area(gettext_lazy("Why the name is needed"), 2, required=False)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        due = next_due(dues_of(incident))
        super().__init__(*args, **kwargs)
        self.initial["form"] = due.form if due else IncidentReport.Form.FOLLOW_UP
        offer_units(self, centers_above(incident.school))


class PassForm(forms.Form):
    """A center tells the unit above it, in its own words."""

    quiet = True
    to = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Unit.objects.none(), empty_label=None)
    text = area(
        gettext_lazy("What the unit above must know"),
        5,
        gettext_lazy("What happened, how many people, how they are, what was done, what you have arranged. No names."),
    )
    names = LineField(label=gettext_lazy("Name a student"), max_length=200, required=False)
    named_because = area(gettext_lazy("Why the name is needed"), 2, required=False)

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_units(self, units)


class CorrectForm(forms.Form):
    """What stands at the head of an incident; it comes filled with what it says now."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), choices=EventClass.choices)
    happened = area(gettext_lazy("What has happened, in one sentence?"), 3, gettext_lazy("No name in this sentence."))
    place = LineField(label=gettext_lazy("Where?"), max_length=100, required=False)
    known_at = MomentField(
        label=gettext_lazy("Known since"),
        help_text=gettext_lazy("Deadlines always count from the earliest moment that was given here."),
    )
    condition = area(gettext_lazy("Injuries and condition"), 2, gettext_lazy("For the usual form."), required=False)
    cause = area(gettext_lazy("First judgement of the cause"), 2, gettext_lazy("For the usual form."), required=False)
    reason = area(gettext_lazy("Why it is corrected"), 2)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({name: getattr(incident, name) for name in CORRECTED})


class CorrectActForm(forms.Form):
    quiet = True
    text = area(gettext_lazy("What it should say"), 3)
    happened_at = MomentField(label=gettext_lazy("When"), required=False)

    def __init__(self, *args: Any, act: IncidentAct, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"text": act.text, "happened_at": act.happened_at})


class ReopenForm(forms.Form):
    quiet = True
    reason = area(gettext_lazy("Why it is opened again"), 3)


class DeadlinesForm(forms.Form):
    """By kind of event how soon a school reports: a row of three numbers each; an empty row follows the first one."""

    columns = (
        gettext_lazy("oral report, minutes"),
        gettext_lazy("written report, hours"),
        gettext_lazy("follow-ups every, hours"),
    )

    def __init__(self, *args: Any, table: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in DEADLINE_ROWS:
            for place, value in enumerate(table.get(code, [None] * 3)):
                named = {"aria-label": told(label, self.columns[place])}
                self.fields[f"{code}_{place}"] = forms.IntegerField(
                    label=label,
                    min_value=1,
                    max_value=10_000,
                    required=code == "*",
                    initial=value,
                    widget=forms.NumberInput(attrs=named),
                )

    def rows(self) -> list[tuple[Any, list[Any]]]:
        """Label of the event, and each column with its field."""
        return [
            (label, [(column, self[f"{code}_{place}"]) for place, column in enumerate(self.columns)])
            for code, label in DEADLINE_ROWS
        ]

    def clean(self) -> None:
        for code, _label in DEADLINE_ROWS:
            typed = [self.cleaned_data.get(f"{code}_{place}") for place in range(3)]
            if any(typed) and not all(typed):
                self.add_error(f"{code}_{typed.index(None)}", gettext("Fill in all three, or none."))

    def table(self) -> dict[str, list[int]]:
        typed = {code: [self.cleaned_data[f"{code}_{place}"] for place in range(3)] for code, _label in DEADLINE_ROWS}
        return {code: times for code, times in typed.items() if all(times)}


class ReplyForm(forms.Form):
    quiet = True
    reply = area(gettext_lazy("Answer to the school, if there is something to say"), 3, required=False)


class CloseForm(forms.Form):
    quiet = True
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), widget=forms.RadioSelect, choices=Incident.Outcome.choices
    )
    lessons = area(
        gettext_lazy("What was learned"), 4, gettext_lazy("What helped, what was too slow, what will change.")
    )
    not_reported_because = area(gettext_lazy("Why nothing was reported to the center"), 2, required=False)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["lessons"] = incident.lessons  # of an ending that was taken back
        if incident.reports.exists():
            del self.fields["not_reported_because"]
