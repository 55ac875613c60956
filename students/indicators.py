"""Figures of this floor: students, key students and special groups, risk flags and their four clocks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from schools import figures
from schools.figures import Alarm, Figure, Ratio, Rows, Scope, Split, Timing, Words, declare
from schools.indicators import choices, grades
from schools.queries import calendar_of
from schools.severity import scheme_of
from students.flag_states import UPPER
from students.models import CenterRequest, GroupMember, PlanReview, RegistryEntry, RiskFlag, SpecialGroup, Student


def students(scope: Scope) -> Rows:
    """Enrolled on the day: today's state in the running term, else who was on the roll and had not yet left."""
    found = Student.objects.filter(scope.schools())
    if scope.is_running:
        return found.filter(status=Student.Status.ENROLLED)
    entered = Q(entered_on=None) | Q(entered_on__lte=scope.on)
    listed = Q(listed_on=None) | Q(listed_on__lte=scope.on)
    still_there = Q(status=Student.Status.ENROLLED) | Q(status=Student.Status.LEFT, left_on__gt=scope.on)
    return found.filter(entered, listed, still_there)


def key_students(scope: Scope) -> Rows:
    """On the registry, in a special group, or with a flag of the two upper levels that was not settled, on the day."""
    members = _members_on(scope).filter(student=OuterRef("pk"))
    flags = RiskFlag.objects.filter(severity__gte=UPPER).exclude(pk__in=scope.unseen)
    upper = _open_at(flags, scope.ends).filter(student=OuterRef("pk"))
    listed = _listed_on(scope, scope.on).filter(student=OuterRef("pk"))
    return students(scope).filter(Exists(members) | Exists(upper) | Exists(listed))


def group_entries(scope: Scope) -> Rows:
    """A student in two groups stands in both."""
    return _members_on(scope).filter(student__in=students(scope))


def _members_on(scope: Scope) -> Rows:
    return GroupMember.objects.filter(Q(until=None) | Q(until__gt=scope.on), since__lte=scope.on)


# --- flags ---------------------------------------------------------------------------------------------------------


def _flags(scope: Scope) -> Rows:
    in_hand = When(Q(taken_at__lt=scope.ends) | Q(acted_at__lt=scope.ends), then=Value(1))
    return (
        RiskFlag.objects.filter(scope.schools())
        .exclude(pk__in=scope.unseen)
        .annotate(in_hand=Case(in_hand, default=Value(0), output_field=IntegerField()))
    )


def _open_at(flags: Rows, moment: dt.datetime) -> Rows:
    return flags.filter(Q(settled_at=None) | Q(settled_at__gte=moment), reported_at__lt=moment)


def flags_at_start(scope: Scope) -> Rows:
    return _open_at(_flags(scope), scope.starts)


def flags_new(scope: Scope) -> Rows:
    return _flags(scope).filter(scope.within_term("reported_at"))


def flags_closed(scope: Scope) -> Rows:
    return _flags(scope).filter(scope.within_term("settled_at"), reported_at__lt=scope.ends)


def flags_confirmed(scope: Scope) -> Rows:
    """Closed ones that were not unfounded; of one handed over somebody at the other school decides."""
    return flags_closed(scope).exclude(outcome__in=[RiskFlag.Outcome.UNFOUNDED, RiskFlag.Outcome.MOVED])


def flags_unfounded(scope: Scope) -> Rows:
    return flags_closed(scope).filter(outcome=RiskFlag.Outcome.UNFOUNDED)


def flags_at_end(scope: Scope) -> Rows:
    return _open_at(_flags(scope), scope.ends)


def flags_overdue(scope: Scope) -> Rows:
    """Open flags past the time by which somebody had to take them in hand, or past that of the first measure."""
    now = scope.known_until
    is_over = Q(due_at__lt=now) | Q(in_hand=0, take_by__lt=now)
    return flags_at_end(scope).filter(is_over, Q(acted_at=None) | Q(acted_at__gte=scope.ends))


def flags_due(scope: Scope) -> Rows:
    """New flags whose promptness is known: a first measure was taken, or its time is over."""
    return flags_new(scope).filter(Q(acted_at__lt=scope.ends) | Q(due_at__lt=scope.known_until))


def flags_in_time(scope: Scope) -> Rows:
    return flags_new(scope).filter(acted_at__lt=scope.ends, acted_at__lte=F("due_at"))


def center_requests(scope: Scope) -> Rows:
    """What was asked of a center in the term, open or not: above the school no more of it is told than that."""
    found: Rows = CenterRequest.objects.for_help().filter(scope.schools(), scope.within_term("at"))
    return found.exclude(student__flags__in=scope.unseen) if scope.unseen else found


# --- the registry -------------------------------------------------------------------------------------------------


def _entries(scope: Scope) -> Rows:
    """With a flag the registry of its student is kept from a person, too."""
    found: Rows = RegistryEntry.objects.filter(scope.schools())
    return found.exclude(student__flags__in=scope.unseen) if scope.unseen else found


def _listed_on(scope: Scope, on: dt.date) -> Rows:
    """Who stood on the registry in the evening of a day, with the level of that day."""
    reviews = PlanReview.objects.in_force().filter(entry=OuterRef("pk"), in_force_on__lte=on)
    level = reviews.exclude(kind=PlanReview.Kind.AFTER).order_by("-number").values("severity_after")[:1]
    there = _entries(scope).filter(Q(off_on=None) | Q(off_on__gt=on), listed_on__lte=on)
    found: Rows = there.annotate(level_then=Subquery(level))
    return found


def registry_at_start(scope: Scope) -> Rows:
    return _listed_on(scope, scope.term.starts - dt.timedelta(days=1))


def registry_at_end(scope: Scope) -> Rows:
    return _listed_on(scope, scope.on)


def _entered(scope: Scope, field: str, level: str) -> Rows:
    days = {f"{field}__gte": scope.term.starts, f"{field}__lte": scope.on}
    found: Rows = _entries(scope).filter(**days).annotate(level_then=F(level))
    return found


def registry_new(scope: Scope) -> Rows:
    """At the level at which they were listed."""
    return _entered(scope, "listed_on", "first_severity")


def registry_left(scope: Scope) -> Rows:
    """At the level that they left."""
    return _entered(scope, "off_on", "severity")


def _moved(level: str) -> Callable[[Scope], Rows]:
    """Changes of level in the term: a student who moved twice counts twice."""

    def of(scope: Scope) -> Rows:
        kinds = [PlanReview.Kind.UP, PlanReview.Kind.DOWN]
        found = PlanReview.objects.in_force().filter(entry__in=_entries(scope), kind__in=kinds)
        return found.filter(in_force_on__gte=scope.term.starts, in_force_on__lte=scope.on).annotate(level_then=F(level))

    return of


def registry_overdue(scope: Scope) -> Rows:
    """Still listed, and the review's day has passed."""
    return registry_at_end(scope).filter(review_by__lt=scope.on)


def levels(code: str, label: Any, column: str = "severity") -> Split:
    """Split by severity, in the words of the unit's scheme."""

    def words(scope: Scope) -> Words:
        scheme = scheme_of(scope.unit)
        return lambda code: figures.Value(-int(code), code, scheme.label(int(code)))

    return Split(code, label, (column,), lambda _scope: lambda row: [str(row[0])], words)


OWN = "own"  # groups that schools have added for themselves: their names mean nothing above, so they are one number


def _group_reader(_scope: Scope) -> figures.Reader:
    own = set(SpecialGroup.objects.filter(unit__kind__is_school=True).values_list("pk", flat=True))
    return lambda row: [OWN if row[0] in own else row[0]]


def _groups(_scope: Scope) -> Words:
    found = {group.code: figures.Value(group.position, group.code, group.label) for group in SpecialGroup.objects.all()}
    last = max(value.order for value in found.values()) + 1
    found[OWN] = figures.Value(last, OWN, str(_("groups of the school's own")))
    return found.__getitem__


def _in_hand(_scope: Scope) -> Words:
    waiting = figures.Value(0, "waiting", str(RiskFlag.State.RAISED.label))
    in_hand = figures.Value(1, "in_hand", str(RiskFlag.State.ACKNOWLEDGED.label))
    return lambda code: in_hand if code == "in_hand" else waiting


def _boarding(_scope: Scope) -> Words:
    return lambda code: figures.Value(code, code, str(_("boards") if code == "1" else _("day pupil")))


def _minutes(start: str, end: str) -> Callable[[Scope], Callable[[Any], float | None]]:
    """Minutes by the clock on the wall."""

    def measure(scope: Scope) -> Callable[[Any], float | None]:
        def of(flag: Any) -> float | None:
            first, last = getattr(flag, start), getattr(flag, end)
            if last is None or last >= scope.ends:
                return None
            return max(0.0, float((last - first).total_seconds()) / 60)

        return of

    return measure


def _school_minutes(scope: Scope) -> Callable[[Any], float | None]:
    """Minutes within school hours, by the calendar of the unit the figure is for."""
    calendar = calendar_of(scope.unit)

    def of(flag: Any) -> float | None:
        if flag.settled_at is None or flag.settled_at >= scope.ends:
            return None
        return calendar.school_hours_between(flag.known_at, flag.settled_at).total_seconds() / 60

    return of


def _past_their_time(count: int) -> str:
    return ngettext("{n} flag past its time", "{n} flags past their time", count).format(n=count)


LEVEL = levels("level", _("level"))
GENDER = choices("gender", _("gender"), "gender", list(Student.Gender.choices))
BOARDING = Split("boarding", _("boarding"), ("is_boarder",), lambda _scope: lambda row: [str(int(row[0]))], _boarding)
GROUP = Split("group", _("special group"), ("group_id",), _group_reader, _groups)
STATE = Split(
    "state", _("state"), ("in_hand",), lambda _scope: lambda row: ["in_hand" if row[0] else "waiting"], _in_hand
)
SOURCE = choices("source", _("source"), "source", list(RiskFlag.Source.choices))
FLAG_CLASS = "student__class_group_id"


THEN = levels("level", _("level"), "level_then")


def _registry_figure(
    code: str, label: Any, records: Callable[[Scope], Rows], *, path: str = "", told: bool = True
) -> Figure:
    return Figure(
        code=code,
        label=label,
        group="registry",
        unit_of_measure=_("students"),
        records=records,
        class_path=f"{path}student__class_group_id",
        splits=(THEN,),
        is_told_by_school=told,
    )


def _flag_figure(
    code: str, label: Any, records: Callable[[Scope], Rows], *splits: Split, is_told_by_school: bool = True
) -> Figure:
    return Figure(
        code=code,
        label=label,
        group="flags",
        unit_of_measure=_("flags"),
        records=records,
        class_path=FLAG_CLASS,
        splits=(LEVEL, *splits),
        is_told_by_school=is_told_by_school,
    )


declare(
    Figure(
        code="students",
        label=_("Students"),
        group="students",
        unit_of_measure=_("students"),
        records=students,
        class_path="class_group_id",
        splits=(grades(), GENDER, BOARDING),
    ),
    Figure(
        code="key_students",
        label=_("Key students"),
        group="students",
        unit_of_measure=_("students"),
        records=key_students,
        class_path="class_group_id",
        splits=(grades(), GENDER),
    ),
    Figure(
        code="group_entries",
        label=_("Entries in special groups"),
        group="students",
        unit_of_measure=_("entries"),
        records=group_entries,
        class_path="student__class_group_id",
        splits=(GROUP,),
    ),
    Ratio(
        code="students_per_counselor",
        label=_("Students per full-time counselor"),
        group="staff",
        numerator="students",
        denominator="full_time_counselors",
        is_share=False,
    ),
    _flag_figure("flags_at_start", _("Open at the start of the term"), flags_at_start, is_told_by_school=False),
    _flag_figure("flags_new", _("New in the term"), flags_new),
    _flag_figure(
        "flags_closed",
        _("Closed in the term"),
        flags_closed,
        choices("outcome", _("outcome"), "outcome", list(RiskFlag.Outcome.choices)),
        SOURCE,
    ),
    _flag_figure("flags_confirmed", _("Of these, with need for concern"), flags_confirmed, SOURCE),
    _flag_figure("flags_unfounded", _("Of these, unfounded"), flags_unfounded, SOURCE),
    _flag_figure("flags_at_end", _("Open at the end"), flags_at_end, STATE, is_told_by_school=False),
    _flag_figure("flags_overdue", _("Open flags past their time"), flags_overdue, is_told_by_school=False),
    Alarm("flags_overdue", 10, _past_their_time),
    _flag_figure("flags_due", _("New flags that needed a first measure"), flags_due),
    _flag_figure("flags_in_time", _("Of these with a first measure in time"), flags_in_time),
    Ratio(
        code="flags_in_time_share",
        label=_("Share of flags with a first measure in time"),
        group="flags",
        numerator="flags_in_time",
        denominator="flags_due",
    ),
    Figure(
        code="center_requests",
        label=_("Requests to a center"),
        group="flags",
        unit_of_measure=_("requests"),
        records=center_requests,
        class_path=FLAG_CLASS,
        splits=(LEVEL,),
    ),
    Timing(
        "known_reported",
        _("known → reported"),
        "flags_new",
        _minutes("known_at", "reported_at"),
        needs=("severity", "known_at", "reported_at"),
    ),
    Timing(
        "reported_acted",
        _("reported → first measure"),
        "flags_new",
        _minutes("reported_at", "acted_at"),
        needs=("severity", "reported_at", "acted_at"),
    ),
    Timing(
        "known_settled",
        _("known → settled"),
        "flags_closed",
        _school_minutes,
        in_school_hours=True,
        needs=("severity", "known_at", "settled_at"),
    ),
)
declare(
    _registry_figure("registry_at_start", _("On the registry at the start of the term"), registry_at_start, told=False),
    _registry_figure("registry_new", _("Newly on the registry"), registry_new),
    _registry_figure(
        "registry_moved_in", _("Moved into the level"), _moved("severity_after"), path="entry__", told=False
    ),
    _registry_figure(
        "registry_moved_out", _("Moved out of the level"), _moved("severity_before"), path="entry__", told=False
    ),
    _registry_figure("registry_left", _("Left the registry"), registry_left),
    _registry_figure("registry_at_end", _("On the registry at the end"), registry_at_end, told=False),
    _registry_figure("registry_overdue", _("Overdue reviews of plans"), registry_overdue, told=False),
)
