"""A survey while it is being made: its data, changed question by question. Plain Python without Django.

Every function returns new data and leaves the old as it is. Questions are numbered by their place; what depends on one
moves along.
"""

import copy
from collections.abc import Mapping
from typing import Any

Data = dict[str, Any]


class Entangled(ValueError):
    """Another question depends on this one: it cannot go away, or stand behind it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"question {number} depends on it")
        self.number = number


def new_survey(*, code: str, title: str, about: str) -> Data:
    return {
        "code": code,
        "version": "1",
        "kind": "survey",
        "name": {"zh": title},
        "about": {"zh": about},
        "licence": {"class": "own", "evidence": ""},
        "items": [],
    }


def with_title(data: Data, *, title: str, about: str) -> Data:
    """The words in the language they are written in; a translation that came with a file stays."""
    return {**data, "name": {**data["name"], "zh": title}, "about": {**data.get("about", {}), "zh": about}}


def next_version(data: Data, version: str) -> Data:
    return {**copy.deepcopy(data), "version": version}


def with_question(data: Data, item: Data, calls_at: int | None, number: int | None = None) -> Data:
    """Put a question at the end, or in the place of the one with this number.

    `calls_at` is the value from which on an answer calls somebody at once.
    """
    changed = copy.deepcopy(data)
    if number is None:
        changed["items"].append(item)
        number = len(changed["items"])
    else:
        _check_options(changed, number, item)
        changed["items"][number - 1] = item
    others = [one for one in changed.get("critical", []) if one["item"] != number]
    changed["critical"] = sorted(
        [*others, *([{"item": number, "at_least": calls_at}] if calls_at is not None else [])],
        key=lambda one: one["item"],
    )
    return changed


def _check_options(data: Data, number: int, item: Data) -> None:
    """What later questions wait for must still be offered."""
    offered = values_of(item)
    for place, other in enumerate(data["items"], start=1):
        for condition in other.get("show_if", []):
            if condition["item"] == number and not set(condition["any_of"]) <= set(offered):
                raise Entangled(place)


def values_of(item: Mapping[str, Any]) -> list[int]:
    if item.get("type") == "scale":
        return list(range(item["low"], item["high"] + 1))
    return [option["value"] for option in item.get("options", [])]


def without_question(data: Data, number: int) -> Data:
    for place, other in enumerate(data["items"], start=1):
        if any(condition["item"] == number for condition in other.get("show_if", [])):
            raise Entangled(place)
    order = [place for place in range(1, len(data["items"]) + 1) if place != number]
    return _in_order(data, order)


def moved(data: Data, number: int, step: int) -> Data:
    """The question one place up (-1) or down (1); at the end nothing happens."""
    order = list(range(1, len(data["items"]) + 1))
    other = number + step
    if not 1 <= other <= len(order):
        return data
    first, second = sorted((number, other))
    if any(condition["item"] == first for condition in data["items"][second - 1].get("show_if", [])):
        raise Entangled(second)
    order[number - 1], order[other - 1] = order[other - 1], order[number - 1]
    return _in_order(data, order)


def _in_order(data: Data, order: list[int]) -> Data:
    """The questions in this order of their old numbers; conditions and calls follow."""
    new = {old: place for place, old in enumerate(order, start=1)}
    changed = copy.deepcopy(data)
    items = [changed["items"][old - 1] for old in order]
    for item in items:
        for condition in item.get("show_if", []):
            condition["item"] = new[condition["item"]]
    changed["items"] = items
    changed["critical"] = sorted(
        ({**one, "item": new[one["item"]]} for one in changed.get("critical", []) if one["item"] in new),
        key=lambda one: one["item"],
    )
    return changed


def can_be_edited(data: Data) -> bool:
    """Only a survey whose questions are listed one by one: the numbers of a scale are no text to be typed."""
    return data.get("kind") == "survey" and isinstance(data.get("items"), list) and not data.get("scales")
