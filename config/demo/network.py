"""The invented network: units, terms, classes and the people who work there. Set-based and the same every time."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.hashers import make_password

from config.demo import words
from schools.classnames import school_year
from schools.common import crypto
from schools.models import ClassGroup, Duty, Membership, Person, Term, Unit, UnitSetting

DEMO_PASSWORD = settings.DEMO_PASSWORD
CITY, DISTRICT = "440600", "440608"
FIRST_SCHOOL = 2144000001
STARTED = dt.date(2024, 8, 20)
# As large as a real district: 26 primary, 7 junior, 5 senior or vocational, 1 special school, 53,492 students,
# 15 + 292 counselors.
KINDS = ["primary"] * 26 + ["junior"] * 5 + ["nine_year"] * 2 + ["senior"] * 3 + ["vocational"] * 2 + ["special"]
WEIGHTS = {"primary": 1100, "junior": 1650, "nine_year": 1900, "senior": 2500, "vocational": 2600, "special": 120}
STAGES = {"nine_year": ["primary", "junior"]}
TYPES = {"primary": "211", "junior": "311", "nine_year": "312", "senior": "342", "vocational": "361", "special": "511"}
SUFFIX = {
    "primary": "小学",
    "junior": "初级中学",
    "nine_year": "九年一贯制学校",
    "senior": "高级中学",
    "vocational": "职业技术学校",
    "special": "特殊教育学校",
}
YEARS = {"primary": 6, "junior": 3, "senior": 3, "vocational": 3, "special": 9}
STUDENTS_OF_DISTRICT, STUDENTS_OF_FIRST = 53_492, 1_300
FULL_TIME, PART_TIME = 15, 292


class Ids:
    """Row ids in order, the same every time: a counter in the shape of a UUID."""

    def __init__(self, space: int) -> None:
        self.last = (0xDE300000 + space) << 96

    def __call__(self) -> uuid.UUID:
        self.last += 1
        return uuid.UUID(int=self.last)


@dataclass
class DemoSchool:
    """A school with what the other steps need to know of it."""

    unit: Unit
    kind: str
    students: int
    counselors: list[str]  # employment of each
    classes: list[ClassGroup] = field(default_factory=list)
    graduated: list[ClassGroup] = field(default_factory=list)  # last summer; their teachers took the new classes
    teachers: dict[int, Membership] = field(default_factory=dict)  # by class id
    subject_teachers: list[Membership] = field(default_factory=list)
    counselor_members: list[Membership] = field(default_factory=list)
    leaders: list[Membership] = field(default_factory=list)
    heads: dict[str, Membership] = field(default_factory=dict)  # by the code of the grade (`reports.parts`)


def term_dates(year: int) -> list[tuple[str, dt.date, dt.date]]:
    """The two terms of a school year that begins in `year`."""
    return [
        (f"{year}-{year + 1}-1", dt.date(year, 9, 1), dt.date(year + 1, 1, 23)),
        (f"{year}-{year + 1}-2", dt.date(year + 1, 2, 24), dt.date(year + 1, 7, 5)),
    ]


def term_began(today: dt.date) -> dt.date:
    """The first day of the term that runs, or ran last."""
    terms = term_dates(today.year - 1) + term_dates(today.year)
    return max((starts for _code, starts, _ends in terms if starts <= today), default=today)


def make_centers(today: dt.date, *, districts: int) -> tuple[Unit, list[Unit]]:
    """City, districts, terms, duties and the rules of the demo."""
    city = Unit.objects.create(
        kind_id="city",
        code=CITY,
        path=f"{CITY}/",
        name="临海市中小学心理健康教育指导中心",
        short_name="市中心",
        is_demo=True,
    )
    UnitSetting.objects.create(unit=city, key="second_factor_roles", value=[])
    for year in range(today.year - 2, today.year + 2):
        for code, starts, ends in term_dates(year):
            Term.objects.create(unit=city, code=code, starts=starts, ends=ends)
            Duty.objects.create(
                unit=city,
                term_code=code,
                role="class_teacher",
                kind="talk_every_student",
                label_zh="每学期与每名学生谈话一次，重点学生优先",
                label_en="one talk with every student each term, key students first",
                due_on=ends - dt.timedelta(days=14),
            )
    names = ["东湾区", "西岭区", "南洲区", "北港区"]
    found = []
    for number in range(districts):
        code = str(int(DISTRICT) + number)
        name = f"{names[number]}中小学心理健康教育指导中心"
        found.append(child(city, "district", code, name, names[number]))
    return city, found


def child(parent: Unit, kind: str, code: str, name: str, short: str, **more: object) -> Unit:
    path = f"{parent.path}{code}/"
    return Unit.objects.create(
        parent=parent, kind_id=kind, code=code, path=path, name=name, short_name=short, is_demo=True, **more
    )


def make_schools(district: Unit, *, number: int, only_first: bool) -> list[DemoSchool]:
    """The schools of a district with their classes; `number` counts the districts from 0."""
    rng = random.Random(f"schools {number}")
    clusters = [
        child(district, "cluster", f"{district.code}{n + 1:02}", f"{district.short_name}{name}", name)
        for n, name in enumerate(words.CLUSTERS[: 1 if only_first else None])
    ]
    sizes = _sizes(rng)
    full_time, part_time = FULL_TIME, PART_TIME
    found = []
    for n, kind in enumerate(KINDS[: 1 if only_first else None]):
        code = str(FIRST_SCHOOL + number * 100 + n)
        short = words.SCHOOL_NAMES[n] + {"primary": "小学", "special": "特校"}.get(kind, "中学")
        unit = child(
            clusters[n % len(clusters)],
            "school",
            code,
            f"{words.SCHOOL_NAMES[n]}{SUFFIX[kind]}",
            short,
            school_type=TYPES[kind],
            stages=STAGES.get(kind, [kind]),
            system="63",
            has_boarders=kind in ("senior", "vocational", "special"),
        )
        left = len(KINDS) - n
        full = 1 if n == 0 or (full_time and rng.random() < full_time / left) else 0
        part = part_time // left + (1 if part_time % left else 0)
        full_time, part_time = full_time - full, part_time - part
        found.append(DemoSchool(unit, kind, sizes[n], ["full_time"] * full + ["part_time"] * part))
    return found


def _sizes(rng: random.Random) -> list[int]:
    """Students of each school; together exactly those of the district."""
    rough = [WEIGHTS[kind] * rng.uniform(0.75, 1.25) for kind in KINDS]
    scale = (STUDENTS_OF_DISTRICT - STUDENTS_OF_FIRST) / sum(rough[1:])
    sizes = [STUDENTS_OF_FIRST, *(round(size * scale) for size in rough[1:])]
    sizes[1] += STUDENTS_OF_DISTRICT - sum(sizes)
    return sizes


def make_classes(schools: list[DemoSchool], today: dt.date) -> None:
    """The classes of today, and those that graduated last summer: without them a past term would lack a grade."""
    year = school_year(today)
    rows = [group for school in schools for group in _classes(school, year)]
    rows += [group for school in schools for group in _classes(school, year, graduated=True)]
    ClassGroup.objects.bulk_create(rows, batch_size=2000)
    by_unit = {school.unit.pk: school for school in schools}
    for group in ClassGroup.objects.filter(school__in=by_unit).select_related("school").order_by("pk"):
        school = by_unit[group.school_id]
        is_past = group.entry_year + YEARS[group.stage] <= year
        (school.graduated if is_past else school.classes).append(group)


def _classes(school: DemoSchool, year: int, *, graduated: bool = False) -> list[ClassGroup]:
    taught = [(stage, year - n) for stage in school.unit.stages for n in range(YEARS[stage])]
    size = 12 if school.kind == "special" else 44
    per_cohort = max(1, round(school.students / len(taught) / size))
    cohorts = [(stage, year - YEARS[stage]) for stage in school.unit.stages] if graduated else taught
    return [
        ClassGroup(school=school.unit, stage=stage, entry_year=entry, number=number)
        for stage, entry in cohorts
        for number in range(1, per_cohort + 1)
    ]


def left_on(today: dt.date) -> dt.date:
    """The day on which last summer's classes left: after the term has ended."""
    return dt.date(school_year(today), 7, 10)


@dataclass
class Staff:
    """Collects people and memberships of the whole network, to write them in two statements."""

    rng: random.Random
    password: str = field(default_factory=lambda: make_password(DEMO_PASSWORD))
    people: list[Person] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    covers: list[tuple[Membership, list[int]]] = field(default_factory=list)
    ids: Ids = field(default_factory=lambda: Ids(1))

    def hire(
        self, number: str, unit: Unit, role: str, *, classes: list[int] | None = None, **more: object
    ) -> Membership:
        phone = f"100{len(self.people):08}"
        person = Person(
            id=self.ids(),
            staff_number=number,
            name=self.rng.choice(words.SURNAMES) + self.rng.choice(words.TEACHERS),
            password=self.password,
            phone=phone,
            phone_hash=crypto.lookup_hash(phone, purpose="phone"),
        )
        self.people.append(person)
        return self.also(person, unit, role, classes=classes, **more)

    def also(
        self, person: Person, unit: Unit, role: str, *, classes: list[int] | None = None, **more: object
    ) -> Membership:
        """Another role of someone already hired."""
        member = Membership(person=person, unit=unit, role=role, starts_on=STARTED, **more)
        self.members.append(member)
        if classes:
            self.covers.append((member, classes))
        return member

    def save(self) -> None:
        Person.objects.bulk_create(self.people, batch_size=2000)
        Membership.objects.bulk_create(self.members, batch_size=2000)
        link = Membership.classes.through
        link.objects.bulk_create(
            [link(membership_id=member.pk, classgroup_id=pk) for member, pks in self.covers for pk in pks],
            batch_size=5000,
        )


def hire_everyone(city: Unit, districts: list[Unit], schools: list[DemoSchool]) -> None:
    """Accounts with short names for the first of each role; the others are numbered by their unit."""
    staff = Staff(random.Random("staff"))
    staff.hire("city", city, "center_staff", title="主任")
    staff.hire("admin", city, "system_admin")
    staff.hire("auditor", city, "auditor")
    for number, district in enumerate(districts):
        staff.hire("district" if number == 0 else f"{district.code}-d", district, "center_staff", title="教研员")
    for number, cluster in enumerate(Unit.objects.filter(kind="cluster").order_by("path")):
        staff.hire("cluster" if number == 0 else f"{cluster.code}-c", cluster, "center_staff")
    for number, school in enumerate(schools):
        _hire_school(staff, school, first=number == 0)
    staff.save()
    _name_backups(schools)


def _hire_school(staff: Staff, school: DemoSchool, *, first: bool) -> None:
    unit, code = school.unit, school.unit.code

    def number(short: str, n: int) -> str:
        return short if first and n == 0 else f"{code}-{short[0]}{n + 1:02}"

    for n, title in enumerate(["校长", "德育主任"]):
        school.leaders.append(staff.hire(number("leader", n), unit, "school_leader", title=title))
    for n, employment in enumerate(school.counselors):
        school.counselor_members.append(staff.hire(number("counselor", n), unit, "counselor", employment=employment))
    if first:
        until = dt.date(2030, 7, 31)
        staff.hire("visiting", unit, "counselor", employment="visiting", ends_on=until)
    cohorts = sorted({(group.stage, group.entry_year) for group in school.classes})
    heads = [
        staff.hire(number("head", n), unit, "grade_head", cohort_stage=stage, cohort_year=year)
        for n, (stage, year) in enumerate(cohorts)
    ]
    school.heads = {f"{head.cohort_stage}-{head.cohort_year}": head for head in heads}
    for n, group in enumerate(school.classes):
        school.teachers[group.pk] = staff.hire(number("teacher", n), unit, "class_teacher", classes=[group.pk])
    newest = {(g.stage, g.number): school.teachers[g.pk] for g in reversed(school.classes)}
    school.teachers |= {group.pk: newest[group.stage, group.number] for group in school.graduated}
    for n in range(0, len(school.classes), 3):
        taught = [group.pk for group in school.classes[n : n + 3]]
        school.subject_teachers.append(staff.hire(number("subject", n // 3), unit, "subject_teacher", classes=taught))
    for n, head in enumerate(heads):
        # Heads of a grade teach too: they switch between the two with one tap.
        staff.also(head.person, unit, "subject_teacher", classes=[school.classes[-1 - n].pk])


def _name_backups(schools: list[DemoSchool]) -> None:
    """Each counselor's backup is the next counselor, else a leader."""
    rows = []
    for school in schools:
        chain = [*school.counselor_members, school.leaders[0]]
        for member, backup in zip(chain, chain[1:], strict=False):
            member.backup = backup
            rows.append(member)
    Membership.objects.bulk_update(rows, ["backup"], batch_size=500)
