"""Forms of the registry and its plans. A form parses; the action decides."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.rendering import DayInput, Levels, field_of
from schools.common.typed import LineField, area
from schools.models import Membership, Role
from students.access import barriers_about
from students.flag_forms import AskForm, named, offer_center, staff_of, summary_field
from students.models import PlanPart, RegistryCategory, RegistryEntry, Student


class StaffField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Somebody of the school at present, by name and role."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Membership.objects.none(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return named(obj)

    def offer(self, viewer: Viewer, *roles: str, student: Student | None = None) -> None:
        """Those with one of these roles from whom nothing about the student is kept."""
        found = staff_of(viewer).filter(role__in=roles)
        if student is not None:
            found = found.exclude(person__in=barriers_about(student).order_by().values("person"))
        self.queryset = found


class RegistryEntryForm(forms.Form):
    """Why a student is on the registry, and who answers for it."""

    reasons = area(_("What happened, what was seen"), 4, _("Facts and words, no diagnosis."))
    categories = forms.MultipleChoiceField(
        label=capfirst(_("categories")), required=False, widget=forms.CheckboxSelectMultiple
    )
    found_how = LineField(label=_("How it was found, by whom"), max_length=200, required=False)
    treatment = area(
        _("Treatment and medication, as the family told it"),
        2,
        _("The school does not judge it, it only writes it down."),
        required=False,
    )
    leader = StaffField(label=_("Responsible leader"), required=False)
    counselor = StaffField(label=_("Counselor"))
    teacher = StaffField(label=_("Class teacher"), required=False)
    signs = area(_("Signs to watch for, a line each"), 4, required=False)
    calls = area(_("Whom to call besides the counselor and the guardians"), 2, required=False)

    def __init__(self, *args: Any, viewer: Viewer, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["categories"].choices = [(one.code, one.label) for one in RegistryCategory.objects.all()]
        fields["leader"].offer(viewer, Role.SCHOOL_LEADER, student=student)
        fields["counselor"].offer(viewer, *SCHOOL_ROLES, student=student)
        fields["teacher"].offer(viewer, Role.CLASS_TEACHER, student=student)
        own = fields["teacher"].queryset.filter(classes=student.class_group_id)
        fields["teacher"].queryset = own
        if not self.initial:
            self.initial = {
                "counselor": viewer.membership if viewer.role == Role.COUNSELOR else None,
                "teacher": own.first(),
                "leader": fields["leader"].queryset.first(),
            }

    @staticmethod
    def of(entry: RegistryEntry) -> dict[str, Any]:
        """What stands there now."""
        names = ("reasons", "categories", "found_how", "treatment", "signs", "calls", "leader", "counselor", "teacher")
        return {name: getattr(entry, name) for name in names}


class ListForm(RegistryEntryForm):
    """Put a student on the registry."""

    field_order = ("severity", "reasons")
    severity = forms.TypedChoiceField(label=capfirst(_("level")), coerce=int, widget=Levels)
    listed_on = forms.DateField(label=_("First listed"), widget=DayInput, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        field_of(self, "severity", forms.ChoiceField).choices = viewer.scheme.choices()[1:]
        self.initial.setdefault("listed_on", timezone.localdate())


class MeasureForm(forms.Form):
    needed_at_times = ("who", "other")
    what = area(_("What is done"), 2)
    who = StaffField(label=_("By whom"), required=False)
    other = LineField(
        label=_("Or somebody else"), max_length=60, required=False, help_text=_("A parent, the hospital …")
    )
    due_on = forms.DateField(label=_("By when"), widget=DayInput, required=False)

    def __init__(self, *args: Any, viewer: Viewer, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here: Any = self.fields["who"]
        here.offer(viewer, *SCHOOL_ROLES, Role.CLASS_TEACHER, Role.GRADE_HEAD, Role.SUBJECT_TEACHER, student=student)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("who") and not data.get("other"):
            self.add_error("who", _("Say who does it."))
        return data


class DropForm(forms.Form):
    outcome = area(_("Why it is no longer done"), 2)


class PartForm(forms.Form):
    audience = forms.ChoiceField(label=_("Who is told"), choices=PlanPart.Audience.choices, widget=forms.RadioSelect)
    text = area(_("What they are told"), 4, _("What they do and watch for; no more than they need."))


class SecondForm(forms.Form):
    """With the second person, who must be another counselor or leader."""

    needed_at_times = ("second", "summary")
    second = StaffField(label=_("Second person, who confirms it"), required=False)
    summary = summary_field()

    def __init__(self, *args: Any, viewer: Viewer, student: Student, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["second"]
        field.offer(viewer, *SCHOOL_ROLES, student=student)
        field.queryset = field.queryset.exclude(person=viewer.person)
        offer_center(self, viewer, student.pk)


class ReviewForm(SecondForm):
    field_order = ("changed", "severity", "second", "summary", "next_look")
    changed = area(
        _("What changed since the last review"), 4, _("School, sleep, friends, family, treatment; the student's words.")
    )
    severity = forms.TypedChoiceField(label=_("The level from now on"), coerce=int, widget=Levels)
    next_look = area(_("What the next review looks at"), 2, required=False)

    def __init__(self, *args: Any, viewer: Viewer, entry: RegistryEntry, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, student=entry.student, **kwargs)
        field_of(self, "severity", forms.ChoiceField).choices = viewer.scheme.choices()[1:]
        self.initial.setdefault("severity", entry.severity)
        only_lower, where = _("Only for a lower level: two decide."), self.fields["second"].help_text
        self.fields["second"].help_text = format_lazy("{} {}", only_lower, where) if where else only_lower


class OffForm(SecondForm):
    field_order = ("ending", "changed", "second", "summary")
    ending = forms.ChoiceField(label=_("How it ends"), choices=RegistryEntry.Ending.choices, widget=forms.RadioSelect)
    changed = area(_("How the student is now, and from whom you know it"), 4)

    def __init__(self, *args: Any, viewer: Viewer, entry: RegistryEntry, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, student=entry.student, **kwargs)
        self.fields["second"].required = True


class AgainForm(forms.Form):
    changed = area(_("How the student is now, and from whom you know it"), 4)


class PlanRequestForm(AskForm):
    """The same as from a flag, from an entry of the registry."""

    def __init__(self, *args: Any, entry: RegistryEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(entry.school)
