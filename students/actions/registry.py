"""The registry: put on it, reviewed at the interval of the level, up at once, down and off by two persons."""

import datetime as dt
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused, changed_meanwhile
from schools.models import Membership, Unit
from schools.settings_of import settings_of
from schools.severity import WORST, levels_of
from schools.tallies import mark
from schools.work.notices import end_notices, notify, this_once
from schools.work.reminders import end_reminders
from students.access import barriers_about, can_keep_registry
from students.actions.asking import ask_second, check_second_at_center, end_requests, is_asked
from students.flag_states import says_something
from students.models import PlanReview, RegistryCategory, RegistryEntry, RiskFlag, Student
from students.models.registry import REVIEW_DUE
from students.places import free_place, person_key, stands_elsewhere
from students.states import keep, registry

LONGEST_AGO = dt.timedelta(days=20 * 365)
LOOK_AGAIN_AFTER = dt.timedelta(days=30)
TEXTS = ("reasons", "found_how", "treatment", "signs", "calls")
PEOPLE = ("leader", "counselor", "teacher")


class StandsElsewhere(Refused):
    """This person stands on the registry of another school: that school hands over first."""

    entries: list[RegistryEntry]


Kind, State, Ending = PlanReview.Kind, PlanReview.State, RegistryEntry.Ending


# --- what every act shares ----------------------------------------------------------------------------------------


def not_the_keeper() -> Refused:
    return Refused(_("Only a counselor or leader of the school keeps the registry."))


def check_may_keep(by: Viewer, entry: RegistryEntry) -> None:
    """Also where no page asked first."""
    if not can_keep_registry(by) or not RegistryEntry.objects.visible_to(by).filter(pk=entry.pk).exists():
        raise not_the_keeper()


def check_may_confirm(by: Viewer, entry: RegistryEntry) -> None:
    """The second person: of the school, or of the center that a school without another one has asked."""
    if not is_asked(by, entry):
        check_may_keep(by, entry)


def locked(entry: RegistryEntry) -> RegistryEntry:
    """The row as it is now, held until the transaction ends."""
    return RegistryEntry.objects.select_for_update(of=("self",)).select_related("school", "student").get(pk=entry.pk)


def check_listed(entry: RegistryEntry) -> None:
    if entry.off_on is not None:
        raise Refused(_("The student is no longer on the registry. List the student again if it is needed."))


def check_words(text: str, field: str) -> None:
    if not says_something(text):
        raise Refused(_("Write it so that somebody who was not there understands it."), field=field)


def next_review(school: Unit, severity: int, since: dt.date) -> dt.date:
    """The day by which it is looked at again, at the interval of its level."""
    return since + dt.timedelta(days=int(settings_of(school)["review_days"][str(severity)]))


def lowest_level(school: Unit) -> int:
    """The mildest level of the school's scheme."""
    return min(level.severity for level in levels_of(school))


def _changed(by: Viewer, entry: RegistryEntry, verb: str, **details: Any) -> None:
    keep([entry.student_id], registry)
    mark(entry.school_id, since=entry.listed_on)
    audit.record(by=by, verb=verb, about=entry, student=entry.student_id, unit=entry.school, details=details)


# --- on the registry ------------------------------------------------------------------------------------------------


@transaction.atomic
def put_on_registry(
    *, by: Viewer, student: Student, severity: int, reasons: str, flag: RiskFlag | None = None, **values: Any
) -> RegistryEntry:
    """List a student, with the reason and who is responsible. A student stands on it once."""
    if not can_keep_registry(by) or not Student.objects.visible_to(by).filter(pk=student.pk).exists():
        raise not_the_keeper()
    _check_kept(by, student)
    if student.status == Student.Status.LEFT:
        raise Refused(_("The student has left the school."))
    if not 1 <= severity <= WORST:
        raise Refused(_("Choose a level."), field="severity")
    check_words(reasons, "reasons")
    if flag is not None and (flag.student_id != student.pk or flag.school_id != by.unit.pk):
        raise Refused(_("This flag is about somebody else."))
    today = timezone.localdate()
    listed_on = values.pop("listed_on", None) or today
    if listed_on > today:
        raise Refused(_("This lies in the future."), field="listed_on")
    if listed_on < today - LONGEST_AGO:
        raise Refused(_("This is too long ago. Check the day."), field="listed_on")
    values = _checked(by, values)
    key = person_key(student)
    _check_elsewhere(student, key)
    try:
        with transaction.atomic():
            entry = RegistryEntry.objects.create(
                student=student,
                school_id=student.school_id,
                flag=flag,
                severity=severity,
                first_severity=severity,
                reasons=reasons,
                listed_on=listed_on,
                listed_by=by.membership,
                review_by=next_review(by.unit, severity, today),
                person_key=key,
                **values,
            )
    except IntegrityError:
        _check_elsewhere(student, key)
        raise Refused(_("The student is on the registry already.")) from None
    add_review(
        by=by.membership,
        entry=entry,
        kind=Kind.LISTED,
        before=0,
        after=severity,
        changed=reasons,
        in_force_on=listed_on,
    )
    _tell(entry, [entry.leader, entry.counselor, entry.teacher], by, "plan.named", "named")
    _changed(by, entry, "registry.listed", severity=severity)
    return entry


def _check_elsewhere(student: Student, key: str) -> None:
    """The sentence does not say what stands there."""
    if found := stands_elsewhere(student, key):
        refusal = StandsElsewhere(
            _("Another school of the network still has to hand this student over. It has just been asked to.")
        )
        refusal.entries = found
        raise refusal


def _check_kept(by: Viewer, student: Student) -> None:
    """From whom a flag is kept cannot list the student either; the sentence tells nothing."""
    if barriers_about(student).filter(person=by.person).exists():
        raise not_the_keeper()


def _checked(by: Viewer, values: dict[str, Any]) -> dict[str, Any]:
    """Responsible people are of the school; categories are those of the list."""
    found = {name: values[name] for name in (*TEXTS, *PEOPLE) if name in values}
    for name in PEOPLE:
        member = found.get(name)
        if member is not None and (member.unit_id != by.unit.pk or not member.is_current()):
            raise Refused(_("Choose somebody of the school."), field=name)
    if "categories" in values:
        known = set(RegistryCategory.objects.values_list("code", flat=True))
        if not set(values["categories"]) <= known:
            raise Refused(_("Choose from the list."), field="categories")
        found["categories"] = sorted(values["categories"])
    return found


def _tell(entry: RegistryEntry, to: Iterable[Membership | None], by: Viewer, kind: str, occasion: str) -> None:
    """Call those who may see it, but not whoever did it."""
    able = [one for one in to if one and one.person_id != by.person.pk and may_know(entry, one)]
    notify(to=able, kind=kind, about=entry, occasion=occasion)


def may_know(entry: RegistryEntry, member: Membership) -> bool:
    """May this member open the entry? Asked as they would ask."""
    viewer = Viewer(person=member.person, membership=member)
    return RegistryEntry.objects.visible_to(viewer).filter(pk=entry.pk).exists()


@transaction.atomic
def change_entry(*, by: Viewer, entry: RegistryEntry, **values: Any) -> RegistryEntry:
    """Reasons, categories, treatment, signs, who is responsible. The level changes by a review only."""
    check_may_keep(by, entry)
    entry = locked(entry)
    check_listed(entry)
    if "reasons" in values:
        check_words(values["reasons"], "reasons")
    values = _checked(by, values)
    changed = [name for name, value in values.items() if getattr(entry, name) != value]
    for name in changed:
        setattr(entry, name, values[name])
    if changed:
        entry.save(update_fields=changed)
        named = [getattr(entry, name) for name in PEOPLE if name in changed]
        _tell(entry, named, by, "plan.named", f"named {this_once()}")
        _changed(by, entry, "registry.changed", fields=changed)
    return entry


# --- reviews ----------------------------------------------------------------------------------------------------------


def add_review(
    *,
    by: Membership,
    entry: RegistryEntry,
    kind: str,
    before: int,
    after: int,
    state: str = State.IN_FORCE,
    **more: Any,
) -> PlanReview:
    """The next numbered review of the entry."""
    last = entry.reviews.aggregate(last=Max("number"))["last"] or 0
    return PlanReview.objects.create(
        entry=entry,
        number=last + 1,
        kind=kind,
        state=state,
        by=by,
        severity_before=before,
        severity_after=after,
        **more,
    )


@transaction.atomic
def review_plan(
    *,
    by: Viewer,
    entry: RegistryEntry,
    severity: int,
    changed: str,
    next_look: str = "",
    second: Membership | None = None,
    summary: str = "",
) -> PlanReview:
    """What changed since the last one. A level is kept or raised at once; lowered when the second person agrees."""
    check_may_keep(by, entry)
    entry = locked(entry)
    check_listed(entry)
    if not 1 <= severity <= WORST:
        raise Refused(_("Choose a level."), field="severity")
    check_words(changed, "changed")
    _clear_proposal(entry, is_raised=severity > entry.severity)
    day = entry.review_by
    words = {"changed": changed, "next_look": next_look}
    if severity < entry.severity:
        return _propose(by, entry, Kind.DOWN, severity, second, summary, **words)
    kind = Kind.UP if severity > entry.severity else Kind.KEPT
    review = add_review(
        by=by.membership,
        entry=entry,
        kind=kind,
        before=entry.severity,
        after=severity,
        in_force_on=timezone.localdate(),
        **words,
    )
    _move(entry, severity)
    if kind == Kind.UP:
        _tell(entry, [entry.leader, entry.counselor, entry.teacher], by, "plan.raised", str(review.number))
    _review_done(entry, day)
    _changed(by, entry, "registry.reviewed", severity=severity)
    return review


def _clear_proposal(entry: RegistryEntry, *, is_raised: bool) -> None:
    """A level is raised whatever waits; everything else first waits for the second person's answer."""
    waiting = entry.reviews.pending()
    if is_raised:
        waiting.update(state=State.TAKEN_BACK, answered_at=timezone.now())
        end_notices(entry, "plan.confirm")
        end_requests(entry, only_seconds=True)
    elif waiting.exists():
        raise Refused(_("A decision about this plan waits for the second person. Take it back first."))


def _move(entry: RegistryEntry, severity: int) -> None:
    entry.severity = severity
    entry.review_by = next_review(entry.school, severity, timezone.localdate())
    entry.save(update_fields=["severity", "review_by"])


def _propose(
    by: Viewer, entry: RegistryEntry, kind: str, after: int, second: Membership | None, summary: str, **more: Any
) -> PlanReview:
    """Two decide: nothing changes until the second person, named now, agrees."""
    if second is None:
        raise Refused(_("Name the second person who is to confirm it: two decide on a lower level."), field="second")
    is_outside = second.unit_id != entry.school_id
    is_able = second.role in SCHOOL_ROLES and second.is_current()
    if is_outside:
        check_second_at_center(by, entry, second, summary)
    elif second.person_id == by.person.pk or not is_able or not may_know(entry, second):
        raise Refused(_("The second person must be another counselor or leader of the school."), field="second")
    review = add_review(
        by=by.membership,
        entry=entry,
        kind=kind,
        before=entry.severity,
        after=after,
        state=State.PROPOSED,
        second=second,
        **more,
    )
    if is_outside:
        ask_second(by, entry, second, summary=summary, reason=review.changed)
    else:
        notify(to=[second], kind="plan.confirm", about=entry, occasion=str(review.number))
    details = {"severity": after, "to": second.pk}
    audit.record(by=by, verb="registry.proposed", about=entry, student=entry.student_id, details=details)
    return review


@transaction.atomic
def propose_off(
    *,
    by: Viewer,
    entry: RegistryEntry,
    ending: str,
    changed: str,
    second: Membership | None = None,
    summary: str = "",
) -> PlanReview:
    """Off the registry: when stable at the lowest level for two reviews in a row, or when the student leaves."""
    check_may_keep(by, entry)
    entry = locked(entry)
    check_listed(entry)
    if ending not in Ending.values:
        raise Refused(_("Choose how it ends."), field="ending")
    check_words(changed, "changed")
    if ending == Ending.BETTER and (missing := missing_before_off(entry)):
        raise Refused(missing)
    if ending != Ending.BETTER and entry.student.status != Student.Status.LEFT:
        raise Refused(_("The student has not left the school: sign them off first."), field="ending")
    _clear_proposal(entry, is_raised=False)
    return _propose(by, entry, Kind.OFF, 0, second, summary, changed=changed, ending=ending)


def missing_before_off(entry: RegistryEntry) -> str:
    """What is still missing before the student can leave the registry as stable; empty when nothing is."""
    lowest = lowest_level(entry.school)
    reviews = entry.reviews.in_force().exclude(kind=Kind.LISTED).order_by("-number")
    newest = reviews.values_list("severity_after", "reviewed_on")
    days = {day for _severity, day in takewhile(lambda review: review[0] == lowest, newest)}
    if len(days) < 2:
        return _("Two reviews in a row at the lowest level, on different days, are needed first.")
    return ""


def _waiting_for(by: Viewer, entry: RegistryEntry) -> PlanReview:
    """The proposal that this person was named for."""
    review = entry.reviews.pending().select_related("by__person", "second").first()
    if review is None:
        raise changed_meanwhile()
    if review.second_id != by.membership.pk:
        raise Refused(_("Only the second person who was named can do this."))
    return review


def _answer(review: PlanReview, state: str, **values: Any) -> None:
    """Only if nobody was faster."""
    moved = PlanReview.objects.filter(pk=review.pk, state=State.PROPOSED).update(
        state=state, answered_at=timezone.now(), **values
    )
    if not moved:
        raise changed_meanwhile()
    end_requests(review.entry, only_seconds=True)


@transaction.atomic
def confirm_review(*, by: Viewer, entry: RegistryEntry) -> RegistryEntry:
    """The second person agrees: from today it counts."""
    check_may_confirm(by, entry)
    entry = locked(entry)
    check_listed(entry)
    review, day = _waiting_for(by, entry), entry.review_by
    today = timezone.localdate()
    _answer(review, State.IN_FORCE, in_force_on=today)
    if review.kind == Kind.OFF:
        entry.off_on, entry.ending = today, review.ending
        entry.review_by = today + LOOK_AGAIN_AFTER if review.ending == Ending.BETTER else None
        entry.save(update_fields=["off_on", "ending", "review_by"])
        free_place(entry)
        end_requests(entry)
    else:
        _move(entry, review.severity_after)
    end_notices(entry, "plan.confirm")
    _review_done(entry, day)
    _tell(entry, [review.by], by, "plan.confirmed", str(review.number))
    verb = "registry.left" if review.kind == Kind.OFF else "registry.reviewed"
    _changed(by, entry, verb, severity=review.severity_after)
    return entry


@transaction.atomic
def send_back_review(*, by: Viewer, entry: RegistryEntry, text: str) -> PlanReview:
    """The second person does not agree, and says why: everything stays as it was."""
    check_may_confirm(by, entry)
    entry = locked(entry)
    check_words(text, "text")
    review = _waiting_for(by, entry)
    _answer(review, State.SENT_BACK)
    review.answer = text
    review.save(update_fields=["answer"])
    end_notices(entry, "plan.confirm")
    _tell(entry, [review.by], by, "plan.sent_back", str(review.number))
    audit.record(by=by, verb="registry.sent_back", about=entry, student=entry.student_id, unit=entry.school)
    return review


@transaction.atomic
def take_back_review(*, by: Viewer, entry: RegistryEntry) -> None:
    """Whoever proposed it thinks again."""
    check_may_keep(by, entry)
    entry = locked(entry)
    review = entry.reviews.pending().first()
    if review is None:
        raise changed_meanwhile()
    _answer(review, State.TAKEN_BACK)
    end_notices(entry, "plan.confirm")
    audit.record(by=by, verb="registry.taken_back", about=entry, student=entry.student_id)


@transaction.atomic
def look_again(*, by: Viewer, entry: RegistryEntry, changed: str) -> PlanReview:
    """The review after leaving: how the student is now. Whoever is not well is listed again."""
    check_may_keep(by, entry)
    entry = locked(entry)
    if entry.off_on is None or entry.review_by is None:
        raise Refused(_("Nothing is to be looked at here."))
    check_words(changed, "changed")
    today = timezone.localdate()
    review = add_review(
        by=by.membership, entry=entry, kind=Kind.AFTER, before=0, after=0, changed=changed, in_force_on=today
    )
    day, entry.review_by = entry.review_by, None
    entry.save(update_fields=["review_by"])
    end_notices(entry)
    _review_done(entry, day)
    _changed(by, entry, "registry.reviewed", severity=0)
    return review


# --- the day comes: `students.reminders` calls ----------------------------------------------------------------------


def who_reviews(entry: RegistryEntry, members: Iterable[Membership]) -> list[Membership]:
    """Of these, who may be called for a review: here today, and it is not kept from them."""
    return [one for one in members if one.is_current() and one.person.is_active and may_know(entry, one)]


def _review_done(entry: RegistryEntry, day: dt.date | None) -> None:
    """Nobody is called for it any more who has no other review of that day."""
    end_notices(entry, "plan.due")  # as it was called before there was a ladder
    if day is None:
        return
    left = RegistryEntry.objects.filter(school=entry.school_id, review_by=day)
    if not left.exists():
        end_reminders(REVIEW_DUE, day, units=[entry.school])
        return
    own = entry.counselor or entry.listed_by
    still = left.filter(Q(counselor=own) | Q(counselor=None, listed_by=own)).exists()
    end_reminders(REVIEW_DUE, day, done=[own], still=still)
