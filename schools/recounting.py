"""Count units anew and keep the counts: those that are marked within a minute, all of them at night.

A term is counted until 30 days after its end and then frozen: what happens later to its records (a class moves up, a
student leaves) is no news of that term. A correction that says it reaches back so far is counted, and the term keeps
when that was.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from schools.figures import Figure, Scope, Timing, figures, timings
from schools.models import TalliedTerm, Tally, TallyMark, Term, Unit
from schools.queries import terms_of

FROZEN_AFTER = dt.timedelta(days=30)
Key = tuple[str, str, str]  # figure, split, value

logger = logging.getLogger(__name__)


def recount_marked() -> int:
    """Count the units whose marks are due. How many."""
    due = TallyMark.objects.filter(at__lte=timezone.now()).order_by().values_list("unit_id", flat=True).distinct()
    return _recount_each(Unit.objects.filter(pk__in=list(due)))


def recount_all() -> int:
    """Every unit, also those that nobody has marked: what the turn of a day changes is no act of anybody."""
    return _recount_each(Unit.objects.all())


def _recount_each(units: Iterable[Unit]) -> int:
    """One that cannot be counted keeps its mark, and keeps nobody else waiting."""
    counted = 0
    for unit in list(units):
        try:
            recount(unit)
            counted += 1
        except Exception:
            logger.exception("the figures of unit %s could not be counted", unit.pk)
    return counted


def is_marked(unit: Unit, terms: Sequence[Term]) -> bool:
    """Whether what is kept of a unit's terms may differ from its records: in doubt it does."""
    if TallyMark.objects.filter(unit=unit, at__lte=timezone.now()).exists():
        return True
    kept = TalliedTerm.objects.filter(unit=unit, term__in=[term.code for term in terms])
    known = set(kept.values_list("term", "starts", "ends"))
    today = timezone.localdate()
    return any((term.code, term.starts, term.ends) not in known for term in terms if term.starts <= today)


def recount(unit: Unit) -> None:
    """Count a unit's terms that are not frozen, and those that its marks reach, which are then used up."""
    now = timezone.now()
    marks = list(TallyMark.objects.filter(unit=unit, at__lte=now))
    since = min((mark.since for mark in marks if mark.since), default=None)
    kept = {row.term: row for row in TalliedTerm.objects.filter(unit=unit)}
    for term in terms_of(unit):
        if term.starts <= timezone.localdate(now) and _is_to_count(term, kept.get(term.code), since):
            _count(unit, term)
    TallyMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()


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


def _count(unit: Unit, term: Term) -> None:
    """Nothing is locked while it is counted; whoever began later has seen more, so an older count is thrown away."""
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


def _counts(scope: Scope) -> dict[Key, int]:
    declared: list[Figure | Timing] = [*figures().values(), *timings().values()]
    return {(one.code, *part): count for one in declared for part, count in one.counts(scope).items() if count}


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
