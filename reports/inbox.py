"""What those who watch are told. Leaders: lists that left as files, and unusual opens of last week, until the page was
opened. Counselors and auditors: who was made a counselor, for a week."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import daily_waiting  # noqa: F401  daily reports
from reports.opens import WEEK, exports_of, last_monday, openers_of
from schools.access import Viewer
from schools.audit.particulars import MEMBERSHIP, PERSON
from schools.audit.purposes import PURPOSES
from schools.audit.trail import words_of
from schools.common.days import midnight
from schools.models import AuditEntry, Membership, Person, Role, Unit
from schools.templatetags.look import moment
from schools.work.inbox import Waiting, waits

MOST = 10
QUARTER = 15 * 60  # seconds
# How the log calls it that somebody was given a role.
NAMINGS = ("person.created", "membership.granted", "membership.changed")


@waits
def lists_taken_out(viewer: Viewer) -> Iterator[Waiting]:
    """Also the leader's own: a stolen account is noticed by its owner. Nothing is said of the students."""
    if viewer.role != Role.SCHOOL_LEADER:
        return
    found = exports_of(viewer.unit)
    last = _looks(viewer).order_by("-at").values_list("at", flat=True).first()
    for entry in (found.filter(at__gt=last) if last else found)[:MOST]:
        yield Waiting(text=_what(entry), url=reverse("reports:open_list"), note=_why(entry))


def _what(entry: Any) -> str:
    rows = entry.details.get("rows", 0)
    text = ngettext("{name} {act}: {n} row", "{name} {act}: {n} rows", rows)
    return text.format(name=entry.person.name, act=words_of(entry.verb), n=rows)


def _why(entry: Any) -> str:
    purpose = PURPOSES.get(entry.details.get("purpose", ""), "")
    return _("for {purpose}, {when}").format(purpose=purpose, when=moment(timezone.localtime(entry.at)))


@waits
def unusual_opens(viewer: Viewer) -> Iterator[Waiting]:
    """Of the last week that is over, until its page was opened."""
    if viewer.role != Role.SCHOOL_LEADER:
        return
    monday = last_monday()
    # Whoever looked while the week still ran has not seen its end.
    if _looks(viewer).filter(at__gte=midnight(monday + WEEK), details__week=monday.isoformat()).exists():
        return
    people = _unusual_in(viewer.unit, monday)
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


def _unusual_in(unit: Unit, monday: dt.date) -> int:
    """How many people; kept for a quarter of an hour. In a week that is over no look is added, and who explains one by
    what was written within a day after it does so by Tuesday."""
    key = f"unusual-opens-{unit.pk}-{monday}"
    found: int | None = cache.get(key)
    if found is None:
        found = sum(one.is_unusual for one in openers_of(unit, monday))
        cache.set(key, found, QUARTER)
    return found


def _looks(viewer: Viewer) -> Any:
    """When this person opened the page."""
    return AuditEntry.objects.filter(chain__scope=viewer.unit.code, person=viewer.person, verb="opens.read")


@waits
def counselors_named(viewer: Viewer) -> Iterator[Waiting]:
    """A leader may make anybody a counselor, who then reads what the leader may not: so others learn of it."""
    if viewer.role == Role.COUNSELOR:
        entries = AuditEntry.objects.filter(chain__scope=viewer.unit.code)
    elif viewer.role == Role.AUDITOR:
        entries = AuditEntry.objects.visible_to(viewer)
    else:
        return
    named = entries.filter(at__gte=timezone.now() - WEEK, verb__in=NAMINGS, details__role=Role.COUNSELOR)
    found = list(islice(filter(_is_new, named.select_related("person", "chain").order_by("-at", "-pk")), MOST))
    people, units = _people_of(found), _units_of(found)
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


def _is_new(entry: AuditEntry) -> bool:
    """Not only another title or other dates of a counselor."""
    return entry.verb != "membership.changed" or "role" in entry.details.get("fields", ())


def _people_of(entries: list[AuditEntry]) -> dict[tuple[str, str], Person]:
    """By what the entries are about: an account with its first role, or a role."""
    ids = {kind: [one.subject_id for one in entries if one.subject_type == kind] for kind in (PERSON, MEMBERSHIP)}
    accounts = {(PERSON, str(one.pk)): one for one in Person.objects.filter(pk__in=ids[PERSON])}
    roles = Membership.objects.filter(pk__in=ids[MEMBERSHIP]).select_related("person")
    return accounts | {(MEMBERSHIP, str(one.pk)): one.person for one in roles}


def _units_of(entries: list[AuditEntry]) -> dict[str, str]:
    return dict(Unit.objects.filter(code__in={one.chain.scope for one in entries}).values_list("code", "name"))


def _by_whom(entry: AuditEntry) -> str:
    when = moment(timezone.localtime(entry.at))
    if entry.person is None:
        return _("by a command on the server, {when}").format(when=when)
    return _("by {who}, {when}").format(who=entry.person.name, when=when)
