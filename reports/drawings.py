"""Drawings of a summary, from its counts; the numbers stand beside them in tables."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.document import Amount, Chart, Multiples
from reports.editions import HIDDEN
from reports.material import Material, Place
from schools.common.charts import Bar, Number, Series, Slice, bar_chart, column_chart, stacked_bar
from schools.figures import Value

MOST_BARS = 12
BARS_PER_CHART = 40  # a page of paper holds no more
FEW_CLASSES = 12  # stand in one drawing
THIRD = 180  # px: a third of a page of paper
# Words that fit under a column.
WORK = {"talks": _("Talks"), "talk_parts": _("person-times"), "students_reached": _("Reached")}
FLAGS = {"flags_new": _("new"), "flags_closed": _("closed"), "flags_at_end": _("At the end")}


def of_themes(m: Material) -> list[Chart]:
    """The most frequent themes; a withheld number has its place but no length."""
    title = gettext("Themes of the talks")
    found = m.board.split("talk_parts", "theme")
    found.sort(key=lambda pair: -1 if pair[1] is HIDDEN else -pair[1])
    bars = [Bar(value.label, count) for value, count in found if count != 0][:MOST_BARS]
    return [_chart(title, bar_chart(bars, title=title, ident="chart-themes"), is_narrow=True)] if bars else []


def of_levels(m: Material) -> list[Chart]:
    title = gettext("New flags by level")
    slices = [Slice(value.label, count, f"l{value.code}") for value, count in m.board.split("flags_new", "level")]
    return [_chart(title, stacked_bar(slices, title=title, ident="chart-levels"))] if slices else []


def of_coverage(m: Material, places: Sequence[Place], title: str) -> list[Chart | Multiples]:
    """How many students of each unit were reached, or of each class: there a small drawing for each grade."""
    if m.is_school and len(places) > FEW_CLASSES:
        grades = groupby(places, key=lambda place: place.grade)
        return [Multiples(title, [_of_grade(m, grade, list(found)) for grade, found in grades if grade])]
    chunks = [places[start : start + BARS_PER_CHART] for start in range(0, len(places), BARS_PER_CHART)]
    return [
        _chart(title, bar_chart(_bars(chunk), title=title, ident=f"chart-coverage-{number}"))
        for number, chunk in enumerate(chunks, start=1)
    ]


def _of_grade(m: Material, grade: Value, places: Sequence[Place]) -> Chart:
    title = f"{grade.label} {m.share('coverage', split='grade', value=grade.code)}"
    bars = _bars(places, within=grade.label)
    return _chart(title, bar_chart(bars, title=title, ident=f"chart-coverage-{grade.code}", room=THIRD))


def _bars(places: Sequence[Place], within: str = "") -> list[Bar]:
    """`within` is left away from the names, where it stands above all of them already."""
    return [
        Bar(
            place.label.removeprefix(within).strip() or place.label,
            _raw(place.counts["students_reached"]),
            _raw(place.counts["students"]),
        )
        for place in places
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
    drawn = column_chart([str(word) for word in labels.values()], [now, was], title=title, ident=ident)
    return _chart(title, drawn, is_narrow=True)


def _raw(amount: Amount) -> Number:
    return 0 if amount.value is None else amount.value


def _chart(title: str, svg: str, *, is_narrow: bool = False) -> Chart:
    return Chart(title, mark_safe(svg), is_narrow)  # noqa: S308 (schools.common.charts escapes every label)
