"""Forms about flags: raising one, each kind of step, and how it ends. A form parses; the action decides."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.kept import kept
from schools.common.rendering import DayInput, Levels, MomentInput, Segmented, field_of
from schools.common.typed import CodeField, LineField, LongField, area
from schools.models import Membership, Person, Role, Unit
from schools.on_duty import centers_above
from schools.severity import scheme_of
from students import signs
from students.actions.asking import seconds_at_center
from students.flag_states import UPPER, says_something
from students.models import Guardian, GuardianContact, RiskFlag
from students.models.flags import ENDINGS
from students.step_words import MEANS, MOODS, NEXT, PROTECTS, SLEEP, THOUGHTS

A_YEAR = dt.timedelta(days=366)


class MomentField(forms.DateTimeField):
    """When it happened: not in the future, and not more than a year ago."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=MomentInput, input_formats=["%Y-%m-%dT%H:%M"], **kwargs)

    def clean(self, value: Any) -> Any:
        moment, now = super().clean(value), timezone.now()
        if moment and moment > now:
            raise forms.ValidationError(_("This lies in the future."))
        if moment and moment < now - A_YEAR:
            raise forms.ValidationError(_("This is more than a year ago. Check when you learned of it."))
        return moment


def staff_of(viewer: Viewer) -> QuerySet[Membership, Any]:
    here = Membership.objects.current().filter(unit=viewer.unit, person__is_active=True)
    return here.select_related("person", "unit").order_by("person__name")


def named(member: Membership) -> str:
    return f"{member.person.name} · {member.get_role_display()}"


class FlagForm(forms.Form):
    """Raise a flag by hand."""

    severity = forms.TypedChoiceField(label=capfirst(gettext_lazy("level")), coerce=int, widget=Levels)
    signs = forms.MultipleChoiceField(
        label=gettext_lazy("In a few words"),
        choices=signs.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = area(
        gettext_lazy("What did you see or hear?"),
        5,
        gettext_lazy("What happened and what was said, not what you make of it."),
    )
    known_at = MomentField(label=gettext_lazy("When did you learn of it?"))
    keep_it_from = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Somebody of the staff is the danger, or is close to it: keep it from"),
        queryset=Person.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        super().__init__(*args, **kwargs | {"initial": {"known_at": now}})
        field_of(self, "severity", forms.ChoiceField).choices = scheme_of(viewer.unit).choices()[1:]
        field_of(self, "keep_it_from", forms.ModelChoiceField).queryset = colleagues(viewer)


def colleagues(viewer: Viewer) -> QuerySet[Person, Any]:
    """The other staff of the viewer's school."""
    here = staff_of(viewer).order_by().values("person")
    found: QuerySet[Person, Any] = Person.objects.filter(pk__in=here).exclude(pk=viewer.person.pk).order_by("name")
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


class StepForm(forms.Form):
    """What every kind of step takes: whose flag it is, and who writes. `values()` is what the action takes."""

    def __init__(self, *args: Any, viewer: Viewer, flag: RiskFlag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.flag = viewer, flag
        self.prepare()

    def prepare(self) -> None:
        """Offer what depends on the flag."""

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class NoteForm(StepForm):
    text = area(gettext_lazy("What was done, what was seen"), 4)
    is_measure = forms.BooleanField(
        label=gettext_lazy("Something was done with the student: the first measure"), required=False
    )


class InterviewForm(StepForm):
    """The structured interview; a unit may add questions of its own."""

    happened = area(gettext_lazy("What was said, what you saw"), 5)
    mood = forms.MultipleChoiceField(
        label=gettext_lazy("Mood"), choices=MOODS.items(), required=False, widget=forms.CheckboxSelectMultiple
    )
    sleep = forms.ChoiceField(
        label=gettext_lazy("Sleep"), choices=SLEEP.items(), required=False, widget=forms.RadioSelect
    )
    thoughts = forms.ChoiceField(
        label=gettext_lazy("Thoughts of death"), choices=THOUGHTS.items(), widget=forms.RadioSelect
    )
    plan = LineField(label=gettext_lazy("Plan, if any"), max_length=500, required=False)
    means = forms.ChoiceField(
        label=gettext_lazy("Dangerous things within reach"), choices=MEANS.items(), widget=forms.RadioSelect
    )
    protects = forms.MultipleChoiceField(
        label=gettext_lazy("Who and what holds"),
        choices=PROTECTS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    support = area(gettext_lazy("Support at home and at school"), 2, required=False)
    severity = forms.TypedChoiceField(label=gettext_lazy("The level that you judge"), coerce=int, widget=Levels)
    next = forms.MultipleChoiceField(
        label=gettext_lazy("What comes next"), choices=NEXT.items(), widget=forms.CheckboxSelectMultiple
    )
    happened_at = MomentField(label=gettext_lazy("When it began"), required=False)

    def prepare(self) -> None:
        field_of(self, "severity", forms.ChoiceField).choices = self.viewer.scheme.choices()[1:]
        self.initial.setdefault("severity", self.flag.severity)
        self.questions = list(self.viewer.settings["interview_questions"])
        for number, question in enumerate(self.questions):
            self.fields[f"extra_{number}"] = area(question, 2, required=False)

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        own = {question: data[f"extra_{number}"] for number, question in enumerate(self.questions)}
        names = ("happened", "mood", "sleep", "thoughts", "plan", "means", "protects", "support", "next")
        words = {name: data[name] for name in names} | {"extra": {q: a for q, a in own.items() if a}}
        return {"words": words, "severity": data["severity"], "happened_at": data["happened_at"]}


class ContactForm(StepForm):
    guardian = forms.ModelChoiceField(
        label=gettext_lazy("Whom"), queryset=Guardian.objects.none(), empty_label=gettext_lazy("somebody else")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How"), choices=GuardianContact.Channel.choices, widget=forms.RadioSelect
    )
    said = area(gettext_lazy("What was said"), 4)
    attitude = forms.ChoiceField(
        label=gettext_lazy("How it was received"),
        choices=GuardianContact.Attitude.choices,
        required=False,
        widget=Segmented,
    )
    notice_signed = forms.BooleanField(label=gettext_lazy("The notice is signed"), required=False)
    happened_at = MomentField(label=gettext_lazy("When"))

    def prepare(self) -> None:
        field: Any = self.fields["guardian"]
        field.queryset = self.flag.student.guardians.filter(do_not_call=False)
        field.required = False
        field.label_from_instance = lambda one: f"{one.name} {one.relation}".strip()
        self.initial.setdefault("guardian", field.queryset.first())
        self.initial.setdefault("happened_at", timezone.localtime().replace(second=0, microsecond=0))

    def values(self) -> dict[str, Any]:
        return {"values": dict(self.cleaned_data)}


class QuestionForm(StepForm):
    to = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Membership.objects.none(), empty_label=None)
    text = area(
        gettext_lazy("What the teacher is to do or to tell"),
        3,
        gettext_lazy("Say what to do now, and ask nothing that only you should ask. The teacher is called at once."),
    )

    def prepare(self) -> None:
        field: Any = self.fields["to"]
        group = self.flag.student.class_group_id
        kept = self.flag.kept_from.values("person")
        teachers = staff_of(self.viewer).filter(role=Role.CLASS_TEACHER, classes=group)
        field.queryset = teachers.exclude(person__in=kept)
        field.label_from_instance = named
        self.initial.setdefault("to", field.queryset.first())


class HandOverForm(StepForm):
    to = forms.ModelChoiceField(label=gettext_lazy("Hand it to"), queryset=Membership.objects.none())
    text = area(gettext_lazy("What they need to know"), 3, required=False)

    def prepare(self) -> None:
        field: Any = self.fields["to"]
        able, now = handlers_of(self.viewer, self.flag), self.flag.assignee_id
        field.queryset = able.exclude(pk=now) if now else able
        field.label_from_instance = named


def handlers_of(viewer: Viewer, flag: RiskFlag) -> QuerySet[Membership, Any]:
    """Counselors and leaders of the school from whom it is not kept."""
    able = staff_of(viewer).filter(role__in=SCHOOL_ROLES)
    return able.exclude(person__in=flag.kept_from.values("person"))


class LevelForm(StepForm):
    severity = forms.TypedChoiceField(label=gettext_lazy("New level"), coerce=int, widget=Levels)
    text = area(gettext_lazy("Why"), 3)

    def prepare(self) -> None:
        now, field = self.flag.severity, field_of(self, "severity", forms.ChoiceField)
        lowest = UPPER if now >= UPPER else 1
        field.choices = [one for one in self.viewer.scheme.choices() if one[0] >= lowest and one[0] != now]
        if now >= UPPER:
            field.help_text = _("Only two people together can go lower: see “How this flag ends” below.")


class WatchForm(StepForm):
    until = forms.DateField(label=gettext_lazy("Until"), widget=DayInput)
    text = area(gettext_lazy("What was seen, and what is watched for"), 3)

    def prepare(self) -> None:
        self.initial.setdefault("until", timezone.localdate() + dt.timedelta(days=14))


def offer_units(form: forms.Form, units: Sequence[Unit]) -> None:
    """As those to whom it may go; the first is chosen."""
    field = field_of(form, "to", forms.ModelChoiceField)
    field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units]).order_by("-path")
    if units:
        form.initial["to"] = units[0].pk


class AskForm(forms.Form):
    """What a school asks of a center above it, in its own words."""

    needed_at_times = ("named_because",)

    to = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=Unit.objects.none(), empty_label=None)
    text = area(
        gettext_lazy("The school's summary for the center"),
        4,
        gettext_lazy("How things stand, and what you ask for. The center reads this and the level, nothing else."),
    )
    case = CodeField(
        label=gettext_lazy("Case number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("By it you can speak of the student without a name."),
    )
    names = LineField(label=gettext_lazy("Name a student"), max_length=200, required=False)
    named_because = area(
        gettext_lazy("Why the name is needed"), 2, gettext_lazy("Only if you name a student."), required=False
    )

    def offer(self, school: Unit) -> None:
        """The centers above the school where somebody can answer, the nearest chosen."""
        centers = centers_above(school)
        offer_units(self, centers)
        if not centers:
            self.fields["to"].help_text = _("Nobody is entered at a center above. Ring them, and write a note of it.")


class RequestForm(AskForm, StepForm):
    def prepare(self) -> None:
        self.offer(self.flag.school)


class ReportForm(StepForm):
    authority = LineField(label=gettext_lazy("To which authority"), max_length=100)
    text = area(gettext_lazy("What was reported, and what was answered"), 4)


STEP_FORMS: Mapping[str, type[StepForm]] = {
    "interview": InterviewForm,
    "contact": ContactForm,
    "note": NoteForm,
    "question": QuestionForm,
    "level": LevelForm,
    "watch": WatchForm,
    "hand_over": HandOverForm,
    "request": RequestForm,
    "report": ReportForm,
}


def blank_form(kind: str, viewer: Viewer, flag: RiskFlag) -> StepForm | SafeString:
    """A form to begin with. Those that name nobody are drawn once for all flags of a level."""
    questions = tuple(viewer.settings["interview_questions"])
    keys = {
        "interview": (viewer.scheme.code, flag.severity, questions),
        "note": (),
        "report": (),
    }
    form = STEP_FORMS[kind]
    if kind not in keys:
        return form(viewer=viewer, flag=flag)
    return kept(("step", kind, *keys[kind]), lambda: form(viewer=viewer, flag=flag).render())


class AnswerForm(forms.Form):
    """One text: the teacher's answer, a correction, a reason."""

    text = area(gettext_lazy("Your answer"), 3)

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


# --- how it ends ------------------------------------------------------------------------------------------------------


class ReasonForm(forms.Form):
    """What was seen and what was done; a word that stands for nothing is sent back."""

    outcome = forms.ChoiceField(label=gettext_lazy("How does it end?"), choices=ENDINGS, widget=forms.RadioSelect)
    seen = area(gettext_lazy("What was seen"), 3, gettext_lazy("How the student is now, and from whom you know it."))
    done = area(gettext_lazy("What was done"), 3, gettext_lazy("Talks, family, teachers, agreements."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("seen", "done"):
            if data.get(name) and not says_something(data[name]):
                self.add_error(name, _("Write it so that somebody who was not there understands it."))
        return data


def summary_field() -> LongField:
    return area(
        gettext_lazy("The school's summary for the center"),
        4,
        gettext_lazy("The person on duty there reads your reason and this, not the student's name or page."),
        required=False,
    )


def offer_center(form: forms.Form, viewer: Viewer, student: Any) -> None:
    """Where the school has nobody else to ask: who is on duty at the nearest center, with a summary for them."""
    field: Any = form.fields["second"]
    if field.queryset.exists():
        del form.fields["summary"]
        return
    found = [one.pk for one in seconds_at_center(viewer, student)]
    field.queryset = Membership.objects.filter(pk__in=found).select_related("person", "unit")
    field.label_from_instance = lambda one: f"{one.person.name} · {one.unit.name}"
    field.help_text = _("The school has no other counselor or leader: whoever is on duty at the center confirms it.")
    if not found:
        field.help_text = _("The school has no other counselor or leader, and nobody is entered at a center above.")


class CloseForm(ReasonForm):
    """A decision. A referral says more, the two upper levels name the second person."""

    needed_at_times = ("summary", "whom")

    second = forms.ModelChoiceField(
        label=gettext_lazy("Second person, who confirms it"), queryset=Membership.objects.none(), required=False
    )
    summary = summary_field()
    whom = LineField(label=gettext_lazy("Referred to"), max_length=100, required=False)
    goes_when = LineField(label=gettext_lazy("When the student goes"), max_length=100, required=False)
    goes_along = LineField(label=gettext_lazy("Who goes along"), max_length=100, required=False)
    back_by = LineField(label=gettext_lazy("What is to come back by when"), max_length=200, required=False)

    def __init__(self, *args: Any, viewer: Viewer, flag: RiskFlag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("whom", "goes_when", "goes_along", "back_by"):
            self.fields[name].widget.attrs["data-with"] = f"outcome={RiskFlag.Outcome.REFERRED}"
        if flag.severity < UPPER:
            del self.fields["second"], self.fields["summary"]
            return
        field: Any = self.fields["second"]
        field.queryset = handlers_of(viewer, flag).exclude(person=viewer.person)
        field.required, field.label_from_instance = True, named
        offer_center(self, viewer, flag.student_id)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("outcome") == RiskFlag.Outcome.REFERRED and not data.get("whom"):
            self.add_error("whom", _("Say to whom the student is referred."))
        return data


class KeepForm(forms.Form):
    person = forms.ModelChoiceField(label=gettext_lazy("Keep it from"), queryset=Person.objects.none())
    reason = area(gettext_lazy("Why"), 3, gettext_lazy("Sealed. The auditor is told that it is kept, and by whom."))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "person", forms.ModelChoiceField).queryset = colleagues(viewer)


class DoNotCallForm(forms.Form):
    is_set = forms.BooleanField(label=gettext_lazy("Do not call this person"), required=False)
    reason = area(gettext_lazy("Why"), 3)
