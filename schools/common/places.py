"""The places of the navigation. Each app names its own in its `navigation.py`; `config.navigation` shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """One entry, for everybody whom the view of this name lets in. `rank` is where it stands among all of them.

    On a phone `where` "tabs" stands in the bar, "rail" under "more", where the bar has no room for it, "plus" is the
    round one in the middle. `count` says how much waits there; with a `key` it
    updates by itself. A `rare` place is needed now and then: it is folded away on a desk from whoever has many.
    """

    rank: int
    label: Any
    url_name: str
    icon: str
    where: str = "rail"
    count: Callable[[Any], int] | None = None
    key: str = ""
    rare: bool = False


_places: list[Place] = []


def add_places(*places: Place) -> None:
    _places.extend(places)


def all_places() -> list[Place]:
    return sorted(_places, key=lambda place: place.rank)
