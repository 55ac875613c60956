"""What this floor adds to a student's file: enrolment, special groups, flags."""

from collections.abc import Iterator
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.days import midnight
from students.access import reads_plan
from students.evidence import brief, evidence
from students.file import Entry, chronicles
from students.models import FlagReport, PlanReview, RegistryEntry, RiskFlag, Student
from students.signs import words_for


@chronicles
def enrolment(viewer: Viewer, student: Student) -> Iterator[Entry]:
    if student.entered_on:
        yield Entry(at=midnight(student.entered_on), title=_("Entered the school"), icon="building-library")
    if student.on_leave_since:
        yield Entry(at=midnight(student.on_leave_since), title=_("Went on leave"), icon="clock")
    if student.left_on:
        yield Entry(at=midnight(student.left_on), title=_("Left the school"), icon="arrow-right-start-on-rectangle")


@chronicles
def groups(viewer: Viewer, student: Student) -> Iterator[Entry]:
    for member in student.group_members.select_related("group", "set_by", "ended_by"):
        title = _("Special group: {group}").format(group=member.group.label)
        source = member.set_by.name if member.set_by else str(member.get_source_display())
        yield Entry(at=midnight(member.since), title=title, by=source, icon="tag")
        if member.until:
            title = _("No longer in the special group: {group}").format(group=member.group.label)
            by = member.ended_by.name if member.ended_by else ""
            yield Entry(at=midnight(member.until), title=title, by=by, icon="tag")


@chronicles
def flags(viewer: Viewer, student: Student) -> Iterator[Entry]:
    seen = RiskFlag.objects.visible_to(viewer).filter(student=student)
    reports = list(FlagReport.objects.visible_to(viewer).filter(flag__student=student))
    for flag in seen.select_related("raised_by__person", "closed_by", "assignee__person").distinct():
        yield Entry(
            at=flag.known_at,
            title=_("Risk flag"),
            by=flag.raised_by.person.name if flag.raised_by else "",
            lines=tuple(_lines(flag, [one for one in reports if one.flag_id == flag.pk])),
            url=flag.get_absolute_url(),
            severity=flag.severity,
            icon="flag",
        )


@chronicles
def plans(viewer: Viewer, student: Student) -> Iterator[Entry]:
    """Each review that counts; who reads only their part sees that there is a plan."""
    reviews = PlanReview.objects.visible_to(viewer).filter(entry__student=student).in_force()
    for review in reviews.select_related("by__person", "entry"):
        yield Entry(
            at=review.recorded_at if review.number > 1 else midnight(review.entry.listed_on),
            title=str(review.get_kind_display()),
            by=review.by.person.name,
            lines=((_("What changed"), review.changed),),
            url=review.entry.get_absolute_url(),
            severity=review.severity_after,
            icon="clipboard-document-list",
        )
    if not reads_plan(viewer):
        for entry in RegistryEntry.objects.visible_to(viewer).filter(student=student):
            title = _("There is a plan for this student")
            yield Entry(at=midnight(entry.listed_on), title=title, url=entry.get_absolute_url(), icon="clipboard")


@evidence
def reports(viewer: Viewer, flag: RiskFlag) -> Iterator[Entry]:
    """What people wrote."""
    for report in FlagReport.objects.visible_to(viewer).filter(flag=flag).select_related("by__person"):
        words = "、".join(words_for(report.signs))
        lines = tuple(("", text) for text in (words, report.text) if text)
        yield Entry(at=report.known_at, title=_("Reported by hand"), by=report.by.person.name, lines=lines)


@brief
def signs(viewer: Viewer, flags: list[RiskFlag]) -> dict[UUID, list[str]]:
    """The chips of those who reported."""
    found: dict[UUID, list[str]] = {}
    for report in FlagReport.objects.visible_to(viewer).filter(flag__in=flags).only("flag_id", "signs"):
        found.setdefault(report.flag_id, []).extend(words_for(report.signs))
    return found


def _lines(flag: RiskFlag, reports: list[FlagReport]) -> Iterator[tuple[str, str]]:
    yield _("State"), str(flag.get_state_display())
    if flag.outcome and flag.settled_at:
        day = date_format(timezone.localtime(flag.settled_at), _("M j"))
        yield _("Ended"), f"{flag.get_outcome_display()} · {day}"
    for report in reports:
        if report.text:
            yield _("Reason"), report.text
