"""What a summary is made of: the counts of a unit for a term and the one before, its clocks, its classes or schools."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from counseling.incident_figures import kept_events
from reports.clocks import ClockRow, clock_rows
from reports.document import Amount, Behind
from reports.editions import Edition
from reports.unit_counts import Key, Share, UnitCounts, counts_of_terms
from schools.figures import CLASS, Scope, Value, ratios
from schools.indicators import grade_code, grade_words
from schools.models import ClassGroup, Tally, Term, Unit
from schools.queries import previous_term

BY_CLASS = (
    "students",
    "students_reached",
    "key_students",
    "key_students_reached",
    "talk_parts",
    "flags_new",
    "flags_at_end",
)


@dataclass(frozen=True)
class UnitRow:
    """A row of a table by class, or by school: its counts by figure."""

    label: str
    counts: Mapping[str, Amount]
    coverage: Amount
    key_coverage: Amount
    emphasis: str = ""
    unit: int | None = None
    code: str = ""
    grade: Value | None = None  # of a class


class _CountsOf(dict[str, Amount]):
    """The counts of a unit by figure, each found when it is asked for: a table shows a few of some seventy."""

    def __init__(self, board: UnitCounts, unit: int) -> None:
        super().__init__()
        self.board, self.unit = board, unit

    def __missing__(self, code: str) -> Amount:
        found = self[code] = Amount(self.board.count(code, self.unit))
        return found


@dataclass(frozen=True)
class Material:
    board: UnitCounts
    before: UnitCounts | None
    before_label: str

    @classmethod
    def of(
        cls, unit: Unit, term: Term, edition: Edition = Edition.WORK, *, unseen: frozenset[Any] = frozenset()
    ) -> "Material":
        """The edition for work without flags that its reader must not know of. The public one is the same for all: that
        of a school has no crisis event that is kept from anybody, for a number of one to four tells that there is one.
        """
        earlier = previous_term(unit, term)
        left_out = unseen if edition == Edition.WORK else kept_events(unit)
        scopes = [Scope.of(unit, one).without(left_out) for one in (term, earlier) if one]
        board, *before = counts_of_terms(scopes, edition=edition)
        return cls(board, before[0] if before else None, earlier.label if earlier else "")

    @property
    def scope(self) -> Scope:
        return self.board.scope

    @property
    def is_school(self) -> bool:
        return self.scope.unit.is_school

    def count(self, figure: str, split: str = "", value: str = "", *, unit: int | None = None) -> Amount:
        behind = Behind(figure, split, value) if unit is None else None
        return Amount(self.board.count(figure, unit, split, value), behind=behind)

    def was(self, figure: str) -> Amount:
        return Amount(self.before.count(figure) if self.before else None)

    def share(self, code: str, *, unit: int | None = None, split: str = "", value: str = "") -> Amount:
        behind = Behind(ratios()[code].numerator, split, value) if unit is None else None
        return replace(written(self.board.share(ratios()[code], unit, split, value)), behind=behind)

    def share_was(self, code: str) -> Amount:
        return written(self.before.share(ratios()[code])) if self.before else Amount(None)

    @cached_property
    def clocks(self) -> list[ClockRow]:
        return clock_rows(self.board, _("all levels"))

    @cached_property
    def places(self) -> list[UnitRow]:
        """Classes of a school, for work only; above it clusters and schools, each cluster before its own."""
        if not self.is_school:
            return unit_places(self.board)
        if self.board.is_public:
            return []
        return class_places(self.scope, self.board.counts if self.scope.unseen else None)


def written(share: Share) -> Amount:
    quotient = share.quotient
    return Amount(quotient, "percent" if share.ratio.is_share else "ratio")


def unit_places(board: UnitCounts) -> list[UnitRow]:
    """Everything below the unit; a center between it and its schools is a heading with its own sum."""
    found = [node for node in board.nodes[1:] if node.is_school or any(n.parent == node.pk for n in board.nodes)]
    return [
        UnitRow(
            node.name,
            _CountsOf(board, node.pk),
            written(board.share(ratios()["coverage"], node.pk)),
            written(board.share(ratios()["key_coverage"], node.pk)),
            "" if node.is_school else "group",
            node.pk,
            node.code,
        )
        for node in found
    ]


def class_places(scope: Scope, counted: Mapping[Key, int] | None = None) -> list[UnitRow]:
    """From what is kept, or from what was counted for one reader. A class without students is left out."""
    if counted is None:
        kept = Tally.objects.filter(unit=scope.unit, term=scope.term.code, figure__in=BY_CLASS, split=CLASS)
        counted = {(figure, CLASS, group): n for figure, group, n in kept.values_list("figure", "value", "count")}
    counts: dict[str, Counter[str]] = {code: Counter() for code in BY_CLASS}
    for (figure, split, group), count in counted.items():
        if split == CLASS and figure in counts:
            counts[figure][group] = count
    groups = ClassGroup.objects.filter(school=scope.unit, pk__in=[pk for pk in counts["students"] if pk])
    found = [_class_place(scope, group, counts) for group in groups.select_related("school")]
    if counts["students"][""]:
        found.append(_class_place(scope, None, counts))
    return sorted(found, key=lambda place: place.grade.order if place.grade else ())


def _class_place(scope: Scope, group: ClassGroup | None, counts: Mapping[str, Counter[str]]) -> UnitRow:
    own = {code: found[str(group.pk) if group else ""] for code, found in counts.items()}
    return UnitRow(
        group.name_on(scope.on) if group else _("without a class"),
        {code: Amount(count) for code, count in own.items()},
        _part(own["students_reached"], own["students"]),
        _part(own["key_students_reached"], own["key_students"]),
        grade=_grade_of(scope, group),
    )


def _grade_of(scope: Scope, group: ClassGroup | None) -> Value:
    cohort = (group.stage, group.entry_year, group.school.system) if group else (None, None, None)
    return grade_words(scope)(grade_code(scope, *cohort))


def _part(part: int, whole: int) -> Amount:
    return Amount(part / whole if whole else None, "percent")
