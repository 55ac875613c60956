"""A student moves: the file is offered to a named person of the other school, sent back, taken back; on paper the
receipt is recorded. Accepting it stands in `taking_over`."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused, changed_meanwhile
from schools.models import Membership, Role, Unit
from schools.settings_of import setting_of
from schools.tallies import mark
from schools.work.notices import Urgency, end_notices, notify
from students.access import barriers_about, can_answer_hand_over, can_hand_over
from students.actions import registry
from students.actions.asking import end_requests
from students.actions.registry import check_words
from students.actions.students import check_visible
from students.file import KINDS, file_of
from students.flag_states import UPPER
from students.handed import OFFERED, for_role, pack
from students.models import HandOver, KeptFrom, PlanReview, RegistryEntry, RiskFlag, Student
from students.places import free_place
from students.states import keep
from students.states import registry as registry_state

State = HandOver.State
# How long the named person has until their backup, then their leaders are called; with an urgent flag, and without.
SOON, IN_TIME = dt.timedelta(hours=2), dt.timedelta(days=3)


# --- what every act shares --------------------------------------------------------------------------------------------


def not_yours() -> Refused:
    return Refused(_("Only the named person, or a leader of that school, can answer this."))


def locked(offer: HandOver) -> HandOver:
    """The row as it is now, held until the transaction ends."""
    found = HandOver.objects.select_for_update(of=("self",)).filter(pk=offer.pk)
    related = ("student", "school__kind", "to_school__kind", "by__person", "by__unit__kind", "to__person")
    return found.select_related(*related).get()


def answer(offer: HandOver, state: str, **values: Any) -> None:
    """Only if nobody was faster; safe on both databases."""
    if not HandOver.objects.filter(pk=offer.pk, state=State.OFFERED).update(state=state, **values):
        raise changed_meanwhile()
    offer.refresh_from_db()
    end_notices(offer, "handover.offered", "handover.receipt")


def record(*, by: Viewer, verb: str, offer: HandOver, **details: Any) -> None:
    """In the logs of both schools; each names the student as it knows them."""
    rows: list[tuple[Unit, Any]] = [(offer.school, offer.student_id)]
    if offer.to_school:
        rows.append((offer.to_school, offer.student_there_id))
    audit.hold(*(unit for unit, _student in rows))
    for unit, student in rows:
        audit.record(by=by, verb=verb, about=offer, student=student, unit=unit, details=details)


def check_may_answer(by: Viewer, offer: HandOver) -> None:
    """Also where no page asked first."""
    if not HandOver.objects.visible_to(by).filter(pk=offer.pk).exists():
        raise not_yours()
    if not offer.is_waiting:
        raise changed_meanwhile()
    if not can_answer_hand_over(by, offer):
        raise not_yours()


def able_there(school: Unit, student: Student) -> Any:
    """Who of a school may be named: counselors and leaders from whom no flag of the student is kept."""
    barred = Q(person__in=barriers_about(student).order_by().values("person"))
    for column in ("id_hash", "registry_hash"):  # who that school knows them as, by the number of a paper
        if value := getattr(student, column):
            known = KeptFrom.objects.filter(flag__school=school, **{f"flag__student__{column}": value})
            barred |= Q(person__in=known.order_by().values("person"))
    here = Membership.objects.current().filter(unit=school, role__in=SCHOOL_ROLES, person__is_active=True)
    return here.exclude(barred).select_related("person", "unit__kind").order_by("role", "person__name")


# --- offered ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def offer_hand_over(
    *,
    by: Viewer,
    student: Student,
    to: Membership,
    kinds: Iterable[str],
    note: str,
    to_school: Unit | None = None,
    outside: str = "",
) -> HandOver:
    """Offer the file to a named person of another school. Outside of the network it leaves on paper, and `to` is who of
    the own school records the receipt."""
    if not can_hand_over(by):
        raise Refused(_("Only a counselor or leader of the school hands a student over."))
    check_visible(by, student)
    check_words(note, "note")
    _check_named(by, student, to, to_school, outside)
    chosen = [KINDS[code] for code in kinds if code in KINDS and KINDS[code] in OFFERED]
    try:
        with transaction.atomic():
            offer = HandOver.objects.create(
                student=student,
                school_id=student.school_id,
                by=by.membership,
                to_school=to_school,
                outside=outside if to_school is None else "",
                to=to,
                kinds=[kind.code for kind in chosen],
                contents=pack(for_role(by, file_of(by, student, *chosen))) if chosen else "",
                note=note,
            )
    except IntegrityError:
        # An offer waits. Whoever sees it is led to it; of one that is kept from them this tells nothing.
        raise _not_like_this() from None
    _call(offer)
    for entry in RegistryEntry.objects.open().filter(student=student):
        end_notices(entry, "handover.asked")
    record(by=by, verb="handover.offered", offer=offer, to=to.pk, kinds=offer.kinds)
    return offer


def _check_named(by: Viewer, student: Student, to: Membership, to_school: Unit | None, outside: str) -> None:
    if to_school is None and not outside.strip():
        raise Refused(_("Say which school the student moves to."), field="outside")
    if to_school is not None and (to_school.pk == by.unit.pk or not to_school.is_school):
        raise Refused(_("Choose another school of the network."), field="to_school")
    if not able_there(to_school or by.unit, student).filter(pk=to.pk).exists() or to.person_id == by.person.pk:
        raise _not_like_this()


def _not_like_this() -> Refused:
    """One sentence for all that may have to do with a flag which is kept from somebody."""
    text = _("This hand-over cannot be offered like this. Name somebody else, or ask a colleague to offer it.")
    return Refused(text, field="to")


def _call(offer: HandOver) -> None:
    """The named person; if they do not answer, whoever steps in for them, then the leaders there."""
    is_urgent = RiskFlag.objects.open().filter(student=offer.student_id, severity__gte=UPPER).exists()
    kind = "handover.offered" if offer.to_school_id else "handover.receipt"
    answer_by = timezone.now() + (SOON if is_urgent else IN_TIME)
    urgency = Urgency.URGENT if is_urgent else Urgency.NORMAL
    notify(to=[offer.to], kind=kind, about=offer, urgency=urgency, answer_by=answer_by if offer.to_school_id else None)


@transaction.atomic
def take_back_offer(*, by: Viewer, offer: HandOver) -> HandOver:
    """The old school thinks again: the offer is no longer there for the other one."""
    if offer.school_id != by.unit.pk or not HandOver.objects.visible_to(by).filter(pk=offer.pk).exists():
        raise Refused(_("Only the school that offered it takes it back."))
    offer = locked(offer)
    answer(offer, State.TAKEN_BACK, answered_at=timezone.now(), answered_by=by.membership)
    record(by=by, verb="handover.taken_back", offer=offer)
    return offer


@transaction.atomic
def return_offer(*, by: Viewer, offer: HandOver, text: str) -> HandOver:
    """The other school does not accept it, and says why: everything stays with the old school."""
    check_may_answer(by, offer)
    check_words(text, "text")
    offer = locked(offer)
    answer(offer, State.RETURNED, answered_at=timezone.now(), answered_by=by.membership)
    offer.answer = text
    offer.save(update_fields=["answer"])
    tell_old_school(offer, "handover.returned")
    record(by=by, verb="handover.returned", offer=offer)
    return offer


def tell_old_school(offer: HandOver, kind: str, *more: Membership | None) -> None:
    """Who offered it, and who else was responsible there, as far as they may know of it and are still there."""
    for member in {one.pk: one for one in (offer.by, *more) if one}.values():
        viewer = Viewer(person=member.person, membership=member)
        if member.is_current() and HandOver.objects.visible_to(viewer).filter(pk=offer.pk).exists():
            notify(to=[member], kind=kind, about=offer)


# --- the old school lets go ---------------------------------------------------------------------------------------


def sign_off(offer: HandOver) -> None:
    """The student leaves the roll, unless a roster has said so already. No import brings them back."""
    student = Student.objects.select_for_update(of=("self",), no_key=True).get(pk=offer.student_id)
    if student.status != Student.Status.LEFT:
        student.status, student.left_on = Student.Status.LEFT, timezone.localdate()
        student.on_leave_since = None
        student.set_by_hand = sorted({*student.set_by_hand, "status", "left_on"})
        student.save(update_fields=["status", "left_on", "on_leave_since", "set_by_hand"])
    mark(student.school_id, since=student.left_on)


def kept_until(offer: HandOver) -> dt.date:
    """By the rule of the old school, from the day on which the student left."""
    left = Student.objects.values_list("left_on", flat=True).get(pk=offer.student_id) or timezone.localdate()
    return left + dt.timedelta(days=round(365.25 * int(setting_of(offer.school, "record_years"))))


def end_entry(*, by: Viewer, offer: HandOver, entry: RegistryEntry) -> None:
    """Off the old registry, by who offered it and who received it; what waited for a second person there is over."""
    today, now = timezone.localdate(), timezone.now()
    entry.reviews.pending().update(state=PlanReview.State.TAKEN_BACK, answered_at=now)
    end_requests(entry)
    registry.add_review(
        by=offer.by,
        entry=entry,
        kind=PlanReview.Kind.OFF,
        before=entry.severity,
        after=0,
        changed=_("Handed over, receipt {number}.").format(number=offer.receipt_number),
        second=by.membership,
        answered_at=now,
        in_force_on=today,
        ending=RegistryEntry.Ending.MOVED,
    )
    entry.off_on, entry.ending, entry.review_by = max(today, entry.listed_on), RegistryEntry.Ending.MOVED, None
    entry.save(update_fields=["off_on", "ending", "review_by"])
    end_notices(entry)
    free_place(entry)
    keep([entry.student_id], registry_state)
    mark(entry.school_id, since=entry.listed_on)
    audit.record(by=by, verb="registry.left", about=entry, student=entry.student_id, unit=offer.school)


# --- on paper ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_receipt(*, by: Viewer, offer: HandOver, received_by: str, received_on: dt.date) -> HandOver:
    """A school outside of the network has signed for it. A flag that is open stays here until it is decided."""
    check_may_answer(by, offer)
    if offer.to_school_id is not None:
        raise Refused(_("A school of the network accepts it itself."))
    if not received_by.strip():
        raise Refused(_("Write who has received it there."), field="received_by")
    if not timezone.localdate(offer.offered_at) <= received_on <= timezone.localdate():
        raise Refused(_("This day is before it was handed over, or has not come yet."), field="received_on")
    offer = locked(offer)
    sign_off(offer)
    now = {"answered_at": timezone.now(), "answered_by": by.membership}
    answer(offer, State.ACCEPTED, received_on=received_on, keep_until=kept_until(offer), **now)
    offer.answer = received_by
    offer.save(update_fields=["answer"])
    entry = RegistryEntry.objects.open().select_for_update(of=("self",)).filter(student=offer.student_id).first()
    tell_old_school(offer, "handover.received")  # before the log is held, as everywhere
    if entry and "registry" in offer.kinds:
        end_entry(by=by, offer=offer, entry=entry)
    record(by=by, verb="handover.received", offer=offer)
    return offer


@transaction.atomic
def ask_for_hand_over(
    *, by: Viewer, entries: Iterable[RegistryEntry], student: Student | None = None, offer: HandOver | None = None
) -> int:
    """Somebody wants to list a student, or to accept one, who still stands on the registry of another school: that
    school is called. It learns who asks, and for whom. All are called before the logs are held."""
    if student:
        check_visible(by, student)
    if offer:
        check_may_answer(by, offer)
    asked, called = 0, list(entries)
    for entry in called:
        leaders = Membership.objects.current().filter(unit=entry.school, role=Role.SCHOOL_LEADER)
        found = [entry.counselor or entry.listed_by, *leaders.select_related("person")]
        able = [one for one in found if one.is_current() and registry.may_know(entry, one)]
        occasion = f"{by.unit.pk} {timezone.localdate():%Y%m%d}"
        asked += notify(to=able, kind="handover.asked", about=entry, occasion=occasion)
    audit.hold(by.unit, *(entry.school for entry in called))
    details = {"school": by.unit.code}
    for entry in called:
        audit.record(
            by=by, verb="handover.asked", about=entry, student=entry.student_id, unit=entry.school, details=details
        )
        audit.record(by=by, verb="handover.asked", about=student or offer, student=student)
    return asked


def to_answer(viewer: Viewer) -> Q:
    """The offers that this viewer can answer, among those that they see."""
    here = Q(to_school_id=viewer.unit.pk) | Q(to_school=None, school_id=viewer.unit.pk)
    if viewer.role != Role.SCHOOL_LEADER:
        here &= Q(to=viewer.membership) | Q(to__backup=viewer.membership)
    return Q(state=State.OFFERED) & here & ~Q(by__person=viewer.person)
