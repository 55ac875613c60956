"""Count units anew and keep the counts: those that are marked within a minute, all of them at night.

A school counts its own records; every unit adds what the units right below it have kept. A center has no records of
its own that a figure counts.

A term is counted until 30 days after its end and then frozen: what happens later to its records (a class moves up, a
student leaves) is no news of that term. A correction that says it reaches back so far is counted, and the term keeps
when that was.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import BigIntegerField, CharField, DateTimeField, Sum
from django.utils import timezone

from schools.common.prepared import Prepared, PreparedIn
from schools.figures import CLASS, Figure, Scope, Timing, figures, timings
from schools.models import TalliedTerm, Tally, TallyMark, Term, Unit
from schools.queries import terms_of
from schools.tallies import mark

FROZEN_AFTER = dt.timedelta(days=30)
Key = tuple[str, str, str]  # figure, split, value

logger = logging.getLogger(__name__)


def recount_marked() -> int:
    """Count the units whose marks are due, those below first, since each marks the one above it. How many."""
    counted, failed = 0, set[int]()
    while due := _due(failed):
        for unit in due:
            if _try(unit):
                counted += 1
            else:
                failed.add(unit.pk)
    return counted


def _due(failed: set[int]) -> list[Unit]:
    """The lowest units that are marked."""
    marks = TallyMark.objects.filter(at__lte=timezone.now()).exclude(unit__in=failed).order_by()
    units = list(Unit.objects.filter(pk__in=marks.values("unit")).select_related("kind"))
    lowest = max((_depth(unit) for unit in units), default=0)
    return [unit for unit in units if _depth(unit) == lowest]


def _depth(unit: Unit) -> int:
    return unit.path.count("/")


def recount_all(top: Unit | None = None) -> int:
    """Every unit, or one with all below it, also those that nobody has marked: what the turn of a day changes is no
    act of anybody."""
    units = Unit.objects.within(top) if top else Unit.objects.all()
    lowest_first = sorted(units.select_related("kind"), key=_depth, reverse=True)
    return sum(_try(unit) for unit in lowest_first)


def _try(unit: Unit) -> bool:
    """A unit that cannot be counted keeps its mark, and keeps no other waiting."""
    try:
        recount(unit)
    except Exception:
        logger.exception("the figures of unit %s could not be counted", unit.pk)
        return False
    return True


def is_marked(unit: Unit, terms: Sequence[Term]) -> bool:
    """Whether what is kept of a unit's terms may differ from its records: in doubt it does."""
    if _MARKS.rows(unit=unit.pk, now=timezone.now()):
        return True
    known = {tuple(row) for row in _SPANS.of([term.code for term in terms], unit=unit.pk)}
    today = timezone.localdate()
    return any((term.code, term.starts, term.ends) not in known for term in terms if term.starts <= today)


_MARKS = Prepared(
    lambda unit, now: TallyMark.objects.filter(unit=unit, at__lte=now).values_list("pk")[:1],
    unit=BigIntegerField(),
    now=DateTimeField(),
)
_SPANS = PreparedIn(
    lambda among, unit: TalliedTerm.objects.filter(unit=unit, term__in=among).values_list("term", "starts", "ends"),
    CharField(),
    unit=BigIntegerField(),
)


def recount(unit: Unit) -> None:
    """Count a unit's terms that are not frozen, and those that its marks reach, which are then used up.

    When anything is no longer as it was, the unit above is marked: it adds up what stands below it.
    """
    now = timezone.now()
    marks = list(TallyMark.objects.filter(unit=unit, at__lte=now))
    since = min((one.since for one in marks if one.since), default=None)
    kept = {row.term: row for row in TalliedTerm.objects.filter(unit=unit)}
    terms = [term for term in terms_of(unit) if term.starts <= timezone.localdate(now)]
    for term in terms:
        if _is_to_count(term, kept.get(term.code), since):
            _count(unit, term, since)
    TallyMark.objects.filter(pk__in=[one.pk for one in marks]).delete()


def _is_to_count(term: Term, kept: TalliedTerm | None, since: dt.date | None) -> bool:
    if kept is None or (kept.starts, kept.ends) != (term.starts, term.ends):
        return True
    return not _is_frozen(kept) or (since is not None and since <= term.ends)


def _is_frozen(kept: TalliedTerm) -> bool:
    """Counted once more after its time, and then no more."""
    return timezone.localdate(kept.counted_at) > kept.ends + FROZEN_AFTER


@dataclass(frozen=True)
class _Difference:
    """What must be written so that the kept counts are the new ones."""

    changed: dict[Key, int]
    gone: list[int]

    @property
    def is_empty(self) -> bool:
        return not self.changed and not self.gone


def _count(unit: Unit, term: Term, since: dt.date | None) -> None:
    """Nothing is locked while it is counted; whoever began later has seen more, so an older count is thrown away. What
    is new is written together with the mark of the unit above: a worker that dies in between would keep it from it."""
    began = timezone.now()
    counts = _counts(Scope.of(unit, term))
    days = {"starts": term.starts, "ends": term.ends, "counted_at": began}
    with transaction.atomic():
        rows = TalliedTerm.objects.select_for_update()
        kept, is_new = rows.get_or_create(unit=unit, term=term.code, defaults=days)
        if not is_new and kept.counted_at >= began:
            return
        difference = _difference(unit, term, counts)
        _write(unit, term, difference)
        corrected_at = began if not is_new and _is_frozen(kept) and not difference.is_empty else kept.corrected_at
        TalliedTerm.objects.filter(pk=kept.pk).update(**days, corrected_at=corrected_at)
        if unit.parent_id and not difference.is_empty:
            mark(unit.parent_id, since=since)


def _counts(scope: Scope) -> Counter[Key]:
    """A school's own records, and what the units right below have counted; no class leaves its school."""
    below = Tally.objects.filter(unit__parent=scope.unit, term=scope.term.code).exclude(split=CLASS).order_by()
    sums = below.values_list("figure", "split", "value").annotate(Sum("count"))
    counts = Counter({(figure, split, value): count for figure, split, value, count in sums})
    declared: list[Figure | Timing] = [*figures().values(), *timings().values()]
    for one in declared if scope.unit.is_school else []:
        counts.update({(one.code, *part): count for part, count in one.counts(scope).items()})
    return +counts


def _difference(unit: Unit, term: Term, counts: dict[Key, int]) -> _Difference:
    rows = Tally.objects.filter(unit=unit, term=term.code).values_list("figure", "split", "value", "pk", "count")
    kept = {(figure, split, value): (pk, count) for figure, split, value, pk, count in rows}
    changed = {key: count for key, count in counts.items() if key not in kept or kept[key][1] != count}
    return _Difference(changed, [pk for key, (pk, _count) in kept.items() if key not in counts])


def _write(unit: Unit, term: Term, difference: _Difference) -> None:
    Tally.objects.filter(pk__in=difference.gone).delete()
    Tally.objects.bulk_create(
        [
            Tally(unit=unit, term=term.code, figure=figure, split=split, value=value, count=count)
            for (figure, split, value), count in difference.changed.items()
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["unit", "term", "figure", "split", "value"],
        update_fields=["count"],
    )
