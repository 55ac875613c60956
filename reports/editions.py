"""Two editions of the same figures (docs/adr/0012).

*For work*: exact counts, for those whose role shows them. *Public*, for everyone else: counts of students and of
records about one are hidden from 1 to 4 and rounded to the nearest 5 above; shares are made from rounded counts.

Rounding every count is what makes differences useless: between two files, two terms, a center and its schools. A rare
table can still be solved (two hidden parts under a 10 are 4 and 4). It stays rare because a single school is told in
totals only, and in none that add up with each other; `tests/security/test_t23_small_cells.py` measures how rare.
"""

from enum import StrEnum
from typing import Literal

from schools.common.hidden import HIDDEN, Hidden

__all__ = ["HIDDEN", "Edition", "Hidden", "Published", "published", "share_of"]

FEWEST, STEP = 5, 5


class Edition(StrEnum):
    WORK = "work"
    PUBLIC = "public"


Published = int | Literal[Hidden.HIDDEN]


def published(count: int) -> Published:
    """A count as the public edition tells it. Nobody is told as nobody: a zero says nothing of a student."""
    if 0 < count < FEWEST:
        return HIDDEN
    return (count + STEP // 2) // STEP * STEP


def share_of(part: Published, whole: Published) -> Published | float | None:
    """A share of two counts as they are told; None where there is nothing to share."""
    if part is HIDDEN or whole is HIDDEN:
        return HIDDEN
    return part / whole if whole else None
