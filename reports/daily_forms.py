"""Forms of the daily report. A form parses; the action signs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.access import SIGNERS
from reports.actions.exceptions import sees_class
from reports.actions.schemes import PRESETS
from reports.models import DailyReport, ReportingScheme, ReportQuestion
from reports.questions import Answers, answers_of
from schools.common.rendering import DayInput, Segmented, field_of
from schools.common.typed import LineField, LongField
from schools.models import ClassGroup, Membership, Unit
from students.models import Student
from students.models.students import StudentQuerySet

URGENCIES = [("later", _("no need yet")), ("today", _("today")), ("now", _("now"))]
LONGEST = 2000
MOST_OPTIONS = 6


class SignForm(forms.Form):
    """What every signature carries: the version it is put over, and why it comes late."""

    quiet = True
    over = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    late_reason = forms.ChoiceField(
        label=_("Why after the hour"), choices=DailyReport.LateReason.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *args: Any,
        is_late: bool = False,
        questions: Sequence[ReportQuestion] = (),
        given: Mapping[int, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_late:
            del self.fields["late_reason"]
        self.questions = questions
        for question in questions:
            self.fields[f"q{question.pk}"] = _answer_field(question, (given or {}).get(question.pk))

    def asked(self) -> list[forms.BoundField]:
        """The further questions, for the page."""
        return [self[f"q{question.pk}"] for question in self.questions]

    def answers(self) -> Answers:
        given = {question.pk: self.cleaned_data.get(f"q{question.pk}") for question in self.questions}
        return answers_of(self.questions, given)


def _answer_field(question: ReportQuestion, given: Any) -> forms.Field:
    """No and none stand in it already, for the person to confirm; where an answer must be given by hand, nothing."""
    kind, must = question.kind, question.is_required
    more: dict[str, Any] = {"label": question.words, "required": must}
    if kind == ReportQuestion.Kind.NUMBER:
        start = given if given is not None else None if must else 0
        return forms.IntegerField(min_value=0, max_value=9999, initial=start, **more)
    if kind == ReportQuestion.Kind.TEXT:
        return LineField(max_length=100, initial=given or "", help_text=_("No student’s name."), **more)
    if kind == ReportQuestion.Kind.CHOICE:
        options = list(enumerate(question.options))
        return forms.TypedChoiceField(
            choices=options, coerce=int, empty_value=None, initial=given, widget=Segmented, **more
        )
    start = given if given is not None else None if must else 0
    return forms.TypedChoiceField(
        choices=[(0, _("no")), (1, _("yes"))], coerce=int, empty_value=None, initial=start, widget=Segmented, **more
    )


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


class QuestionForm(forms.Form):
    """A question for everybody below, besides the one that is always asked."""

    quiet = True
    words = LineField(label=_("Question"), max_length=60, help_text=_("Ask nothing that names somebody."))
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=ReportQuestion.Kind.choices, widget=Segmented)
    options = LongField(
        label=_("Answers to choose from"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
        help_text=_("Each on a line of its own. Only for “one of several”."),
    )
    asks = forms.ChoiceField(label=_("Who is asked"), choices=ReportQuestion.Asks.choices, widget=Segmented)
    is_required = forms.BooleanField(
        label=_("Must be answered each time"),
        required=False,
        help_text=_("Otherwise no, or 0, stands in it, and whoever signs confirms that with the one tap."),
    )
    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(label=_("Only until"), required=False, widget=DayInput)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        self.initial.update({"kind": "yes_no", "asks": "class", "starts_on": tomorrow})
        if unit.is_school:
            del self.fields["asks"]

    def clean_options(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ReportQuestion.Kind.CHOICE and not 2 <= len(data.get("options", ())) <= MOST_OPTIONS:
            self.add_error("options", gettext("Write two to {n} answers.").format(n=MOST_OPTIONS))
        return data


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
    every = forms.ChoiceField(
        label=_("How often they report"),
        choices=[
            ("", _("as said there")),
            *((code, label) for code, label in ReportingScheme.Every.choices if code != "never"),
        ],
        required=False,
        widget=Segmented,
    )
    weekday = forms.TypedChoiceField(
        label=_("If once a week, on"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        initial=4,
    )
    with_grades = forms.BooleanField(
        label=_("Grades or colleges sign between class and school"),
        required=False,
        help_text=_("Their heads sum up the classes and add what no class knows."),
    )
    hour_class = forms.TimeField(
        label=_("Classes until"),
        required=False,
        help_text=_("An hour that is left empty is the usual one of the rule chosen above; it is shown once saved."),
    )
    hour_grade = forms.TimeField(label=_("Grades or colleges until"), required=False)
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
        names = ("preset", "starts_on", "ends_on", "every", "weekday", "with_grades")
        found = {name: data[name] for name in names}
        return found | {"hours": hours, "weekday": 4 if data["weekday"] in ("", None) else data["weekday"]}


class LateForm(forms.Form):
    """One class or unit may report later today."""

    quiet = True
    until = forms.TimeField(
        label=_("May report today until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = LineField(label=_("Why"), max_length=60)


class StandInForm(forms.Form):
    quiet = True
    member = forms.ModelChoiceField(
        label=_("Who signs"),
        queryset=Membership.objects.none(),
        help_text=_(
            "Those who see its students: counselors, the head of the grade, and whoever has the class. Somebody else "
            "is given the class under People first."
        ),
    )
    first_on = forms.DateField(label=_("From"), widget=DayInput)
    last_on = forms.DateField(label=_("Until"), widget=DayInput)

    def __init__(self, *args: Any, group: ClassGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.current().filter(unit=group.school_id, role__in=SIGNERS, person__is_active=True)
        seeing = [member.pk for member in here.prefetch_related("classes") if sees_class(member, group)]
        field = field_of(self, "member", forms.ModelChoiceField)
        field.queryset = here.filter(pk__in=seeing).select_related("person", "unit").order_by("person__name")
        field.label_from_instance = named  # type: ignore[method-assign, assignment]


def named(member: Membership) -> str:
    return f"{member.person.name} · {member.get_role_display()}"
