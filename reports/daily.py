"""Who has to report, who has signed and who is silent: boards of classes and of units, for a day."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.models import DailyReport, ReportException, ReportingScheme, StandIn
from reports.models.daily import CLASS, GRADE, UNIT_SIGNERS
from reports.parts import part_of, part_of_head, parts_among
from reports.reporting import Completeness, Scheme, Schemes, State, count, due_at, has_to_report, hour_for, state_of
from schools.calendar import SchoolCalendar
from schools.common.prepared import PreparedUp
from schools.models import CalendarDay, ClassGroup, Membership, Notice, Role, Term, Unit
from schools.models.people import MembershipQuerySet
from schools.queries import class_teachers, spans_of
from students.models import Student

# --- rules and calendars of many units --------------------------------------------------------------------------------


def schemes_around(unit: Unit | None = None) -> Schemes:
    """The rules of a unit, of those above and of those below it; without a unit all of them. One query."""
    rows = ReportingScheme.objects.select_related("unit")
    if unit is not None:
        rows = rows.filter(Q(unit__code__in=unit.ancestor_codes) | Q(unit__path__startswith=unit.path))
    return Schemes(plain(row) for row in rows)


_ABOVE = PreparedUp(lambda codes: ReportingScheme.objects.select_related("unit").filter(unit__code__in=codes))


def schemes_above(unit: Unit) -> Schemes:
    """The rules of a unit and of those above it: what counts for itself."""
    return Schemes(plain(row) for row in _ABOVE.of(unit.ancestor_codes))


def plain(row: ReportingScheme) -> Scheme:
    hours = {level: dt.time.fromisoformat(hour) for level, hour in row.deadlines.items()}
    return Scheme(row.pk, row.unit.path, row.starts_on, row.ends_on, row.every, row.weekday, hours)


class Calendars:
    """The school days of many units, in two queries; units that share them share one calendar."""

    def __init__(self, units: Iterable[Unit]) -> None:
        codes = {code for unit in units for code in unit.ancestor_codes}
        self._terms: dict[str, list[Term]] = {}
        for term in Term.objects.filter(unit__code__in=codes).select_related("unit"):
            self._terms.setdefault(term.unit.code, []).append(term)
        self._days: dict[str, dict[dt.date, bool]] = {}
        for code, day, is_open in CalendarDay.objects.filter(unit__code__in=codes).values_list(
            "unit__code", "day", "is_school_day"
        ):
            self._days.setdefault(code, {})[day] = is_open
        self._kept: dict[tuple[str, ...], SchoolCalendar] = {}

    def of(self, unit: Unit) -> SchoolCalendar:
        key = tuple(code for code in unit.ancestor_codes if code in self._terms or code in self._days)
        if key not in self._kept:
            terms = {term.code: term for code in key for term in self._terms.get(code, ())}
            days = {day: is_open for code in key for day, is_open in self._days.get(code, {}).items()}
            self._kept[key] = SchoolCalendar(terms=spans_of(list(terms.values())), overrides=days)
        return self._kept[key]


SHOWN = 8  # of those who have not signed; the rest is folded


_SIGNED = (State.REPORTED, State.ZERO)
_UNSIGNED = {
    State.MISSING: gettext_lazy("silent"),
    State.AWAITED: gettext_lazy("not yet"),
    State.FREE: gettext_lazy("not asked today"),
}
_TONES = {State.REPORTED: "said", State.MISSING: "silent"}


# --- a board ----------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """A class or a unit on a board, with what it signed for the day, if it did."""

    key: Any  # of a class or a unit; the code of a grade or college
    name: str
    group: str
    state: State
    due: dt.datetime | None
    report: DailyReport | None = None
    people: list[Membership] = field(default_factory=list)
    stands_in: bool = False
    exception: str = ""
    tile: str = ""  # a shorter name, where there is little room
    called_at: dt.datetime | None = None  # when its people were last reminded
    has_read: bool = False  # did at least one of them read that?

    @property
    def is_put_off(self) -> bool:
        """By name, until an hour that has not come: it is reminded by itself only."""
        return bool(self.exception) and self.state == State.AWAITED

    @property
    def is_late(self) -> bool:
        return self.report is not None and self.report.is_late

    @property
    def tone(self) -> str:
        """How a tile of it is drawn."""
        return _TONES.get(self.state, self.state)

    @property
    def said(self) -> str:
        """What a tile of it says."""
        if self.report is None or self.state not in _SIGNED:
            return str(_UNSIGNED[self.state])
        n = self.report.concerns
        text = ngettext("%(n)s student", "%(n)s students", n) % {"n": n} if n else _("zero")
        return f"{text} · {_('corrected')}" if self.report.version > 1 else text


@dataclass
class Board:
    day: dt.date
    due: dt.datetime | None
    rows: Sequence[Row]
    without: list[str] = field(default_factory=list)  # by name: those from whom nothing can be expected

    @property
    def counts(self) -> Completeness:
        return count((row.state, row.is_late) for row in self.rows)

    @property
    def silent(self) -> list[Row]:
        return [row for row in self.rows if row.state == State.MISSING]

    @property
    def unsigned(self) -> list[Row]:
        """Silent ones, and those whose hour has not come yet."""
        return [row for row in self.rows if row.state in (State.MISSING, State.AWAITED)]

    @property
    def to_remind(self) -> list[Row]:
        return [row for row in self.unsigned if not row.is_put_off]

    @property
    def concerns(self) -> int:
        return sum(row.report.concerns for row in self.rows if row.report)

    def groups(self) -> list[tuple[str, list[Row]]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.group, []).append(row)
        return list(found.items())

    def first_unsigned(self) -> list[Row]:
        return self.unsigned[:SHOWN]

    def more_unsigned(self) -> list[Row]:
        return self.unsigned[SHOWN:]


def _row(key: Any, name: str, group: str, due: dt.datetime | None, report: DailyReport | None, now: dt.datetime) -> Row:
    due = report.due_at if report else due
    return Row(key, name, group, state_of(report.state if report else "", due, now), due, report)


def _later(exceptions: Mapping[Any, ReportException], key: Any, due: dt.datetime | None) -> dt.datetime | None:
    return hour_for(due, exceptions[key].until) if due and key in exceptions else due


def class_board(
    school: Unit, day: dt.date, *, classes: Iterable[ClassGroup] | None = None, with_free: bool = False
) -> Board:
    """The classes of a school on a day: six queries, however many they are. Those that need not report, and have not,
    are left out, unless `with_free`."""
    groups = [group for group in (classes or classes_of(school)) if is_there(group, school, day)]
    for group in groups:
        group.school = school
    now, due = timezone.now(), class_due(school, day)
    sizes = students_in(groups)
    reports = {
        one.class_group_id: one
        for one in DailyReport.objects.filter(class_group__in=groups, day=day).select_related("signed_by__person")
    }
    later = {one.class_group_id: one for one in ReportException.objects.filter(class_group__in=groups, day=day)}
    parts = parts_among(groups)
    rows, without = [], []
    for group in groups:
        if not sizes.get(group.pk) and group.pk not in reports:
            without.append(group.name_on(day))
            continue
        row = _row(
            group.pk,
            group.name_on(day),
            parts[part_of(group)],
            _later(later, group.pk, due),
            reports.get(group.pk),
            now,
        )
        row.tile = group.short_on(day)
        row.exception = later[group.pk].reason if group.pk in later else ""
        rows.append(row)
    rows = [row for row in rows if with_free or row.state != State.FREE]
    add_signers(rows, day)
    return Board(day, due, rows, without)


def classes_of(school: Unit) -> list[ClassGroup]:
    return list(ClassGroup.objects.filter(school=school))


def is_there(group: ClassGroup, school: Unit, day: dt.date) -> bool:
    return group.is_there(day, school.system)


def students_in(groups: Iterable[ClassGroup]) -> dict[int, int]:
    """How many students each class has today."""
    rows = Student.objects.enrolled().filter(class_group__in=groups).order_by().values("class_group")
    return {row["class_group"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def scheme_of(unit: Unit, path: str, day: dt.date) -> Scheme | None:
    """The rule in force on a day; `path` as in `due_of`."""
    return schemes_above(unit).in_force(path, day)


def class_due(school: Unit, day: dt.date) -> dt.datetime | None:
    """Until when the classes of a school report on a day; nothing if they need not, or it had not joined yet."""
    joined = joined_on([school]).get(school.pk)
    return due_of(school, CLASS, school.path, day) if joined and joined <= day else None


def due_of(
    unit: Unit,
    level: str,
    path: str,
    day: dt.date,
    schemes: Schemes | None = None,
    calendar: SchoolCalendar | None = None,
) -> dt.datetime | None:
    """`path` is that of the unit whose rule counts: a school reports as the unit above it says."""
    scheme = (schemes or schemes_above(unit)).in_force(path, day)
    if scheme is None or not scheme.asks(level):
        return None
    calendar = calendar or Calendars([unit]).of(unit)
    return due_at(scheme, level, day) if has_to_report(scheme, level, day, calendar) else None


def add_signers(rows: Sequence[Row], day: dt.date) -> None:
    """Who is to sign for each class: whoever stands in, else its class teachers."""
    by_class = {row.key: row for row in rows}
    stand_ins = StandIn.objects.on(day).filter(class_group__in=by_class, membership__person__is_active=True)
    for one in stand_ins.select_related("membership__person"):
        row = by_class[one.class_group_id]
        row.people.append(one.membership)
        row.stands_in = True
    for class_id, member in class_teachers(by_class, day):
        if not by_class[class_id].stands_in:
            by_class[class_id].people.append(member)


def answering(classes: Collection[int], day: dt.date) -> list[Membership]:
    """Who is asked about these classes on a day: whoever stands in, else their class teachers."""
    stand_ins = StandIn.objects.on(day).filter(class_group__in=classes, membership__person__is_active=True)
    found = list(stand_ins.select_related("membership__person", "membership__backup"))
    left = set(classes) - {one.class_group_id for one in found}
    teachers = [member for _class, member in class_teachers(left, day)]
    return list({member.pk: member for member in [*(one.membership for one in found), *teachers]}.values())


def part_board(school: Unit, day: dt.date, groups: Iterable[ClassGroup]) -> Board:
    """The grades, or colleges, of these classes on a day, where the rule asks for their own report."""
    due, now = due_of(school, GRADE, school.path, day), timezone.now()
    if due is None:
        return Board(day, None, [])
    parts = parts_among(group for group in groups if is_there(group, school, day))
    found = DailyReport.objects.filter(unit=school, class_group=None, part__in=parts, day=day)
    reports = {one.part: one for one in found.select_related("signed_by__person")}
    later = {one.part: one for one in ReportException.objects.filter(unit=school, part__in=parts, day=day)}
    rows = [_row(code, name, "", _later(later, code, due), reports.get(code), now) for code, name in parts.items()]
    by_code = {row.key: row for row in rows}
    for code, one in later.items():
        by_code[code].exception = one.reason
    heads = Membership.objects.current(day).filter(unit=school, role=Role.GRADE_HEAD, person__is_active=True)
    for member in heads.select_related("person"):
        if (code := part_of_head(member)) in by_code:
            by_code[code].people.append(member)
    return Board(day, due, rows)


def center_board(unit: Unit, day: dt.date) -> Board:
    """The centers right below a center, where the rule asks for their own report."""
    return _unit_board(unit, day, centers_below(unit))


def centers_below(unit: Unit) -> QuerySet[Unit, Unit]:
    return unit.children.filter(kind__is_school=False).select_related("kind").order_by("path")


def unit_board(unit: Unit, day: dt.date) -> Board:
    """The schools below a center on a day; it costs the same however many classes they have."""
    return _unit_board(unit, day, reporting_units(unit))


def _unit_board(unit: Unit, day: dt.date, units: Iterable[Unit]) -> Board:
    below = list(units)
    schemes, calendars, now = schemes_around(unit), Calendars(below), timezone.now()
    joined = joined_on(below)
    reports = {one.unit_id: one for one in unit_reports(below).filter(day=day).select_related("signed_by__person")}
    later = {one.unit_id: one for one in unit_exceptions(below, day)}
    rows, without = [], []
    for one in below:
        due = due_of(one, one.kind_id, receiver(one.path), day, schemes, calendars.of(one))
        if one.pk not in joined or joined[one.pk] > day or not calendars.of(one).terms:
            without.append(one.name)
            continue
        due = _later(later, one.pk, due)
        row = _row(one.pk, one.short_name or one.name, stages_of(one), due, reports.get(one.pk), now)
        row.exception = later[one.pk].reason if one.pk in later else ""
        rows.append(row)
    add_leaders(rows, day)
    dues = [row.due for row in rows if row.due]
    return Board(day, max(dues, default=None), [row for row in rows if row.state != State.FREE], without)


def stages_of(school: Unit) -> str:
    """Primary, junior …, as a heading; the kind of a unit that has no stages."""
    return " · ".join(str(stage.label) for stage in ClassGroup.Stage if stage in school.stages) or school.kind.label


def reporting_units(unit: Unit) -> QuerySet[Unit, Unit]:
    """The schools below a center."""
    return Unit.objects.within(unit).schools().select_related("kind").order_by("path")


def receiver(path: str) -> str:
    """The path of the unit that a unit reports to."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def unit_reports(units: Iterable[Unit]) -> QuerySet[DailyReport, DailyReport]:
    return DailyReport.objects.filter(unit__in=units, class_group=None, part="")


def unit_exceptions(units: Iterable[Unit], day: dt.date) -> QuerySet[ReportException, ReportException]:
    """Which of these units may report later on a day."""
    return ReportException.objects.filter(unit__in=units, class_group=None, part="", day=day)


def exception_of(unit: Unit, part: str, day: dt.date) -> ReportException | None:
    """Whether a unit, or one of its grades or colleges, may report later on a day."""
    return ReportException.objects.filter(unit=unit, class_group=None, part=part, day=day).first()


def unit_due(unit: Unit, day: dt.date) -> dt.datetime | None:
    """Until when a unit reports on a day, also if it may report later on this day."""
    due, later = due_of(unit, unit.kind_id, receiver(unit.path), day), exception_of(unit, "", day)
    return hour_for(due, later.until) if due and later else due


# Who reports later: a class, a grade or college, or the unit itself.
OF_CLASSES = Q(class_group__isnull=False)
OF_PARTS = Q(class_group=None) & ~Q(part="")
OF_UNITS = Q(class_group=None, part="")


def hours_put_off(whose: Q, day: dt.date) -> dict[int, list[dt.datetime]]:
    """By unit the later hours of a day that its classes, its grades or it itself was given. One query."""
    rows = ReportException.objects.filter(whose, day=day)
    found: dict[int, list[dt.datetime]] = {}
    for unit, until in rows.order_by().values_list("unit", "until").distinct():
        found.setdefault(unit, []).append(until)
    return found


def joined_on(units: Iterable[Unit]) -> dict[int, dt.date]:
    """Since when a unit has somebody who could sign for it."""
    signers = Membership.objects.filter(unit__in=units, role__in=UNIT_SIGNERS).order_by()
    return {row["unit"]: row["first"] for row in signers.values("unit").annotate(first=Min("starts_on"))}


def add_leaders(rows: Sequence[Row], day: dt.date) -> None:
    by_unit = {row.key: row for row in rows}
    for member in _signers(day).filter(unit__in=by_unit):
        by_unit[member.unit_id].people.append(member)


def add_calls(rows: Iterable[Row], kind: str, day: dt.date) -> None:
    """When the people of each row were last reminded of that day, and whether one of them has read it. One query."""
    by_member: dict[int, list[Row]] = {}
    for row in rows:
        for member in row.people:
            by_member.setdefault(member.pk, []).append(row)
    calls = Notice.objects.filter(membership__in=by_member, kind=kind, occasion__startswith=f"{day:%Y-%m-%d} ")
    calls = calls.filter(withdrawn_at=None).order_by("created_at")
    last: dict[Any, str] = {}  # by row the reminder that is read here; each went to all of its people
    for member_id, occasion, at, read_at in calls.values_list("membership", "occasion", "created_at", "read_at"):
        for row in by_member[member_id]:
            somebody_read = row.has_read and last.get(row.key) == occasion
            row.called_at, row.has_read = at, somebody_read or read_at is not None
            last[row.key] = occasion


def leaders_of(unit: Unit) -> list[Membership]:
    """Who signs for a unit."""
    return list(_signers(timezone.localdate()).filter(unit=unit))


def _signers(day: dt.date) -> MembershipQuerySet:
    there = Membership.objects.current(day).filter(role__in=UNIT_SIGNERS, person__is_active=True)
    return there.select_related("person")


# --- what the system knows already ------------------------------------------------------------------------------------


def _added(report: DailyReport) -> int:
    """What a unit between, and those between below it, have added of their own."""
    return int(report.counts.get("own", 0)) + int(report.counts.get("in_between", 0))


def counts_of_school(board: Board, between: Board) -> dict[str, Any]:
    """What a report says of the classes or schools below: exact counts, no names. What those between added of their
    own, the grades of a school or the centers below a center, no class or school knows."""
    counts = board.counts
    known: dict[str, int] = {}
    for row in board.rows:
        for name, number in (row.report.counts if row.report else {}).items():
            known[name] = known.get(name, 0) + number
    return known | {
        "classes": counts.expected,
        "classes_reported": counts.reported,
        "classes_zero": counts.zero,
        "classes_silent": counts.missing + counts.awaited,
        "in_classes": board.concerns,
        "in_between": sum(_added(row.report) for row in between.rows if row.report),
    }
