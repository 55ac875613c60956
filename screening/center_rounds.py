"""A center's round by school: taken up, dated, running or closed, and counts. Counts are those that are kept (`Tally`),
so that the page does not grow with the number of students; they name nobody."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from schools.access import Viewer
from schools.models import ClassGroup, Tally, Unit
from schools.prepared_for import prepared_for
from screening.access import FEWEST_SHEETS
from screening.models import CenterRound, Round, RoundClass

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
    def scored(self) -> int:
        return self.levels.total()

    @property
    def cells(self) -> list[int]:
        return [self.levels[level] for level in range(5)]


def lines_of(viewer: Viewer, center_round: CenterRound) -> list[SchoolLine]:
    """One for each school that is asked and lies below the viewer's unit, in four queries."""
    schools = [one for one in schools_asked(center_round) if one.is_within(viewer.unit)]
    lines = {one.pk: SchoolLine(one) for one in schools}
    for round_ in Round.objects.filter(center_round=center_round, school__in=schools).select_related("made_by__person"):
        lines[round_.school_id].round = round_
    kept = Tally.objects.filter(unit__in=schools, split=SPLIT, value__startswith=str(center_round.pk)).order_by()
    rows = kept.values_list("unit", "figure", "value").annotate(Sum("count"))
    for unit, figure, value, count in rows:
        _pk, _colon, level = value.partition(":")
        if level:
            lines[unit].levels[int(level)] += count
        else:
            lines[unit].counts[figure] += count
    grades = _grades_asked(center_round)
    for one in lines.values():
        one.tells_levels = one.is_closed and grades[one.school.pk] > 1 and one.scored >= FEWEST_SHEETS
    return list(lines.values())


def _grades_asked(center_round: CenterRound) -> Counter[int]:
    """How many grades each school asks. Of one, the levels of the school would be levels by school and grade, or even
    by class: these are never crossed."""
    classes = RoundClass.objects.filter(round__center_round=center_round).order_by()
    grades = classes.values_list("round__school", "class_group__stage", "class_group__entry_year").distinct()
    return Counter(school for school, _stage, _year in grades)


def sum_of(lines: list[SchoolLine], whole: Unit, center_round: CenterRound) -> SchoolLine:
    """Of all. Where it holds levels that no school tells, it is told only once it grows no more, and if they are of
    several schools and not too few: or a difference would tell what the lines do not."""
    closed = [one for one in lines if one.is_closed]
    silent = [one for one in closed if not one.tells_levels and one.scored]
    found = SchoolLine(whole, tells_levels=bool(closed))
    for one in lines:
        found.counts += one.counts
        found.levels += one.levels
    if silent:
        is_final = all(one.is_closed for one in lines if one.round or center_round.may_be_taken_up)
        found.tells_levels = is_final and len(silent) > 1 and sum(one.scored for one in silent) >= FEWEST_SHEETS
    return found


def rounds_to_take_up(viewer: Viewer) -> list[CenterRound]:
    """Those that ask a class of this school and that it has not taken up."""
    return [one for one in _open(viewer) if any(one.asks(group) for group in viewer.class_groups)]


@prepared_for()
def _open(viewer: Viewer) -> Any:
    known = Round.objects.filter(school_id=viewer.unit.pk, center_round__isnull=False).order_by().values("center_round")
    rows = CenterRound.objects.visible_to(viewer).filter(ended_at=None, last_on__gte=timezone.localdate())
    return rows.exclude(pk__in=known).select_related("unit")
