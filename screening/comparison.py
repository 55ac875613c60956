"""A round beside the one before it with the same instrument: how the scores lie, and who moved."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from schools.access import Viewer
from screening.access import not_kept
from screening.definition import Definition
from screening.models import Result, Round, RoundInstrument, ScaleResult
from screening.outcome import parts_of
from screening.ranges import column_of, columns, range_of, step_of, width_of
from screening.round_results import ATTENTIONS, fewest_for, is_counted_for
from screening.words import NEEDS_ATTENTION


@dataclass(frozen=True)
class Column:
    """So many had a score from here to the next column, by how much attention it asks for."""

    begins: float
    levels: Counter[int]
    before: int


@dataclass(frozen=True)
class Spread:
    """How the scores of one scale lie, in this round and the one before."""

    scale: str
    columns: list[Column]
    total: int
    total_before: int

    @property
    def above(self) -> int:
        return sum(count for one in self.columns for level, count in one.levels.items() if level >= NEEDS_ATTENTION)


@dataclass
class Part:
    """What one instrument found."""

    name: str
    before: Round | None
    spreads: list[Spread] = field(default_factory=list)
    now: Counter[int] = field(default_factory=Counter)
    then: Counter[int] = field(default_factory=Counter)
    # Of those with a valid result both times.
    both: int = 0
    more: int = 0
    less: int = 0

    @property
    def main(self) -> Spread | None:
        """The total, or the first scale of an instrument without one."""
        return next((one for one in self.spreads if one.scale == "total"), self.spreads[0] if self.spreads else None)


def shares(levels: Counter[int]) -> list[float]:
    """In percent, by how much attention is asked for."""
    whole = levels.total()
    return [100 * levels[level] / whole if whole else 0.0 for level in ATTENTIONS]


def parts_found(viewer: Viewer, round_: Round) -> list[Part]:
    """Each instrument of the round with its scores, in three queries for all of them. Who opens no result reads of
    closed rounds only, and of groups in which no single student can be found."""
    before, fewest = _rounds_before(viewer, round_), fewest_for(viewer)
    rounds = {one.pk for one in (round_, *before.values()) if is_counted_for(viewer, one)}
    scores = {key: found for key, found in _scores(viewer, rounds).items() if found.total() >= fewest}
    levels = {key: found for key, found in _levels(viewer, rounds).items() if len(found) >= fewest}
    return [
        _part(one.instrument, round_, before.get(one.instrument.code), scores, levels, fewest)
        for one in parts_of(round_)
    ]


def _rounds_before(viewer: Viewer, round_: Round) -> dict[str, Round]:
    """By instrument the round before that scored anybody; for a second asking the one that it repeats."""
    codes = [one.instrument.code for one in parts_of(round_)]
    seen = Round.objects.visible_to(viewer).filter(is_anonymous=False).exclude(state=Round.State.PLANNED).order_by()
    seen = seen.filter(pk=round_.after_id) if round_.after_id else seen.filter(after=None, opens_on__lt=round_.opens_on)
    rows = RoundInstrument.objects.filter(round__in=seen.values("pk"), instrument__code__in=codes)
    found: dict[str, Round] = {}
    for one in rows.select_related("round", "instrument").order_by("-round__opens_on", "-round"):
        found.setdefault(one.instrument.code, one.round)
    return found


Scores = dict[tuple[Any, str, str], Counter[tuple[float, int]]]
Levels = dict[tuple[Any, str], dict[Any, int]]


def _scores(viewer: Viewer, rounds: set[Any]) -> Scores:
    """By round, instrument and scale: how many had which score that asks for so much attention."""
    rows = ScaleResult.objects.filter(
        result__response__slip__round__in=rounds, result__is_valid=True, is_valid=True, score__isnull=False
    )
    seen = not_kept(rows, viewer, "result__response__slip__").order_by()
    names = ("result__response__slip__round", "result__instrument__code", "scale", "score", "attention")
    found: Scores = defaultdict(Counter)
    for of_round, code, scale, score, attention, count in seen.values_list(*names).annotate(how_many=Count("pk")):
        found[of_round, code, scale][score, attention or 0] += count
    return found


def _levels(viewer: Viewer, rounds: set[Any]) -> Levels:
    """By round and instrument: how much attention each student's valid result asks for."""
    rows = Result.objects.filter(response__slip__round__in=rounds, is_valid=True)
    names = ("response__slip__round", "instrument__code", "response__slip__student", "attention")
    found: Levels = defaultdict(dict)
    for of_round, code, student, attention in not_kept(rows, viewer, "response__slip__").order_by().values_list(*names):
        found[of_round, code][student] = attention
    return found


def _part(instrument: Any, round_: Round, before: Round | None, scores: Scores, levels: Levels, fewest: int) -> Part:
    definition, code = instrument.parsed, instrument.code
    part = Part(instrument.name, before)
    for scale in definition.scales:
        now = scores.get((round_.pk, code, scale.code))
        if scale.interpreted and now:
            then = scores.get((before.pk, code, scale.code)) if before else None
            part.spreads.append(_spread(definition, scale.code, now, then or Counter()))
    now_by, then_by = levels.get((round_.pk, code), {}), levels.get((before.pk, code), {}) if before else {}
    part.now, part.then = Counter(now_by.values()), Counter(then_by.values())
    moves = [now_by[pk] - then_by[pk] for pk in now_by.keys() & then_by.keys()]
    if len(moves) >= fewest:
        part.both, part.more, part.less = len(moves), sum(one > 0 for one in moves), sum(one < 0 for one in moves)
    return part


def _spread(
    definition: Definition, scale: str, now: Counter[tuple[float, int]], then: Counter[tuple[float, int]]
) -> Spread:
    ends = range_of(definition, scale)
    width = width_of(ends, step_of(definition, scale))
    levels: dict[int, Counter[int]] = {one: Counter() for one in columns(ends, width)}
    before = Counter[int]()
    for (score, attention), count in now.items():
        levels.setdefault(column_of(score, width), Counter())[attention] += count
    for (score, _attention), count in then.items():
        before[column_of(score, width)] += count
    found = [Column(one * width, levels[one], before[one]) for one in sorted(levels)]
    return Spread(scale, found, now.total(), then.total())
