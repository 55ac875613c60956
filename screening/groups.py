"""Groups that are large enough to be told of. Plain Python without Django."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Group = TypeVar("Group", bound=Hashable)


def joined(sizes: Mapping[Group, int], fewest: int) -> list[frozenset[Group]]:
    """The groups put together so that none has fewer than `fewest`: small ones stand together, and with the smallest
    of the others if they are too few even so. One group of all where there are not enough at all."""
    large = sorted((group for group, size in sizes.items() if size >= fewest), key=lambda group: sizes[group])
    small = [group for group, size in sizes.items() if size < fewest]
    while small and large and sum(sizes[group] for group in small) < fewest:
        small.append(large.pop(0))
    return [frozenset({group}) for group in large] + ([frozenset(small)] if small else [])


def told(sizes: Mapping[Group, int], fewest: int) -> set[Group]:
    """The groups whose counts may stand beside those of all: what is left when they are taken away is nobody's, or of
    at least `fewest`."""
    shown = {group for group, size in sizes.items() if size >= fewest}
    by_size = sorted(shown, key=lambda group: sizes[group], reverse=True)
    while by_size and 0 < sum(size for group, size in sizes.items() if group not in shown) < fewest:
        shown.discard(by_size.pop())
    return shown
