"""A sweep of the first district, half answered: some schools have signed, of the first one half of its classes."""

import datetime as dt
import random

from config.demo.network import DemoSchool, Ids
from reports.models import Sweep, SweepNote, SweepSignature
from reports.sweeps import counts_to_sign
from schools.models import ClassGroup, Membership, Role, Unit
from students.models import GroupMember, Student

DAY = dt.timedelta(days=1)
LOOKS_FOR = (
    "开学以来：家里有没有大的变化，谁在照顾孩子，最近请假、情绪和交往有没有和平时不一样。\n"
    "新转来的、寄养的、来自受灾地区的孩子请逐一了解。"
)
ASKED = ["left_behind", "single_parent", "family_change", "affected_area"]
SIGNED = 6  # so many schools have signed
TOLD = 3  # students of a class of whom the teacher noted something


def add_sweep(schools: list[DemoSchool], now: dt.datetime) -> None:
    """Called by the district of the first school, whose class teacher with the short name is in the midst of it."""
    district = Unit.objects.get(kind="district", code__in=schools[0].unit.ancestor_codes)
    sweep = Sweep.objects.create(
        id=Ids(9)(),
        unit=district,
        title="春季重点群体排查" if now.month < 8 else "秋季重点群体排查",
        looks_for=LOOKS_FOR,
        groups=ASKED,
        due_on=(now + 3 * DAY).date(),
        called_by=Membership.objects.filter(unit=district, role=Role.CENTER_STAFF).order_by("pk")[0],
        called_at=now - 6 * DAY,
    )
    ids = Ids(10)
    asked = [school for school in schools if school.unit.is_within(district)]
    for number, school in enumerate(asked[: SIGNED + 1]):
        if number == 0:
            first = school.classes[0]
            _look(sweep, first, school.teachers[first.pk], now - DAY / 4, ids, share=2)
            _answer(sweep, school, school.classes[1 : len(school.classes) // 2 + 1], now, ids)
        else:
            _answer(sweep, school, school.classes, now, ids)
            _board, counts = counts_to_sign(school.unit, sweep)
            row = {"sweep": sweep, "unit": school.unit, "by": school.leaders[-1], "counts": counts}
            SweepSignature.objects.create(id=ids(), at=now - DAY / 8, **row)


def _answer(sweep: Sweep, school: DemoSchool, classes: list[ClassGroup], now: dt.datetime, ids: Ids) -> None:
    rng = random.Random(f"sweep {school.unit.code}")
    signatures = []
    for group in classes:
        at = now - DAY * rng.uniform(0.2, 5)
        teacher = school.teachers[group.pk]
        _look(sweep, group, teacher, at, ids)
        row = {"sweep": sweep, "unit": school.unit, "class_group": group, "by": teacher}
        signatures.append(SweepSignature(id=ids(), at=at, **row))
    SweepSignature.objects.bulk_create(signatures)


def _look(sweep: Sweep, group: ClassGroup, teacher: Membership, at: dt.datetime, ids: Ids, *, share: int = 1) -> None:
    """Every student of a class, or one in so many; in a few the teacher has set a group."""
    students = list(Student.objects.enrolled().filter(class_group=group).order_by("student_number").only("pk"))
    students = students[: len(students) // share]
    members = GroupMember.objects.current().filter(student__in=students, group__in=ASKED).order_by("student", "group")
    found = {member.student_id: member for member in members[:TOLD]}
    GroupMember.objects.filter(pk__in=[member.pk for member in found.values()]).update(
        source=GroupMember.Source.SWEEP, set_by=teacher.person, since=at.date()
    )
    SweepNote.objects.bulk_create(
        SweepNote(
            id=ids(),
            sweep=sweep,
            student=student,
            class_group=group,
            groups=[found[student.pk].group_id] if student.pk in found else [],
            is_noted=student.pk in found,
            by=teacher,
            at=at,
        )
        for student in students
    )
