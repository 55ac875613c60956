"""Flags that wait for somebody."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer
from schools.models import Membership, Role
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from students import (  # noqa: F401  they register what waits there
    center_waiting,
    glass_waiting,
    hand_over_waiting,
    plans_waiting,
)
from students.access import can_handle_flags
from students.advice import advice
from students.clocks import in_whose_hands, next_step, running_until
from students.flag_states import UPPER, State
from students.models import FlagStep, RiskFlag, RosterImport

Tells = Callable[[RiskFlag, str], Waiting]
MOST = 100
SHOWN = ("severity", "due_at", "student__name", "student__class_group_id")
HANDS = (
    *("state", "take_by", "acted_at", "interviewed_at", "watch_until", "escalated_at"),
    *("assignee__person__name", "waits_for__person__name"),
)


@waits
def flags_to_handle(viewer: Viewer) -> Iterator[Waiting]:
    """For counselor and leader: what nobody has in hand, what they have in hand, what they are to confirm, and what
    waits for somebody who has left."""
    if not can_handle_flags(viewer):
        return
    classes: dict[int | None, str] = {group.pk: group.name for group in viewer.class_groups}
    for flag in _to_handle(viewer):
        yield _teller(viewer, flag)(flag, classes.get(flag.student.class_group_id, ""))


@prepared_for()
def _to_handle(viewer: Viewer) -> Any:
    working = Membership.objects.working()
    able = working.filter(unit_id=viewer.unit.pk, role__in=SCHOOL_ROLES)
    in_hand, proposed = Q(state=State.IN_HAND), Q(state=State.PROPOSED)
    own = in_hand & Q(assignee__person=viewer.person) | proposed & Q(waits_for=viewer.membership)
    decisions = FlagStep.objects.filter(kind=FlagStep.Kind.DECISION, corrects=None).order_by()
    later = decisions.filter(flag=OuterRef("flag"), number__gt=OuterRef("number"))
    own_proposal = Exists(decisions.filter(flag=OuterRef("pk"), by__person=viewer.person).exclude(Exists(later)))
    to_confirm = proposed & ~Q(waits_for__in=working) & ~own_proposal  # whoever proposed it cannot confirm it
    nobodys = in_hand & ~Q(assignee__person__in=able.values("person")) | to_confirm
    seen = RiskFlag.objects.visible_to(viewer).filter(Q(state=State.RAISED) | own | nobodys)
    seen = seen.select_related("student", "assignee__person", "waits_for__person")
    return seen.only(*SHOWN, *HANDS)[:MOST]


def _teller(viewer: Viewer, flag: RiskFlag) -> Tells:
    if flag.state == State.RAISED:
        return _waiting
    if flag.state == State.PROPOSED:
        return _to_confirm if flag.waits_for_id == viewer.membership.pk else _nobody_confirms
    is_own = flag.assignee is not None and flag.assignee.person_id == viewer.person.pk
    return _in_own_hands if is_own else _in_nobodys_hands


def _waiting(flag: RiskFlag, group: str) -> Waiting:
    return Waiting(
        text=_("Risk flag: {name}").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        due_at=running_until(flag),
        note=" · ".join(filter(None, [group, in_whose_hands(flag)])),
        severity=flag.severity,
    )


def _in_own_hands(flag: RiskFlag, group: str) -> Waiting:
    return Waiting(
        text=_("In your hands: {name}").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        due_at=running_until(flag),
        note=" · ".join(filter(None, [group, next_step(flag)])),
        severity=flag.severity if flag.acted_at is None else 0,
    )


def _to_confirm(flag: RiskFlag, group: str) -> Waiting:
    return Waiting(
        text=_("Confirm how the flag of {name} ends").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        note=group,
        severity=flag.severity,
    )


def _in_nobodys_hands(flag: RiskFlag, group: str) -> Waiting:
    return Waiting(
        text=_("In nobody’s hands: {name}").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        due_at=running_until(flag),
        note=" · ".join(filter(None, [group, _("whoever had it has left: hand it to somebody, or to yourself")])),
        severity=flag.severity,
    )


def _nobody_confirms(flag: RiskFlag, group: str) -> Waiting:
    return Waiting(
        text=_("Nobody confirms how the flag of {name} ends").format(name=flag.student.name),
        url=flag.get_absolute_url(),
        note=" · ".join(filter(None, [group, _("the second person has left: somebody else can confirm it")])),
        severity=flag.severity,
    )


@waits
def questions_to_answer(viewer: Viewer) -> Iterator[Waiting]:
    """What a counselor asks the class teacher about a flag."""
    for step in _asked(viewer) if viewer.role in STAFF_ROLES else []:
        yield Waiting(
            text=_("A question about {name}").format(name=step.flag.student.name),
            url=step.flag.get_absolute_url(),
            severity=step.flag.severity,
        )


@prepared_for()
def _asked(viewer: Viewer) -> Any:
    asked = FlagStep.objects.visible_to(viewer).filter(kind=FlagStep.Kind.QUESTION, to=viewer.membership, answered=None)
    asked = asked.exclude(flag__state=State.CLOSED).select_related("flag__student")
    return asked.only("flag__severity", "flag__student__name")[:MOST]


@waits
def nobody_is_named(viewer: Viewer) -> Iterator[Waiting]:
    """Told to the leader before the first flag: whom would it call, and who follows if they do not answer?"""
    if viewer.role != Role.SCHOOL_LEADER:
        return
    able = _counselors(viewer)
    url = reverse("schools:duty_list")
    if not able:
        yield Waiting(text=_("Nobody is named whom a risk flag calls: it would call you"), url=url, severity=UPPER)
    elif not any(able):
        yield Waiting(text=_("Nobody is named who steps in when the counselor does not answer"), url=url)


@prepared_for()
def _counselors(viewer: Viewer) -> Any:
    """The backup of each, if any."""
    able = Membership.objects.current().filter(unit=viewer.unit, role=Role.COUNSELOR, person__is_active=True)
    return able.values_list("backup_id")


@waits
def flags_in_own_class(viewer: Viewer) -> Iterator[Waiting]:
    """For the class teacher: that there is one, and what to do; not the reason."""
    if viewer.role != Role.CLASS_TEACHER:
        return
    for flag in _of_own_classes(viewer):
        yield Waiting(
            text=_("A flag stands for {name}").format(name=flag.student.name),
            url=flag.get_absolute_url(),
            note=advice(flag.severity),
            severity=flag.severity,
        )


@prepared_for()
def _of_own_classes(viewer: Viewer) -> Any:
    seen = RiskFlag.objects.visible_to(viewer).open().filter(student__class_group__in=viewer.class_ids)
    return seen.select_related("student").only(*SHOWN)[:MOST]


@waits
def roster_to_confirm(viewer: Viewer) -> Iterator[Waiting]:
    """A center's file says other names, birth dates or numbers than the school; the school's own file settles it."""
    for waits_for, unit in _from_above(viewer) if viewer.role in SCHOOL_ROLES else []:
        text = ngettext(
            "{n} student differs from the roster of {unit}: confirm with the school's own file",
            "{n} students differ from the roster of {unit}: confirm with the school's own file",
            waits_for,
        )
        yield Waiting(text=text.format(n=waits_for, unit=unit), url=reverse("students:roster_import"))


@prepared_for()
def _from_above(viewer: Viewer) -> Any:
    found = RosterImport.objects.visible_to(viewer).from_above().filter(waits__gt=0)
    return found.values_list("waits", "unit__name")
