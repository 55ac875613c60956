"""Classes kept by hand between two rosters: added, given another grade, number or name, closed, opened again."""

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.actions.accounts import change_membership, post_of
from schools.classnames import is_enrolled
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership, Role
from schools.tallies import mark
from students.access import can_correct
from students.models import Student

FIELDS = ("stage", "entry_year", "number", "prefix")


@transaction.atomic
def add_class(*, by: Viewer, teacher: Membership | None = None, **values: Any) -> ClassGroup:
    """A class that no roster has named yet. `values` are FIELDS."""
    _check_may_keep(by)
    _check_taught(by, values)
    group = ClassGroup(school=by.unit, **values)
    _save(group)
    if teacher:
        _give(by, group, teacher)
    mark(by.unit.pk)
    audit.record(by=by, verb="class.added", about=group)
    return group


@transaction.atomic
def change_class(*, by: Viewer, group: ClassGroup, **values: Any) -> list[str]:
    """Correct grade, number or name; everything that is kept of the class goes along. The names of what changed."""
    _check_may_keep(by)
    group = _locked(by, group)
    _check_taught(by, values)
    changed = [name for name in FIELDS if getattr(group, name) != values[name]]
    if changed:
        for name in changed:
            setattr(group, name, values[name])
        _save(group, update_fields=changed)
        mark(by.unit.pk)
        audit.record(by=by, verb="class.changed", about=group, details={"fields": changed})
    return changed


@transaction.atomic
def close_class(*, by: Viewer, group: ClassGroup) -> ClassGroup:
    """From today on nobody is asked about it. Its records stay; its students must have moved before."""
    _check_may_keep(by)
    group = _locked(by, group)
    if group.closed_on:
        raise Refused(_("This class is closed already."))
    if Student.objects.filter(class_group=group).exclude(status=Student.Status.LEFT).exists():
        raise Refused(_("Students still stand in this class. Move them to another class first."))
    return _set_closed(by, group, "class.closed")


@transaction.atomic
def open_class(*, by: Viewer, group: ClassGroup) -> ClassGroup:
    _check_may_keep(by)
    group = _locked(by, group)
    if not group.closed_on:
        raise Refused(_("This class is open already."))
    return _set_closed(by, group, "class.opened_again")


def check_takes_students(group: ClassGroup | None, school_id: int) -> None:
    """Raise unless a student of this school can stand in the class."""
    if group is None or group.school_id != school_id:
        raise Refused(_("Choose a class of this school."), field="class_group")
    if not ClassGroup.objects.filter(pk=group.pk, closed_on=None).exists():  # somebody may have closed it just now
        raise Refused(_("This class is closed. Choose another one, or open it again."), field="class_group")


def _check_may_keep(by: Viewer) -> None:
    if not can_correct(by):
        raise Refused(_("Only a counselor or leader of the school keeps its classes."))


def _locked(by: Viewer, group: ClassGroup) -> ClassGroup:
    found = ClassGroup.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=group.pk).first()
    if found is None:
        raise Refused(_("Choose a class of this school."))
    found.school = by.unit
    return found


def _check_taught(by: Viewer, values: dict[str, Any]) -> None:
    stage, year = values["stage"], values["entry_year"]
    is_now = is_enrolled(stage, year, system=by.unit.system or "63", on=timezone.localdate())
    if stage not in by.unit.stages or not is_now:
        raise Refused(
            _("The school does not teach this grade. Check the grade and the school's stages."), field="grade"
        )


def _save(group: ClassGroup, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            group.save(update_fields=update_fields)
    except IntegrityError:
        text = _("The school has this class already. If it is not in the list, it was closed: open it again.")
        raise Refused(text, field="number") from None


def _give(by: Viewer, group: ClassGroup, teacher: Membership) -> None:
    if teacher.role != Role.CLASS_TEACHER or teacher.unit_id != by.unit.pk:
        raise Refused(_("Choose a class teacher of this school."), field="teacher")
    post = post_of(teacher)
    change_membership(by=by, membership=teacher, post=replace(post, classes=[*post.classes, group]))


def _set_closed(by: Viewer, group: ClassGroup, verb: str) -> ClassGroup:
    group.closed_on = timezone.localdate() if verb == "class.closed" else None
    group.save(update_fields=["closed_on"])
    mark(by.unit.pk)
    audit.record(by=by, verb=verb, about=group)
    return group
