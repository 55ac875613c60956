"""Forms about who is on duty."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.actions.duty import ABLE
from schools.common.rendering import DayInput
from schools.common.typed import LongField
from schools.models import Membership, OnDuty
from schools.settings_of import settings_of

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


KINDS = (
    ("minutes", _("minutes, around the clock")),
    ("school_hours", _("school hours")),
    ("same_day", _("the same school day")),
    ("school_days", _("school days")),
)


class CallRulesForm(forms.Form):
    """How soon a flag must be in hand, whether the center is called, and the unit's own questions of the interview."""

    quiet = True
    center_is_called = forms.BooleanField(
        label=_("When nobody of the school answers a flag of the worst level, the center is called, without a name"),
        required=False,
    )
    questions = LongField(
        label=_("Own questions of the interview, one in each line"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = settings_of(viewer.unit)
        self.targets = rules["hand_targets"]
        self.initial["center_is_called"] = rules["center_is_called"]
        self.initial["questions"] = "\n".join(rules["interview_questions"])
        self.levels = viewer.scheme.levels
        for level in self.levels:
            kind, amount = self.targets[str(level.severity)]
            self.fields[f"kind_{level.severity}"] = forms.ChoiceField(label=level.label, choices=KINDS, initial=kind)
            self.fields[f"amount_{level.severity}"] = forms.IntegerField(
                label=_("How many"), min_value=0, max_value=10_000, initial=amount, required=False
            )

    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"kind_{one.severity}"], self[f"amount_{one.severity}"]) for one in self.levels]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        targets = {
            str(one.severity): [data[f"kind_{one.severity}"], data[f"amount_{one.severity}"] or 0]
            for one in self.levels
        }
        lines = [line.strip()[:100] for line in data["questions"].splitlines() if line.strip()]
        return {
            "hand_targets": self.targets | targets,
            "center_is_called": data["center_is_called"],
            "interview_questions": lines[:20],
        }
