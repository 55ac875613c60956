"""Screenings in a student's file, for the counselor; and what stands behind a flag that a screening raised."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, Viewer
from schools.prepared_for import prepared_for
from screening.access import SCREENERS
from screening.models import CriticalAnswer, Response, Slip
from screening.models.responses import counts
from screening.results import level_word
from students.evidence import brief, evidence
from students.file import SCREENING, FileEntry, chronicles
from students.models import RiskFlag, Student

ICON = "clipboard-document-check"


@chronicles(SCREENING)
def screenings(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    for response in _of_student(viewer, student=student.pk):
        yield _entry(response)


@prepared_for(student=UUIDField())
def _of_student(viewer: Viewer, student: Any) -> Any:
    return Response.objects.visible_to(viewer).filter(slip__student=student).select_related("slip__round__consent_text")


@evidence
def behind(viewer: Viewer, flag: RiskFlag) -> Iterator[FileEntry]:
    """Item and score for the counselor; a leader reads that there was such an answer."""
    if viewer.role not in SCHOOL_ROLES:
        return
    for answer in _critical_answers(viewer, flag=flag.pk):
        yield _critical(viewer, answer)
    for response in _responses(viewer, flag=flag.pk):
        yield _entry(response)


@prepared_for(flag=UUIDField())
def _critical_answers(viewer: Viewer, flag: Any) -> Any:
    """Behind a flag that this viewer may see."""
    seen = RiskFlag.objects.visible_to(viewer).filter(pk=flag).order_by().values("pk")
    return CriticalAnswer.objects.filter(slip__flag__in=seen).select_related("instrument", "slip__round")


@prepared_for(flag=UUIDField())
def _responses(viewer: Viewer, flag: Any) -> Any:
    return Response.objects.visible_to(viewer).filter(slip__flag=flag).select_related("slip__round__consent_text")


def _critical(viewer: Viewer, answer: CriticalAnswer) -> FileEntry:
    lines: tuple[tuple[str, str], ...] = ()
    if viewer.role in SCREENERS:
        item = _("Question {number}").format(number=answer.item)
        lines = ((f"{answer.instrument.name}, {item}", answer.value),)
    return FileEntry(
        at=answer.at,
        title=_("An answer in a screening that calls at once"),
        lines=lines,
        severity=4,
        icon=ICON,
        is_private=bool(lines),
    )


def _entry(response: Response) -> FileEntry:
    is_counted, is_scored = counts(response.attention, is_valid=response.is_valid), response.slip.round.is_scored
    title = _("Screening: {title}") if is_scored else _("Survey: {title}")
    word = level_word(response) if is_counted else _("answers in doubt, to be asked again")
    return FileEntry(
        at=response.at,
        title=title.format(title=response.slip.round.title),
        lines=(("", word),),
        url=response.get_absolute_url(),
        severity=response.attention if is_counted else 0,
        icon=ICON,
        is_private=True,
    )


@brief
def in_short(viewer: Viewer, flags: list[RiskFlag]) -> dict[UUID, list[str]]:
    """For the list of flags: that a screening stands behind it."""
    if viewer.role not in SCREENERS:
        return {}
    return {pk: [_("screening")] for pk in _screened(viewer, flags=[flag.pk for flag in flags])}


@prepared_for(flags=UUIDField())
def _screened(viewer: Viewer, flags: list[Any]) -> Any:
    return Slip.objects.visible_to(viewer).filter(flag__in=flags).order_by().values_list("flag_id")
