"""What of open sweeps waits for a person: a class to go through, classes that are silent, a signature of the school."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import classes_to_sign, stood_in_for
from reports.sweeps import Progress, open_sweeps, progress_of
from schools.access import SCHOOL_ROLES, Viewer
from schools.models import Role
from schools.work.inbox import Waiting, waits

TOLD = {Role.CLASS_TEACHER, Role.CENTER_STAFF, *SCHOOL_ROLES}


@waits
def sweeps_to_answer(viewer: Viewer) -> Iterator[Waiting]:
    if viewer.role not in TOLD and not stood_in_for(viewer):
        return
    for one in progress_of(viewer, open_sweeps(viewer)):
        yield from _to_answer(viewer, one)
        if viewer.role not in TOLD or viewer.role == Role.CLASS_TEACHER:
            continue
        if viewer.role == Role.CENTER_STAFF:
            yield from _silent_schools(viewer, one)
        elif not one.is_signed:
            yield _school(viewer, one)


def _to_answer(viewer: Viewer, one: Progress) -> Iterator[Waiting]:
    """The own classes of a class teacher, and those that somebody stands in for."""
    mine = {group.pk for group in classes_to_sign(viewer)}
    for row in one.classes:
        if not row.is_signed and row.group.pk in mine:
            text = _("{title}: {name}").format(title=one.sweep.title, name=row.group.name)
            note = _("{looked} of {students} looked at").format(looked=row.looked, students=row.students)
            url = reverse("reports:sweep_class", args=[one.sweep.pk, row.group.pk])
            yield Waiting(text=text, url=url, due_at=one.sweep.class_due_at, note=note)


def _school(viewer: Viewer, one: Progress) -> Waiting:
    """A counselor sees how far it is, a leader also signs."""
    is_whole = one.done == one.expected
    if viewer.role == Role.SCHOOL_LEADER and is_whole:
        note = _("All classes have answered: sign for the school")
    else:
        note = _("{done} of {expected} classes have answered").format(done=one.done, expected=one.expected)
    due = one.sweep.school_due_at if is_whole else one.sweep.class_due_at
    return Waiting(text=one.sweep.title, url=one.sweep.get_absolute_url(), due_at=due, note=note)


def _silent_schools(viewer: Viewer, one: Progress) -> Iterator[Waiting]:
    """For the center that has called it, once its day has passed."""
    if one.sweep.unit_id == viewer.unit.pk and one.done < one.expected and timezone.now() > one.sweep.school_due_at:
        note = _("{done} of {expected} schools have signed").format(done=one.done, expected=one.expected)
        url = one.sweep.get_absolute_url()
        yield Waiting(text=one.sweep.title, url=url, due_at=one.sweep.school_due_at, note=note)
