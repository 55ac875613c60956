"""Whether two scores of one student differ by more than the scale measures inexactly. Plain Python without Django."""

from math import sqrt

from screening.definition import Scale


def least_change(scale: Scale) -> float | None:
    """From this difference on the change is reliable: as published, or by Jacobson & Truax 1991 from the reliability
    and the standard deviation that the file cites. None where neither is published: nothing is said of change then."""
    if scale.change is not None:
        return scale.change
    if scale.reliability is None or scale.deviation is None:
        return None
    return 1.96 * scale.deviation * sqrt(2 * (1 - scale.reliability))
