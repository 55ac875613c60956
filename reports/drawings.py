"""Drawings of a summary, from its counts; the numbers stand beside them in tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.charts import Bar, Number, Series, Slice, bar_chart, column_chart, stacked_bar
from reports.document import Amount, Chart
from reports.material import Material, Place
from reports.suppression import HIDDEN

MOST_BARS = 12
BARS_PER_CHART = 20  # a page of paper holds no more
# Words that fit under a column.
WORK = {"talks": _("talks"), "talk_parts": _("person-times"), "students_reached": _("students reached")}
FLAGS = {"flags_new": _("new"), "flags_closed": _("closed"), "flags_at_end": _("open at the end")}


def of_themes(m: Material) -> list[Chart]:
    """The most frequent themes; a withheld number has its place but no length."""
    title = gettext("Themes of the talks")
    found = m.board.split("talk_parts", "theme")
    found.sort(key=lambda pair: -1 if pair[1] is HIDDEN else -pair[1])
    bars = [Bar(value.label, count) for value, count in found if count != 0][:MOST_BARS]
    return [_chart(title, bar_chart(bars, title=title, ident="chart-themes"))] if bars else []


def of_levels(m: Material) -> list[Chart]:
    title = gettext("New flags by level")
    slices = [Slice(value.label, count, f"l{value.code}") for value, count in m.board.split("flags_new", "level")]
    return [_chart(title, stacked_bar(slices, title=title, ident="chart-levels"))] if slices else []


def of_coverage(m: Material, places: Sequence[Place], title: str) -> list[Chart]:
    """How many students of each class or unit were reached."""
    bars = [
        Bar(place.label, _raw(place.counts["students_reached"]), _raw(place.counts["students"])) for place in places
    ]
    chunks = [bars[start : start + BARS_PER_CHART] for start in range(0, len(bars), BARS_PER_CHART)]
    return [
        _chart(title, bar_chart(chunk, title=title, ident=f"chart-coverage-{number}"))
        for number, chunk in enumerate(chunks, start=1)
    ]


def of_comparison(m: Material) -> list[Chart]:
    if m.before is None:
        return []
    return [
        _compared(m, WORK, gettext("Talks, this term and the term before"), "chart-work"),
        _compared(m, FLAGS, gettext("Risk flags, this term and the term before"), "chart-flags"),
    ]


def _compared(m: Material, labels: Mapping[str, Any], title: str, ident: str) -> Chart:
    now = Series(gettext("this term"), [_raw(m.count(code)) for code in labels])
    was = Series(gettext("term before"), [_raw(m.was(code)) for code in labels])
    return _chart(title, column_chart([str(word) for word in labels.values()], [now, was], title=title, ident=ident))


def _raw(amount: Amount) -> Number:
    return 0 if amount.value is None else amount.value


def _chart(title: str, svg: str) -> Chart:
    return Chart(title, mark_safe(svg))  # noqa: S308 (reports.charts escapes every label)
