"""What waits for a person around talks: follow-ups, the duty of the term, unfinished drafts."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counseling.models import Incident, IncidentReport, TalkDraft
from counseling.queries import Coverage, duty_to_talk, own_coverage, own_follow_ups, short_day
from schools.access import STAFF_ROLES, Viewer
from schools.common.days import last_moment
from schools.models import Role
from schools.prepared_for import prepared_for
from schools.severity import WORST
from schools.templatetags.look import moment
from schools.work.inbox import Waiting, waits

MOST_DRAFTS = 3
MOST_INCIDENTS = 20


@waits
def incidents(viewer: Viewer) -> Iterator[Waiting]:
    """Crisis events that nobody has closed yet; for a center reports that it has not acknowledged."""
    if viewer.role in STAFF_ROLES:
        for incident in _open_incidents(viewer):
            note = incident.lead.person.name if incident.lead else _("nobody leads yet")
            text = _("Crisis event: {kind}").format(kind=incident.get_kind_display())
            yield Waiting(text=text, url=incident.get_absolute_url(), note=note, severity=WORST)
    elif viewer.role == Role.CENTER_STAFF:
        for report in _reported(viewer):
            text = _("Crisis report of {school}").format(school=report.school.name)
            yield Waiting(text=text, url=report.get_absolute_url(), due_at=report.at, severity=WORST)


@prepared_for()
def _open_incidents(viewer: Viewer) -> Any:
    seen = Incident.objects.visible_to(viewer).open().select_related("lead__person")
    return seen.only("kind", "lead__person__name")[:MOST_INCIDENTS]


@prepared_for()
def _reported(viewer: Viewer) -> Any:
    waiting = IncidentReport.objects.visible_to(viewer).filter(acknowledged_at=None).select_related("school")
    return waiting.only("incident_id", "at", "school__name")[:MOST_INCIDENTS]


@waits
def follow_ups(viewer: Viewer) -> Iterator[Waiting]:
    """Students the viewer agreed to talk to again, up to today."""
    if viewer.role not in STAFF_ROLES:
        return
    told = set()
    for part in own_follow_ups(viewer):
        if part.student_id in told or part.follow_up_on is None:
            continue
        told.add(part.student_id)
        yield Waiting(
            text=_("Talk again with {name}").format(name=part.student.name),
            url=f"{reverse('counseling:talk_new')}?student={part.student_id}",
            due_at=last_moment(part.follow_up_on),
            note=_("agreed for {day}").format(day=short_day(part.follow_up_on)),
            severity=part.severity,
        )


@waits
def duty(viewer: Viewer) -> Iterator[Waiting]:
    """How many students a class teacher still has to talk to this term."""
    term = viewer.term if viewer.role == Role.CLASS_TEACHER else None
    owed = duty_to_talk(viewer, term) if term else None
    if owed is None:
        return
    whole = Coverage("", own_coverage(viewer))
    if not whole.left:
        return
    text = ngettext(
        "One student still waits for this term's talk", "{n} students still wait for this term's talk", whole.left
    )
    key = ngettext("one of them is a key student", "{n} of them are key students", whole.key_left)
    yield Waiting(
        text=text.format(n=whole.left),
        url=reverse("counseling:coverage"),
        due_at=last_moment(owed.due_on),
        note=key.format(n=whole.key_left) if whole.key_left else owed.label,
        count=whole.left,
    )


@waits
def drafts(viewer: Viewer) -> Iterator[Waiting]:
    """Talks that were begun and not filed: the newest, and how many more. Whom they were with is not said here."""
    if viewer.role not in STAFF_ROLES:
        return
    found = _drafts(viewer)
    for draft in found[:MOST_DRAFTS]:
        yield Waiting(
            text=_("A talk you began to log"),
            url=f"{reverse('counseling:talk_new')}?draft={draft.pk}",
            note=_("typed {moment}").format(moment=moment(draft.saved_at)),
        )
    more = len(found) - MOST_DRAFTS
    if more > 0:
        text = ngettext("{n} more talk you began to log", "{n} more talks you began to log", more)
        yield Waiting(text=text.format(n=more), url=reverse("counseling:talk_new"), count=more)


@prepared_for()
def _drafts(viewer: Viewer) -> Any:
    return TalkDraft.objects.visible_to(viewer).only("saved_at")
