"""Times are counted in fixed classes of minutes, as fine as they are written; a median is read from the counts.

A class is named by its number of minutes: each minute up to two hours, then each tenth of an hour up to two days, then
each tenth of a day.
"""

from collections import Counter

HOUR, DAY = 60, 24 * 60
# From how many minutes on, how wide a class is.
WIDTHS = ((2 * DAY, DAY // 10), (2 * HOUR, HOUR // 10), (0, 1))


def class_of(minutes: float) -> int:
    """The class nearest to a time."""
    width = next(width for start, width in WIDTHS if minutes >= start)
    return width * round(minutes / width)


def median_of(counts: Counter[int]) -> float | None:
    """The middle of all times: of an even number of them, the mean of the two in the middle."""
    total = sum(counts.values())
    if not total:
        return None
    return (_at(counts, (total - 1) // 2) + _at(counts, total // 2)) / 2


def _at(counts: Counter[int], place: int) -> int:
    """The time at a place in the order of all of them."""
    for minutes in sorted(counts):
        place -= counts[minutes]
        if place < 0:
            return minutes
    raise IndexError(place)
