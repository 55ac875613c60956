"""A school whose students answer PHQ-9 today, for what is measured of answering."""

import datetime as dt
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

from django.utils import timezone

from bench.people import CSRF
from schools.access import Viewer
from schools.models import ClassGroup, Membership, OnDuty, Person, Role, Term, Unit
from screening.actions.consents import record_paper
from screening.actions.rounds import make_round, open_round
from screening.models import Instrument, Round, Slip
from screening.views.answering import begun
from students.models import Student
from students.states import keep_all

OF_A_CLASS = 50
CALM = (0, 1, 0, 2, 1, 0, 0, 1, 0)
HIGH = (3, 3, 2, 3, 2, 3, 2, 2, 0)


def round_of(students: int) -> Round:
    """A new school of so many, every consent on paper, somebody on duty, all day long."""
    today = timezone.localdate()
    by = _counselor(_school(students, today), today)
    OnDuty.objects.create(unit=by.unit, membership=by.membership, day=today)
    made = make_round(
        by=by,
        instruments=[Instrument.objects.get(unit=None, code="phq9")],
        classes=ClassGroup.objects.filter(school=by.unit),
        title="bench",
        consent="bench",
        notice="bench",
        where_to_talk="bench",
        after_critical="bench",
        opens_on=today,
        closes_on=today + dt.timedelta(days=1),
        opens_at=dt.time(0),
        closes_at=dt.time(23, 59, 59),
    )
    record_paper(by=by, round_=made, students=list(made.slips.values_list("student_id", flat=True)), is_given=True)
    return open_round(by=by, round_=made)


def _school(students: int, today: dt.date) -> Unit:
    city = Unit.objects.create(kind_id="city", code="answers", path="answers/", name="city")
    start = today - dt.timedelta(days=60)
    Term.objects.create(unit=city, code="2025-2026-2", starts=start, ends=start + dt.timedelta(days=120))
    unit = Unit.objects.create(
        parent=city, kind_id="school", code="a1", path="answers/a1/", name="school", stages=["junior"], system="63"
    )
    groups = ClassGroup.objects.bulk_create(
        ClassGroup(school=unit, stage="junior", entry_year=today.year - 1, number=number)
        for number in range(1, 1 + -(-students // OF_A_CLASS))
    )
    rows = Student.objects.bulk_create(
        [
            Student(school=unit, class_group=groups[n // OF_A_CLASS], name=f"student {n}", student_number=f"a{n:05}")
            for n in range(students)
        ],
        batch_size=500,
    )
    keep_all(one.pk for one in rows)
    return unit


def _counselor(unit: Unit, today: dt.date) -> Viewer:
    person = Person.objects.create(staff_number="answers", name="counselor", password="!")  # noqa: S106  opens nothing
    member = Membership.objects.create(person=person, unit=unit, role=Role.COUNSELOR, starts_on=today)
    return Viewer(person=person, membership=member)


def tokens(round_: Round) -> Iterator[str]:
    """A sitting of each student, begun."""
    slips = Slip.objects.filter(round=round_)
    slips.update(started_at=timezone.now())
    return (begun(slip, "") for slip in slips)


def form(token: str, answers: tuple[int, ...], *, first: int = 1) -> bytes:
    """Answers to the items from `first` on, as the page sends them."""
    fields = {"csrfmiddlewaretoken": CSRF, "sitting": token, "id": str(uuid.uuid4()), "seconds": "100", "skip": "1"}
    given = {f"1.{number}": str(value) for number, value in enumerate(answers, start=first)}
    fields |= {"asked": ",".join(given)} | {f"q-{key}": value for key, value in given.items()}
    return urlencode(fields).encode()
