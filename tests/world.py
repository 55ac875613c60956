"""The cast: two look-alike schools in one district, every role in each, a sentinel in every text field.

Built once for a run. Names say who is who: `a.teacher` is class teacher of A's class 三(1)班 (`a.class_1`),
`a.teacher_2` of the other class of that grade, `a.teacher_4` of a class in grade four. School B has the same people
under other names. The clock stands at NOW in every test.
"""

import datetime as dt
import importlib
import uuid
import zlib
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 3, 18, 10, 0, tzinfo=SHANGHAI)  # a Wednesday in the second term
PASSWORD = "a-password-of-the-cast"
SEEDS = [
    ("schools.migrations._seeds", "add_kinds", "schools.UnitKind"),
    ("schools.migrations._seeds", "add_levels", "schools.CertificateLevel"),
    ("students.migrations._seeds", "add_groups", "students.SpecialGroup"),
    ("students.migrations._seeds", "add_categories", "students.RegistryCategory"),
    ("counseling.migrations._seeds", "add_options", "counseling.TalkOption"),
    ("counseling.migrations._seeds", "add_templates", "counseling.TextTemplate"),
    ("screening.migrations._seeds", "add_instruments", "screening.Instrument"),
]


@dataclass
class School:
    """One school of the cast; `key` is "a" or "b"."""

    key: str
    unit: object = None
    people: dict = field(default_factory=dict)
    classes: dict = field(default_factory=dict)
    students: dict = field(default_factory=dict)
    talks: dict = field(default_factory=dict)
    flag: object = None

    def __getattr__(self, name):
        for group in ("people", "classes", "students"):
            if name in (found := self.__dict__.get(group, {})):  # a copy in the making has none yet
                return found[name]
        raise AttributeError(name)


@dataclass
class World:
    city: object
    district: object
    other_district: object
    cluster: object
    a: School
    b: School
    city_staff: object
    district_staff: object
    other_staff: object
    cluster_staff: object
    admin: object
    auditor: object

    def members(self):
        """Every membership of the cast by name: `a.teacher`, `district_staff` …"""
        found = {f"{school.key}.{name}": m for school in (self.a, self.b) for name, m in school.people.items()}
        for name in ("city_staff", "district_staff", "other_staff", "cluster_staff", "admin", "auditor"):
            found[name] = getattr(self, name)
        return found


def sentinel(school, what):
    """A text that tells whose it is: it must never show up where that school's record may not be seen."""
    return f"SENTINEL-{school.key}-{what}"


def ensure_seeds():
    """What the migrations put in, for a database that has been emptied since."""
    from django.apps import apps

    for module, function, model in SEEDS:
        if not apps.get_model(model).objects.exists():
            getattr(importlib.import_module(module), function)(apps, None)


def build_world():
    """Write the cast into a database that was migrated from nothing."""
    import time_machine

    with time_machine.travel(NOW, tick=False):
        from django.db import transaction

        from schools import audit
        from schools.models import UnitSetting
        from students.models import Student
        from students.states import keep_all

        city = _unit(None, "city", "440600", "临海市中心")
        district = _unit(city, "district", "440608", "东区中心")
        other_district = _unit(city, "district", "440609", "西区中心")
        cluster = _unit(district, "cluster", "44060801", "第一学区")
        UnitSetting.objects.create(unit=city, key="second_factor_roles", value=[])
        _terms(city)
        _centers(city, district, other_district, cluster)
        for key, code, name in (("a", "2144000001", "甲小学"), ("b", "2144000002", "乙小学")):
            _school(School(key), cluster, code, name)
        keep_all(Student.objects.values_list("pk", flat=True))
        with transaction.atomic():  # as everywhere there are people, the log has begun
            audit.record(by=None, verb="demo.loaded", about=city)


def counts_of_world():
    """The figures of the cast counted once, as the rows that keep them; in the database nobody has been counted yet."""
    import time_machine
    from django.db import transaction

    from schools.models import TalliedTerm, Tally
    from schools.recounting import recount_all

    with time_machine.travel(NOW - dt.timedelta(minutes=5), tick=True), transaction.atomic():
        recount_all()
        found = [list(TalliedTerm.objects.all()), list(Tally.objects.all())]
        transaction.set_rollback(True)
    return found


def load_world():
    """The cast as fresh rows of the database."""
    from schools.models import ClassGroup, Membership, Unit

    units = {unit.code: unit for unit in Unit.objects.select_related("kind")}
    members = {
        m.person.staff_number: m for m in Membership.objects.select_related("person", "unit__kind").order_by("pk")
    }
    classes = list(ClassGroup.objects.select_related("school"))
    schools = [_load_school(key, units, members, classes) for key in ("a", "b")]
    return World(
        city=units["440600"],
        district=units["440608"],
        other_district=units["440609"],
        cluster=units["44060801"],
        a=schools[0],
        b=schools[1],
        **{name: members[name] for name in CENTER_PEOPLE},
    )


CENTER_PEOPLE = {
    "city_staff": ("center_staff", "440600"),
    "district_staff": ("center_staff", "440608"),
    "other_staff": ("center_staff", "440609"),
    "cluster_staff": ("center_staff", "44060801"),
    "admin": ("system_admin", "440600"),
    "auditor": ("auditor", "440600"),
}
SCHOOL_PEOPLE = {
    "leader": "school_leader",
    "counselor": "counselor",
    "counselor_2": "counselor",
    "grade_head": "grade_head",
    "teacher": "class_teacher",
    "teacher_2": "class_teacher",
    "teacher_4": "class_teacher",
    "subject_teacher": "subject_teacher",
}
# name -> (entry year, number); in March 2026 those of 2023 are in grade three
CLASSES = {"class_1": (2023, 1), "class_2": (2023, 2), "class_4": (2022, 1)}
TAUGHT = {"teacher": ["class_1"], "teacher_2": ["class_2"], "teacher_4": ["class_4"], "subject_teacher": ["class_2"]}
STUDENTS = {
    "student": "class_1",
    "student_2": "class_1",
    "student_3": "class_1",
    "neighbor": "class_2",
    "older": "class_4",
}


def _unit(parent, kind, code, name, **more):
    from schools.models import Unit

    path = f"{parent.path if parent else ''}{code}/"
    return Unit.objects.create(parent=parent, kind_id=kind, code=code, name=name, short_name=name, path=path, **more)


def _terms(city):
    from schools.models import Duty, Term

    for code, starts, ends in (
        ("2025-2026-1", dt.date(2025, 9, 1), dt.date(2026, 1, 23)),
        ("2025-2026-2", dt.date(2026, 2, 26), dt.date(2026, 7, 3)),
    ):
        Term.objects.create(unit=city, code=code, starts=starts, ends=ends)
    Duty.objects.create(
        unit=city,
        term_code="2025-2026-2",
        role="class_teacher",
        kind="talk_every_student",
        label_zh="每学期与每名学生谈话一次",
        label_en="one talk with every student each term",
        due_on=dt.date(2026, 6, 12),
    )


def _person(staff_number, name):
    from django.contrib.auth.hashers import make_password

    from schools.models import Person

    person = Person(staff_number=staff_number, name=name, password=make_password(PASSWORD))
    person.set_phone("139" + str(zlib.crc32(staff_number.encode()) % 10**8).zfill(8))
    person.save()
    return person


def _member(staff_number, name, role, unit, **more):
    from schools.models import Membership

    started = dt.date(2025, 8, 20)
    return Membership.objects.create(
        person=_person(staff_number, name), unit=unit, role=role, starts_on=started, **more
    )


def _centers(*units):
    by_code = {unit.code: unit for unit in units}
    for name, (role, code) in CENTER_PEOPLE.items():
        _member(name, f"中心{name}", role, by_code[code])


def _school(school, cluster, code, name):
    from schools.models import ClassGroup

    school.unit = _unit(
        cluster, "school", code, name, school_type="211", stages=["primary"], system="63", has_boarders=False
    )
    for key, (year, number) in CLASSES.items():
        school.classes[key] = ClassGroup.objects.create(
            school=school.unit, stage="primary", entry_year=year, number=number
        )
    for key, role in SCHOOL_PEOPLE.items():
        more = {"cohort_stage": "primary", "cohort_year": 2023} if role == "grade_head" else {}
        school.people[key] = _member(f"{school.key}-{key}", f"{name[0]}校{key}", role, school.unit, **more)
        school.people[key].classes.set([school.classes[taught] for taught in TAUGHT.get(key, [])])
    for number, (key, group) in enumerate(STUDENTS.items(), start=1):
        school.students[key] = _student(school, key, number, school.classes[group])
    _records(school)


def _student(school, key, number, class_group):
    from schools.common import crypto
    from students.models import Guardian, Student

    id_number = _identity_number(f"44060820170{number}1{number}00{1 + (school.key == 'b')}")
    student = Student(
        school=school.unit,
        class_group=class_group,
        name=sentinel(school, f"name-{key}"),
        search_keys=f"{school.key}{key} {school.key}{number}",
        former_name=sentinel(school, "former"),
        gender="m" if number % 2 else "f",
        birth_date=dt.date(2017, number, 10 + number),
        student_number=f"{school.key.upper()}{number:04}",
        id_type="identity_card",
        id_number=id_number,
        id_hash=crypto.lookup_hash(id_number, purpose="id_number"),
        registry_number=f"G{id_number}",
        registry_hash=crypto.lookup_hash(f"G{id_number}", purpose="registry_number"),
        phone=sentinel(school, "phone"),
        address=sentinel(school, "address"),
        health=sentinel(school, "health"),
        entered_on=dt.date(class_group.entry_year, 9, 1),
    )
    student.save()
    Guardian.objects.create(
        student=student, name=sentinel(school, "guardian"), relation="母亲", phone=sentinel(school, "guardian-phone")
    )
    return student


def _identity_number(first_17):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = first_17[:17]
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def _records(school):
    """Talks of every kind, one flag, one special group."""
    from students.models import FlagReport, GroupMember, RiskFlag

    GroupMember.objects.create(student=school.student, group_id="left_behind", since=dt.date(2025, 9, 1))
    school.flag = RiskFlag.objects.create(
        student=school.student,
        school=school.unit,
        severity=3,
        raised_by=school.teacher,
        known_at=NOW - dt.timedelta(hours=2),
        reported_at=NOW - dt.timedelta(hours=1),
        due_at=NOW + dt.timedelta(hours=6),
    )
    FlagReport.objects.create(
        flag=school.flag, by=school.teacher, text=sentinel(school, "flag-reason"), known_at=school.flag.known_at
    )
    _talk(school, "own", school.teacher, [school.student], severity=3, flag=school.flag)
    _talk(school, "shared", school.teacher, [school.student, school.student_2])
    _talk(school, "restricted", school.counselor, [school.student], is_restricted=True)
    _talk(school, "subject", school.subject_teacher, [school.neighbor])
    _talk(school, "older", school.teacher_4, [school.older])


def _talk(school, key, member, students, *, is_restricted=False, severity=0, flag=None):
    from counseling.models import TalkLog, TalkPart

    talk = TalkLog.objects.create(
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"{school.key}-{key}"),
        school=school.unit,
        author=member.person,
        membership=member,
        happened_at=NOW - dt.timedelta(days=5),
        place="office",
        kind="daily",
        is_restricted=is_restricted,
        others_present=sentinel(school, f"{key}-present"),
    )
    for number, student in enumerate(students):
        texts = {
            name: sentinel(school, f"{key}{number}-{name}")
            for name in ("background", "words", "view", "agreed", "effect")
        }
        TalkPart.objects.create(
            talk=talk,
            student=student,
            class_group=student.class_group,
            themes=["sleep"],
            mood="calm",
            severity=severity,
            flag=flag,
            **texts,
        )


def _load_school(key, units, members, classes):
    from counseling.models import TalkLog
    from students.models import RiskFlag, Student

    unit = units["2144000001" if key == "a" else "2144000002"]
    school = School(key, unit=unit)
    school.people = {name: members[f"{key}-{name}"] for name in SCHOOL_PEOPLE}
    by_place = {(c.school_id, c.entry_year, c.number): c for c in classes}
    school.classes = {name: by_place[unit.pk, year, number] for name, (year, number) in CLASSES.items()}
    students = {s.name: s for s in Student.objects.filter(school=unit).select_related("class_group__school")}
    school.students = {name: students[sentinel(school, f"name-{name}")] for name in STUDENTS}
    talks = {talk.submission: talk for talk in TalkLog.objects.filter(school=unit)}
    for name in ("own", "shared", "restricted", "subject", "older"):
        school.talks[name] = talks[uuid.uuid5(uuid.NAMESPACE_URL, f"{key}-{name}")]
    school.flag = RiskFlag.objects.get(school=unit)
    return school
