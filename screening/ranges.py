"""Between which scores a scale can lie, and how its scores are put into columns. Plain Python without Django."""

from collections.abc import Iterator
from math import floor

from screening.definition import Definition

MOST_COLUMNS = 32


def range_of(definition: Definition, code: str) -> tuple[float, float]:
    """The lowest and the highest score there is."""
    scale = definition.scale(code)
    if scale.sum_of:
        ends = [range_of(definition, part) for part in scale.sum_of]
        return sum(low for low, _high in ends), sum(high for _low, high in ends)
    added = dict(scale.recode)
    values = [[added.get(one, one) for one in definition.by_number[number].values] for number in scale.items]
    low, high = float(sum(min(one) for one in values)), float(sum(max(one) for one in values))
    if scale.score == "mean":
        return (low / len(values), high / len(values)) if values else (0, 0)
    return (low * scale.factor, high * scale.factor) if scale.score == "times" else (low, high)


def step_of(definition: Definition, code: str) -> float:
    """How far apart two neighbouring scores are."""
    scale = definition.scale(code)
    if scale.score == "mean" and scale.items:
        return 1 / len(scale.items)
    return scale.factor if scale.score == "times" and scale.factor == int(scale.factor) else 1.0


def width_of(ends: tuple[float, float], step: float) -> float:
    """How wide a column is: so many steps that the columns fit on a phone."""
    low, high = ends
    return step * next(n for n in _round_numbers() if (high - low) / (step * n) < MOST_COLUMNS)


def _round_numbers() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def columns(ends: tuple[float, float], width: float) -> range:
    """The numbers of all columns; column n begins at n widths."""
    return range(column_of(ends[0], width), column_of(ends[1], width) + 1)


def column_of(score: float, width: float) -> int:
    return floor(score / width + 1e-6)
