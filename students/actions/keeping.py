"""When the adult is the danger: a flag is kept from named staff with all its traces; a guardian is not called."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.common.floors import ask_apps
from schools.common.prepared import Prepared
from schools.models import Membership, Notice, Person, Role, Unit
from schools.models.people import MembershipQuerySet
from schools.on_duty import auditors_above
from schools.work.notices import Urgency, notify, pulse, this_once, withdraw_notices
from students.access import barriers_about, can_handle_flags, can_keep_from
from students.actions.calling import begin_ladder_anew, call_for
from students.actions.moving import locked, mark_figures, move, times_of
from students.flag_states import State, says_something
from students.models import (
    BreakGlass,
    CenterRequest,
    FlagStep,
    Guardian,
    HandOver,
    KeptFrom,
    PlanReview,
    RegistryEntry,
    RiskFlag,
    Student,
)
from students.models.hand_over import HandOverQuerySet
from students.models.registry import REVIEW_DUE


@transaction.atomic
def keep_from(*, by: Viewer, flag: RiskFlag, person: Person, reason: str) -> KeptFrom:
    """From now on this flag is not there for that person: not in lists, notices, counts, or in its student's file.

    Whoever raises or handles it may do so; the auditor is told. It needs somebody who is left to handle it.
    """
    may = can_keep_from(by, flag) and flag.school_id == by.unit.pk
    if not may or flag.kept_from.filter(person=by.person).exists():
        raise Refused(_("Only who raised this flag, or a counselor or leader, can keep it from somebody."))
    if person.pk == by.person.pk:
        raise Refused(_("You cannot keep it from yourself."))
    if not says_something(reason):
        raise Refused(_("Write down why it is kept from this person."))
    members = Membership.objects.current().filter(unit_id=flag.school_id, person=person)
    if not members.exists():
        raise Refused(_("Choose somebody of this school."))
    barrier, is_new = KeptFrom.objects.get_or_create(
        flag=flag, person=person, defaults={"by": by.membership, "reason": reason.strip()}
    )
    if is_new:
        _take_from(flag, barrier, list(members))
        details = {"person": str(person.pk)}
        audit.record(by=by, verb="flag.kept", about=flag, student=flag.student_id, details=details)
    return barrier


def keep_along(*, flag: RiskFlag, person: UUID, by: int, reason: str) -> None:
    """Keep the flag from somebody from whom another record that tells the same is kept already. They may work elsewhere
    now: they may come back. `by` made the first barrier."""
    values = {"by_id": by, "reason": reason}
    barrier, is_new = KeptFrom.objects.get_or_create(flag=flag, person_id=person, defaults=values)
    if is_new:
        _take_from(flag, barrier, list(Membership.objects.current().filter(unit_id=flag.school_id, person=person)))
        details = {"person": str(person), "by": by}
        audit.record(by=None, verb="flag.kept", about=flag, student=flag.student_id, unit=flag.school, details=details)


def _take_from(flag: RiskFlag, barrier: KeptFrom, members: list[Membership]) -> None:
    _check_somebody_is_left(flag)
    _take_away(flag, members)
    _withdraw_at_centers(flag, barrier.person_id)
    tell_auditors(barrier, "flag.kept", flag.school)


def _check_somebody_is_left(flag: RiskFlag) -> None:
    kept = KeptFrom.objects.filter(flag=flag).values("person")
    if not _able(flag).exclude(person__in=kept).exists():
        raise Refused(_("Nobody would be left to handle it: turn to the center."))


def _able(flag: RiskFlag) -> MembershipQuerySet:
    return Membership.objects.current().filter(unit_id=flag.school_id, role__in=SCHOOL_ROLES, person__is_active=True)


_EARLIER = Prepared(
    lambda student, flag: (
        barriers_about(student)
        .exclude(flag=flag)
        .exclude(person__in=KeptFrom.objects.filter(flag=flag).values("person"))
        .order_by("at")
    ),
    student=UUIDField(),
    flag=UUIDField(),
)


Inherited = list[tuple[KeptFrom, UUID]]  # a barrier, and the earlier flag that it was made for


def inherit_barriers(*, flag: RiskFlag) -> Inherited:
    """A new flag is kept from whom earlier ones of the student were kept from, here or in the school that handed them
    over, the newest barrier first, as long as somebody is left to handle it. Before anybody is called; the auditors are
    told of these barriers next, and last the log."""
    found = {one.person_id: one for one in _EARLIER.objects(student=flag.student_id, flag=flag.pk)}
    if not found:
        return []
    left = set(_able(flag).exclude(person__in=flag.kept_from.values("person")).values_list("person", flat=True))
    barriers: Inherited = []
    for one in reversed(found.values()):
        if left - {one.person_id}:
            left.discard(one.person_id)
            barrier = KeptFrom.objects.create(flag=flag, person_id=one.person_id, by_id=one.by_id, reason=one.reason)
            barriers.append((barrier, one.flag_id))
    return barriers


def tell_of_inherited(flag: RiskFlag, barriers: Inherited) -> None:
    for barrier, _earlier in barriers:
        tell_auditors(barrier, "flag.kept", flag.school)


def note_inherited(by: Viewer | None, flag: RiskFlag, barriers: Inherited) -> None:
    unit = None if by else flag.school
    for barrier, earlier in barriers:
        details = {"person": str(barrier.person_id), "from": str(earlier)}
        audit.record(by=by, verb="flag.kept", about=flag, student=flag.student_id, unit=unit, details=details)


Taken = Callable[[RiskFlag, list[Membership]], None]
_takers: list[Taken] = []


def when_kept(taker: Taken) -> Taken:
    """Register what an upper floor takes out of the hands of those from whom a flag is kept (its `keeping.py`)."""
    _takers.append(taker)
    return taker


def _take_away(flag: RiskFlag, members: list[Membership]) -> None:
    """Out of their hands, and their notices with it: to them it was never there."""
    withdraw_notices(flag, members)
    _withdraw_of_student(flag, members)
    row = locked(flag)
    has_lost_its_ground = any([_forget_interview(row, members), _forget_measures(row), _is_their_proposal(row)])
    _let_go(row, {one.pk for one in members}, has_lost_its_ground=has_lost_its_ground)
    flag.refresh_from_db()
    ask_apps("keeping")
    for taker in _takers:
        taker(flag, members)
    # A call for reviews names no plan, so it is withdrawn as soon as one plan is kept from the person.
    Notice.objects.filter(kind=REVIEW_DUE, membership__in=members).update(withdrawn_at=timezone.now())
    for entry in RegistryEntry.objects.filter(student=flag.student_id):
        withdraw_notices(entry, members)
        for name in ("leader", "counselor", "teacher"):
            RegistryEntry.objects.filter(pk=entry.pk, **{f"{name}__in": members}).update(**{name: None})
        # A proposal that waited for them is sent back: somebody else is to be named.
        entry.reviews.pending().filter(second__in=members).update(
            state=PlanReview.State.TAKEN_BACK, answered_at=timezone.now()
        )
    pulse({flag.school_id})


def _withdraw_of_student(flag: RiskFlag, members: list[Membership]) -> None:
    """Of hand-overs of the student, but for one that they have offered themselves, and of emergency openings."""
    people = [one.person_id for one in members]
    about = Q(student=flag.student_id) | Q(student__came_by__student=flag.student_id)
    comes = about | Q(student_there=flag.student_id)
    hand_overs = HandOver.objects.filter(comes).exclude(by__person__in=people)
    _call_others(hand_overs.filter(to__person__in=people), people)
    theirs = Notice.objects.filter(membership__person__in=people, membership__role__in=SCHOOL_ROLES)
    for rows in (hand_overs, BreakGlass.objects.filter(about)):
        keys: Any = rows.order_by().values("pk")
        found = theirs.filter(subject_type=rows.model._meta.label_lower, subject_id__in=keys)
        found.filter(withdrawn_at=None).update(withdrawn_at=timezone.now(), answer_by=None)


def _call_others(named: HandOverQuerySet, people: list[UUID]) -> None:
    """An offer that waited for them must not wait for nobody: the leaders there are called."""
    for offer in named.waiting().select_related("to_school", "school"):
        place = offer.to_school or offer.school
        leaders = Membership.objects.current().filter(unit=place, role=Role.SCHOOL_LEADER, person__is_active=True)
        barred = [*people, *barriers_about(offer.student_id).values_list("person", flat=True)]
        able = leaders.exclude(person__in=barred).exclude(pk=offer.by_id).select_related("person", "unit")
        kind = "handover.offered" if offer.to_school else "handover.receipt"
        notify(to=able, kind=kind, about=offer, urgency=Urgency.URGENT)


def _withdraw_at_centers(flag: RiskFlag, person: UUID) -> None:
    """Who also works at a center that was called for the flag, or asked about the student."""
    posts = list(Membership.objects.filter(person=person, role=Role.CENTER_STAFF))
    for about in [flag, *CenterRequest.objects.open().filter(student=flag.student_id)] if posts else []:
        withdraw_notices(about, posts)


def _forget_interview(flag: RiskFlag, members: list[Membership]) -> bool:
    """What was heard by somebody who may be the danger, or close to it, proves nothing: the step stays, and the flag
    asks for an interview anew. True if it was proposed how it ends, which rested on that interview."""
    theirs = flag.steps.filter(kind=FlagStep.Kind.INTERVIEW, by__person__in=[one.person_id for one in members])
    at = flag.interviewed_at
    if flag.state == State.CLOSED or at is None or not theirs.filter(recorded_at=at).exists():
        return False
    RiskFlag.objects.filter(pk=flag.pk).update(interviewed_at=None)
    return flag.state == State.PROPOSED


def _forget_measures(flag: RiskFlag) -> bool:
    """What they did is no measure either: the first one by somebody else counts. True if there is none."""
    steps = flag.steps.filter(is_measure=True).order_by("number").values_list("happened_at", "by__person")
    measures = [(max(at, flag.known_at), person) for at, person in steps]
    first = next((place for place, (at, _person) in enumerate(measures) if at == flag.acted_at), None)
    barred = set(flag.kept_from.values_list("person", flat=True))
    if flag.state == State.CLOSED or first is None or measures[first][1] not in barred:
        return False
    flag.acted_at = next((at for at, person in measures[first:] if person not in barred), None)
    if flag.acted_at is None:
        flag.due_at = times_of(school=flag.school, severity=flag.severity, known_at=timezone.now()).due_at
    flag.save(update_fields=["acted_at", "due_at"])
    mark_figures(flag)
    return flag.acted_at is None


def _is_their_proposal(flag: RiskFlag) -> bool:
    decision = flag.steps.filter(kind=FlagStep.Kind.DECISION, corrects=None).select_related("by").last()
    is_theirs = decision is not None and flag.kept_from.filter(person=decision.by.person_id).exists()
    return flag.state == State.PROPOSED and is_theirs


def _let_go(flag: RiskFlag, barred: set[int], *, has_lost_its_ground: bool) -> None:
    """One that was theirs to handle or to confirm, or rests on what they heard, did or proposed, calls the others anew:
    it must not be nobody's."""
    is_second = flag.state == State.PROPOSED and flag.waits_for_id in barred
    if flag.state == State.CLOSED or not (flag.assignee_id in barred or is_second or has_lost_its_ground):
        RiskFlag.objects.filter(pk=flag.pk, assignee__in=barred).update(assignee=None)
        RiskFlag.objects.filter(pk=flag.pk, waits_for__in=barred).update(waits_for=None)
        return
    now = timezone.now()
    take_by = times_of(school=flag.school, severity=flag.severity, known_at=now).take_by
    move(
        "call_again",
        flag,
        assignee=None,
        waits_for=None,
        watch_until=None,
        outcome="",
        taken_at=None,
        take_by=take_by,
        call_at=take_by if flag.acted_at else min(take_by, flag.due_at),
        calls=0,
        escalated_at=None,
    )
    mark_figures(flag)
    begin_ladder_anew(flag)
    call_for(flag, occasion=f"kept {this_once()}")


def tell_auditors(barrier: Model, kind: str, school: Unit) -> None:
    """Of each barrier. They read in the log from whom and by whom; the notice leads there and names nobody."""
    notify(to=auditors_above(school), kind=kind, about=barrier, url="/audit", unit=school)


@transaction.atomic
def set_do_not_call(*, by: Viewer, student: Student, guardian: Guardian, is_set: bool, reason: str) -> Guardian:
    """Mark a guardian “do not call”, or take the mark away; both with a reason."""
    if not can_handle_flags(by) or not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise Refused(_("Only a counselor or leader of the school can mark a guardian like this."))
    if guardian.student_id != student.pk or not says_something(reason):
        raise Refused(_("Write down why this person must not be called, or may be called again."))
    guardian.do_not_call, guardian.do_not_call_reason = is_set, reason.strip()
    guardian.save(update_fields=["do_not_call", "do_not_call_reason"])
    verb = "guardian.do_not_call" if is_set else "guardian.may_call"
    audit.record(by=by, verb=verb, about=guardian, student=student)
    return guardian
