"""Forms of a hand-over. A form parses; the action decides."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import Viewer
from schools.common.rendering import DayInput, RowChoices, field_of
from schools.common.typed import LineField, area
from schools.models import ClassGroup, Membership, Unit
from students.actions.hand_over import able_there
from students.actions.taking_over import is_certain, same_person
from students.flag_forms import named
from students.handed import OFFERED
from students.models import HandOver, Student

OUTSIDE = "outside"


def other_schools(viewer: Viewer) -> Any:
    """The schools of the network but one's own, district by district."""
    found = Unit.objects.schools().exclude(pk=viewer.unit.pk).select_related("parent", "kind")
    return found.filter(is_demo=viewer.unit.is_demo).order_by("path")


class WhereForm(forms.Form):
    """To which school: the next page asks for a person there."""

    quiet = True
    to = forms.ChoiceField(label=gettext_lazy("Which school does the student move to?"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for school in other_schools(viewer):
            above = school.parent.name if school.parent else ""
            groups.setdefault(above, []).append((str(school.pk), school.name))
        outside = (OUTSIDE, _("A school outside of the network, on paper"))
        field_of(self, "to", forms.ChoiceField).choices = [("", "—"), outside, *groups.items()]


class OfferForm(forms.Form):
    """What goes along, and to whom."""

    quiet = True
    outside = LineField(label=gettext_lazy("Which school?"), max_length=120)
    to = forms.ModelChoiceField(label="", queryset=Membership.objects.none(), empty_label=gettext_lazy("Please choose"))
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What goes along"),
        choices=[(kind.code, kind.label) for kind in OFFERED],
        widget=RowChoices,
        required=False,
        help_text=gettext_lazy("As far as you may read it, as it stands now. An open flag goes along in any case."),
    )
    note = area(gettext_lazy("What they should know first"), 4, gettext_lazy("Facts and words, no diagnosis."))

    def __init__(self, *args: Any, viewer: Viewer, student: Student, school: Unit | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kinds", [kind.code for kind in OFFERED])
        field: Any = self.fields["to"]
        field.queryset = able_there(school or viewer.unit, student).exclude(person=viewer.person)
        field.label_from_instance = named
        field.label = _("Who there accepts it?") if school else _("Who of your school records the receipt?")
        if school:
            del self.fields["outside"]


class AcceptForm(forms.Form):
    """Who it is on the own roll, and in which class."""

    quiet = True
    student = forms.ModelChoiceField(
        label=gettext_lazy("Is the student on your roll already?"),
        queryset=Student.objects.none(),
        required=False,
        empty_label=gettext_lazy("No, put them on it"),
    )
    class_group = forms.ModelChoiceField(
        label=gettext_lazy("Class"),
        queryset=ClassGroup.objects.none(),
        required=False,
        empty_label=gettext_lazy("Please choose"),
        help_text=gettext_lazy("For somebody who is on your roll already: left empty, the class stays."),
    )

    def __init__(self, *args: Any, viewer: Viewer, offer: HandOver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = same_person(offer, viewer)
        certain = is_certain(offer, found)
        fields: dict[str, Any] = self.fields
        fields["class_group"].queryset = viewer.classes
        fields["class_group"].label_from_instance = lambda group: group.name
        if not found:
            del self.fields["student"]
            fields["class_group"].required = True
            fields["class_group"].help_text = ""
            return
        fields["student"].queryset = Student.objects.filter(pk__in=[one.pk for one in found])
        fields["student"].label_from_instance = _told
        if certain:
            fields["student"].empty_label = None
            fields["student"].required = True
            fields["student"].help_text = _("The number of a paper says so.")
            self.initial.setdefault("student", found[0].pk)


def _told(student: Student) -> str:
    group = student.class_group.name if student.class_group else ""
    return " · ".join(filter(None, [student.name, group, student.student_number, student.get_status_display()]))


class ReceiptForm(forms.Form):
    quiet = True
    received_by = LineField(label=gettext_lazy("Who has received it there?"), max_length=120)
    received_on = forms.DateField(label=gettext_lazy("On which day?"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())
