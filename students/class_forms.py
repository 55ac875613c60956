"""Forms of a class kept by hand."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.classnames import LONGEST_PREFIX, WITH_DEPARTMENTS, grade_name, school_year, years_of
from schools.common.rendering import field_of
from schools.common.typed import LineField
from schools.models import ClassGroup, Membership, Role


class ClassForm(forms.Form):
    """Grade and number; the name follows from them and rises with the school year."""

    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"), help_text=gettext_lazy("In this school year. It rises by itself in September.")
    )
    number = forms.IntegerField(
        label=gettext_lazy("Number of the class"),
        min_value=1,
        max_value=99,
        help_text=gettext_lazy("Such as 3 for class 3 of the grade."),
    )
    department = LineField(
        label=gettext_lazy("Department or subject"),
        max_length=LONGEST_PREFIX,
        required=False,
        help_text=gettext_lazy("Short, as it stands in the name of the class."),
    )

    def __init__(self, *args: Any, viewer: Viewer, group: ClassGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if group:
            grade = f"{group.stage}-{group.entry_year}"
            self.initial = {"grade": grade, "number": group.number, "department": group.prefix}
        grades = _grades(viewer)
        field_of(self, "grade", forms.ChoiceField).choices = [("", _("Choose …")), *grades]
        if not set(viewer.unit.stages) & WITH_DEPARTMENTS:
            del self.fields["department"]

    def values(self) -> dict[str, Any]:
        stage, _dash, year = self.cleaned_data["grade"].partition("-")
        prefix = self.cleaned_data.get("department", "") if stage in WITH_DEPARTMENTS else ""
        return {"stage": stage, "entry_year": int(year), "number": self.cleaned_data["number"], "prefix": prefix}


class TeacherField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.person.name)


class NewClassForm(ClassForm):
    teacher = TeacherField(
        label=gettext_lazy("Class teacher"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
        help_text=gettext_lazy("Who is a class teacher here already. Somebody else gets the class under People."),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        if viewer.role != Role.SCHOOL_LEADER:  # a counselor gives nobody a role
            del self.fields["teacher"]
            return
        teachers = Membership.objects.visible_to(viewer).not_over().filter(role=Role.CLASS_TEACHER)
        field_of(self, "teacher", TeacherField).queryset = teachers.select_related("person").order_by("person__name")

    def values(self) -> dict[str, Any]:
        return super().values() | {"teacher": self.cleaned_data.get("teacher")}


def _grades(viewer: Viewer) -> list[tuple[str, str]]:
    """Every grade that the school teaches now, with the year in which it entered."""
    year, system = school_year(timezone.localdate()), viewer.unit.system or "63"
    lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
    words = _("{grade} (entered in {year})")
    found = []
    for stage in viewer.unit.stages:
        for grade in range(1, years_of(stage, system) + 1):
            entered = year - grade + 1
            label = words.format(grade=grade_name(stage, grade, system, lang), year=entered)
            found.append((f"{stage}-{entered}", label))
    return found
