"""The morning of a city: what a report and a reminder cost, and how it grows at ten times the classes.

400 schools with 20,000 classes sign between 7:30 and 8:10, 8.3 reports each second; those still silent are reminded at
8:00 and at 9:30.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.actions.daily import Signature, sign_class, sign_unit
from reports.daily import unit_board
from reports.models import DailyReport, ReportingScheme
from schools.access import Viewer
from schools.ladder import REPORTER
from schools.models import ClassGroup, Membership, Person, Role, Term, Unit, UnitSetting
from schools.work.reminders import dispatch, setting_key
from students.models import Student

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 18)
CLASSES = 50  # of a school
SIGNED = 100  # reports that are measured
PER_SECOND = 20_000 / (40 * 60)


def run(*, quick: bool) -> None:
    """First a tenth of the schools, then all of them; of a city a fifth as large with `quick`."""
    schools = 8 if quick else 40
    dispatch()  # what is loaded once is not measured
    small, large = _row(schools, DAY), _row(9 * schools, DAY + dt.timedelta(days=1))
    print("   growth of each at ten times the classes: " + ", ".join(_growth(small, large)))
    print(
        f"   one process signs {1000 / large.report:.0f} reports each second, with their pages "
        f"{1000 / large.pages:.0f}; asked for: {PER_SECOND:.1f}",
        flush=True,
    )


def _row(schools: int, day: dt.date) -> "Measured":
    grow(schools)
    found = measure(day)
    print(
        f"   the morning of a city: {found.classes} classes; ms each: reminder at 8:00 {found.first:.2f} "
        f"({found.called} called), at 9:30 {found.second:.2f} ({found.called_again} called), "
        f"report {found.report:.1f}, with its pages {found.pages:.1f}; the school's report {found.school:.0f} ms, "
        f"{found.queries} queries; the city's board {found.board:.0f} ms, {found.of_board} queries",
        flush=True,
    )
    return found


def _growth(small: "Measured", large: "Measured") -> list[str]:
    names = {"first": "reminder at 8:00", "second": "at 9:30", "report": "report", "pages": "with its pages"}
    return [f"{words} {getattr(large, name) / getattr(small, name):.2f}" for name, words in names.items()]


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
    UnitSetting.objects.create(
        unit=city, key=setting_key("daily.class"), value=[(-120, REPORTER, ""), (-30, REPORTER, "")]
    )
    UnitSetting.objects.create(unit=city, key="second_factor_roles", value=[])
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


class Measured(NamedTuple):
    """Milliseconds each, and queries."""

    classes: int
    first: float
    called: int
    second: float
    called_again: int
    report: float
    pages: float
    school: float
    queries: int
    board: float
    of_board: int


def measure(day: dt.date) -> Measured:
    classes = ClassGroup.objects.filter(school__parent__code="morning").count()
    first, called = _remind(_at(day, 8))
    report, pages, leader = _sign(day)
    second, called_again = _remind(_at(day, 9, 30))
    with time_machine.travel(_at(day, 9, 40), tick=False):
        with CaptureQueriesContext(connection) as captured:
            school, _ = _milliseconds(lambda: sign_unit(by=_viewer(leader), signature=Signature(day)))
        city = Unit.objects.select_related("kind").get(code="morning")
        with CaptureQueriesContext(connection) as of_board:
            board, _ = _milliseconds(lambda: unit_board(city, day).counts)
    return Measured(
        classes, first, called, second, called_again, report, pages, school, len(captured), board, len(of_board)
    )


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)


def _milliseconds(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = act()
    return 1000 * (time.perf_counter() - started), found


def _remind(at: dt.datetime) -> tuple[float, int]:
    """What calling one person costs, and how many were called."""
    with time_machine.travel(at, tick=False):
        spent, called = _milliseconds(dispatch)
    return spent / max(called, 1), called


def _sign(day: dt.date) -> tuple[float, float, Membership]:
    """Zero reports, each in a transaction of its own: the action alone, and with the page before and after it. Also the
    leader of one of the schools."""
    members = Membership.objects.filter(unit__parent__code="morning", role=Role.CLASS_TEACHER)
    found = list(members.select_related("person", "unit__kind").order_by("-pk")[: 2 * SIGNED])
    rows = [(_viewer(member), member.classes.select_related("school").get()) for member in found]
    browsers = [(browser_of(member), member.classes.get().pk) for member in found[SIGNED:]]

    def act() -> None:
        for by, group in rows[:SIGNED]:
            sign_class(by=by, group=group, signature=Signature(day))

    def ask() -> None:
        for client, group in browsers:
            address = reverse("reports:daily_class", args=[group])
            client.get(address)
            answer = client.post(address, {"over": "0", "day": day.isoformat()})
            assert answer.status_code == 302, answer.status_code

    with time_machine.travel(_at(day, 8, 5), tick=True):
        report, _ = _milliseconds(act)
        pages, _ = _milliseconds(ask)
    assert DailyReport.objects.filter(day=day).count() == 2 * SIGNED
    leaders = Membership.objects.select_related("person", "unit__kind")
    return report / SIGNED, pages / SIGNED, leaders.get(unit=found[0].unit, role=Role.SCHOOL_LEADER)


def _viewer(member: Membership) -> Viewer:
    return Viewer(person=member.person, membership=member)


def browser_of(member: Membership) -> Client:
    """Signed in just now, with nothing more to prove."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(member.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
