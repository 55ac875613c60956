"""The talks in a student's file: only the parts this viewer sees, and the trace of those that were deleted."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from counseling.models import Incident, TalkPart
from counseling.queries import Words, words_of
from schools.access import Viewer
from schools.severity import WORST
from students.evidence import brief, evidence
from students.file import INCIDENT, TALK, Entry, chronicles
from students.models import RiskFlag, Student


@chronicles(TALK)
def talks(viewer: Viewer, student: Student) -> Iterator[Entry]:
    """One entry for each part."""
    parts = list(
        TalkPart.objects.visible_to(viewer).filter(student=student).select_related("talk__author", "deleted_by")
    )
    words = words_of(viewer.unit) if parts else None
    for part in parts:
        if words:
            yield _deleted(part) if part.deleted_at else _entry(part, words)


@evidence
def talks_behind(viewer: Viewer, flag: RiskFlag) -> Iterator[Entry]:
    """The talks that asked for attention, as they read now."""
    parts = list(TalkPart.objects.visible_to(viewer).standing().filter(flag=flag).select_related("talk__author"))
    words = words_of(viewer.unit) if parts else None
    for part in parts:
        if words:
            yield _entry(part, words)


@brief
def themes_behind(viewer: Viewer, flags: list[RiskFlag]) -> dict[UUID, list[str]]:
    """What the talks behind flags were about."""
    parts = TalkPart.objects.visible_to(viewer).standing().filter(flag__in=flags).only("flag_id", "themes")
    found: dict[UUID, list[str]] = {}
    words = words_of(viewer.unit) if parts else None
    for part in parts:
        if words and part.flag_id and part.themes:
            found.setdefault(part.flag_id, []).append(words.themes(part.themes))
    return found


@chronicles(INCIDENT)
def incidents(viewer: Viewer, student: Student) -> Iterator[Entry]:
    """That there was one, and of what kind; what happened stands on its page."""
    for incident in (
        Incident.objects.visible_to(viewer).filter(people__student=student).select_related("started_by__person")
    ):
        yield Entry(
            at=incident.known_at,
            title=_("Crisis event: {kind}").format(kind=incident.get_kind_display()),
            by=incident.started_by.person.name,
            url=incident.get_absolute_url(),
            severity=WORST,
            icon="exclamation-triangle",
            recorded_at=incident.reported_at,
            by_id=incident.started_by.person_id,
        )


def _entry(part: TalkPart, words: Words) -> Entry:
    themes = words.themes(part.themes)
    title = _("Talk: {themes}").format(themes=themes) if themes else _("Talk")
    lines = (
        (_("The student's own words"), part.words),
        (_("The teacher's view"), part.view),
        (_("Agreed"), part.agreed),
    )
    return Entry(
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


def _deleted(part: TalkPart) -> Entry:
    return Entry(
        at=part.talk.happened_at,
        title=_("Record of a talk, deleted"),
        by=part.deleted_by.name if part.deleted_by else "",
        url=reverse("counseling:talk_detail", args=[part.pk]),
        icon="trash",
        recorded_at=part.deleted_at,
        by_id=part.deleted_by_id,
        is_private=part.talk.is_restricted,
    )
