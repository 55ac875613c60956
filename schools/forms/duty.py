"""Forms about who is on duty."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.actions.duty import ABLE
from schools.common.rendering import DayInput
from schools.models import Membership, OnDuty

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def able(viewer: Viewer) -> Any:
    here = Membership.objects.current().filter(unit=viewer.unit, role__in=ABLE, person__is_active=True)
    return here.select_related("person", "unit")


def named(member: Membership) -> str:
    return f"{member.person.name} · {member.get_role_display()}"


class WeekForm(forms.Form):
    quiet = True

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = OnDuty.objects.visible_to(viewer).filter(day=None)
        now = {row.weekday: row.membership_id for row in rows}
        for number, label in enumerate(WEEKDAYS):
            field = forms.ModelChoiceField(
                label=label, queryset=able(viewer), required=False, empty_label=_("everybody")
            )
            field.label_from_instance = named  # type: ignore[method-assign, assignment]
            self.fields[f"day_{number}"] = field
            self.initial[f"day_{number}"] = now.get(number)

    def week(self) -> dict[int, Any]:
        return {number: self.cleaned_data[f"day_{number}"] for number in range(7)}


class DayForm(forms.Form):
    quiet = True
    day = forms.DateField(label=_("Day"), widget=DayInput)
    member = forms.ModelChoiceField(
        label=_("Who"), queryset=Membership.objects.none(), required=False, empty_label=_("as the weekday")
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.queryset, field.label_from_instance = able(viewer), named
