"""Reminders: what is due calls people before its hour, at it and after it, as a ladder says.

An app names what can be due in its `reminders.py`:

    remind(Source("daily.class", _("Daily report of a class"), ladder=(Rung(-30), Rung(0), Rung(30, "above")),
                  due=…, people=…, url="reports:daily"))

A unit may put another ladder in its place (`UnitSetting`, key "ladder daily.class"); the nearest one counts. A
dispatcher runs each minute: it writes a row for every step whose moment has come, once for kind, unit, day and hour,
and then sends each row in one transaction with the notices it stands for. A row that was written is the memory: a
worker that dies sends nothing twice and leaves nothing out.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone

from schools.audit.particulars import explains
from schools.common.floors import ask_apps
from schools.ladder import (
    AS_CHOSEN,
    BY_HAND,
    DAYS,
    MINUTES,
    STALE,
    Rung,
    minutes_since,
    passed_steps,
)
from schools.models import Membership, Notice, Reminder, Unit, UnitSetting
from schools.work.notices import notify
from schools.work.steadily import each

if TYPE_CHECKING:
    from schools.access import Viewer

logger = logging.getLogger(__name__)
TRIES = 5
# By which channel a step calls besides the inbox: as each person chose, or only one of these.
INSIDE, MAIL, SMS, GROUP = "inside", "mail", "sms", "group"
OUTSIDE: dict[str, frozenset[str] | None] = {
    AS_CHOSEN: None,
    INSIDE: frozenset(),
    MAIL: frozenset({"mail"}),
    SMS: frozenset({"sms"}),
    GROUP: frozenset({"wecom", "dingtalk", "feishu"}),
}
# What comes due within a minute is gathered, of whatever kind: ten things due are one message.
GATHER = dt.timedelta(minutes=1)


class Due(NamedTuple):
    """Something of a unit that is due."""

    unit: Unit
    day: dt.date
    at: dt.datetime


@dataclass(frozen=True)
class Source:
    """One kind of thing that reminds."""

    kind: str
    title: Any
    ladder: Sequence[Rung]
    due: Callable[[dt.datetime], Iterable[Due]]  # all that is due around a moment
    people: Callable[[Reminder], Iterable[Membership]]  # whom a step calls now; nobody if it is done
    url: str  # the name of the page that it leads to
    scale: str = MINUTES  # in which a person sets its ladder
    # Who may read of its reminders: not whoever would learn from them of a record that is kept from them.
    seen_by: Callable[["Viewer"], bool] = lambda _viewer: True


_sources: dict[str, Source] = {}


def remind(*sources: Source) -> None:
    _sources.update({source.kind: source for source in sources})
    explains(values={"kind": {source.kind: source.title for source in sources}})


def sources_seen_by(viewer: "Viewer") -> dict[str, Source]:
    return {kind: source for kind, source in all_sources().items() if source.seen_by(viewer)}


def all_sources() -> Mapping[str, Source]:
    ask_apps("reminders")
    return _sources


# --- ladders ----------------------------------------------------------------------------------------------------------


def setting_key(kind: str) -> str:
    return f"ladder {kind}"


class Ladders:
    """The ladders of one kind for many units, in one query."""

    def __init__(self, source: Source) -> None:
        rows = UnitSetting.objects.filter(key=setting_key(source.kind)).values_list("unit__code", "value")
        self._set = {code: tuple(Rung(*step) for step in value) for code, value in rows}
        self._default = tuple(source.ladder)

    def of(self, unit: Unit) -> Sequence[Rung]:
        found = (self._set[code] for code in reversed(unit.ancestor_codes) if code in self._set)
        return next(found, self._default)


def ladders_in_force(unit: Unit) -> dict[str, Sequence[Rung]]:
    """Of every kind the ladder of one unit, in one query."""
    rows = UnitSetting.objects.filter(unit__code__in=unit.ancestor_codes, key__startswith=setting_key(""))
    own = {
        key: [Rung(*step) for step in value] for key, value in rows.order_by("unit__path").values_list("key", "value")
    }
    return {kind: own.get(setting_key(kind), source.ladder) for kind, source in all_sources().items()}


# --- the dispatcher ---------------------------------------------------------------------------------------------------


def dispatch(*, now: dt.datetime | None = None) -> int:
    """Write what has become due and send it. Returns how many people were called."""
    now = now or timezone.now()
    each("plan reminders", all_sources().values(), lambda source: plan(source, now))
    return send_waiting(now)


def plan(source: Source, now: dt.datetime) -> int:
    """Write the steps of one kind whose moment has come. Returns how many."""
    ladders = Ladders(source)
    rows = [
        Reminder(
            kind=source.kind,
            unit=due.unit,
            day=due.day,
            step=step.minutes,
            whom=step.whom,
            channel=step.channel,
            due_at=due.at,
            at=at,
        )
        for due in source.due(now)
        for step, at in passed_steps(ladders.of(due.unit), due.at, now, STALE[source.scale])
    ]
    written = Reminder.objects.filter(kind=source.kind, day__in={row.day for row in rows})
    known = set(written.values_list("unit_id", "day", "due_at", "step", "whom"))
    new = [row for row in rows if (row.unit_id, row.day, row.due_at, row.step, row.whom) not in known]
    Reminder.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def send_waiting(now: dt.datetime) -> int:
    """Those that waited for too long, because nobody sent them, are left out: they would remind of what is over."""
    for scale, stale in STALE.items():
        kinds = [kind for kind, source in all_sources().items() if source.scale == scale]
        late = Reminder.objects.filter(state=Reminder.State.WAITING, kind__in=kinds, at__lte=now - stale)
        late.update(state=Reminder.State.NEEDLESS, error="too late")
    waiting = Reminder.objects.filter(state=Reminder.State.WAITING, at__lte=now).order_by("at").select_related("unit")
    return sum(_try(row, now) for row in waiting[:2000])


def _try(row: Reminder, now: dt.datetime) -> int:
    try:
        return send(row, now)
    except Exception as error:
        # The text of an exception may hold data of a row.
        logger.exception("reminder %s of kind %s failed", row.pk, row.kind)
        tries = row.tries + 1
        state = Reminder.State.FAILED if tries >= TRIES else Reminder.State.WAITING
        failed = Reminder.objects.filter(pk=row.pk, state=Reminder.State.WAITING)
        failed.update(tries=tries, state=state, error=type(error).__name__)
        return 0


@transaction.atomic
def send(row: Reminder, now: dt.datetime) -> int:
    """Call whoever has still to be called, and mark it sent, in one transaction: both or neither, and once."""
    taken = Reminder.objects.filter(pk=row.pk, state=Reminder.State.WAITING)
    if not taken.update(state=Reminder.State.SENT, sent_at=now, tries=F("tries") + 1):
        return 0
    source = all_sources()[row.kind]
    people = call(row, source.people(row))
    state = Reminder.State.SENT if people else Reminder.State.NEEDLESS
    Reminder.objects.filter(pk=row.pk).update(people=people, state=state)
    return people


def call(row: Reminder, people: Iterable[Membership]) -> int:
    """One notice for each person, however much of theirs is due."""
    source = all_sources()[row.kind]
    return notify(
        to=people,
        kind=row.kind,
        url=reverse(source.url),
        unit=row.unit,
        due_at=row.due_at,
        occasion=row.occasion,
        outside=OUTSIDE[row.channel],
        gather=GATHER,
    )


# --- how much it took -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """Of one kind: how many things were due, for how many of them nobody had to be called, and how many calls."""

    title: Any
    due: int
    by_themselves: int
    calls: int

    @property
    def calls_each(self) -> float:
        return self.calls / self.due if self.due else 0.0


def what_it_took(viewer: "Viewer", *, since: dt.datetime) -> list[Took]:
    """Of the viewer's unit and all below it, by kind: two queries, however much there was."""
    seen = sources_seen_by(viewer)
    rows = Reminder.objects.filter(unit__path__startswith=viewer.unit.path, at__gte=since, kind__in=seen)
    per_day = rows.order_by().values("kind", "unit", "day").annotate(calls=Sum("people"))
    found: dict[str, list[int]] = {}
    for kind, calls in per_day.values_list("kind", "calls"):
        found.setdefault(kind, []).append(calls)
    return [
        Took(source.title, len(found[kind]), sum(not one for one in found[kind]), sum(found[kind]))
        for kind, source in seen.items()
        if kind in found
    ]


def call_soon(*, kind: str, units: Iterable[Unit], day: dt.date, due_at: dt.datetime) -> None:
    """Something new is due at these units: the dispatcher calls for it within a minute, besides the steps of its
    ladder. One insert, however many units there are."""
    now = timezone.now()
    step = minutes_since(due_at, now)
    rows = [Reminder(kind=kind, unit=unit, day=day, step=step, whom=BY_HAND, due_at=due_at, at=now) for unit in units]
    Reminder.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


@transaction.atomic
def remind_by_hand(*, kind: str, unit: Unit, day: dt.date, due_at: dt.datetime, people: Iterable[Membership]) -> int:
    """Somebody asks for it now; within a minute a second click calls nobody again."""
    now = timezone.now()
    step = minutes_since(due_at, now)
    row, _created = Reminder.objects.get_or_create(
        kind=kind,
        unit=unit,
        day=day,
        due_at=due_at,
        step=step,
        whom=BY_HAND,
        defaults={"at": now, "state": Reminder.State.SENT, "sent_at": now},
    )
    called = call(row, people)
    Reminder.objects.filter(pk=row.pk).update(people=F("people") + called)
    return called


def end_reminders(
    kind: str,
    day: dt.date,
    *,
    units: Sequence[Unit] = (),
    done: Iterable[Membership] = (),
    still: bool = False,
) -> int:
    """It is done: those who were called for it are called no more. `still`: they have more of it to do."""
    if still:
        return 0
    found = Notice.objects.filter(kind=kind, occasion__startswith=f"{day:%Y-%m-%d} ", over_at=None)
    found = found.filter(unit__in=units) if units else found.filter(membership__in=list(done))
    return int(found.update(over_at=timezone.now(), answer_by=None))


def end_met() -> int:
    """Whoever a reminder of days called, and who has nothing of it left to do, is called no more: whatever it was
    that met it. Those of hours end in the action that does what they ask for."""
    slow = [kind for kind, source in all_sources().items() if source.scale == DAYS]
    standing = Notice.objects.filter(kind__in=slow, over_at=None, withdrawn_at=None).exclude(occasion="")
    steps = standing.order_by().values_list("kind", "unit", "occasion").distinct()
    return each("end what is met", list(steps), _end_step)


def _end_step(step: tuple[str, int, str]) -> int:
    kind, unit_id, occasion = step
    day, minutes, whom, *_ = occasion.split(" ")  # and the hour, which nothing of days needs
    unit = Unit.objects.select_related("kind").get(pk=unit_id)
    row = Reminder(kind=kind, unit=unit, day=dt.date.fromisoformat(day), step=int(minutes), whom=whom)
    left = [member.pk for member in all_sources()[kind].people(row)]
    met = Notice.objects.filter(kind=kind, unit=unit, occasion=occasion, over_at=None).exclude(membership__in=left)
    return int(met.update(over_at=timezone.now(), answer_by=None))
