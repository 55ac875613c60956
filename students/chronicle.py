"""What this floor adds to a student's file: the roll, special groups, flags and their steps, contacts, plans."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q, UUIDField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.days import midnight
from schools.common.labels import listed
from schools.prepared_for import prepared_for
from students.access import reads_plan
from students.evidence import brief, evidence
from students.file import FAMILY, FLAG, GROUP, REGISTRY, ROLL, FileEntry, chronicles
from students.handed import for_role, unpack
from students.models import (
    FlagReport,
    FlagStep,
    GroupMember,
    GuardianContact,
    HandOver,
    PlanMeasure,
    PlanReview,
    RegistryEntry,
    RiskFlag,
    Student,
)
from students.signs import words_for
from students.step_facts import contact_facts, facts
from students.step_words import lines


@chronicles(ROLL)
def enrolment(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    if student.entered_on:
        yield FileEntry(at=midnight(student.entered_on), title=_("Entered the school"), icon="building-library")
    if student.on_leave_since:
        yield FileEntry(at=midnight(student.on_leave_since), title=_("Went on leave"), icon="clock")
    if student.left_on:
        yield FileEntry(at=midnight(student.left_on), title=_("Left the school"), icon="arrow-right-start-on-rectangle")


@chronicles(GROUP)
def groups(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    for member in _groups(viewer, student=student.pk):
        yield FileEntry(
            at=midnight(member.since),
            title=_("Special group: {group}").format(group=member.group.label),
            by=member.set_by.name if member.set_by else str(member.get_source_display()),
            icon="tag",
            recorded_at=_end_of(member.since),
            by_id=member.set_by_id,
        )
        if member.until:
            yield FileEntry(
                at=midnight(member.until),
                title=_("No longer in the special group: {group}").format(group=member.group.label),
                by=member.ended_by.name if member.ended_by else "",
                icon="tag",
                recorded_at=_end_of(member.until),
                by_id=member.ended_by_id,
            )


@prepared_for(student=UUIDField())
def _groups(viewer: Viewer, student: Any) -> Any:
    seen = GroupMember.objects.visible_to(viewer).filter(student=student)
    return seen.select_related("group", "set_by", "ended_by")


@chronicles(FLAG)
def flags(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    found = _flags(viewer, student=student.pk)
    reports = _reports_of(viewer, student=student.pk) if found else []
    for flag in found:
        yield FileEntry(
            at=flag.known_at,
            title=_("Risk flag"),
            by=flag.raised_by.person.name if flag.raised_by else "",
            lines=tuple(_lines(flag, [one for one in reports if one.flag_id == flag.pk])),
            url=flag.get_absolute_url(),
            severity=flag.severity,
            icon="flag",
            recorded_at=flag.reported_at,
            by_id=flag.raised_by.person_id if flag.raised_by else None,
        )


@prepared_for(student=UUIDField())
def _flags(viewer: Viewer, student: Any) -> Any:
    seen = RiskFlag.objects.visible_to(viewer).filter(student=student)
    return seen.select_related("raised_by__person", "closed_by", "assignee__person").distinct()


@prepared_for(student=UUIDField())
def _reports_of(viewer: Viewer, student: Any) -> Any:
    return FlagReport.objects.visible_to(viewer).filter(flag__student=student)


@chronicles(FLAG)
def flag_steps(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """What was done about a flag; that an interview was begun stands in the interview."""
    for step in _steps(viewer, student=student.pk):
        title = _("Flag: {step}").format(step=step.get_kind_display())
        if step.corrects:
            title = _("Flag: step {number} corrected").format(number=step.corrects.number)
        yield FileEntry(
            at=step.happened_at,
            title=title,
            by=step.by.person.name,
            lines=(*facts(step, viewer), *lines(step)),
            url=step.flag.get_absolute_url(),
            icon="flag",
            recorded_at=step.recorded_at,
            by_id=step.by.person_id,
        )


@prepared_for(student=UUIDField())
def _steps(viewer: Viewer, student: Any) -> Any:
    seen = FlagStep.objects.visible_to(viewer).filter(flag__student=student).exclude(kind=FlagStep.Kind.BEGUN)
    return seen.select_related("by__person", "to__person", "contact__guardian", "request__to", "flag", "corrects")


@chronicles(FAMILY)
def contacts(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """Those of daily work; one that was made for a flag stands among its steps."""
    for contact in _contacts(viewer, student=student.pk):
        yield FileEntry(
            at=contact.happened_at,
            title=_("Contact with the family"),
            by=contact.by.person.name,
            lines=tuple(contact_facts(contact)),
            icon="phone",
            recorded_at=contact.recorded_at,
            by_id=contact.by.person_id,
        )


@prepared_for(student=UUIDField())
def _contacts(viewer: Viewer, student: Any) -> Any:
    told = FlagStep.objects.visible_to(viewer).filter(flag__student=student).exclude(contact=None).order_by()
    seen = GuardianContact.objects.visible_to(viewer).filter(student=student).exclude(pk__in=told.values("contact"))
    return seen.select_related("by__person", "guardian")


@chronicles(REGISTRY)
def plans(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """Each review that counts; who reads only their part sees that there is a plan."""
    for review in _reviews(viewer, student=student.pk):
        yield FileEntry(
            at=review.recorded_at if review.number > 1 else midnight(review.entry.listed_on),
            title=_("Registry: {step}").format(step=review.get_kind_display()),
            by=review.by.person.name,
            lines=((_("What changed"), review.changed),),
            url=review.entry.get_absolute_url(),
            severity=review.severity_after,
            icon="clipboard-document-list",
            recorded_at=review.answered_at or review.recorded_at,
            by_id=review.by.person_id,
        )
    if not reads_plan(viewer):
        for entry in RegistryEntry.objects.visible_to(viewer).filter(student=student):
            title = _("There is a plan for this student")
            yield FileEntry(at=midnight(entry.listed_on), title=title, url=entry.get_absolute_url(), icon="clipboard")


@prepared_for(student=UUIDField())
def _reviews(viewer: Viewer, student: Any) -> Any:
    reviews = PlanReview.objects.visible_to(viewer).filter(entry__student=student).in_force()
    return reviews.select_related("by__person", "entry")


@chronicles(REGISTRY)
def measures(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """What a plan asks for, as it stands now: who reads only their part sees their own."""
    for measure in _measures(viewer, student=student.pk):
        who = measure.who.person.name if measure.who else measure.other
        due = f"{measure.due_on:%Y-%m-%d}" if measure.due_on else ""
        ended = (_("Done on"), measure.done_on) if measure.done_on else (_("Dropped on"), measure.dropped_on)
        rows = [
            ("", measure.what),
            (_("By whom"), who),
            (_("By when"), due),
            (ended[0], f"{ended[1]:%Y-%m-%d}" if ended[1] else ""),
            (_("How it went"), measure.outcome),
        ]
        yield FileEntry(
            at=midnight(measure.added_on),
            title=_("Measure of the plan"),
            by=measure.added_by.person.name,
            lines=tuple((label, text) for label, text in rows if text),
            url=measure.entry.get_absolute_url(),
            icon="clipboard",
            recorded_at=_end_of(ended[1] or measure.added_on),
            by_id=(measure.ended_by or measure.added_by).person_id,
        )


@chronicles(ROLL)
def hand_overs(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """That the student came from another school or moved to one; what came along stands at its own days and kinds."""
    for offer in _accepted(viewer, student=student.pk):
        came = offer.student_id != student.pk
        title = _("Came from {school}") if came else _("Handed over to {school}")
        other = offer.school.name if came else offer.to_school.name if offer.to_school else offer.outside
        by = offer.answered_by if came else offer.by
        assert offer.answered_at
        yield FileEntry(
            at=offer.answered_at,
            title=title.format(school=other),
            by=by.person.name if by else "",
            lines=((_("What they should know first"), offer.note),),
            url=offer.get_absolute_url(),
            icon="arrows-right-left",
            by_id=by.person_id if by else None,
        )
        if came:
            yield from _came_along(viewer, offer)


@prepared_for(student=UUIDField())
def _accepted(viewer: Viewer, student: Any) -> Any:
    accepted = HandOver.objects.visible_to(viewer).filter(state=HandOver.State.ACCEPTED)
    found = accepted.filter(Q(student=student) | Q(student_there=student))
    return found.select_related("school", "to_school", "by__person", "answered_by__person")


def _came_along(viewer: Viewer, offer: HandOver) -> Iterator[FileEntry]:
    """The entries of the other school, under its name; what only counselors read there, only counselors read here."""
    for entry in for_role(viewer, unpack(offer.contents)):
        by = " · ".join(filter(None, [entry.by, offer.school.name]))
        yield replace(entry, by=by, url=offer.get_absolute_url(), recorded_at=offer.answered_at)


@prepared_for(student=UUIDField())
def _measures(viewer: Viewer, student: Any) -> Any:
    seen = PlanMeasure.objects.visible_to(viewer).filter(entry__student=student)
    return seen.select_related("entry", "who__person", "added_by__person", "ended_by")


def _end_of(day: dt.date) -> dt.datetime:
    """Of what is known by its day only: new until somebody looks on a later day."""
    return midnight(day + dt.timedelta(days=1))


@evidence
def reports(viewer: Viewer, flag: RiskFlag) -> Iterator[FileEntry]:
    """What people wrote."""
    for report in _reports(viewer, flag=flag.pk):
        words = capfirst(listed(words_for(report.signs)))
        lines = tuple(("", text) for text in (words, report.text) if text)
        yield FileEntry(at=report.known_at, title=_("Reported by hand"), by=report.by.person.name, lines=lines)


@prepared_for(flag=UUIDField())
def _reports(viewer: Viewer, flag: Any) -> Any:
    return FlagReport.objects.visible_to(viewer).filter(flag=flag).select_related("by__person")


@brief
def signs(viewer: Viewer, flags: list[RiskFlag]) -> dict[UUID, list[str]]:
    """The chips of those who reported."""
    found: dict[UUID, list[str]] = {}
    for flag, chosen in _signs(viewer, flags=[flag.pk for flag in flags]):
        found.setdefault(flag, []).extend(words_for(chosen))
    return found


@prepared_for(flags=UUIDField())
def _signs(viewer: Viewer, flags: list[Any]) -> Any:
    return FlagReport.objects.visible_to(viewer).filter(flag__in=flags).values_list("flag_id", "signs")


def _lines(flag: RiskFlag, reports: list[FlagReport]) -> Iterator[tuple[str, str]]:
    yield _("State"), str(flag.get_state_display())
    if flag.outcome and flag.settled_at:
        day = date_format(timezone.localtime(flag.settled_at), _("M j"))
        yield _("Ended"), f"{flag.get_outcome_display()} · {day}"
    for report in reports:
        if report.text:
            yield _("Reason"), report.text
