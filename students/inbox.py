"""Flags that wait for somebody."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer
from schools.models import Role
from schools.work.inbox import Waiting, waits
from students.access import can_handle_flags
from students.advice import advice
from students.clocks import in_whose_hands
from students.models import RiskFlag, RosterImport

MOST = 100
SHOWN = ("severity", "due_at", "student__name", "student__class_group_id")
HANDS = ("state", "escalated_at", "assignee__person__name")


@waits
def flags_to_handle(viewer: Viewer) -> Iterator[Waiting]:
    """For the counselor and the leader: what nobody has in hand, and what they have in hand themselves."""
    if not can_handle_flags(viewer):
        return
    waits_or_own = Q(state=RiskFlag.State.RAISED) | Q(state=RiskFlag.State.ACKNOWLEDGED, assignee=viewer.membership)
    seen = RiskFlag.objects.visible_to(viewer).filter(waits_or_own).select_related("student", "assignee__person")
    classes: dict[int | None, str] = {group.pk: group.name for group in viewer.class_groups}
    for flag in seen.only(*SHOWN, *HANDS)[:MOST]:
        yield _waiting(flag, classes) if flag.state == RiskFlag.State.RAISED else _in_own_hands(flag, classes)


def _waiting(flag: RiskFlag, classes: dict[int | None, str]) -> Waiting:
    return Waiting(
        text=_("Risk flag: {name}").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        due_at=flag.due_at,
        note=" · ".join(filter(None, [classes.get(flag.student.class_group_id), in_whose_hands(flag)])),
        severity=flag.severity,
    )


def _in_own_hands(flag: RiskFlag, classes: dict[int | None, str]) -> Waiting:
    return Waiting(
        text=_("In your hands: {name}").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        note=classes.get(flag.student.class_group_id, ""),
    )


@waits
def flags_in_own_class(viewer: Viewer) -> Iterator[Waiting]:
    """For the class teacher: that there is one, and what to do; not the reason."""
    if viewer.role != Role.CLASS_TEACHER:
        return
    seen = RiskFlag.objects.visible_to(viewer).open().filter(student__class_group__in=viewer.class_ids)
    for flag in seen.select_related("student").only(*SHOWN)[:MOST]:
        yield Waiting(
            text=_("A flag stands for {name}").format(name=flag.student.name),
            url=flag.get_absolute_url(),
            note=advice(flag.severity),
            severity=flag.severity,
        )


@waits
def roster_to_confirm(viewer: Viewer) -> Iterator[Waiting]:
    """A center's file says other names, birth dates or numbers than the school; the school's own file settles it."""
    for one in RosterImport.objects.visible_to(viewer).from_above().filter(waits__gt=0).select_related("unit"):
        text = ngettext(
            "{n} student differs from the roster of {unit}: confirm with the school's own file",
            "{n} students differ from the roster of {unit}: confirm with the school's own file",
            one.waits,
        )
        yield Waiting(text=text.format(n=one.waits, unit=one.unit.name), url=reverse("students:roster_import"))
