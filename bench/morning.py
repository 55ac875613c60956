"""The morning of a city: what a report and a reminder cost, and how it grows at ten times the classes."""

import datetime as dt
import time
from zoneinfo import ZoneInfo

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.actions.daily import Signature, sign_class, sign_unit
from reports.daily import unit_board
from reports.models import ReportingScheme
from schools.access import Viewer
from schools.models import ClassGroup, Membership, Person, Reminder, Role, Term, Unit
from schools.work.reminders import dispatch
from students.models import Student

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 18)
CLASSES = 50  # of a school
SIGNED = 100  # reports that are measured


def run() -> None:
    """First a tenth of the schools, then all of them."""
    print("the morning of a city:   schools  classes  reminders ms each  report ms  queries  board ms  queries")
    for schools in (40, 360):
        grow(schools)
        _print(*measure())


def grow(schools: int) -> None:
    """More schools with their classes, teachers and one student for each class; set-based."""
    city = Unit.objects.filter(code="morning").first() or _city()
    have = Unit.objects.filter(parent=city).count()
    units = Unit.objects.bulk_create(
        Unit(
            parent=city,
            kind_id="school",
            code=f"m{number:04}",
            path=f"morning/m{number:04}/",
            name=f"school {number}",
            stages=["primary"],
            system="63",
        )
        for number in range(have, have + schools)
    )
    groups = ClassGroup.objects.bulk_create(
        [
            ClassGroup(school=unit, stage="primary", entry_year=2020 + n % 6, number=n // 6 + 1)
            for unit in units
            for n in range(CLASSES)
        ],
        batch_size=5000,
    )
    members = _hire(groups, "t", Role.CLASS_TEACHER)
    link = Membership.classes.through
    link.objects.bulk_create(
        [link(membership_id=member.pk, classgroup_id=group.pk) for member, group in zip(members, groups, strict=True)],
        batch_size=5000,
    )
    _hire(units, "l", Role.SCHOOL_LEADER)
    Student.objects.bulk_create(
        [Student(school_id=group.school_id, class_group=group, name="x") for group in groups], batch_size=5000
    )


def _city() -> Unit:
    city = Unit.objects.create(kind_id="city", code="morning", path="morning/", name="city")
    Term.objects.create(unit=city, code="2025-2026-2", starts=dt.date(2026, 2, 26), ends=dt.date(2026, 7, 3))
    ReportingScheme.objects.create(
        unit=city,
        preset="full_chain",
        every="day",
        starts_on=dt.date(2026, 2, 26),
        deadlines={"class": "10:00", "school": "10:30"},
    )
    return city


def _hire(places: list[ClassGroup] | list[Unit], letter: str, role: str) -> list[Membership]:
    """One person for each class or unit."""
    people = Person.objects.bulk_create(
        [Person(staff_number=f"{letter}{place.pk}", name="x", password="!") for place in places],  # noqa: S106  opens nothing
        batch_size=5000,
    )
    units = [place.school_id if isinstance(place, ClassGroup) else place.pk for place in places]
    rows = [
        Membership(person=person, unit_id=unit, role=role, starts_on=dt.date(2025, 9, 1))
        for person, unit in zip(people, units, strict=True)
    ]
    return Membership.objects.bulk_create(rows, batch_size=5000)


def measure() -> tuple[float, ...]:
    Reminder.objects.all().delete()
    schools = Unit.objects.filter(parent__code="morning").count()
    at = dt.datetime.combine(DAY, dt.time(9, 30), SHANGHAI)
    with time_machine.travel(at, tick=False):
        started = time.perf_counter()
        called = dispatch(now=at)
        reminders = time.perf_counter() - started
        report, queries = _sign()
        board, of_board = _board()
    return schools, schools * CLASSES, 1000 * reminders / max(called, 1), report, queries, board, of_board


def _sign() -> tuple[float, int]:
    """Zero reports of as many classes that have not signed yet, each in a transaction of its own."""
    members = Membership.objects.filter(unit__parent__code="morning", role=Role.CLASS_TEACHER)
    waiting = members.filter(classes__daily_reports=None).select_related("person", "unit__kind").order_by("-pk")
    rows = [(member, member.classes.select_related("school").get()) for member in waiting[:SIGNED]]
    started = time.perf_counter()
    for member, group in rows:
        by = Viewer(person=member.person, membership=member)
        sign_class(by=by, group=group, signature=Signature(DAY))
    each = 1000 * (time.perf_counter() - started) / len(rows)
    leader = Membership.objects.select_related("person", "unit__kind").get(
        unit=rows[0][0].unit, role=Role.SCHOOL_LEADER
    )
    with CaptureQueriesContext(connection) as captured:
        sign_unit(by=Viewer(person=leader.person, membership=leader), signature=Signature(DAY))
    return each, len(captured)


def _board() -> tuple[float, int]:
    city = Unit.objects.select_related("kind").get(code="morning")
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        unit_board(city, DAY).counts  # noqa: B018  asked for, to be measured
    return 1000 * (time.perf_counter() - started), len(captured)


def _print(schools: float, classes: float, reminder: float, report: float, queries: float, *board: float) -> None:
    print(
        f"   {'':<21} {schools:7.0f} {classes:8.0f} {reminder:18.2f} {report:10.1f} {queries:8.0f} "
        f"{board[0]:9.1f} {board[1]:8.0f}",
        flush=True,
    )
