"""A center's round by school: taken up, dated, running or closed, and counts. Counts are those that are kept (`Tally`),
so that the page does not grow with the number of students; they name nobody."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from schools.access import Viewer
from schools.models import ClassGroup, Tally, Unit
from screening.models import CenterRound, Round

SPLIT = "center_round"  # of the figures of screenings, see `screening.indicators`
NOT_TAKEN_UP = "none"


def schools_asked(center_round: CenterRound) -> list[Unit]:
    """Schools below the center that have a class in one of its grades."""
    asked = Q(pk__in=[])
    for stage, year in center_round.entered:
        asked |= Q(stage=stage, entry_year=year)
    classes = ClassGroup.objects.filter(asked).order_by()
    below = Unit.objects.within(center_round.unit).schools().filter(pk__in=classes.values("school"))
    return list(below.select_related("kind"))


@dataclass
class SchoolLine:
    school: Unit
    round: Round | None = None
    counts: Counter[str] = field(default_factory=Counter)  # by code of figure
    levels: Counter[int] = field(default_factory=Counter)
    # Of a round of one grade the levels of a school would be levels by school and grade: these are never crossed.
    tells_levels: bool = False

    @property
    def state(self) -> str:
        return self.round.state if self.round else NOT_TAKEN_UP

    @property
    def is_closed(self) -> bool:
        return self.state == Round.State.CLOSED

    @property
    def doubtful(self) -> int:
        return self.counts["screening_results"] - self.counts["screening_valid"]

    @property
    def cells(self) -> list[int]:
        return [self.levels[level] for level in range(5)]


def lines_of(viewer: Viewer, center_round: CenterRound) -> list[SchoolLine]:
    """One for each school that is asked and lies below the viewer's unit, in three queries."""
    schools = [one for one in schools_asked(center_round) if one.is_within(viewer.unit)]
    lines = {one.pk: SchoolLine(one) for one in schools}
    for round_ in Round.objects.filter(center_round=center_round, school__in=schools).select_related("made_by__person"):
        lines[round_.school_id].round = round_
        lines[round_.school_id].tells_levels = round_.state == Round.State.CLOSED and not center_round.is_of_one_grade
    kept = Tally.objects.filter(unit__in=schools, split=SPLIT, value__startswith=str(center_round.pk)).order_by()
    rows = kept.values_list("unit", "figure", "value").annotate(Sum("count"))
    for unit, figure, value, count in rows:
        _pk, _colon, level = value.partition(":")
        if level:
            lines[unit].levels[int(level)] += count
        else:
            lines[unit].counts[figure] += count
    return list(lines.values())


def sum_of(lines: list[SchoolLine], whole: Unit, center_round: CenterRound) -> SchoolLine:
    closed = sum(one.is_closed for one in lines)
    found = SchoolLine(whole, tells_levels=closed > (1 if center_round.is_of_one_grade else 0))
    for one in lines:
        found.counts += one.counts
        found.levels += one.levels
    return found


def rounds_to_take_up(viewer: Viewer) -> list[CenterRound]:
    """Those that ask a class of this school and that it has not taken up."""
    return [one for one in _open(viewer) if any(one.asks(group) for group in viewer.class_groups)]


def _open(viewer: Viewer) -> Any:
    known = Round.objects.filter(school_id=viewer.unit.pk, center_round__isnull=False).order_by().values("center_round")
    rows = CenterRound.objects.visible_to(viewer).filter(ended_at=None, last_on__gte=timezone.localdate())
    return rows.exclude(pk__in=known).select_related("unit")
