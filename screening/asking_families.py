"""Families that have not answered yet, by class: whom a class teacher may ask once more. No answer and no reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from schools.access import Viewer
from schools.models import ClassGroup, Membership, Role, Unit
from schools.prepared_for import prepared_for
from schools.queries import class_teachers
from screening.access import slips_to_ask_families_of
from screening.consent_rules import GUARDIAN, Standing
from screening.consents import family_standings, needed_of
from screening.models import Round, Slip
from students.models import Student

REMINDER = "consent.class"  # the kind of reminder and notice
IN_CLASS = ("student__student_number", "student__name")


@dataclass(frozen=True)
class Coverage:
    """One class: how many families are asked, and what they said."""

    group: ClassGroup
    yes: int
    waiting: int
    no: int

    @property
    def asked(self) -> int:
        return self.yes + self.waiting + self.no


@dataclass(frozen=True)
class WaitingClass:
    round: Round
    group: ClassGroup
    students: list[Student]


def still_asked(rounds: Iterable[Round]) -> list[Slip]:
    """Those who may still answer, by class."""
    rows = Slip.objects.filter(
        round__in=list(rounds), revoked_at=None, finished_at=None, student__status=Student.Status.ENROLLED
    )
    return list(rows.select_related("round", "student", "class_group").order_by("class_group", *IN_CLASS))


def unanswered(slips: Iterable[Slip]) -> list[Slip]:
    """Of these, whose family has said neither yes nor no."""
    rows = list(slips)
    where = family_standings(rows, timezone.localdate())
    return [one for one in rows if where[one.pk] == Standing.WAITING]


def teachers_waiting(school: Unit, rounds: Iterable[Round]) -> list[Membership]:
    """The class teachers of classes with such families, each once."""
    classes = {slip.class_group_id for slip in unanswered(still_asked(rounds))}
    found = class_teachers(classes, timezone.localdate())
    return list({member.pk: member for _class, member in found if member.unit_id == school.pk}.values())


def waiting_classes(viewer: Viewer) -> list[WaitingClass]:
    """For a class teacher: of each survey that is prepared or runs, the own students whose family has not answered."""
    found: dict[tuple[UUID, int], WaitingClass] = {}
    for slip in unanswered(_to_ask(viewer) if viewer.role == Role.CLASS_TEACHER else []):
        slip.class_group.school = viewer.unit
        one = found.setdefault((slip.round_id, slip.class_group_id), WaitingClass(slip.round, slip.class_group, []))
        one.students.append(slip.student)
    return list(found.values())


@prepared_for()
def _to_ask(viewer: Viewer) -> Any:
    rows = slips_to_ask_families_of(viewer).select_related("round", "student", "class_group")
    return rows.order_by("round__opens_on", "round", "class_group", *IN_CLASS)


def coverage_of(round_: Round, slips: list[Slip]) -> list[Coverage]:
    """By class. Students whose family is not asked are not counted."""
    today = timezone.localdate()
    where = family_standings(slips, today)
    groups: dict[int, ClassGroup] = {}
    said: dict[int, list[Standing]] = {}
    for slip in slips:
        groups.setdefault(slip.class_group_id, slip.class_group).school = round_.school
        if GUARDIAN in needed_of(round_, slip.student, today):
            said.setdefault(slip.class_group_id, []).append(where[slip.pk])
    return [
        Coverage(groups[pk], found.count(Standing.GIVEN), found.count(Standing.WAITING), found.count(Standing.REFUSED))
        for pk, found in said.items()
    ]
