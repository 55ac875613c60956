"""What calls a person: a notice is a row, written in the transaction of its cause.

Whoever has something to tell calls `notify`; when it is settled, `end_notices`. What a kind of notice says stands in
the `notices.py` of the app that sends it:

    declare(Kind("flag.raised", _("A risk flag waits for you"), details=flag_lines))

The inbox in the application is the truth; channels outside carry a neutral sentence (`schools.work.channels`).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from schools.access import Viewer
from schools.common.floors import ask_apps
from schools.common.prepared import PreparedInsert, PreparedUpdate
from schools.models.notices import NO_SUBJECT, Notice, Pulse
from schools.models.people import Membership, Role
from schools.models.units import Unit
from schools.work.deliveries import plan
from schools.work.steadily import each

Urgency = Notice.Urgency
Details = Callable[[Viewer, list[Notice]], Mapping[UUID, str]]


@dataclass(frozen=True)
class Kind:
    """What a kind of notice says. `details` adds, by notice, what this viewer may read of its cause today."""

    code: str
    title: Any
    details: Details | None = None


_kinds: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    """Add the kinds of an app."""
    _kinds.update({kind.code: kind for kind in kinds})


def kind_of(notice: Notice) -> Kind:
    ask_apps("notices")
    return _kinds.get(notice.kind) or Kind(notice.kind, notice.kind)


# --- calling ----------------------------------------------------------------------------------------------------------


def this_once() -> str:
    """An occasion of its own: it calls again, whoever was called before."""
    return f"{timezone.now():%Y%m%d%H%M%S%f}"


@transaction.atomic(savepoint=False)
def notify(
    *,
    to: Iterable[Membership],
    kind: str,
    about: models.Model | None = None,
    url: str = "",
    unit: Unit | None = None,
    urgency: int = Urgency.NORMAL,
    due_at: dt.datetime | None = None,
    answer_by: dt.datetime | None = None,
    occasion: str = "",
    goes_outside: bool = True,
    outside: Collection[str] | None = None,
    gather: dt.timedelta = dt.timedelta(0),
) -> int:
    """Call these people, each once for this cause and occasion. Returns how many were not called before.

    Call it in the transaction of the cause. `about` is what the notice leads to, unless `url` says where; whoever may
    not see it must not be among `to`. `unit` is whose matter it is, if not that of the people called. With `answer_by`
    the next person is called if nobody acknowledges it until then. `outside` names the kinds of channels that may be
    used, all if None; what leaves waits for `gather`.
    """
    members = list({member.pk: member for member in to}.values())
    subject_type, subject_id = subject_of(about)
    address = url or _address_of(about)
    rows = [
        Notice(
            membership=member,
            unit=unit or member.unit,
            kind=kind,
            urgency=urgency,
            subject_type=subject_type,
            subject_id=subject_id,
            url=address,
            occasion=occasion,
            due_at=due_at,
            answer_by=answer_by,
        )
        for member in members
    ]
    new = _NOTICES.write_new(rows)
    if goes_outside:
        plan(new, only=outside, gather=gather)
    pulse({unit for row in new for unit in (row.unit_id, row.membership.unit_id)})
    return len(new)


_NOTICES = PreparedInsert(Notice)


def subject_of(about: models.Model | None) -> tuple[str, UUID]:
    """Type and id of a row; one whose key is no UUID is told by its address alone."""
    if about is None:
        return "", NO_SUBJECT
    return about._meta.label_lower, about.pk if isinstance(about.pk, UUID) else NO_SUBJECT


def _address_of(about: models.Model | None) -> str:
    return str(about.get_absolute_url()) if about is not None and hasattr(about, "get_absolute_url") else ""


_BEAT = PreparedUpdate(
    lambda unit: (Pulse.objects.filter(pk=unit), {"beats": F("beats") + 1}), unit=models.BigIntegerField()
)


def pulse(units: Iterable[int]) -> None:
    """Open pages of these units ask for themselves anew."""
    for unit_id in sorted(units):
        if not _BEAT.run(unit=unit_id):
            Pulse.objects.get_or_create(pk=unit_id, defaults={"beats": 1})


# --- ending -----------------------------------------------------------------------------------------------------------


def about_this(about: models.Model, *kinds: str) -> Any:
    """The notices about a row, of these kinds or of all."""
    subject_type, subject_id = subject_of(about)
    found = Notice.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return found.filter(kind__in=kinds) if kinds else found


def end_notices(about: models.Model, *kinds: str, beginning: str = "") -> int:
    """What they called for is done: they call nobody any more, and nobody else. `beginning`: only kinds that begin so,
    where an upper floor hangs calls of its own on the same row."""
    found = about_this(about, *kinds).filter(over_at=None, kind__startswith=beginning)
    return int(found.update(over_at=timezone.now(), answer_by=None))


def withdraw_notices(about: models.Model, members: Iterable[Membership]) -> int:
    """Take them back from people who may no longer know of the cause: to these they were never there."""
    found = about_this(about).filter(membership__in=list(members), withdrawn_at=None)
    return int(found.update(withdrawn_at=timezone.now(), answer_by=None))


# --- reading ----------------------------------------------------------------------------------------------------------


def told(viewer: Viewer, notices: Iterable[Notice]) -> list[Any]:
    """Put words on notices as this viewer may read them: `title`, and `detail` in the role the viewer acts in."""
    rows: list[Any] = list(notices)
    by_kind: dict[str, list[Notice]] = {}
    for row in rows:
        if row.membership_id == viewer.membership.pk:
            by_kind.setdefault(row.kind, []).append(row)
    details: dict[UUID, str] = {}
    for own in by_kind.values():
        ask = kind_of(own[0]).details
        details.update(ask(viewer, own) if ask else {})
    for row in rows:
        row.title, row.detail = str(kind_of(row).title), details.get(row.pk, "")
    return rows


def known_to(viewer: Viewer) -> Any:
    """All notices of the viewer's unit whose cause the viewer may know of: one about a record that is kept from this
    person is not there, also not as a number."""
    rows = Notice.objects.standing().filter(Q(membership__unit=viewer.unit) | Q(unit=viewer.unit))
    hidden = Q(pk__in=[])
    for label in rows.exclude(subject_type="").order_by().values_list("subject_type", flat=True).distinct():
        manager = apps.get_model(label)._default_manager
        if hasattr(manager, "visible_to"):
            seen = manager.visible_to(viewer).order_by().values("pk")
            hidden |= Q(subject_type=label) & ~Q(subject_id__in=seen)
    return rows.exclude(hidden)


# --- nobody answers ---------------------------------------------------------------------------------------------------


def call_next(*, now: dt.datetime | None = None) -> int:
    """Notices that nobody acknowledged in time go to the named backup, then to the leader, at a center to its others;
    to have read one is no answer. Returns how many did."""
    now = now or timezone.now()
    waiting = Notice.objects.standing().filter(over_at=None, acknowledged_at=None, answer_by__lt=now)
    found = list(waiting.select_related("membership__backup", "unit__kind").order_by("answer_by")[:500])
    return each("call the next", found, lambda notice: _call_next(notice, now))


@transaction.atomic
def _call_next(notice: Notice, now: dt.datetime) -> bool:
    """One step up: only if nobody was faster, and only while nobody who was called for it has acknowledged it."""
    taken = Notice.objects.filter(pk=notice.pk, answer_by=notice.answer_by).update(answer_by=None)
    same = Notice.objects.filter(
        subject_type=notice.subject_type, subject_id=notice.subject_id, kind=notice.kind, url=notice.url
    )
    if not taken or same.exclude(acknowledged_at=None).exists():
        return False
    called = set(same.standing().values_list("membership_id", flat=True))
    about = _subject(notice)
    step = next_to_call(notice.unit, [notice.membership], called, about)
    return bool(step) and bool(
        notify(
            to=step,
            kind=notice.kind,
            url=notice.url,
            urgency=notice.urgency,
            due_at=notice.due_at,
            answer_by=now + (notice.answer_by - notice.created_at if notice.answer_by else dt.timedelta(hours=1)),
            occasion=notice.occasion,
            about=about,
        )
    )


def _subject(notice: Notice) -> models.Model | None:
    if not notice.subject_type:
        return None
    rows = apps.get_model(notice.subject_type)._default_manager
    found: models.Model | None = rows.filter(pk=notice.subject_id).first()
    return found


def next_to_call(
    unit: Unit, called_now: Iterable[Membership], called: set[int], about: models.Model | None = None
) -> list[Membership]:
    """The named backups of those who were called, who were not called yet; then the leaders of the school, or the other
    staff of the center. Only who may see what it is about."""
    backups = [member.backup for member in called_now if member.backup and member.backup.is_current()]
    if steps := who_see(about, [backup for backup in backups if backup.pk not in called]):
        return steps
    role = Role.SCHOOL_LEADER if unit.is_school else Role.CENTER_STAFF
    others = Membership.objects.current().filter(unit=unit, role=role, person__is_active=True)
    return who_see(about, others.exclude(pk__in=called).select_related("person", "unit__kind"))


def who_see(about: models.Model | None, members: Iterable[Membership]) -> list[Membership]:
    """Those of a few people who may see this row, by the rule of its model."""
    rows: Any = type(about)._default_manager if about is not None else None
    if about is None or not hasattr(rows, "visible_to"):
        return list(members)
    viewers = [Viewer(person=member.person, membership=member) for member in members]
    return [one.membership for one in viewers if rows.visible_to(one).filter(pk=about.pk).exists()]
