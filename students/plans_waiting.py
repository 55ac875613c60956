"""What waits on the registry: reviews, decisions, plans that nobody carries, students unseen for too long."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.days import last_moment
from schools.models import Role
from schools.work.inbox import Waiting, waits
from students.access import can_keep_registry
from students.models import PlanMeasure, RegistryEntry, RiskFlag, Student
from students.registry_list import bare

MOST = 50
RECENT = dt.timedelta(days=90)


def _own(viewer: Viewer) -> Q:
    """Whose it is: the counselor named, or whoever listed where nobody is; a leader is told of all."""
    if viewer.role == Role.SCHOOL_LEADER:
        return Q()
    return Q(counselor__person=viewer.person) | Q(counselor=None)


def _group(viewer: Viewer, student: Student) -> str:
    return next((group.name for group in viewer.class_groups if group.pk == student.class_group_id), "")


@waits
def reviews_due(viewer: Viewer) -> Iterator[Waiting]:
    """Reviews of the next days for the counselor; for the leader those that are late."""
    if not can_keep_registry(viewer):
        return
    until = timezone.localdate() + dt.timedelta(days=0 if viewer.role == Role.SCHOOL_LEADER else 3)
    due = RegistryEntry.objects.visible_to(viewer).filter(_own(viewer), review_by__lt=until).select_related("student")
    for entry in due.order_by("review_by")[:MOST]:
        assert entry.review_by
        yield Waiting(
            text=_("Review of the plan of {name}").format(name=entry.student.name),
            url=entry.get_absolute_url(),
            due_at=last_moment(entry.review_by),
            note=_group(viewer, entry.student),
        )


@waits
def plans_to_confirm(viewer: Viewer) -> Iterator[Waiting]:
    """What the second person is asked."""
    if not can_keep_registry(viewer):
        return
    asked = RegistryEntry.objects.visible_to(viewer).filter(
        reviews__state="proposed", reviews__second=viewer.membership
    )
    for entry in asked.select_related("student")[:MOST]:
        yield Waiting(
            text=_("Confirm a decision about the plan of {name}").format(name=entry.student.name),
            url=entry.get_absolute_url(),
            note=_group(viewer, entry.student),
            severity=entry.severity,
        )


@waits
def plans_without(viewer: Viewer) -> Iterator[Waiting]:
    """Listed, but nothing is done or nobody answers for it."""
    if not can_keep_registry(viewer):
        return
    found = RegistryEntry.objects.visible_to(viewer).open().filter(bare()).filter(_own(viewer))
    for entry in found.select_related("student")[:MOST]:
        yield Waiting(
            text=_("The plan of {name} has no open measure, or nobody who answers for it").format(
                name=entry.student.name
            ),
            url=entry.get_absolute_url(),
            note=_group(viewer, entry.student),
        )


@waits
def listed_but_left(viewer: Viewer) -> Iterator[Waiting]:
    """Somebody who has left the school must not stand here and, perhaps, there."""
    if not can_keep_registry(viewer):
        return
    found = RegistryEntry.objects.visible_to(viewer).open().filter(student__status=Student.Status.LEFT)
    for entry in found.select_related("student")[:MOST]:
        yield Waiting(
            text=_("{name} has left the school and still stands on the registry: end the entry").format(
                name=entry.student.name
            ),
            url=entry.get_absolute_url(),
            severity=entry.severity,
        )


@waits
def students_unseen(viewer: Viewer) -> Iterator[Waiting]:
    """On the registry, and longer without a talk than their level allows. Counselors count every talk, a leader those
    that everybody may know of."""
    if not can_keep_registry(viewer):
        return
    column = "last_any_talk_at" if viewer.role == Role.COUNSELOR else "last_talk_at"
    now, late = timezone.now(), Q(pk__in=[])
    for severity, days in viewer.settings["unseen_days"].items():
        since = now - dt.timedelta(days=int(days))
        is_unseen = Q(**{f"student__state__{column}__lt": since}) | Q(**{f"student__state__{column}": None})
        late |= Q(severity=int(severity), listed_on__lt=timezone.localdate(since)) & is_unseen
    found = RegistryEntry.objects.visible_to(viewer).open().filter(late).filter(_own(viewer))
    for entry in found.select_related("student")[:MOST]:
        yield Waiting(
            text=_("{name} was not talked to for longer than the level allows").format(name=entry.student.name),
            url=entry.student.get_absolute_url(),
            note=_group(viewer, entry.student),
        )


@waits
def decided_but_not_listed(viewer: Viewer) -> Iterator[Waiting]:
    """A flag ended with “put on the registry”, and the student is not on it."""
    if not can_keep_registry(viewer):
        return
    listed = RegistryEntry.objects.order_by().values("student")
    decided = RiskFlag.objects.visible_to(viewer).filter(
        outcome=RiskFlag.Outcome.REGISTERED, state=RiskFlag.State.CLOSED, settled_at__gte=timezone.now() - RECENT
    )
    for flag in decided.exclude(student__in=listed).select_related("student")[:MOST]:
        yield Waiting(
            text=_("{name} is to be put on the registry: so the flag was decided").format(name=flag.student.name),
            url=f"{reverse('students:registry_new', args=[flag.student_id])}?flag={flag.pk}",
            note=_group(viewer, flag.student),
            severity=flag.severity,
        )


@waits
def measures_to_do(viewer: Viewer) -> Iterator[Waiting]:
    """Measures of a plan that are mine."""
    own = PlanMeasure.objects.visible_to(viewer).open().filter(who__person=viewer.person, entry__off_on=None)
    soon = timezone.localdate() + dt.timedelta(days=7)
    for measure in own.filter(due_on__lte=soon).select_related("entry__student")[:MOST]:
        assert measure.due_on
        yield Waiting(
            text=_("A measure for {name} is yours").format(name=measure.entry.student.name),
            url=measure.entry.get_absolute_url(),
            due_at=last_moment(measure.due_on),
            note=_group(viewer, measure.entry.student),
        )
