"""Drawings of a round's results. Each stands for the numbers of a table; a page shows one of the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from schools.common.charts import Bar, HistogramColumn, Slice, Stack, bar_chart, histogram, stacked_bar
from schools.common.charts import stacked_rows as rows_chart
from screening.comparison import Part, Spread
from screening.definition import Definition
from screening.round_results import ATTENTIONS, PROPOSED, TALKED, WAITS, Counted, Found
from screening.words import attention_word
from students.models import RiskFlag

TONES = {0: "brand", 1: "l1", 2: "l2", 3: "l3", 4: "l4"}
FATE_TONES = {
    RiskFlag.Outcome.REGISTERED: "l4",
    RiskFlag.Outcome.REFERRED: "l3",
    RiskFlag.Outcome.WATCHED: "l1",
    RiskFlag.Outcome.SUPPORTED: "brand",
    RiskFlag.Outcome.UNFOUNDED: "before",
    RiskFlag.Outcome.MOVED: "before",
    PROPOSED: "l1",
    TALKED: "l1",
    WAITS: "l2",
}


@dataclass(frozen=True)
class Legend:
    tone: str
    label: str
    count: int


def funnel(found: Found) -> Any:
    """From everybody who has answered to those about whom somebody has decided."""
    rows = [
        (_("answered"), found.whole.total),
        *([(_("valid"), found.whole.valid)] if found.tells_validity else []),
        (_("above the cut-off"), found.above),
        (_("talked to"), found.above - found.waiting),
        (_("decided"), found.decided),
    ]
    title = _("From answering to a decision")
    return _safe(bar_chart([Bar(label, count) for label, count in rows], title=title, ident="funnel"))


def fates(found: Found, title: str) -> Any:
    slices = [Slice(one.label, one.count, FATE_TONES[one.code]) for one in found.fates]
    return _safe(stacked_bar(slices, title=title, ident="fates"))


def answered(rows: Sequence[Counted]) -> Any:
    """How many have answered, by group."""
    return _safe(bar_chart([Bar(row.label, row.total) for row in rows], title=_("Who has answered"), ident="answered"))


def levels(rows: Sequence[Counted], title: str) -> Any:
    """How large a share asks for attention, the worst level first; at the end how many are above the cut-off."""
    asked = [level for level in reversed(ATTENTIONS) if level]
    stacks = [
        Stack(
            row.label,
            [Slice(attention_word(level), row.levels[level], TONES[level]) for level in asked],
            row.valid,
            f"{row.above}/{row.valid}",
        )
        for row in rows
    ]
    return _safe(rows_chart(stacks, title=title, ident="levels"))


def legend(rows: Sequence[Counted]) -> list[Legend]:
    return [
        Legend(TONES[level], attention_word(level), sum(row.levels[level] for row in rows))
        for level in reversed(ATTENTIONS)
        if level
    ]


def spread(one: Spread, name: str, ident: str) -> Any:
    """A column for each score; the line is the round before, as if as many had answered."""
    steps = [
        HistogramColumn(
            f"{column.begins:.3g}",
            [Slice(attention_word(level), column.levels[level], TONES[level]) for level in ATTENTIONS],
            column.before * one.total / one.total_before if one.total_before else None,
        )
        for column in one.columns
    ]
    return _safe(histogram(steps, title=name, ident=ident))


def scales_above(part: Part, definition: Definition, language: str, ident: str) -> Any:
    """How many are above the cut-off on each scale."""
    bars = [
        Bar(definition.scale(one.scale).name.in_language(language) or one.scale, one.above, one.total)
        for one in part.spreads
        if one is not part.main
    ]
    return _safe(bar_chart(bars, title=_("Above the cut-off by scale"), ident=ident)) if bars else ""


def _safe(drawing: str) -> Any:
    return mark_safe(drawing)  # noqa: S308  # the drawing escapes its labels itself
