"""One class teacher follows another."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction

from schools.access import Viewer
from schools.actions.accounts import change_membership, end_membership, post_of
from schools.models import ClassGroup, Membership, Role


def leaders_of(classes: Iterable[ClassGroup]) -> Any:
    """Who leads these classes now."""
    leading = Membership.objects.not_over().filter(role=Role.CLASS_TEACHER, classes__in=list(classes)).distinct()
    return leading.select_related("person", "unit").order_by("pk")


@transaction.atomic
def relieve(*, by: Viewer, teachers: Iterable[Membership], classes: Iterable[ClassGroup]) -> None:
    """Take these classes from their former class teachers. Whose last class it was is class teacher no longer."""
    given = {group.pk for group in classes}
    for membership in teachers:
        kept = [group for group in membership.classes.all() if group.pk not in given]
        if kept:
            change_membership(by=by, membership=membership, post=replace(post_of(membership), classes=kept))
        else:
            end_membership(by=by, membership=membership)
