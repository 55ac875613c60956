"""What leaves the application for a notice: sent by a worker, tried again. It was planned
in the transaction of the notice (`schools.work.deliveries`).

A sentence never holds a name, a level or a reason. A sending takes its row first, so that two workers never send one;
what got no answer is sent a second time, what was answered never.
"""

import datetime as dt
import time
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from schools.models.channels import Channel, ChannelChoice, Delivery
from schools.models.notices import Notice
from schools.models.people import Membership, Role
from schools.work.notices import notify
from schools.work.sending import NoAnswer, NotSent, send
from schools.work.steadily import each

AGAIN = [dt.timedelta(seconds=s) for s in (30, 120, 600, 3600, 4 * 3600)]
HELD = dt.timedelta(minutes=2)
# A channel that does not answer costs its time-out once in a run, and all channels together no more than this: the
# worker has reminders and clocks to see to.
RUN_SECONDS = 30
Urgency = Notice.Urgency
State = Delivery.State


# --- sending ----------------------------------------------------------------------------------------------------------


def send_due(*, now: dt.datetime | None = None) -> int:
    """Send what is due, urgent ones first, for half a minute at most. Returns how many messages left."""
    related = ("notice__membership__person", "channel__unit")
    due = Delivery.objects.filter(state=State.QUEUED, next_at__lte=now or timezone.now()).select_related(*related)
    silent: set[UUID] = set()
    until = time.monotonic() + RUN_SECONDS

    def one(delivery: Delivery) -> bool:
        if delivery.channel_id in silent or time.monotonic() > until:
            return False
        try:
            return _send(delivery, now or timezone.now())
        except NoAnswer:
            silent.add(delivery.channel_id)
            return False

    return each("send", due.order_by("-notice__urgency", "next_at")[:500], one)


def _send(delivery: Delivery, now: dt.datetime) -> bool:
    """Take the row, send, write what came of it. A killed worker's row is due again after two minutes."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED, next_at=delivery.next_at)
    if not mine.update(next_at=now + HELD, attempts=models.F("attempts") + 1):
        return False
    delivery.attempts += 1
    notice = delivery.notice
    # The message to a group stands for all who were called: taken back from one of them, it still leaves.
    if notice.over_at or (notice.withdrawn_at and delivery.channel.is_personal):
        Delivery.objects.filter(pk=delivery.pk).delete()
        return False
    try:
        answer = send(delivery.channel, sentence(notice), to=_address(delivery))
    except NotSent as failure:
        _failed(delivery, str(failure), now)
        if isinstance(failure, NoAnswer):
            raise
        return False
    _sent(delivery, answer, now)
    return True


def sentence(notice: Notice) -> str:
    """Neutral in every channel: that something waits, and nothing of what."""
    with override(notice.membership.person.language or "zh-hans"):
        if notice.urgency == Urgency.URGENT:
            return _("Xinyu: something urgent waits for you")
        return _("Xinyu: something waits for you")


def _address(delivery: Delivery) -> str:
    person = delivery.notice.membership.person
    if delivery.channel.kind == Channel.Kind.SMS:
        return person.phone or ""
    if delivery.channel.kind == Channel.Kind.MAIL:
        choice = ChannelChoice.objects.filter(person=person).first()
        return choice.mail_address if choice else ""
    return ""


def _sent(delivery: Delivery, answer: str, now: dt.datetime) -> None:
    """What else was due for the same person in this channel is told by the same sentence."""
    done: dict[str, Any] = {"state": State.SENT, "sent_at": now, "answer": answer[:120]}
    Delivery.objects.filter(pk=delivery.pk).update(**done)
    if delivery.channel.is_personal and delivery.notice.urgency < Urgency.URGENT:
        same = Delivery.objects.filter(channel=delivery.channel, state=State.QUEUED, next_at__lte=now)
        same.filter(
            notice__membership__person=delivery.notice.membership.person, notice__urgency__lt=Urgency.URGENT
        ).update(**done)


def _failed(delivery: Delivery, why: str, now: dt.datetime) -> None:
    if delivery.attempts <= len(AGAIN):
        Delivery.objects.filter(pk=delivery.pk).update(answer=why[:120], next_at=now + AGAIN[delivery.attempts - 1])
        return
    Delivery.objects.filter(pk=delivery.pk).update(answer=why[:120], state=State.GIVEN_UP)
    _tell(delivery.channel, now)


def _tell(channel: Channel, now: dt.datetime) -> None:
    """Once a day, inside of the application: the leaders of its unit and the system administrators above it."""
    current = Membership.objects.current().filter(person__is_active=True).select_related("person", "unit")
    codes = channel.unit.ancestor_codes
    leaders = models.Q(unit=channel.unit, role__in=[Role.SCHOOL_LEADER, Role.CENTER_STAFF])
    admins = models.Q(unit__code__in=codes, role=Role.SYSTEM_ADMIN)
    notify(
        to=current.filter(leaders | admins),
        kind="channel.failed",
        url="/notices/sent",
        unit=channel.unit,
        occasion=f"{channel.kind} {now:%Y%m%d}",
        goes_outside=False,
    )
