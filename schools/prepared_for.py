"""Queries of what a viewer may see, compiled once for each role: a workbench makes some thirty, and compiling them for
each request took most of its time.

    @prepared_for(until=DateField())
    def _reviews(viewer: Viewer, until: Any) -> Any:
        return RegistryEntry.objects.visible_to(viewer).filter(review_by__lt=until).select_related("student")

    for entry in _reviews(viewer, until=today): ...

The function builds a query; calling it gives its rows. It is run once for each role, with an `Outline` in the place of
the viewer and holes in the place of the values that are named in the decorator. What else it is given is part of what
it is known by: for other values it is run again. Days it may compute by itself, for each day it is run anew; a moment
is given to a hole, and a rule takes the present one from `viewer.now`. Questions marked with `once` that rules ask of a
viewer are named first: `@prepared_for(is_kept_from_a_flag, until=DateField())`.

A read that holds a moment all the same, or whose rule looks at more of the viewer than the outline has, cannot be
prepared. It is asked in the ordinary way: as right, and as slow as before.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, CharField, DateTimeField, Field, UUIDField

from schools.common import days
from schools.common.prepared import HoldsMoment, Hole, Prepared
from schools.models.people import ROLES_WITH_CLASSES

if TYPE_CHECKING:
    from schools.access import Viewer

Build = Callable[..., Any]


class _Row(Hole):
    """A row that is named by its key: rules write `person=viewer.person` and `unit_id=viewer.unit.pk`."""

    @property
    def pk(self) -> Hole:
        return self


class _Unit(_Row):
    """Also named by its code and those of the units above it."""

    ancestor_codes: list[Any]
    is_school: bool


class Outline:
    """Stands for a viewer while a query is built: the role and whether the unit is a school are real, all else a hole.

    A rule that decides by anything else of the viewer fails here, before it could answer wrong.
    """

    def __init__(
        self, role: str, is_school: bool, above: list[Any], classes: list[Any] | None, answers: dict[Any, Any]
    ) -> None:
        self.role = role
        self.answers = answers
        self.unit = _Unit("own_unit", BigIntegerField())
        self.unit.ancestor_codes, self.unit.is_school = above, is_school
        self.person = _Row("own_person", UUIDField())
        self.membership = _Row("own_membership", BigIntegerField())
        self.now = Hole("own_now", DateTimeField())
        if role in ROLES_WITH_CLASSES and classes is not None:
            self.class_ids = classes


def prepared_for(
    *questions: Any, by_class: bool = True, **holes: "Field[Any, Any]"
) -> Callable[[Build], Callable[..., list[Any]]]:
    """Mark a function that builds a query. `holes` are the values that differ from call to call; a hole may be given a
    list. With `by_class=False` the query never asks for the viewer's classes."""

    def prepare(build: Build) -> Callable[..., list[Any]]:
        made: dict[Any, Prepared | None] = {}
        day = [days.today()]

        @wraps(build)
        def ask(viewer: "Viewer", **given: Any) -> list[Any]:
            if isinstance(viewer, Outline):
                raise AttributeError("a rule asks for rows of the viewer while its query is built: name the question")
            today = days.today()
            if day[0] != today:
                made.clear()
                day[0] = today
            own = _own_values(viewer, by_class=by_class)
            lists = {name: (holes[name], len(value)) for name, value in given.items() if isinstance(value, list)}
            single = {name: holes[name] for name in given if name in holes and name not in lists}
            fixed = {name: value for name, value in given.items() if name not in holes}
            answers = {question.__wrapped__: question(viewer) for question in questions}
            sizes = [(name, size) for name, (_field, size) in lists.items()]
            key = _key(today, viewer, own, *sizes, *answers.values(), *fixed.items(), *single)
            try:
                ready = made[key]
            except KeyError:
                for_role = _for_role(build, viewer, answers, fixed)
                ready = made[key] = _prepared(for_role, _several(own, lists), single)
            if ready:
                return ready.objects(**own, **given)
            return [_plain(row) for row in build(viewer, **given)]

        return ask

    return prepare


def _key(today: dt.date, viewer: "Viewer", own: dict[str, Any], *varies: Any) -> tuple[Any, ...]:
    """What the SQL depends on. With the day: a thread that began before midnight stores what it made for the day
    before."""
    counts = len(own["own_above"]), len(own.get("own_classes", ()))
    return (today, viewer.role, viewer.unit.is_school, *counts, *varies)


def _several(own: dict[str, Any], lists: dict[str, Any]) -> dict[str, Any]:
    """The holes that are given lists, with their fields and lengths."""
    several = {**lists, "own_above": (CharField(), len(own["own_above"]))}
    if "own_classes" in own:
        several["own_classes"] = (BigIntegerField(), len(own["own_classes"]))
    return several


def _prepared(build: Build, several: dict[str, Any], holes: dict[str, Any]) -> Prepared | None:
    found = Prepared(build, several, **holes)
    try:
        found.prepare()
    except (AttributeError, HoldsMoment):
        return None
    return found


def _plain(row: Any) -> Any:
    """As a prepared read gives it: a list of values, or the value where there is but one."""
    if not isinstance(row, tuple):
        return row
    return list(row) if len(row) > 1 else row[0]


def _own_values(viewer: "Viewer", *, by_class: bool) -> dict[str, Any]:
    """What fills the holes of the outline."""
    own: dict[str, Any] = {
        "own_unit": viewer.unit.pk,
        "own_above": viewer.unit.ancestor_codes,
        "own_person": viewer.person.pk,
        "own_membership": viewer.membership.pk,
        "own_now": viewer.now,
    }
    if by_class:
        own["own_classes"] = sorted(viewer.class_ids) if viewer.role in ROLES_WITH_CLASSES else []
    return own


def _for_role(build: Build, viewer: "Viewer", answers: dict[Any, Any], fixed: dict[str, Any]) -> Build:
    role, is_school = viewer.role, viewer.unit.is_school
    return lambda own_above, own_classes=None, **holes: build(
        Outline(role, is_school, own_above, own_classes, answers), **holes, **fixed
    )
