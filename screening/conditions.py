"""Conditions of an instrument's rules, answered with yes, no or “a missing answer decides it” (None).

    {"scale": "total", "at_least": 25}                    the score of a scale
    {"any_scale": ["…", "…"], "above": 2}                 of one of several
    {"item": 25, "at_least": 1}                           an answer
    {"items": [1, 2, 3, 4], "at_least": 1}                one of several answers
    {"count": [{"items": [1, 2], "at_least": 2}], "above": 43}   how many answers pass a test
    {"all": […]}, {"any": […]}                            several together

The comparisons are `at_least`, `above`, `at_most` and `below`. `"missing": true` lets an answer that is not there pass,
`false` lets it fail; without it, it leaves the question open.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Condition = Mapping[str, Any]
Values = Sequence[int | None]
COMPARISONS = ("at_least", "above", "at_most", "below")


def holds(
    condition: Condition, place: Mapping[int, int], values: Values, scores: Mapping[str, float | None]
) -> bool | None:
    if "all" in condition:
        return _all(holds(one, place, values, scores) for one in condition["all"])
    if "any" in condition:
        return _any(holds(one, place, values, scores) for one in condition["any"])
    if "count" in condition:
        return _counted(condition, place, values)
    if "scale" in condition:
        return _compare(scores.get(condition["scale"]), condition)
    if "any_scale" in condition:
        return _any(_compare(scores.get(code), condition) for code in condition["any_scale"])
    numbers = condition["items"] if "items" in condition else [condition["item"]]
    return _any(_compare(values[place[number]], condition) for number in numbers)


def _compare(value: float | None, test: Condition) -> bool | None:
    if value is None:
        return test.get("missing")
    return not (
        ("at_least" in test and value < test["at_least"])
        or ("above" in test and value <= test["above"])
        or ("at_most" in test and value > test["at_most"])
        or ("below" in test and value >= test["below"])
    )


def _counted(condition: Condition, place: Mapping[int, int], values: Values) -> bool | None:
    """What holds for the lowest and for the highest number that the missing answers allow, is certain."""
    low = high = 0
    for test in condition["count"]:
        given = Counter([values[place[number]] for number in test["items"]])
        for value, how_many in given.items():
            verdict = _compare(value, test)
            low += how_many if verdict else 0
            high += how_many if verdict is not False else 0
    least, most = _compare(low, condition), _compare(high, condition)
    return least if least == most else None


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    found = list(verdicts)
    return True if True in found else None if None in found else False


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    found = list(verdicts)
    return False if False in found else None if None in found else True
