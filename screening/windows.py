"""When a student of a round may begin, and until when answers are taken."""

import datetime as dt

from django.utils import timezone

from schools.on_duty import on_duty
from screening.models import Round, RoundClass, Slip
from screening.outcome import parts_of

# Whoever began inside the hours may finish: for so long the page goes on.
SITTING = dt.timedelta(hours=3)
# What waited in a phone without a network still arrives so long after the round was closed.
ON_ITS_WAY = dt.timedelta(days=7)


def last_day(round_: Round, row: RoundClass | None) -> dt.date:
    """With the make-up days, and what was given to this class."""
    days = [round_.closes_on, round_.make_up_until, row.extended_until if row else None]
    return max(day for day in days if day)


def has_critical_items(round_: Round) -> bool:
    return any(part.instrument.has_critical_items for part in parts_of(round_))


def is_on_duty(round_: Round, day: dt.date) -> bool:
    """Somebody of the school is named for this day."""
    return bool(on_duty(round_.school, day))


def can_begin(round_: Round, row: RoundClass | None, now: dt.datetime) -> bool:
    """Running, on one of its days, in its hours; where an answer may call somebody, only with somebody on duty."""
    local = timezone.localtime(now)
    return (
        round_.state == Round.State.OPEN
        and round_.opens_on <= local.date() <= last_day(round_, row)
        and round_.opens_at <= local.time() < round_.closes_at
        and (not has_critical_items(round_) or is_on_duty(round_, local.date()))
    )


def takes_answers(slip: Slip, now: dt.datetime) -> bool:
    """Begun and neither withdrawn nor long over. What was on its way when the round closed still arrives."""
    closed = slip.round.closed_at
    if slip.round.is_anonymous and closed is not None:  # its results are out: one sheet more would show whose it is
        return False
    return (
        slip.started_at is not None
        and slip.revoked_at is None
        and slip.round.state != Round.State.PLANNED
        and (closed is None or now < closed + ON_ITS_WAY)
    )
