"""Counseling rooms: where, how large, which zones, when open, who is in charge, how rated."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.rendering import field_of
from schools.common.typed import LineField
from schools.listing import Choice, Column, Search
from schools.models import CounselingRoom, Membership, Person, Role
from schools.registers.base.forms import RecordForm
from schools.registers.base.register import Register, register

KEEPERS = SCHOOL_ROLES | {Role.CENTER_STAFF}


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class RoomForm(RecordForm):
    class Meta:
        model = CounselingRoom
        fields = (
            *("name", "place", "square_metres", "zones", "open_days"),
            *("opens_at", "closes_at", "in_charge", "rating"),
        )
        field_classes = dict.fromkeys(("name", "place", "zones", "open_days"), LineField)
        widgets = {"opens_at": TimeInput, "closes_at": TimeInput}
        help_texts = {
            "zones": gettext_lazy("Such as reception, one-to-one, groups, sand play."),
            "open_days": gettext_lazy("Such as Monday to Friday."),
        }

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        unit = viewer.unit if self.instance._state.adding else self.instance.unit
        here = Membership.objects.current().filter(unit_id=unit.pk).values("person")
        field_of(self, "in_charge", forms.ModelChoiceField).queryset = Person.objects.filter(pk__in=here).order_by(
            "name"
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It closes after it opens."))
        return given


def _hours(room: Any) -> str:
    times = [f"{one:%H:%M}" for one in (room.opens_at, room.closes_at) if one]
    return f"{room.open_days} {'–'.join(times)}".strip()


rooms = register(
    Register(
        model=CounselingRoom,
        title=gettext_lazy("Counseling rooms"),
        one=gettext_lazy("counseling room"),
        explained=gettext_lazy("Where students come to talk, how large it is, and when it is open."),
        icon="home-modern",
        sees=KEEPERS,
        keeps=KEEPERS,
        form=RoomForm,
        related=("in_charge",),
        order=("unit__path", "name"),
        columns=(
            Column("name", gettext_lazy("Room"), sort="name"),
            Column("place", gettext_lazy("Place of the room")),
            Column("square_metres", gettext_lazy("Square metres"), css="num", sort="square_metres"),
            Column("zones", gettext_lazy("Zones")),
            Column("hours", gettext_lazy("Opening hours"), _hours),
            Column("in_charge", gettext_lazy("In charge"), lambda room: room.in_charge and room.in_charge.name),
            Column("rating", gettext_lazy("Rating"), sort="rating"),
        ),
        filters=(
            Search("name", "place", "zones", label=gettext_lazy("Room, place or zone")),
            Choice("rating", label=gettext_lazy("Rating"), any_label=gettext_lazy("Every rating")),
        ),
    )
)
