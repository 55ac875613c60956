"""Plans what leaves the application for a notice, in the transaction of the notice (see `schools.work.channels`)."""

import datetime as dt
from collections.abc import Collection, Iterable

from celery import current_app
from django.db import transaction
from django.utils import timezone

from schools.common.prepared import PreparedUp
from schools.models.channels import Channel, ChannelChoice, Delivery
from schools.models.notices import Notice

MORNING = dt.time(7, 30)
Urgency = Notice.Urgency


def plan(
    notices: Iterable[Notice], *, only: Collection[str] | None = None, gather: dt.timedelta = dt.timedelta(0)
) -> None:
    """A row for each sending, through these kinds of channels only. Nobody has a channel in most tests and schools:
    then this is one query. After `gather` one message stands for everything that waits for a person by then."""
    rows = list(notices)
    if not rows or not (channels := _channels_of(rows)):
        return
    people = {row.membership.person_id for row in rows}
    choices = {one.person_id: one for one in ChannelChoice.objects.filter(person__in=people)}
    planned = [
        one
        for notice in rows
        for channel in channels.get(notice.unit_id, [])
        if (only is None or channel.kind in only)
        and (one := _planned(notice, channel, choices.get(notice.membership.person_id), is_asked=only is not None))
    ]
    for one in planned:
        one.next_at += gather
    Delivery.objects.bulk_create(planned, batch_size=500, ignore_conflicts=True)
    if any(one.next_at <= timezone.now() for one in planned):
        transaction.on_commit(_send_soon, robust=True)


def _channels_of(notices: list[Notice]) -> dict[int, list[Channel]]:
    """By unit: of each kind the nearest that is in use, the unit's own before one above it."""
    units = {notice.unit_id: notice.unit for notice in notices}
    found = _CHANNELS.of(sorted({code for unit in units.values() for code in unit.ancestor_codes}))
    by_unit = {}
    for pk, unit in units.items():
        nearest = {one.kind: one for one in found if one.unit.code in unit.ancestor_codes}
        by_unit[pk] = list(nearest.values())
    return by_unit if found else {}


_CHANNELS = PreparedUp(
    lambda codes: Channel.objects.filter(unit__code__in=codes, is_on=True).select_related("unit").order_by("unit__path")
)


def _planned(notice: Notice, channel: Channel, choice: ChannelChoice | None, *, is_asked: bool) -> Delivery | None:
    """A group hears what is urgent, and what was meant for it."""
    now = timezone.now()
    if not channel.is_personal:
        if notice.urgency < Urgency.URGENT and not is_asked:
            return None
        cause = f"{notice.kind}:{notice.subject_type}:{notice.subject_id}:{notice.occasion}"
        return Delivery(notice=notice, channel=channel, once=f"{channel.pk}:{cause}"[:200], next_at=now)
    wants = getattr(choice or ChannelChoice(), channel.kind)
    if not wants:
        return None
    return Delivery(
        notice=notice, channel=channel, once=f"{channel.pk}:{notice.pk}", next_at=_when(notice, choice, now)
    )


def _when(notice: Notice, choice: ChannelChoice | None, now: dt.datetime) -> dt.datetime:
    """Urgent at once; others after the quiet hours, and what is only for information in the morning."""
    if notice.urgency == Urgency.URGENT:
        return now
    if notice.urgency == Urgency.LOW and (choice is None or choice.digest):
        return _next(MORNING, now)
    if choice and choice.quiet_from and choice.quiet_until:
        local = timezone.localtime(now).time()
        first, last = choice.quiet_from, choice.quiet_until
        is_quiet = first <= local < last if first <= last else local >= first or local < last
        return _next(last, now) if is_quiet else now
    return now


def _next(time: dt.time, now: dt.datetime) -> dt.datetime:
    local = timezone.localtime(now)
    moment = local.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)
    return moment if moment > local else moment + dt.timedelta(days=1)


def _send_soon() -> None:
    """A broker that is down costs half a minute, not the message: the sweep finds the rows."""
    current_app.send_task("schools.tasks.send_deliveries", ignore_result=True, expires=60)
