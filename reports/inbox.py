"""What those who watch are told. Leaders: lists that left as files, and unusual opens of last week, until the page was
opened. Counselors and auditors: who was made a counselor, for a week."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, DateTimeField, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import daily_waiting, sweep_waiting  # noqa: F401  daily reports and sweeps
from reports.opens import KEPT_DAYS, WEEK, exports_since, last_monday, openers_of
from schools.access import Viewer, once
from schools.audit.particulars import MEMBERSHIP, PERSON
from schools.audit.purposes import PURPOSES
from schools.audit.trail import words_of
from schools.common.days import midnight
from schools.models import AuditEntry, Membership, Person, Role, Unit
from schools.prepared_for import prepared_for
from schools.templatetags.look import moment
from schools.work.inbox import Waiting, waits
from students.access import is_kept_from_a_flag

MOST = 10
QUARTER = 15 * 60  # seconds
# How the log calls it that somebody was given a role.
NAMINGS = ("person.created", "membership.granted", "membership.changed")


@waits
def lists_taken_out(viewer: Viewer) -> Iterator[Waiting]:
    """Also the leader's own: a stolen account is noticed by its owner. Nothing is said of the students."""
    if viewer.role != Role.SCHOOL_LEADER:
        return
    since = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    last = _looks(viewer)[0] or since
    for entry in _exports(viewer, scope=viewer.unit.code, since=max(since, last)):
        yield Waiting(text=_what(viewer, entry), url=reverse("reports:open_list"), note=_why(entry))


def _what(viewer: Viewer, entry: Any) -> str:
    """Without the number of rows for whom a flag is kept from: of a list that they see, too, it tells what is
    missing."""
    rows = entry.details.get("rows", 0)
    text = ngettext("{name} {act}: {n} row", "{name} {act}: {n} rows", rows)
    if is_kept_from_a_flag(viewer):
        text = _("{name} {act}")
    return text.format(name=entry.person.name, act=words_of(entry.verb), n=rows)


def _why(entry: Any) -> str:
    purpose = PURPOSES.get(entry.details.get("purpose", ""), "")
    return _("for {purpose}, {when}").format(purpose=purpose, when=moment(timezone.localtime(entry.at)))


@waits
def unusual_opens(viewer: Viewer) -> Iterator[Waiting]:
    """Of the last week that is over, until its page was opened."""
    if viewer.role != Role.SCHOOL_LEADER:
        return
    if _looks(viewer)[1]:
        return
    people = _unusual_in(viewer, last_monday())
    if people:
        text = ngettext(
            "{n} person opened unusually many records last week",
            "{n} people opened unusually many records last week",
            people,
        )
        yield Waiting(
            text=text.format(n=people),
            url=reverse("reports:open_list"),
            note=_("of students outside their own care"),
            count=people,
        )


def _unusual_in(viewer: Viewer, monday: dt.date) -> int:
    """How many people, as this viewer may know; kept for a quarter of an hour. In a week that is over no look is added,
    and who explains one by what was written within a day after it does so by Tuesday."""
    key = f"unusual-opens-{viewer.membership.pk}-{monday}"
    found: int | None = cache.get(key)
    if found is None:
        found = sum(one.is_unusual for one in openers_of(viewer.unit, monday, viewer))
        cache.set(key, found, QUARTER)
    return found


@once
def _looks(viewer: Viewer) -> tuple[dt.datetime | None, int]:
    """When this person last opened the page, and how often that of the last week since that is over: whoever looked
    while the week still ran has not seen its end."""
    monday = last_monday()
    found = _opened(viewer, scope=viewer.unit.code, week=monday.isoformat(), over=midnight(monday + WEEK))
    return tuple(found[0]) if found else (None, 0)


@prepared_for(scope=CharField(), over=DateTimeField())
def _opened(viewer: Viewer, scope: Any, week: str, over: Any) -> Any:
    looks = AuditEntry.objects.filter(chain__scope=scope, person=viewer.person, verb="opens.read").order_by()
    seen = Count("pk", filter=Q(at__gte=over, details__week=week))
    return looks.values("person").annotate(last=Max("at"), seen=seen).values_list("last", "seen")


@prepared_for(scope=CharField(), since=DateTimeField())
def _exports(viewer: Viewer, scope: Any, since: Any) -> Any:
    return exports_since(scope, since)[:MOST]


@waits
def counselors_named(viewer: Viewer) -> Iterator[Waiting]:
    """A leader may make anybody a counselor, who then reads what the leader may not: so others learn of it."""
    since = timezone.now() - WEEK
    if viewer.role == Role.COUNSELOR:
        named = _named_here(viewer, scope=viewer.unit.code, since=since)
    elif viewer.role == Role.AUDITOR:
        named = _named(AuditEntry.objects.visible_to(viewer), since)
    else:
        return
    found = list(islice(filter(_is_new, named), MOST))
    people, units = _people_of(found), _units_of(viewer, found)
    for entry in found:
        person = people.get((entry.subject_type, entry.subject_id))
        if person and person != viewer.person:
            yield Waiting(
                text=_("{name} was made a counselor of {unit}").format(
                    name=person.name, unit=units.get(entry.chain.scope, entry.chain.scope)
                ),
                url=f"{reverse('schools:audit_list')}?unit={entry.chain.scope}" if viewer.role == Role.AUDITOR else "",
                note=_by_whom(entry),
            )


@prepared_for(scope=CharField(), since=DateTimeField())
def _named_here(viewer: Viewer, scope: Any, since: Any) -> Any:
    return _named(AuditEntry.objects.filter(chain__scope=scope), since)


def _named(entries: Any, since: Any) -> Any:
    named = entries.filter(at__gte=since, verb__in=NAMINGS, details__role=Role.COUNSELOR)
    return named.select_related("person", "chain").order_by("-at", "-pk")


def _is_new(entry: AuditEntry) -> bool:
    """Not only another title or other dates of a counselor."""
    return entry.verb != "membership.changed" or "role" in entry.details.get("fields", ())


def _people_of(entries: list[AuditEntry]) -> dict[tuple[str, str], Person]:
    """By what the entries are about: an account with its first role, or a role."""
    ids = {kind: [one.subject_id for one in entries if one.subject_type == kind] for kind in (PERSON, MEMBERSHIP)}
    accounts = {(PERSON, str(one.pk)): one for one in Person.objects.filter(pk__in=ids[PERSON])} if ids[PERSON] else {}
    roles = Membership.objects.filter(pk__in=ids[MEMBERSHIP]).select_related("person") if ids[MEMBERSHIP] else ()
    return accounts | {(MEMBERSHIP, str(one.pk)): one.person for one in roles}


def _units_of(viewer: Viewer, entries: list[AuditEntry]) -> dict[str, str]:
    if viewer.role == Role.COUNSELOR:
        return {viewer.unit.code: viewer.unit.name}
    return dict(Unit.objects.filter(code__in={one.chain.scope for one in entries}).values_list("code", "name"))


def _by_whom(entry: AuditEntry) -> str:
    when = moment(timezone.localtime(entry.at))
    if entry.person is None:
        return _("by a command on the server, {when}").format(when=when)
    return _("by {who}, {when}").format(who=entry.person.name, when=when)
