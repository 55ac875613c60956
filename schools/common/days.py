"""Days as addresses name them, and the moments they begin and end with."""

import datetime as dt
from typing import Any, TypeVar

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.utils import timezone

Rows = TypeVar("Rows", bound=QuerySet[Any])


def today() -> dt.date:
    """As `timezone.localdate()`, which for each row of a list looks up anew which timezone this thread has chosen: here
    all have the same."""
    return local(timezone.now()).date()


def local(moment: dt.datetime) -> dt.datetime:
    """A moment by the clock on the wall."""
    return moment.astimezone(timezone.get_default_timezone())


def day_in(text: str) -> dt.date | None:
    """The day that an address names as 2026-09-01; None if it names none. Anything else is refused."""
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRequest("not a day") from None
    # At the ends of the calendar the day after, or the same moment in UTC, does not exist.
    if day and not 1900 <= day.year <= 2200:
        raise BadRequest("not a day")
    return day


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def last_moment(day: dt.date) -> dt.datetime:
    """The last second of a day: what is due on it, without an hour, is due then."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))


def on_days(rows: Rows, column: str, first: dt.date | None, last: dt.date | None) -> Rows:
    """The rows whose moment lies on these days, the last one whole; None leaves that end open."""
    if first:
        rows = rows.filter(**{f"{column}__gte": midnight(first)})
    if last:
        rows = rows.filter(**{f"{column}__lt": midnight(last + dt.timedelta(days=1))})
    return rows
