"""What waits on the registry: reviews, decisions, plans that nobody carries, students unseen for too long."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, DateTimeField, Exists, OuterRef, Q, When
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import STAFF_ROLES, Viewer
from schools.common.days import last_moment
from schools.models import Role
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from students.access import can_keep_registry
from students.models import PlanMeasure, PlanReview, RegistryEntry, RiskFlag, Student
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
def on_the_registry(viewer: Viewer) -> Iterator[Waiting]:
    """Whatever waits about an entry: its review, a decision to confirm, a plan that nobody carries, a student who has
    left or was not seen for too long. One query finds those of whom any of it is true, and what."""
    if not can_keep_registry(viewer):
        return
    now = timezone.now()
    since = {
        f"unseen_{severity}": now - dt.timedelta(days=int(viewer.settings["unseen_days"][severity]))
        for severity in "1234"
    }
    told: Counter[str] = Counter()
    for entry in _entries(viewer, **since):
        for reason, tell in TELLS.items():
            if getattr(entry, reason) and told[reason] < MOST:
                told[reason] += 1
                yield tell(entry, _group(viewer, entry.student))


@prepared_for(by_class=True, **{f"unseen_{severity}": DateTimeField() for severity in "1234"})
def _entries(viewer: Viewer, **unseen: Any) -> Any:
    is_open, own = Q(off_on=None), _own(viewer)
    asked = PlanReview.objects.filter(entry=OuterRef("pk"), state="proposed", second=viewer.membership)
    reasons = {
        "is_due": Q(review_by__lt=_until(viewer)) & own,
        "is_asked": Exists(asked),
        "is_bare": is_open & bare() & own,
        "has_left": is_open & Q(student__status=Student.Status.LEFT),
        "is_unseen": is_open & _is_unseen(viewer, unseen) & own,
    }
    found = RegistryEntry.objects.visible_to(viewer).filter(reduce(or_, map(Q, reasons.values())))
    found = found.annotate(**{name: Case(When(one, then=True), default=False) for name, one in reasons.items()})
    return found.select_related("student").only("severity", "review_by", "student__name", "student__class_group_id")


def _until(viewer: Viewer) -> dt.date:
    """Reviews of the next days for the counselor; for the leader those that are late."""
    return timezone.localdate() + dt.timedelta(days=0 if viewer.role == Role.SCHOOL_LEADER else 3)


def _is_unseen(viewer: Viewer, unseen: dict[str, Any]) -> Q:
    """Longer without a talk than their level allows. Counselors count every talk, a leader those that everybody may
    know of."""
    column = "last_any_talk_at" if viewer.role == Role.COUNSELOR else "last_talk_at"
    late = Q()
    for severity, since in ((int(name[-1]), since) for name, since in unseen.items()):
        nobody_since = Q(**{f"student__state__{column}__lt": since}) | Q(**{f"student__state__{column}": None})
        late |= Q(severity=severity, listed_on__lt=TruncDate(since)) & nobody_since
    return late


def _review(entry: RegistryEntry, group: str) -> Waiting:
    assert entry.review_by
    return Waiting(
        text=_("Review of the plan of {name}").format(name=entry.student.name),
        url=entry.get_absolute_url(),
        due_at=last_moment(entry.review_by),
        note=group,
    )


def _decision(entry: RegistryEntry, group: str) -> Waiting:
    return Waiting(
        text=_("Confirm a decision about the plan of {name}").format(name=entry.student.name),
        url=entry.get_absolute_url(),
        note=group,
        severity=entry.severity,
    )


def _bare(entry: RegistryEntry, group: str) -> Waiting:
    text = _("The plan of {name} has no open measure, or nobody who answers for it")
    return Waiting(text=text.format(name=entry.student.name), url=entry.get_absolute_url(), note=group)


def _left(entry: RegistryEntry, group: str) -> Waiting:
    """Somebody who has left the school must not stand here and, perhaps, there."""
    text = _("{name} has left the school and still stands on the registry: hand over, or end the entry")
    url = reverse("students:hand_over_new", args=[entry.student_id])
    return Waiting(text=text.format(name=entry.student.name), url=url, severity=entry.severity)


def _unseen(entry: RegistryEntry, group: str) -> Waiting:
    text = _("{name} was not talked to for longer than the level allows")
    return Waiting(text=text.format(name=entry.student.name), url=entry.student.get_absolute_url(), note=group)


TELLS = {"is_due": _review, "is_asked": _decision, "is_bare": _bare, "has_left": _left, "is_unseen": _unseen}


@waits
def decided_but_not_listed(viewer: Viewer) -> Iterator[Waiting]:
    """A flag ended with “put on the registry”, and the student is not on it."""
    if not can_keep_registry(viewer):
        return
    for flag in _decided(viewer, since=timezone.now() - RECENT):
        yield Waiting(
            text=_("{name} is to be put on the registry: so the flag was decided").format(name=flag.student.name),
            url=f"{reverse('students:registry_new', args=[flag.student_id])}?flag={flag.pk}",
            note=_group(viewer, flag.student),
            severity=flag.severity,
        )


@prepared_for(since=DateTimeField())
def _decided(viewer: Viewer, since: Any) -> Any:
    """Who stood on it before and has left it since is to be put on it again."""
    listed_since = Q(off_on=None) | Q(listed_on__gte=OuterRef("settled_on"))
    listed = RegistryEntry.objects.filter(listed_since, student=OuterRef("student"))
    decided = RiskFlag.objects.visible_to(viewer).filter(
        outcome=RiskFlag.Outcome.REGISTERED, state=RiskFlag.State.CLOSED, settled_at__gte=since
    )
    found = decided.annotate(settled_on=TruncDate("settled_at")).exclude(Exists(listed)).select_related("student")
    return found.only("severity", "student__name", "student__class_group_id")[:MOST]


@waits
def measures_to_do(viewer: Viewer) -> Iterator[Waiting]:
    """Measures of a plan that are mine."""
    for measure in _own_measures(viewer) if viewer.role in STAFF_ROLES else []:
        assert measure.due_on
        yield Waiting(
            text=_("A measure for {name} is yours").format(name=measure.entry.student.name),
            url=measure.entry.get_absolute_url(),
            due_at=last_moment(measure.due_on),
            note=_group(viewer, measure.entry.student),
        )


@prepared_for()
def _own_measures(viewer: Viewer) -> Any:
    own = PlanMeasure.objects.visible_to(viewer).open().filter(who__person=viewer.person, entry__off_on=None)
    found = own.filter(due_on__lte=timezone.localdate() + dt.timedelta(days=7)).select_related("entry__student")
    return found.only("due_on", "entry__id", "entry__student__name", "entry__student__class_group_id")[:MOST]
