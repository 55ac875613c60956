"""Who opened records of students outside the own care, week by week, and which lists left as files.

Counselors and leaders may open every file of the school, so a rule cannot tell need from curiosity; a colleague can.
A student is in a person's care who is in one of their classes or their grade, whom they have talked to, or on whose
flag they have acted, at the time of the look or within a day after it: nothing done later takes a look off the list.
What is left is counted for each person, beside what is usual for them (docs/adr/0009).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, TextField, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncWeek
from django.utils import timezone

from counseling.models import TalkPart
from schools.access import Viewer
from schools.audit.trail import tellable
from schools.audit.verbs import Kind, codes_of
from schools.calendar import SchoolCalendar
from schools.common.days import midnight
from schools.models import AuditEntry, Membership, Person, Role, Unit
from schools.models.audit import AuditEntryQuerySet
from schools.queries import calendar_of
from students.models import Student

WEEK = dt.timedelta(days=7)
WRITTEN_WITHIN = dt.timedelta(days=1)  # so long after a look, work that explains it may be written down
USUAL_WEEKS = 8
FEWEST_STUDENTS, TIMES_USUAL, NIGHT_OPENS = 5, 3, 3
NIGHT = Q(at__hour__gte=22) | Q(at__hour__lt=6)
KEPT_DAYS = 30  # so long an export stands on the page


@dataclass
class Opener:
    """One person's opens outside their care in one week."""

    person: Person
    students: int
    opens: int
    night: int
    off_hours: int
    usual: float = 0.0
    roles: list[str] = field(default_factory=list)

    @property
    def is_unusual(self) -> bool:
        """Far more students than in the person's other weeks, or again and again at night."""
        many = self.students >= FEWEST_STUDENTS and self.students > TIMES_USUAL * self.usual
        return many or self.night >= NIGHT_OPENS


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def last_monday() -> dt.date:
    """Of the last week that is over."""
    return monday_of(timezone.localdate()) - WEEK


def outside_care(entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
    """Looks at records of students whom the one who looked does not care for."""
    looks = entries.filter(verb__in=codes_of(Kind.READ), student_id__isnull=False, person__isnull=False)
    return looks.exclude(_in_class()).exclude(_in_grade()).exclude(_talked_to()).exclude(_acted_on_flag())


def _in_class() -> Exists:
    still = Q(class_group__memberships__ends_on=None) | Q(class_group__memberships__ends_on__gte=OuterRef("at__date"))
    teaches = Student.objects.filter(
        still,
        pk=OuterRef("student_id"),
        class_group__memberships__person=OuterRef("person_id"),
        class_group__memberships__starts_on__lte=OuterRef("at__date"),
    )
    return Exists(teaches)


def _in_grade() -> Exists:
    grade = Q(
        department=None, cohort_stage=OuterRef("class_group__stage"), cohort_year=OuterRef("class_group__entry_year")
    )
    heads = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=OuterRef(OuterRef("at__date"))),
        grade | Q(department=OuterRef("class_group__department")),
        person=OuterRef(OuterRef("person_id")),
        starts_on__lte=OuterRef(OuterRef("at__date")),
        role=Role.GRADE_HEAD,
        unit=OuterRef("school"),
    )
    return Exists(Student.objects.filter(Exists(heads), pk=OuterRef("student_id")))


def _talked_to() -> Q:
    """By way of the student's few talks, not of the person's many."""
    talks = TalkPart.objects.standing().filter(
        student=OuterRef("student_id"), talk__filed_at__lte=OuterRef("at") + WRITTEN_WITHIN
    )
    return Q(person__in=talks.values("talk__author"))


def _acted_on_flag() -> Exists:
    """By the log: a flag itself forgets who had it before. Whom it was handed to has it in their care."""
    acts = AuditEntry.objects.filter(
        student_id=OuterRef("student_id"), verb__startswith="flag.", at__lte=OuterRef("at") + WRITTEN_WITHIN
    ).annotate(to=Cast(KeyTextTransform("to", "details"), TextField()))
    mine = Q(person=OuterRef("person_id")) | Q(to=Cast(OuterRef("membership_id"), TextField()))
    return Exists(acts.filter(mine))


def between(entries: AuditEntryQuerySet, monday: dt.date, weeks: int = 1) -> AuditEntryQuerySet:
    return entries.filter(at__gte=midnight(monday), at__lt=midnight(monday + weeks * WEEK))


# --- one week of one school -------------------------------------------------------------------------------------------


def _looks(unit: Unit, monday: dt.date, viewer: Viewer | None, weeks_before: int = 0) -> AuditEntryQuerySet:
    """Looks outside care in this week and so many before it, without those that would tell the viewer of a record which
    they may not see."""
    entries = between(AuditEntry.objects.filter(chain__scope=unit.code), monday - weeks_before * WEEK, weeks_before + 1)
    return outside_care(tellable(entries.filter(verb__in=codes_of(Kind.READ), student_id__isnull=False), viewer))


def openers_of(unit: Unit, monday: dt.date, viewer: Viewer | None) -> list[Opener]:
    """Everyone who looked outside their care; first who did so unusually, then who did so most."""
    entries = _looks(unit, monday, viewer, USUAL_WEEKS)
    calendar = viewer.calendar if viewer and viewer.unit == unit else calendar_of(unit)
    rows = {row["person_id"]: row for row in _counted(between(entries, monday), _off_hours(calendar, monday))}
    earlier = between(entries.filter(person__in=list(rows)), monday - USUAL_WEEKS * WEEK, USUAL_WEEKS)
    usual = _usual(earlier) if rows else {}
    people = Person.objects.in_bulk(list(rows))
    roles = _roles(unit, rows)
    found = [
        Opener(people[pk], row["students"], row["opens"], row["night"], row["off"], usual.get(pk, 0.0), roles[pk])
        for pk, row in rows.items()
    ]
    return sorted(found, key=lambda one: (not one.is_unusual, -one.students, one.person.staff_number))


def _off_hours(calendar: SchoolCalendar, monday: dt.date) -> Q:
    week = [monday + dt.timedelta(days=n) for n in range(7)]
    closed = [day for day in week if not calendar.is_school_day(day)]
    return Q(at__date__in=closed) | Q(at__time__lt=calendar.day_starts) | Q(at__time__gte=calendar.day_ends)


def _counted(entries: AuditEntryQuerySet, off_hours: Q) -> list[dict[str, Any]]:
    counts = (
        entries.order_by()
        .values("person_id")
        .annotate(
            students=Count("student_id", distinct=True),
            opens=Count("pk"),
            night=Count("pk", filter=NIGHT),
            off=Count("pk", filter=off_hours),
        )
    )
    return [dict(row) for row in counts]


def _usual(entries: AuditEntryQuerySet) -> dict[UUID, float]:
    """Students in a week, on average over the weeks in which the person opened anything outside their care."""
    weeks = entries.order_by().values("person_id", week=TruncWeek("at"))
    found: dict[UUID, list[int]] = {}
    for row in weeks.annotate(students=Count("student_id", distinct=True)):
        found.setdefault(row["person_id"], []).append(row["students"])
    return {person: sum(counts) / len(counts) for person, counts in found.items()}


def _roles(unit: Unit, people: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {pk: [] for pk in people}
    for one in Membership.objects.current().filter(unit=unit, person__in=list(found)):
        found[one.person_id].append(one.get_role_display())
    return found


# --- what stands behind it --------------------------------------------------------------------------------------------


def opens_by(person: UUID, unit: Unit, monday: dt.date, viewer: Viewer | None) -> AuditEntryQuerySet:
    """One person's opens outside their care in a week of one school, newest first."""
    entries = _looks(unit, monday, viewer).filter(person=person)
    found = entries.annotate(is_night=Case(When(NIGHT, then=True), default=False))
    return found.order_by("-at", "-pk")


def exports_of(unit: Unit) -> AuditEntryQuerySet:
    """Lists of people that left as files lately, newest first."""
    return exports_since(unit.code, timezone.now() - dt.timedelta(days=KEPT_DAYS))


def exports_since(scope: Any, since: Any) -> AuditEntryQuerySet:
    found = AuditEntry.objects.filter(chain__scope=scope, at__gt=since, verb__in=codes_of(Kind.EXPORT))
    return found.select_related("person").order_by("-at", "-pk")
