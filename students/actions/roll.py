"""The roll kept by hand between two rosters: a student comes, changes class, goes on leave, comes back, leaves."""

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup
from schools.tallies import mark
from students.access import can_correct, can_open_closed
from students.actions.classes import check_takes_students
from students.actions.students import CORRECTABLE, check_visible, refresh_keys
from students.models import Student
from students.states import keep_all


class Move(models.TextChoices):
    CLASS = "class", gettext_lazy("to another class")
    LEAVE = "leave", gettext_lazy("on leave")
    BACK = "back", gettext_lazy("back from leave")
    LEFT = "left", gettext_lazy("left the school")


class Return(models.TextChoices):
    """Why the closed records of somebody who stands on the roll again are opened (docs/adr/0019)."""

    BACK = "back", gettext_lazy("is back at this school")
    GUEST = "guest", gettext_lazy("is here for a time")
    NEVER_LEFT = "never_left", gettext_lazy("never really left")


def moves_of(student: Student) -> list[Move]:
    """What can happen to a student who is on the roll, on leave, or gone."""
    if student.status == Student.Status.ENROLLED:
        return [Move.CLASS, Move.LEAVE, Move.LEFT]
    return [Move.BACK, Move.LEFT] if student.status == Student.Status.ON_LEAVE else [Move.BACK]


@transaction.atomic
def add_student(*, by: Viewer, values: Mapping[str, Any], opened_because: str = "") -> Student:
    """Put a student on the roll who came after the roster. The next import leaves alone what was set here.

    Who was here before and has closed records is put back by a leader, who says why they are opened."""
    _check_may_keep(by)
    given = {name: values[name] for name in CORRECTABLE if values.get(name) not in (None, "", False)}
    student = Student(school=by.unit, listed_on=timezone.localdate(), **given)
    check_takes_students(student.class_group, by.unit.pk)
    namesakes = Student.objects.filter(class_group=student.class_group, name=student.name, locked_on=None)
    if namesakes.filter(student_number__in={"", student.student_number}).exists():
        text = _("This class already has a student of this name. If this is another one, give each a student number.")
        raise Refused(text, field="name")
    refresh_keys(student, list(given))
    if was_here := _locked_before(student):
        _check_may_open(by, was_here, student.name, opened_because)
        return _take_back(by, was_here, student.class_group, opened_because)
    student.set_by_hand = sorted(given)
    try:
        with transaction.atomic():
            student.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("Another student of this school already has this number.")) from None
    keep_all([student.pk])
    mark(student.school_id, since=student.entered_on)
    audit.record(by=by, verb="student.added", about=student, student=student, details={"fields": sorted(given)})
    return student


def _locked_before(student: Student) -> Student | None:
    """Who has the same paper and was here before, their records closed since (docs/adr/0019)."""
    known = {name: getattr(student, name) for name in ("id_hash", "registry_hash") if getattr(student, name)}
    same = reduce(or_, (Q(**{name: value}) for name, value in known.items()), Q())
    closed = Student.objects.filter(school=student.school).exclude(locked_on=None)
    return closed.filter(same).select_for_update(of=("self",)).first() if known else None


def _check_may_open(by: Viewer, student: Student, name: str, because: str) -> None:
    """A number alone opens nothing: the name must be the same, a leader must want it, and the log has why."""
    if name not in (student.name, student.former_name):
        text = _(
            "Somebody of another name was here with this number. Check both; "
            "whose name has changed is put on the roll under the former one first."
        )
        raise Refused(text, field="name")
    if not can_open_closed(by):
        raise Refused(
            _("This student was here before, and the records are closed. A leader puts them on the roll again.")
        )
    if because not in Return.values:
        text = _("This student was here before, and the records are closed. Choose why they are opened again.")
        raise Refused(text, field="opened_because")


def _take_back(by: Viewer, student: Student, class_group: ClassGroup | None, because: str) -> Student:
    """Back on the roll, with what is known from before."""
    student.class_group, student.status, student.left_on = class_group, Student.Status.ENROLLED, None
    student.locked_on = None
    student.set_by_hand = sorted({*student.set_by_hand, "class_group", "left_on", "status"})
    student.save(update_fields=["class_group", "status", "left_on", "locked_on", "set_by_hand"])
    keep_all([student.pk])
    mark(student.school_id)
    audit.record(by=by, verb="student.unlocked", about=student, student=student, details={"reason": because})
    return student


@transaction.atomic
def move_student(
    *, by: Viewer, student: Student, what: Move, on: dt.date, class_group: ClassGroup | None = None
) -> Student:
    """Change where a student stands on the roll from a day on. Records of earlier days keep the class of their day."""
    _check_may_keep(by)
    check_visible(by, student)
    student = Student.objects.select_for_update(of=("self",)).select_related("class_group").get(pk=student.pk)
    if what not in moves_of(student):
        raise Refused(_("Somebody else has just changed this. The page now shows how it stands."))
    if on > timezone.localdate():
        raise Refused(_("This day has not come yet. Enter it on the day itself."), field="on")
    before = student.left_on
    changed = _changes(student, what, on, class_group)
    student.set_by_hand = sorted({*student.set_by_hand, *(set(changed) & set(CORRECTABLE))})
    student.save(update_fields=[*changed, "set_by_hand"])
    mark(student.school_id, since=min(day for day in (before, on) if day))
    details = {"what": what.value, "on": on.isoformat()}
    audit.record(by=by, verb="student.moved", about=student, student=student, details=details)
    return student


def _changes(student: Student, what: Move, on: dt.date, class_group: ClassGroup | None) -> list[str]:
    """Set the fields of a move, and name them."""
    if what == Move.CLASS:
        check_takes_students(class_group, student.school_id)
        if class_group and class_group.pk == student.class_group_id:
            raise Refused(_("The student is already in this class."), field="class_group")
        student.class_group = class_group
        return ["class_group"]
    if what == Move.LEAVE:
        student.status, student.on_leave_since, student.left_on = Student.Status.ON_LEAVE, on, None
    elif what == Move.BACK:
        student.status, student.on_leave_since, student.left_on = Student.Status.ENROLLED, None, None
    else:
        student.status, student.on_leave_since, student.left_on = Student.Status.LEFT, None, on
    return ["status", "on_leave_since", "left_on"]


def _check_may_keep(by: Viewer) -> None:
    if not can_correct(by):
        raise Refused(_("Only a counselor or leader of the school keeps the roll."))
