"""The rows of a term's calendar as SVG, one path for each state: a row of ninety days is five elements, not ninety."""

import datetime as dt
from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.daily_term import TermRow
from reports.reporting import State

STEP, WIDTH, HEIGHT, GAP = 8, 6, 12, 4
CLASSES = {State.REPORTED: "said", State.ZERO: "zero", State.MISSING: "silent", State.AWAITED: "later"}


def places_of(days: Sequence[dt.date]) -> dict[dt.date, int]:
    """Where each day stands; a gap parts the weeks."""
    found, at, week = {}, 0, None
    for day in days:
        if week is not None and day.isocalendar()[:2] != week:
            at += GAP
        week = day.isocalendar()[:2]
        found[day] = at
        at += STEP
    return found


def strip(row: TermRow, places: dict[dt.date, int]) -> SafeString:
    """One row. Nothing in it was typed by a person."""
    paths: dict[str, list[str]] = {}
    for cell in row.cells:
        name, left = CLASSES.get(cell.state, ""), places[cell.day]
        if name:
            paths.setdefault(name, []).append(f"M{left + 0.5} 1.5h{WIDTH}v{HEIGHT}h-{WIDTH}z")
        if cell.is_late:
            paths.setdefault("lateb", []).append(f"M{left + 0.5} 15h{WIDTH}v2h-{WIDTH}z")
    width = max(places.values(), default=0) + STEP
    counts = row.counts
    label = _("silent {missing}, late {late}").format(missing=counts.missing, late=counts.late)
    shapes = "".join(f'<path class="{name}" d="{"".join(found)}"/>' for name, found in paths.items())
    return mark_safe(  # noqa: S308  numbers and our own words
        f'<svg class="heat" viewBox="0 0 {width} 18" width="{width}" height="18" role="img" aria-label="{label}">'
        f"{shapes}</svg>"
    )
