"""Forms of the daily report. A form parses; the action signs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.access import SIGNERS
from reports.actions.schemes import PRESETS
from reports.models import DailyReport
from schools.common.rendering import DayInput, Segmented, field_of
from schools.common.typed import LineField, LongField
from schools.models import Membership, Unit
from students.models import Student
from students.models.students import StudentQuerySet

URGENCIES = [("later", _("no need yet")), ("today", _("today")), ("now", _("now"))]
LONGEST = 2000


class SignForm(forms.Form):
    """What every signature carries: the version it is put over, and why it comes late."""

    quiet = True
    over = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    late_reason = forms.ChoiceField(
        label=_("Why after the hour"), choices=DailyReport.LateReason.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, is_late: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_late:
            del self.fields["late_reason"]


class ConcernForm(SignForm):
    """Who, what was seen, and how soon somebody shall come."""

    students = forms.ModelMultipleChoiceField(
        label=_("Which student"),
        queryset=Student.objects.none(),
        error_messages={"required": _("Choose the student. If nobody is meant, sign that nothing happened today.")},
    )
    text = LongField(
        label=_("What did you see?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4, "class": "short"})
    )
    urgency = forms.ChoiceField(label=_("Shall the counselor come?"), choices=URGENCIES, widget=Segmented)

    def __init__(self, *args: Any, students: StudentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "students", forms.ModelMultipleChoiceField).queryset = students


class UnitForm(SignForm):
    own = forms.IntegerField(
        label=_("Students whom no class has reported"), min_value=0, max_value=999, required=False, initial=0
    )
    note = LongField(
        label=_("For ourselves (does not go up)"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
    )

    def clean_own(self) -> int:
        return self.cleaned_data["own"] or 0


class SchemeForm(forms.Form):
    """Which rule, from when, until which hour each level reports."""

    preset = forms.ChoiceField(
        label=_("Who reports"), choices=[(code, one.title) for code, one in PRESETS.items()], widget=forms.RadioSelect
    )
    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(
        label=_("Only until"),
        required=False,
        widget=DayInput,
        help_text=_("For exam weeks or an emergency; afterwards the ordinary rule holds again."),
    )
    hour_class = forms.TimeField(label=_("Classes until"), required=False)
    hour_school = forms.TimeField(label=_("Schools until"), required=False)
    hour_cluster = forms.TimeField(label=_("Clusters until"), required=False)
    hour_district = forms.TimeField(label=_("Districts until"), required=False)
    quiet = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.startswith("hour_"):
                field.widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def values(self) -> dict[str, Any]:
        """As the action takes it: an hour that is not given is that of the preset."""
        data = self.cleaned_data
        hours = {name[5:]: f"{hour:%H:%M}" for name, hour in data.items() if name.startswith("hour_") and hour}
        return {"hours": hours, **{name: data[name] for name in ("preset", "starts_on", "ends_on")}}


class LateForm(forms.Form):
    """One class or unit may report later today."""

    quiet = True
    until = forms.TimeField(
        label=_("May report today until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = LineField(label=_("Why"), max_length=60)


class StandInForm(forms.Form):
    quiet = True
    member = forms.ModelChoiceField(label=_("Who signs"), queryset=Membership.objects.none())
    first_on = forms.DateField(label=_("From"), widget=DayInput)
    last_on = forms.DateField(label=_("Until"), widget=DayInput)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.current().filter(unit=unit, role__in=SIGNERS, person__is_active=True)
        field = field_of(self, "member", forms.ModelChoiceField)
        field.queryset = here.select_related("person", "unit").order_by("person__name")
        field.label_from_instance = named  # type: ignore[method-assign, assignment]


def named(member: Membership) -> str:
    return f"{member.person.name} · {member.get_role_display()}"
