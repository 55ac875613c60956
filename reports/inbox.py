"""What a leader is told: lists that left as files, and unusual opens of last week. Gone once the page was opened."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.opens import WEEK, exports_of, last_monday, openers_of
from schools.access import Viewer
from schools.actions.exports import REASONS
from schools.figures import midnight
from schools.inbox import Waiting, waits
from schools.models import AuditEntry, Role
from schools.templatetags.look import moment
from schools.trail import words_of

MOST = 10


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
    purpose = REASONS.get(entry.details.get("purpose", ""), "")
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
    people = sum(one.is_unusual for one in openers_of(viewer.unit, monday))
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


def _looks(viewer: Viewer) -> Any:
    """When this person opened the page."""
    return AuditEntry.objects.filter(chain__scope=viewer.unit.code, person=viewer.person, verb="opens.read")
