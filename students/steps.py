"""What happened to a flag, step by step, as the audit log has it: moments and names, never the reason."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, UUIDField
from django.utils.translation import gettext as _

from schools.common.prepared import Prepared
from schools.models import AuditEntry, Membership
from students.models import RiskFlag

TAKEN, HANDED_ON, HANDED_LATE = "flag.acknowledged", "flag.assigned", "flag.escalated"
REPEATED, CLOSED = "flag.repeated", "flag.closed"


@dataclass(frozen=True)
class TimelineEntry:
    """As `parts/timeline.html` shows it."""

    when: dt.datetime
    title: str
    text: str = ""


def steps_of(flag: RiskFlag) -> list[TimelineEntry]:
    """Newest first. The flag knows only who has it now; who had it before stands in the log.

    Whoever may open the flag may read these names. Of the log only the acts on this flag are asked, not who opened it.
    """
    entries = _entries(flag)
    names = _names(entries)
    steps = [
        TimelineEntry(flag.known_at, _("Became known")),
        TimelineEntry(flag.reported_at, _("Reported"), flag.raised_by.person.name if flag.raised_by else ""),
        *(_step(entry, names) for entry in entries),
        *_not_logged(flag, entries, names),
    ]
    return sorted(steps, key=lambda step: step.when, reverse=True)


def _entries(flag: RiskFlag) -> list[AuditEntry]:
    return _ACTS.objects(student=flag.student_id, flag=str(flag.pk))


def _acts(student: Any, flag: Any) -> Any:
    found = AuditEntry.objects.filter(
        student_id=student,
        subject_type=RiskFlag._meta.label_lower,
        subject_id=flag,
        verb__in=[TAKEN, HANDED_ON, HANDED_LATE, REPEATED, CLOSED],
    )
    return found.select_related("person").order_by("at", "number")


_ACTS = Prepared(_acts, student=UUIDField(), flag=CharField())


def _names(entries: list[AuditEntry]) -> dict[int, str]:
    """Of those to whom and from whom it was handed on."""
    keys = {entry.details.get(end) for entry in entries for end in ("from", "to")}
    if not keys - {None}:
        return {}
    return dict(Membership.objects.filter(pk__in=keys - {None}).values_list("pk", "person__name"))


def _step(entry: AuditEntry, names: dict[int, str]) -> TimelineEntry:
    by, to = entry.person.name if entry.person else "", names.get(entry.details.get("to", 0), "")
    title, text = {
        TAKEN: (_("Taken in hand"), by),
        HANDED_ON: (_("Handed on"), f"{by} → {to}"),
        HANDED_LATE: (_("Not taken in hand in time: handed on"), to),
        REPEATED: (_("Reported again"), by),
        CLOSED: (_("Closed"), by),
    }[entry.verb]
    return TimelineEntry(entry.at, title, text)


def _not_logged(flag: RiskFlag, entries: list[AuditEntry], names: dict[int, str]) -> Iterator[TimelineEntry]:
    """What was brought in from elsewhere, as the demo is, has no entries for what was done before."""
    verbs = {entry.verb for entry in entries}
    if flag.taken_at and flag.taken_at != flag.settled_at and TAKEN not in verbs:
        yield TimelineEntry(flag.taken_at, _("Taken in hand"), _first_hand(flag, entries, names))
    if flag.settled_at and CLOSED not in verbs:
        yield TimelineEntry(flag.settled_at, _("Closed"), flag.closed_by.name if flag.closed_by else "")


def _first_hand(flag: RiskFlag, entries: list[AuditEntry], names: dict[int, str]) -> str:
    """Who had it before it was first handed on; when it never was, who has it now."""
    for entry in entries:
        if entry.verb in (HANDED_ON, HANDED_LATE):
            return names.get(entry.details.get("from", 0), "")
    return flag.assignee.person.name if flag.assignee else ""
