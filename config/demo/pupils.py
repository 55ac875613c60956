"""The invented students, their guardians and special groups."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field

from config.demo import words
from config.demo.network import STARTED, DemoSchool, Ids
from schools.common import crypto
from schools.common.pinyin import search_keys
from schools.models import ClassGroup
from students.models import GroupMember, Guardian, Student

AGE_AT_ENTRY = {"primary": 6, "junior": 12, "senior": 15, "vocational": 15, "special": 7, "university": 18}
# share of students in each special group; a school's own share differs from it
GROUPS = {
    "left_behind": 0.05,
    "migrant": 0.08,
    "single_parent": 0.06,
    "hardship": 0.03,
    "study_difficulty": 0.03,
    "family_change": 0.012,
    "disability": 0.004,
    "orphan": 0.001,
}
# No region has this code, so no real person has such a number.
REGION = "999608"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Roster:
    """The rows of one school, ready to be written."""

    students: list[Student] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    members: list[GroupMember] = field(default_factory=list)
    keys: set[uuid.UUID] = field(default_factory=set)  # ids of students in a special group


def make_roster(school: DemoSchool, ids: Ids, serials: "Serials") -> Roster:
    rng = random.Random(f"pupils {school.unit.code}")
    tilt = rng.uniform(0.5, 1.6)
    return _roster(rng, tilt, school, school.classes, school.students, ids, serials)


def make_graduates(school: DemoSchool, ids: Ids, serials: "Serials", left_on: dt.date) -> Roster:
    """Those who left last summer: as many as have entered since, and as many of them in special groups."""
    rng = random.Random(f"graduates {school.unit.code}")
    tilt = random.Random(f"pupils {school.unit.code}").uniform(0.5, 1.6)  # the same first draw as above
    newest = max(group.entry_year for group in school.classes)
    size = sum(school.classes[n % len(school.classes)].entry_year == newest for n in range(school.students))
    roster = _roster(rng, tilt, school, school.graduated, size, ids, serials)
    for student in roster.students:
        student.status, student.left_on = Student.Status.LEFT, left_on
    for member in roster.members:
        member.until = left_on
    return roster


def _roster(
    rng: random.Random,
    tilt: float,
    school: DemoSchool,
    classes: list[ClassGroup],
    size: int,
    ids: Ids,
    serials: "Serials",
) -> Roster:
    roster = Roster()
    for n in range(size):
        student = _student(rng, school, classes[n % len(classes)], n // len(classes) + 1, ids(), serials)
        roster.students.append(student)
        roster.guardians.append(_guardian(rng, student, ids(), n))
        _add_groups(rng, roster, student, tilt)
    return roster


def write_roster(roster: Roster) -> None:
    Student.objects.bulk_create(roster.students, batch_size=1000)
    Guardian.objects.bulk_create(roster.guardians, batch_size=2000)
    GroupMember.objects.bulk_create(roster.members, batch_size=2000)


class Serials:
    """Identity numbers that no one has: a serial for each birthday."""

    def __init__(self) -> None:
        self.used: dict[tuple[dt.date, str], int] = {}

    def number(self, born: dt.date, gender: str) -> str:
        serial = self.used[born, gender] = self.used.get((born, gender), -1) + 1
        order = serial * 2 + (1 if gender == "m" else 0)
        digits = f"{int(REGION) - order // 1000}{born:%Y%m%d}{order % 1000:03}"
        return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


def _student(
    rng: random.Random, school: DemoSchool, group: ClassGroup, position: int, pk: uuid.UUID, serials: Serials
) -> Student:
    gender = rng.choice("mf")
    born = dt.date(group.entry_year - AGE_AT_ENTRY[group.stage] - 1, 9, 1) + dt.timedelta(days=rng.randrange(365))
    name = rng.choice(words.SURNAMES) + rng.choice(words.BOYS if gender == "m" else words.GIRLS)
    number = serials.number(born, gender)
    return Student(
        id=pk,
        school=school.unit,
        class_group=group,
        name=name,
        search_keys=search_keys(name),
        gender=gender,
        birth_date=born,
        ethnicity="01",
        student_number=f"{group.entry_year}{group.number:02}{position:02}",
        id_type="identity_card",
        id_number=number,
        id_hash=crypto.lookup_hash(number, purpose="id_number"),
        registry_number=f"G{number}",
        registry_hash=crypto.lookup_hash(f"G{number}", purpose="registry_number"),
        is_boarder=school.unit.has_boarders and rng.random() < 0.5,
        entered_on=dt.date(group.entry_year, 9, 1),
    )


def _guardian(rng: random.Random, student: Student, pk: uuid.UUID, n: int) -> Guardian:
    return Guardian(
        id=pk,
        student=student,
        name=student.name[0] + rng.choice(words.TEACHERS),
        relation=rng.choice(words.RELATIONS),
        phone=f"101{n % 10**8:08}",
    )


def _add_groups(rng: random.Random, roster: Roster, student: Student, tilt: float) -> None:
    for code, share in GROUPS.items():
        if rng.random() < share * tilt:
            roster.members.append(GroupMember(student=student, group_id=code, since=student.entered_on or STARTED))
            roster.keys.add(student.pk)
