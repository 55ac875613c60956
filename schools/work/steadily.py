"""One thing that breaks holds up no other."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")
logger = logging.getLogger(__name__)


def each(what: str, rows: Iterable[Row], act: Callable[[Row], int]) -> int:
    """Act on every row. One that breaks is logged by its place, and tried again when the task comes round."""
    done = 0
    for row in rows:
        try:
            done += act(row)
        except Exception:
            # Not the row: what it says of itself may be a name.
            logger.exception("to %s failed for %s", what, getattr(row, "pk", None) or getattr(row, "kind", "a row"))
    return done
