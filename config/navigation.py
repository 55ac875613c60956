"""The way around: the places that the apps name; each person sees those whose view would let them in."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from schools.access import Viewer
from schools.common.floors import ask_apps
from schools.common.places import Place, all_places
from schools.requests import PersonRequest

BAR = 4  # places in the phone's bar beside “more”
MANY = 10  # more than a glance takes in: the rare ones are folded away


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    where: str
    current: bool
    count: int = 0
    key: str = ""  # of a count that updates by itself
    folded: bool = False


def navigation(request: PersonRequest) -> dict[str, Any]:
    """Context processor. A fragment that shows no navigation pays nothing, a page asks once."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"nav": (), "folded": (), "demo_notice": False}
    items = cache(lambda: _items(request, viewer))
    return {
        "nav": items,
        "folded": lambda: tuple(item for item in items() if item.folded),
        "memberships": request.memberships,
        "demo_notice": viewer.unit.is_demo,
    }


def _items(request: HttpRequest, viewer: Viewer) -> tuple[Item, ...]:
    ask_apps("navigation")
    found = [(place, _open_to(viewer, place)) for place in all_places()]
    best = max((url for _place, url in found if url and _covers(url, request.path)), key=len, default="")
    is_much = sum(bool(url) for _place, url in found) > MANY
    items = [
        Item(
            str(place.label),
            url,
            place.icon,
            place.where,
            current=url == best,
            count=place.count(viewer) if place.count else 0,
            key=place.key,
            folded=place.rare and is_much,
        )
        for place, url in found
        if url
    ]
    return _fill_bar(items)


def _fill_bar(items: list[Item]) -> tuple[Item, ...]:
    """Who works without students has room left in the phone's bar: the next places move up into it."""
    room = BAR - sum(item.where != "rail" for item in items)
    filled = []
    for item in items:
        moves_up = item.where == "rail" and room > 0
        room -= moves_up
        filled.append(replace(item, where="tabs") if moves_up else item)
    return tuple(filled)


def _covers(url: str, path: str) -> bool:
    """Every address begins with that of the workbench: it stands for itself only."""
    return path == url if url == "/" else path.startswith(url)


def _open_to(viewer: Any, place: Place) -> str:
    """The address, or nothing when the view does not let this role in. The view's own declaration decides."""
    url, access = _declared(place.url_name)
    return url if access in ("signed_in", "public") or viewer.role in access else ""


@cache
def _declared(url_name: str) -> tuple[str, Any]:
    """The address of a view and who may use it stand in the code: looked up once."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return "", frozenset()
    return url, getattr(resolve(url).func, "access", frozenset())
