"""The talks in a student's file: only the parts this viewer sees, and the trace of those that were deleted."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from django.urls import reverse
from django.utils.translation import gettext as _

from counseling.models import Incident, TalkPart
from counseling.queries import Words, own_words
from schools.access import Viewer
from schools.prepared_for import prepared_for
from schools.severity import WORST
from students.evidence import brief, evidence
from students.file import INCIDENT, TALK, FileEntry, chronicles
from students.models import RiskFlag, Student


@chronicles(TALK)
def talks(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """One entry for each part."""
    parts = _of_student(viewer, student=student.pk)
    words = own_words(viewer) if parts else None
    for part in parts:
        if words:
            yield _deleted(part) if part.deleted_at else _entry(part, words)


@prepared_for(student=UUIDField())
def _of_student(viewer: Viewer, student: Any) -> Any:
    seen = TalkPart.objects.visible_to(viewer).filter(student=student)
    return seen.select_related("talk__author", "deleted_by")


@evidence
def talks_behind(viewer: Viewer, flag: RiskFlag) -> Iterator[FileEntry]:
    """The talks that asked for attention, as they read now."""
    parts = _of_flag(viewer, flag=flag.pk)
    words = own_words(viewer) if parts else None
    for part in parts:
        if words:
            yield _entry(part, words)


@prepared_for(flag=UUIDField())
def _of_flag(viewer: Viewer, flag: Any) -> Any:
    return TalkPart.objects.visible_to(viewer).standing().filter(flag=flag).select_related("talk__author")


@brief
def themes_behind(viewer: Viewer, flags: list[RiskFlag]) -> dict[UUID, list[str]]:
    """What the talks behind flags were about, the newest first."""
    parts = _themes(viewer, flags=[flag.pk for flag in flags])
    found: dict[UUID, list[str]] = {}
    words = own_words(viewer) if parts else None
    for flag, themes, _at in sorted(parts, key=lambda part: part[2], reverse=True):
        if words and themes:
            found.setdefault(flag, []).append(words.themes(themes))
    return found


@prepared_for(flags=UUIDField())
def _themes(viewer: Viewer, flags: list[Any]) -> Any:
    """Not in the order of talks: SQLite would read all talks of the school for it."""
    parts = TalkPart.objects.visible_to(viewer).standing().filter(flag__in=flags).order_by()
    return parts.values_list("flag_id", "themes", "talk__happened_at")


@chronicles(INCIDENT)
def incidents(viewer: Viewer, student: Student) -> Iterator[FileEntry]:
    """That there was one, and of what kind; what happened stands on its page."""
    for incident in _incidents(viewer, student=student.pk):
        yield FileEntry(
            at=incident.known_at,
            title=_("Crisis event: {kind}").format(kind=incident.get_kind_display()),
            by=incident.started_by.person.name,
            url=incident.get_absolute_url(),
            severity=WORST,
            icon="exclamation-triangle",
            recorded_at=incident.reported_at,
            by_id=incident.started_by.person_id,
        )


@prepared_for(student=UUIDField())
def _incidents(viewer: Viewer, student: Any) -> Any:
    return Incident.objects.visible_to(viewer).filter(people__student=student).select_related("started_by__person")


def _entry(part: TalkPart, words: Words) -> FileEntry:
    themes = words.themes(part.themes)
    title = _("Talk: {themes}").format(themes=themes) if themes else _("Talk")
    lines = (
        (_("The student's own words"), part.words),
        (_("The teacher's view"), part.view),
        (_("Agreed"), part.agreed),
    )
    return FileEntry(
        at=part.talk.happened_at,
        title=title,
        by=part.talk.author.name,
        lines=tuple((label, text) for label, text in lines if text),
        url=reverse("counseling:talk_detail", args=[part.pk]),
        severity=part.severity,
        icon="chat-bubble-left-right",
        recorded_at=part.talk.filed_at,
        by_id=part.talk.author_id,
        is_private=part.talk.is_restricted,
    )


def _deleted(part: TalkPart) -> FileEntry:
    return FileEntry(
        at=part.talk.happened_at,
        title=_("Record of a talk, deleted"),
        by=part.deleted_by.name if part.deleted_by else "",
        url=reverse("counseling:talk_detail", args=[part.pk]),
        icon="trash",
        recorded_at=part.deleted_at,
        by_id=part.deleted_by_id,
        is_private=part.talk.is_restricted,
    )
