"""Whether answers look as if somebody had read the questions. Plain Python without Django.

What is found stands beside the result and sends it to a retest; it never makes a result “normal”. The validity scales
of an instrument are scored (`Scored.doubts`); this looks at the rest.
"""

from collections.abc import Mapping
from typing import Any

from screening.definition import COUNTED, Definition

# Fewer alike answers than this say nothing: nine times “not at all” is a common and honest sheet.
ENOUGH_ALIKE = 15


def doubts(definition: Definition, answers: Mapping[int, Any], seconds: float | None = None) -> tuple[str, ...]:
    """Of `all_same`, `too_fast` and `contradiction`, those that hold."""
    given = [answers.get(item.number) for item in definition.scored_items if item.type in COUNTED]
    answered = [value for value in given if value is not None]
    rules = definition.quality
    found = {
        "all_same": rules.all_same and len(answered) >= ENOUGH_ALIKE and len(set(answered)) == 1,
        "too_fast": seconds is not None and bool(answered) and seconds < rules.seconds_per_item * len(answered),
        "contradiction": any(
            all((answers.get(n) or 0) >= least for n, least in zip(one.items, one.at_least, strict=True))
            for one in rules.contradictions
        ),
    }
    return tuple(code for code, holds in found.items() if holds)
