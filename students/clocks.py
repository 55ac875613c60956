"""The clocks of a flag in words: how long is left, how long it took; in minutes, hours and school days."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.calendar import SchoolCalendar
from schools.severity import WORST, Scheme
from students.flag_states import UPPER
from students.models import RiskFlag

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
SOON = dt.timedelta(hours=4)


@dataclass(frozen=True)
class Clock:
    text: str
    tone: str = ""  # "late" or "soon"


@dataclass(frozen=True)
class Hand:
    """One of the four clocks on the page of a flag."""

    label: str
    text: str
    note: str = ""
    tone: str = ""  # "done", "late" or "open"


def running_until(flag: RiskFlag) -> dt.datetime | None:
    """Which target runs at present: to be in hand, then the first measure; none once both are met."""
    if flag.state == RiskFlag.State.RAISED:
        return flag.in_hand_by
    if flag.state == RiskFlag.State.ACKNOWLEDGED and flag.acted_at is None:
        return flag.due_at
    return None


def clock_of(flag: RiskFlag, calendar: SchoolCalendar, now: dt.datetime) -> Clock:
    """What a list shows beside a flag."""
    until = running_until(flag)
    if until is None:
        if flag.state == RiskFlag.State.WATCHED and flag.watch_until:
            return Clock(_("until {day}").format(day=date_format(flag.watch_until, _("M j"))))
        return Clock(str(capfirst(RiskFlag.State(flag.state).label)))
    if until < now:
        return Clock(_("overdue by {time}").format(time=duration(until, now, calendar)), "late")
    tone = "soon" if is_pressing(flag.severity, until, now) else ""
    return Clock(_("{time} left").format(time=duration(now, until, calendar)), tone)


def is_pressing(severity: int, due_at: dt.datetime, now: dt.datetime) -> bool:
    """The worst level presses however long its time is."""
    return severity == WORST or due_at - now < SOON


def urgent_words(counts: dict[str, Any], scheme: Scheme) -> str:
    """The sentence that comes before all others while nobody has a flag of the worst level in hand; else nothing.

    Time that still runs comes before time that is over: it can still be kept.
    """
    level = scheme.word(WORST)
    if counts["worst"]:
        text = ngettext(
            "{n} {level} flag must be in hand by {time}",
            "{n} {level} flags must be in hand, the first by {time}",
            counts["worst"],
        )
        return text.format(n=counts["worst"], level=level, time=_point(counts["worst_due"]))
    if counts["worst_late"]:
        text = ngettext(
            "{n} {level} flag is past its time and in nobody's hands",
            "{n} {level} flags are past their time and in nobody's hands",
            counts["worst_late"],
        )
        return text.format(n=counts["worst_late"], level=level)
    return ""


def in_whose_hands(flag: RiskFlag) -> str:
    """The name beside a flag, and that it is not in hand where it was only passed on."""
    if flag.assignee is None:
        return ""
    name = flag.assignee.person.name
    if flag.state != RiskFlag.State.RAISED:
        return name
    if flag.escalated_at:
        return _("passed on to {name} when its time was over, not yet in hand").format(name=name)
    return _("handed to {name}, not yet in hand").format(name=name)


def next_step(flag: RiskFlag) -> str:
    """What comes next, in a few words."""
    if flag.state == RiskFlag.State.RAISED:
        return _("take in hand")
    if flag.waits_for:
        name = flag.waits_for.person.name
        if flag.state == RiskFlag.State.PROPOSED:
            return _("{name} confirms").format(name=name)
        return _("{name} answers").format(name=name)
    if flag.state == RiskFlag.State.ACKNOWLEDGED:
        if flag.acted_at is None:
            return _("first measure")
        return _("interview") if flag.severity >= UPPER and flag.interviewed_at is None else _("decide")
    if flag.state == RiskFlag.State.WATCHED:
        return _("look again on that day")
    return ""


def duration(start: dt.datetime, end: dt.datetime, calendar: SchoolCalendar) -> str:
    """Up to a day in hours and minutes, beyond it in school days."""
    start, end = timezone.localtime(start), timezone.localtime(end)
    days = school_days_between(start.date(), end.date(), calendar)
    if start.date() == end.date() or (days <= 1 and end - start < dt.timedelta(hours=12)):
        return _hours(end - start)
    if days == 0:
        whole = max(1, (end - start).days)
        return ngettext("{n} day without school", "{n} days without school", whole).format(n=whole)
    return ngettext("{n} school day", "{n} school days", days).format(n=days)


def school_days_between(first: dt.date, last: dt.date, calendar: SchoolCalendar) -> int:
    """School days after `first`, up to and with `last`."""
    days = (first + dt.timedelta(days=n) for n in range(1, min((last - first).days, 400) + 1))
    return sum(calendar.is_school_day(day) for day in days)


def _hours(length: dt.timedelta) -> str:
    minutes = max(0, int(length.total_seconds()) // 60)
    if length < HOUR:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    if minutes % 60 == 0:
        return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def four_clocks(flag: RiskFlag, calendar: SchoolCalendar, now: dt.datetime) -> list[Hand]:
    """Known, reported, first measure, settled. Taking it in hand stands beside the third: it is no measure."""
    return [
        Hand(_("Known"), _point(flag.known_at), tone="done"),
        Hand(_("Reported"), _point(flag.reported_at), _after(flag.known_at, flag.reported_at, calendar), "done"),
        _acted(flag, calendar, now),
        _settled(flag, calendar),
    ]


def _acted(flag: RiskFlag, calendar: SchoolCalendar, now: dt.datetime) -> Hand:
    label = _("First measure")
    if flag.acted_at:
        tone = "late" if flag.acted_at > flag.due_at else "done"
        return Hand(label, _point(flag.acted_at), _after(flag.reported_at, flag.acted_at, calendar), tone)
    note = _("due {time}").format(time=_point(flag.due_at))
    if flag.due_at < now:
        return Hand(label, _("overdue by {time}").format(time=duration(flag.due_at, now, calendar)), note, "late")
    return Hand(label, _("{time} left").format(time=duration(now, flag.due_at, calendar)), note, "open")


def _settled(flag: RiskFlag, calendar: SchoolCalendar) -> Hand:
    if flag.settled_at:
        return Hand(_("Settled"), _point(flag.settled_at), _after(flag.known_at, flag.settled_at, calendar), "done")
    return Hand(_("Settled"), _("not yet"), tone="open")


def _after(start: dt.datetime, end: dt.datetime, calendar: SchoolCalendar) -> str:
    """How long it took; nothing for less than a minute."""
    took = end - start >= MINUTE
    return _("after {time}").format(time=duration(start, end, calendar)) if took else ""


def _point(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    clock = date_format(local, "H:i")
    if local.date() == timezone.localdate():
        return _("Today {time}").format(time=clock)
    return _("{day} {time}").format(day=date_format(local.date(), _("M j")), time=clock)
