"""What stands on a person's workbench: what waits, how far, whom to talk to next, how we are doing."""

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Count, DateTimeField, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counseling.queries import ClassCoverage, Coverage, Next, next_students, own_coverage, parts_in
from reports.document import Amount
from reports.editions import HIDDEN
from reports.material import UnitRow, unit_places, written
from reports.school_map import CALM, Growth, Tile, growth_of, tile_of, url_of
from reports.unit_counts import UnitCounts, counts_of
from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, can_lead_unit
from schools.calendar import SchoolCalendar
from schools.common.days import midnight
from schools.figures import Scope, ratios
from schools.models import AuditEntry, Membership, Person, Role, Term, Unit
from schools.prepared_for import prepared_for
from schools.queries import spans_of
from schools.severity import Scheme
from schools.templatetags.look import day, moment
from schools.work.inbox import Waiting, inbox_of
from students.clocks import is_pressing, urgent_words
from students.models import Student
from students.queries import flag_counts

LAST_MINUTE = (23, 59)
NEXT = 5
SHOWN = 8
MORNING_ENDS, AFTERNOON_ENDS = 12, 18


@dataclass(frozen=True)
class Action:
    """The one thing to do from here."""

    label: str
    url: str


@dataclass(frozen=True)
class Stat:
    label: str
    value: Any
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Todo:
    """Something that waits, with the word of its level and whether its time is over."""

    item: Waiting
    level_label: str
    is_late: bool
    is_pressing: bool = False

    @property
    def tone(self) -> str:
        """Of the clock beside it."""
        return "late" if self.is_late else "soon" if self.is_pressing else ""

    @property
    def due(self) -> str:
        """The day alone where it is due by the end of it."""
        if self.item.due_at is None:
            return ""
        local = timezone.localtime(self.item.due_at)
        return day(local.date()) if (local.hour, local.minute) == LAST_MINUTE else moment(local)


@dataclass
class Desk:
    """One person's workbench; which parts are filled in depends on the role."""

    heading: str
    action: Action | None
    greeting: str
    day_line: str
    waiting: list[Todo]
    stats: list[Stat] = field(default_factory=list)
    coverage: Coverage | None = None
    classes: list[ClassCoverage] = field(default_factory=list)
    next: list[Next] = field(default_factory=list)
    places: list[UnitRow] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    worse: list[Growth] = field(default_factory=list)
    board: UnitCounts | None = None

    @property
    def to_remind(self) -> int:
        """How many schools have something that waits."""
        return sum(tile.rank < CALM for tile in self.tiles)

    @property
    def overdue(self) -> int:
        return sum(todo.is_late for todo in self.waiting)

    @property
    def shown(self) -> list[Todo]:
        return self.waiting[:SHOWN]

    @property
    def more(self) -> list[Todo]:
        return self.waiting[SHOWN:]


def desk_of(viewer: Viewer) -> Desk:
    now = timezone.now()
    term = viewer.term
    desk = Desk("", None, greeting(viewer.person.name, now), _day_line(viewer, now), _todo(viewer, now))
    if viewer.role in STAFF_ROLES:
        _school_desk(desk, viewer, term, now)
    elif viewer.role == Role.CENTER_STAFF:
        _center_desk(desk, viewer, term)
    elif viewer.role == Role.SYSTEM_ADMIN:
        _admin_desk(desk)
    else:
        _auditor_desk(desk, viewer, now)
    return desk


def _todo(viewer: Viewer, now: dt.datetime) -> list[Todo]:
    return [
        Todo(
            item,
            viewer.scheme.word(item.severity) if item.severity else "",
            item.is_overdue(now),
            item.due_at is not None and is_pressing(item.severity, item.due_at, now),
        )
        for item in inbox_of(viewer)
    ]


def greeting(name: str, now: dt.datetime) -> str:
    hour = timezone.localtime(now).hour
    if hour < MORNING_ENDS:
        return _("Good morning, {name}").format(name=name)
    if hour < AFTERNOON_ENDS:
        return _("Good afternoon, {name}").format(name=name)
    return _("Good evening, {name}").format(name=name)


def _day_line(viewer: Viewer, now: dt.datetime) -> str:
    """Wed, Sep 22 · week 4."""
    today = timezone.localdate(now)
    week = SchoolCalendar(spans_of(viewer.terms)).week_of_term(today)
    words = date_format(today, _("D, M j"))
    return _("{day} · week {n} of the term").format(day=words, n=week) if week else words


# --- a school ---------------------------------------------------------------------------------------------------------

FLAG_COUNTS = SCHOOL_ROLES | {Role.GRADE_HEAD}


def _school_desk(desk: Desk, viewer: Viewer, term: Term | None, now: dt.datetime) -> None:
    # A subject teacher owes no coverage: they talk when a student comes to them.
    if viewer.role != Role.SUBJECT_TEACHER:
        desk.classes = own_coverage(viewer)
        desk.coverage = Coverage("", desk.classes)
    desk.next = next_students(viewer, limit=NEXT)
    flags = flag_counts(viewer) if viewer.role in FLAG_COUNTS else {}
    about_flags = _flags_heading(flags, viewer.scheme) if viewer.role in SCHOOL_ROLES else ""
    desk.heading = about_flags or _talks_heading(desk.coverage, len(desk.waiting))
    desk.action = _school_action(viewer, is_about_flags=bool(about_flags))
    if desk.coverage and viewer.role in FLAG_COUNTS:
        desk.stats = _school_stats(viewer, desk.coverage, flags, now)
    if desk.coverage and not desk.coverage.students:
        _begin(desk, viewer, term, flags.get("waiting", 0))


def _school_action(viewer: Viewer, *, is_about_flags: bool) -> Action:
    """The button leads to what the heading speaks of."""
    if is_about_flags:
        return Action(_("Look at the flags"), reverse("students:flag_list"))
    if viewer.role == Role.SCHOOL_LEADER:
        return Action(_("Open the semester summary"), reverse("reports:summary_list"))
    return Action(_("Log a talk"), reverse("counseling:talk_new"))


def _begin(desk: Desk, viewer: Viewer, term: Term | None, waiting: int) -> None:
    """A new school begins with its roster, then with its terms."""
    if term or not Student.objects.visible_to(viewer).exists():
        may_import = viewer.role in SCHOOL_ROLES
        desk.action = Action(_("Import roster"), reverse("students:roster_import")) if may_import else None
    elif not waiting:
        desk.heading = _("No term has begun yet")
        desk.action = _set_terms() if can_lead_unit(viewer, viewer.unit) else desk.action


def _set_terms() -> Action:
    return Action(_("Set a term"), reverse("schools:calendar"))


def _flags_heading(flags: dict[str, Any], scheme: Scheme) -> str:
    if urgent := urgent_words(flags, scheme):
        return urgent
    if flags["late"]:
        text = ngettext("{n} flag is past its time", "{n} flags are past their time", flags["late"])
        return text.format(n=flags["late"])
    if flags["waiting"]:
        text = ngettext("{n} flag waits for you", "{n} flags wait for you", flags["waiting"])
        return text.format(n=flags["waiting"])
    return ""


def _talks_heading(coverage: Coverage | None, waiting: int) -> str:
    if coverage is None:
        if not waiting:
            return _("Nothing waits for you. Log a talk when a student comes to you")
        return ngettext("{n} thing waits for you", "{n} things wait for you", waiting).format(n=waiting)
    if not coverage.students:
        return _("As soon as there are students, this is where you begin the day")
    if coverage.key_left:
        text = ngettext(
            "{n} key student still waits for a talk", "{n} key students still wait for a talk", coverage.key_left
        )
        return text.format(n=coverage.key_left)
    if coverage.left:
        text = ngettext("{n} student still waits for a talk", "{n} students still wait for a talk", coverage.left)
        return text.format(n=coverage.left)
    return _("Every student has been talked to this term")


def _school_stats(viewer: Viewer, coverage: Coverage, flags: dict[str, Any], now: dt.datetime) -> list[Stat]:
    monday = timezone.localdate(now) - dt.timedelta(days=timezone.localdate(now).weekday())
    this_week = sum(_talks_since(viewer, since=midnight(monday)))
    share = coverage.reached / coverage.students if coverage.students else None
    key = coverage.key_reached / coverage.key_students if coverage.key_students else None
    waiting, url = _("{n} not yet in hand").format(n=flags["waiting"]), reverse("counseling:coverage")
    return [
        Stat(_("Talks this week"), this_week, _("person-times"), reverse("counseling:talk_list")),
        Stat(_("Students reached"), Amount(share, "percent"), _of(coverage.reached, coverage.students), url),
        Stat(_("Key students reached"), Amount(key, "percent"), _of(coverage.key_reached, coverage.key_students), url),
        Stat(_("Open flags"), flags["open"], waiting, reverse("students:flag_list"), "bad" if flags["late"] else ""),
    ]


@prepared_for(since=DateTimeField())
def _talks_since(viewer: Viewer, since: Any) -> Any:
    """How many, in one row or none."""
    found = parts_in(viewer).standing().filter(talk__happened_at__gte=since).order_by()
    return found.values("talk__school").annotate(n=Count("pk")).values_list("n")


def _of(reached: int, students: int) -> str:
    return f"{reached} / {students}"


# --- above the school -------------------------------------------------------------------------------------------------


def _center_desk(desk: Desk, viewer: Viewer, term: Term | None) -> None:
    desk.action = Action(_("Open the semester summary"), reverse("reports:summary_list"))
    if term is None:
        desk.heading, desk.action = _("No term has begun yet"), _set_terms()
        return
    board = counts_of(Scope.of(viewer.unit, term))
    desk.board, desk.places = board, unit_places(board)
    tiles = [tile_of(node.name, url_of(node.code), partial(_exact, board, node.pk)) for node in board.schools]
    desk.tiles = sorted(tiles, key=lambda tile: tile.rank)
    grown = [growth_of(node.name, url_of(node.code), partial(_exact, board, node.pk)) for node in board.schools]
    desk.worse = sorted(filter(None, grown), key=lambda one: -one.by)[:SHOWN]
    coverage, key = (written(board.share(ratios()[code])) for code in ("coverage", "key_coverage"))
    desk.heading = _center_heading(len(board.schools), coverage)
    desk.stats = [
        Stat(_("Students"), Amount(board.count("students")), _staffed(board), _figure("students")),
        Stat(_("Students reached"), coverage, "", _figure("students_reached")),
        Stat(_("Key students reached"), key, "", _figure("key_students_reached")),
        Stat(_("Open flags"), Amount(board.count("flags_at_end")), "", _figure("flags_at_end")),
    ]


def _exact(board: UnitCounts, unit: int, figure: str) -> int:
    count = board.count(figure, unit)
    return 0 if count is HIDDEN else count


def _staffed(board: UnitCounts) -> str:
    with_one = Amount(board.count("schools_with_counselor"))
    return _("{n} of {schools} schools with a counselor").format(n=with_one, schools=Amount(board.count("schools")))


def _center_heading(schools: int, coverage: Amount) -> str:
    if not schools:
        return _("There is no school here yet")
    if coverage.number is None:
        text = ngettext("How {n} school is doing", "How {n} schools are doing", schools)
        return text.format(n=schools)
    return _("{share} of the students of {n} schools have been talked to this term").format(share=coverage, n=schools)


def _figure(code: str) -> str:
    return reverse("reports:figure_records", args=[code])


# --- who keeps the house ----------------------------------------------------------------------------------------------


NEVER_SIGNED_IN = Q(is_active=True, must_change_password=True)


def _admin_desk(desk: Desk) -> None:
    """What a system administrator manages; no record of a student."""
    people = Person.objects.aggregate(
        active=Count("pk", filter=Q(is_active=True)), first=Count("pk", filter=NEVER_SIGNED_IN)
    )
    people_url, units_url = reverse("schools:person_list"), reverse("schools:unit_list")
    desk.heading = ngettext("{n} person has an account", "{n} people have accounts", people["active"]).format(
        n=people["active"]
    )
    desk.action = Action(_("Manage people"), people_url)
    units = Unit.objects.aggregate(all=Count("pk"), schools=Count("pk", filter=Q(kind__is_school=True)))
    without = Unit.objects.schools().exclude(memberships__in=Membership.objects.current().filter(role=Role.COUNSELOR))
    desk.stats = [
        Stat(_("Schools"), units["schools"], _("{n} units in all").format(n=units["all"]), units_url),
        Stat(_("Current roles"), Membership.objects.current().count(), "", people_url),
        Stat(_("Not yet signed in"), people["first"], _("first password still to change"), people_url),
        Stat(_("Schools without a counselor"), without.count(), "", units_url),
    ]


def _auditor_desk(desk: Desk, viewer: Viewer, now: dt.datetime) -> None:
    today = midnight(timezone.localdate(now))
    entries = AuditEntry.objects.visible_to(viewer)
    rows = entries.aggregate(all=Count("pk"), today=Count("pk", filter=Q(at__gte=today)))
    url = reverse("schools:audit_list")
    desk.heading = ngettext("{n} entry in the log today", "{n} entries in the log today", rows["today"]).format(
        n=rows["today"]
    )
    desk.action = Action(_("Open the audit log"), url)
    desk.stats = [Stat(_("Entries in all"), rows["all"], "", url), Stat(_("Entries today"), rows["today"], "", url)]
