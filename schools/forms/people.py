"""Forms about people and what they are at a unit."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from schools import classnames
from schools.access import SCHOOL_ROLES, Viewer, grantable_roles
from schools.actions.accounts import Post
from schools.actions.succession import leaders_of
from schools.common.identity import InvalidPhone, check_phone
from schools.common.labels import listed
from schools.common.rendering import DayInput, field_of
from schools.common.typed import CodeField, LineField, NameField
from schools.models import ClassGroup, Employment, Membership, Role, Unit
from schools.models.people import CLASS_ROLES

# What only some roles have.
COLLEGE = "college"  # before its key, among the grades that a head may lead
FIELDS_OF_ROLES = {"classes": CLASS_ROLES, "cohort": {Role.GRADE_HEAD}, "backup": SCHOOL_ROLES}


def check_phone_field(text: str) -> str:
    """A number someone can sign in with, as it is dialled; empty stays empty."""
    if not text.strip():
        return ""
    try:
        return check_phone(text)
    except InvalidPhone:
        raise forms.ValidationError(_("This is no phone number.")) from None


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Choose somebody by name and role."""

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.person.name} · {obj.get_role_display()}"


class DetailsForm(forms.Form):
    name = NameField(label=gettext_lazy("Name"), max_length=40)
    phone = LineField(
        label=gettext_lazy("Phone number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Stored encrypted; one can sign in with it in place of the staff number."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        return check_phone_field(self.cleaned_data["phone"])


class PostForm(forms.Form):
    """What a person is at a unit. `unit` is fixed; the roles offered are those the viewer may give there."""

    needed_at_times = FIELDS_OF_ROLES.keys() - {"backup"}
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    title = LineField(
        label=pgettext_lazy("of a person", "Title"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("What people call it, such as head of the counseling center."),
    )
    employment = forms.ChoiceField(label=gettext_lazy("Employment"), choices=Employment.choices)
    classes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Classes"),
        queryset=ClassGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For class and subject teachers: whose students they see."),
    )
    cohort = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        required=False,
        help_text=gettext_lazy("For grade heads: the grade, or the college, they lead."),
    )
    backup = MemberField(
        label=gettext_lazy("Who steps in"),
        queryset=Membership.objects.none(),
        required=False,
        help_text=gettext_lazy(
            "For counselors and leaders: who gets the risk flags they have not taken in hand in time."
        ),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DayInput)
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Leave it empty unless it is known; someone visiting needs one."),
    )

    def __init__(self, *args: Any, viewer: Viewer, unit: Unit, membership: Membership | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.membership = membership
        grantable = [(role.value, role.label) for role in grantable_roles(viewer, unit)]
        field_of(self, "role", forms.ChoiceField).choices = grantable
        self.fields["starts_on"].initial = timezone.localdate()
        field_of(self, "classes", forms.ModelMultipleChoiceField).queryset = _classes(unit)
        field_of(self, "cohort", forms.ChoiceField).choices = [("", "—"), *_cohorts(unit)]
        field_of(self, "backup", MemberField).queryset = _stand_ins(unit, membership)
        if not unit.is_school:
            for name in ("classes", "cohort", "backup"):
                del self.fields[name]
        for name, needed_by in FIELDS_OF_ROLES.items():
            if name in self.fields:
                self.fields[name].widget.attrs["data-roles"] = " ".join(sorted(needed_by))
        if membership and not self.is_bound:
            self.initial = initial_of(membership)

    def clean(self) -> dict[str, Any]:
        """Without a class a teacher would see nobody, and nobody would notice. A new school has none to give yet."""
        data: dict[str, Any] = super().clean() or {}
        self.leaving: list[Membership] = []
        if data.get("role") == Role.CLASS_TEACHER and data.get("classes"):
            self._ask_for_former(data["classes"])
        if data.get("role") in CLASS_ROLES and not data.get("classes") and self._has_classes():
            self.add_error("classes", _("Choose at least one class: without one this teacher sees no students."))
        return data

    def _ask_for_former(self, classes: Any) -> None:
        """A class that is given to a second class teacher: has the first one left it? Mostly yes, not always."""
        was = self.membership if self.membership and self.membership.role == Role.CLASS_TEACHER else None
        known = set(was.classes.all()) if was else set()
        leaders = leaders_of(group for group in classes if group not in known)
        leaders = list(leaders.exclude(person=self.membership.person_id) if self.membership else leaders)
        if not leaders:
            return
        names = listed([one.person.name for one in leaders])
        choices = [
            ("left", _("No longer: from today the new one leads it alone")),
            ("stays", _("Still: the class has two class teachers")),
        ]
        label = _("Is {names} still class teacher there?").format(names=names)
        self.fields["former"] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
        self.order_fields(["staff_number", "name", "phone", "role", "title", "employment", "classes", "former"])
        answer = self.data.get("former")
        if answer not in dict(choices):
            self.add_error("former", _("One of these classes has a class teacher already. Say what is true."))
        elif answer == "left":
            self.leaving = leaders

    def _has_classes(self) -> bool:
        """Are there classes to choose from?"""
        if "classes" not in self.fields:
            return False
        classes = field_of(self, "classes", forms.ModelMultipleChoiceField).queryset
        return classes is not None and classes.exists()

    def post(self) -> Post:
        """The cleaned answers as the action wants them."""
        data = self.cleaned_data
        stage, _dash, year = (data.get("cohort") or "").partition("-")
        college = Unit.objects.filter(pk=year).first() if stage == COLLEGE else None
        if college:
            stage = year = ""
        return Post(
            role=data["role"],
            title=data["title"],
            employment=data["employment"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            classes=list(data.get("classes") or []),
            cohort_stage=stage,
            cohort_year=int(year) if year else None,
            department=college,
            backup=data.get("backup"),
        )


class NewPersonForm(DetailsForm, PostForm):
    staff_number = CodeField(
        label=gettext_lazy("Staff number"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("What this person signs in with. It stays the same when they change schools."),
    )
    field_order = ("staff_number", "name", "phone", "role")

    def clean_staff_number(self) -> str:
        return str(self.cleaned_data["staff_number"]).replace(" ", "")


def initial_of(membership: Membership) -> dict[str, Any]:
    cohort = f"{membership.cohort_stage}-{membership.cohort_year}" if membership.cohort_year else ""
    cohort = f"{COLLEGE}-{membership.department_id}" if membership.department_id else cohort
    return {
        "role": membership.role,
        "title": membership.title,
        "employment": membership.employment,
        "classes": list(membership.classes.values_list("pk", flat=True)),
        "cohort": cohort,
        "backup": membership.backup_id,
        "starts_on": membership.starts_on,
        "ends_on": membership.ends_on,
    }


def _classes(unit: Unit) -> Any:
    """The classes that are at the school now."""
    groups = ClassGroup.objects.filter(school=unit).select_related("school")
    present = [group.pk for group in groups if group.is_there(timezone.localdate(), unit.system)]
    return groups.filter(pk__in=present)


def _cohorts(unit: Unit) -> list[tuple[str, str]]:
    """The colleges of a university, then the grades that are at the school now."""
    colleges = [(f"{COLLEGE}-{one.pk}", one.name) for one in Unit.objects.filter(parent=unit)]
    return [*colleges, *_grades(unit)]


def _grades(unit: Unit) -> list[tuple[str, str]]:
    today, lang = timezone.localdate(), "zh" if (get_language() or "zh").startswith("zh") else "en"
    found = ClassGroup.objects.filter(school=unit).order_by("stage", "-entry_year")
    return [
        (f"{stage}-{year}", _cohort_name(stage, year, unit.system or "63", today, lang))
        for stage, year in found.values_list("stage", "entry_year").distinct()
        if classnames.is_enrolled(stage, year, system=unit.system or "63", on=today)
    ]


def _cohort_name(stage: str, year: int, system: str, today: dt.date, lang: str) -> str:
    return classnames.grade_name(stage, classnames.grade_in_stage(stage, year, today), system, lang)


def _stand_ins(unit: Unit, membership: Membership | None) -> Any:
    found = Membership.objects.current().filter(unit=unit, role__in=SCHOOL_ROLES).select_related("person", "unit")
    return found.exclude(person_id=membership.person_id) if membership else found
