"""Reads around talks: whom to talk to next, how far the term's talks have come, what the forms offer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    When,
)
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from counseling.models import TalkOption, TalkPart, TextTemplate
from counseling.models.talks import TalkPartQuerySet
from schools.access import Viewer, once
from schools.common.days import midnight
from schools.common.labels import in_language
from schools.common.prepared import PreparedUp
from schools.models import ClassGroup, Duty, Term, Unit
from schools.prepared_for import prepared_for
from schools.queries import duty_of
from students.access import LOOKING_AFTER, can_use, is_kept_from_a_flag
from students.models import Student
from students.queries import groups_of, is_flagged, is_key, matching

OFFERED = 6
FOLLOW_UPS = 20


# --- parts and students in a term -----------------------------------------------------------------------------------


def span_of(term: Term) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a term and the first after it."""
    return midnight(term.starts), midnight(term.ends + dt.timedelta(days=1))


def parts_in(scope: Unit | Viewer) -> TalkPartQuerySet:
    """The parts of a unit, or those a viewer sees."""
    if not isinstance(scope, Unit):
        return TalkPart.objects.visible_to(scope)
    if scope.is_school:
        return TalkPart.objects.filter(talk__school_id=scope.pk)
    return TalkPart.objects.filter(talk__school__path__startswith=scope.path)


def reached_in(scope: Unit | Viewer, term: Term) -> Q:
    """The condition of a student who counts as talked to in a term, for a query over students.

    In a term that runs the last talk tells it; afterwards a later talk may stand in front of it.
    """
    return _reached(scope, _runs(term), *span_of(term))


def _runs(term: Term) -> bool:
    """Has the term not ended yet?"""
    return timezone.localdate() <= term.ends


def _reached(scope: Unit | Viewer, runs: bool, first: Any, after: Any) -> Q:
    if runs:
        return Q(state__last_talk_at__gte=first)
    found = parts_in(scope).covering().filter(talk__happened_at__gte=first, talk__happened_at__lt=after)
    return Q(pk__in=found.order_by().values("student_id"))


def students_in(scope: Unit | Viewer) -> QuerySet[Student]:
    """The enrolled students of classes that are to be talked to."""
    students = Student.objects.within(scope) if isinstance(scope, Unit) else Student.objects.visible_to(scope)
    return students.enrolled().exclude(class_group=None)


# --- coverage ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassCoverage:
    """How many students of a class, and of its key students, were talked to in a term."""

    class_group: ClassGroup
    students: int
    reached: int
    key_students: int
    key_reached: int

    @property
    def left(self) -> int:
        return self.students - self.reached

    @property
    def key_left(self) -> int:
        return self.key_students - self.key_reached


@dataclass
class Coverage:
    """A sum over classes: of a teacher, a grade, a school. `key` is what an address calls it."""

    label: str
    classes: list[ClassCoverage] = field(default_factory=list)
    key: str = ""

    students = property(lambda self: sum(row.students for row in self.classes))
    reached = property(lambda self: sum(row.reached for row in self.classes))
    key_students = property(lambda self: sum(row.key_students for row in self.classes))
    key_reached = property(lambda self: sum(row.key_reached for row in self.classes))
    left = property(lambda self: self.students - self.reached)
    key_left = property(lambda self: self.key_students - self.key_reached)


def coverage_by_class(scope: Unit | Viewer, term: Term) -> list[ClassCoverage]:
    """Coverage of every class with students in a unit, however large, or of a viewer's classes: two queries.

    A student counts as reached with a standing part of a talk that happened within the term.
    """
    if isinstance(scope, Viewer):
        first, after = span_of(term)
        rows = _counts_of_own(scope, runs=_runs(term), first=first, after=after)
    else:
        rows = _counts(scope, reached_in(scope, term))
    counts = {class_id: numbers for class_id, *numbers in rows}
    return [ClassCoverage(group, *counts[group.pk]) for group in _class_groups(scope) if group.pk in counts]


@prepared_for(is_kept_from_a_flag, first=DateTimeField(), after=DateTimeField())
def _counts_of_own(viewer: Viewer, runs: bool, first: Any, after: Any) -> Any:
    return _counts(viewer, _reached(viewer, runs, first, after))


def _counts(scope: Unit | Viewer, reached: Q) -> Any:
    """By class: its students, those reached, its key students, and those of them reached."""
    key = is_key(scope)
    rows = students_in(scope).order_by().values_list("class_group_id")
    return rows.annotate(
        all=Count("pk"),
        reached=Count("pk", filter=reached),
        key=Count("pk", filter=key),
        key_reached=Count("pk", filter=reached & key),
    )


def _class_groups(scope: Unit | Viewer) -> Iterable[ClassGroup]:
    if isinstance(scope, Viewer):
        return scope.class_groups
    return ClassGroup.objects.filter(school__path__startswith=scope.path).select_related("school")


@once
def own_coverage(viewer: Viewer) -> list[ClassCoverage]:
    """Coverage of the viewer's classes in the current term; none before the first term."""
    return coverage_by_class(viewer, viewer.term) if viewer.term else []


def students_left(viewer: Viewer, term: Term, *, only_key: bool = False) -> QuerySet[Student]:
    """Who is left this term, key students first; each with `is_key`, `is_flagged` and `last_talk`."""
    key = is_key(viewer)
    left = students_in(viewer).exclude(reached_in(viewer, term))
    if only_key:
        left = left.filter(key)
    left = left.annotate(is_key=_first_if(key), is_flagged=_first_if(is_flagged(viewer)), last_talk=last_talk(viewer))
    order: list[Any] = ["-is_key", *(Student._meta.ordering or [])]
    return left.order_by(*order)


def _first_if(condition: Q) -> Case:
    """True for the rows of a condition. Cheaper than `Exists`, which runs the condition anew for every row."""
    return Case(When(condition, then=True), default=False)


def last_talk(viewer: Viewer) -> F | Subquery:
    """When a student was last talked to, as far as the viewer may know, for a query over students."""
    for column in ("last_any_talk_at", "last_talk_at"):
        if can_use(viewer, column):
            return F(f"state__{column}")
    talks = parts_in(viewer).standing().filter(student=OuterRef("pk")).order_by().values("student_id")
    return Subquery(talks.annotate(last=Max("talk__happened_at")).values("last"))


def duty_to_talk(viewer: Viewer, term: Term) -> Duty | None:
    """The duty "a talk with every student this term" in force here, with its date."""
    return duty_of(viewer.unit, term=term, role="class_teacher", kind=Duty.Kind.TALK_EVERY_STUDENT)


def pace_of(term: Term, duty: Duty | None, on: dt.date | None = None) -> float:
    """The share of the talks that should be held by a day, if they were spread evenly until the date of the duty."""
    ends = duty.due_on if duty and duty.due_on else term.ends
    gone = ((on or timezone.localdate()) - term.starts).days + 1
    return min(1.0, max(0.0, gone / max(1, (ends - term.starts).days + 1)))


# --- whom to talk to next ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Next:
    """A student to talk to, and why now."""

    student: Student
    reasons: tuple[str, ...]

    @property
    def why(self) -> str:
        return str(capfirst(" · ".join(self.reasons)))


def last_parts(viewer: Viewer, students: Iterable[Student]) -> dict[UUID, TalkPart]:
    """The last talk with each of these students that the viewer may read, by the student's id."""
    parts = TalkPart.objects.visible_to(viewer).standing().filter(student__in=[one.pk for one in students])
    newest = parts.filter(student=OuterRef("pk")).order_by("-talk__happened_at").values("pk")[:1]
    wanted = Student.objects.filter(pk__in=[one.pk for one in students]).order_by().values_list(Subquery(newest))
    found = TalkPart.objects.filter(pk__in=[pk for (pk,) in wanted if pk]).select_related("talk__author")
    return {part.student_id: part for part in found}


def follow_ups_due(viewer: Viewer, *, until: dt.date | None = None) -> QuerySet[TalkPart]:
    """The viewer's own talks whose follow-up day has come, with students the viewer still sees and no talk since."""
    later = TalkPart.objects.standing().filter(
        student=OuterRef("student"), talk__author=viewer.person, talk__happened_at__gt=OuterRef("talk__happened_at")
    )
    # Asked of each talk that is left: as a list of ids, SQLite tries every student of the school with every talk.
    seen = Student.objects.visible_to(viewer).enrolled().filter(pk=OuterRef("student"))
    due = TalkPart.objects.standing().filter(
        Exists(seen),
        talk__author=viewer.person,
        talk__school=viewer.unit,
        follow_up_on__lte=until or timezone.localdate(),
    )
    return due.exclude(Exists(later)).select_related("student").order_by("follow_up_on")


@once
def own_follow_ups(viewer: Viewer) -> list[TalkPart]:
    """The first of them, with no more of each than a line that names it."""
    return _first_follow_ups(viewer)


@prepared_for()
def _first_follow_ups(viewer: Viewer) -> Any:
    return follow_ups_due(viewer).only("follow_up_on", "severity", "student__name")[:FOLLOW_UPS]


def next_students(viewer: Viewer, *, limit: int = OFFERED, of_class: int | None = None) -> list[Next]:
    """In the viewer's classes or one of them: follow-ups due, then key students not yet talked to this term, then whom
    nobody has talked to for longest."""
    due: dict[Any, TalkPart] = {}
    for part in own_follow_ups(viewer)[:limit]:
        due.setdefault(part.student_id, part)
    turn = {pk: place for place, pk in enumerate(due)}
    since = span_of(viewer.term)[0] if viewer.term else None
    asked = {"due": list(turn), "of_class": of_class, "since": since}
    in_turn = _in_turn(viewer, limit=limit, **{name: value for name, value in asked.items() if value is not None})
    students: list[Any] = sorted(in_turn, key=lambda student: turn.get(student.pk, limit))
    shown = students if viewer.role in LOOKING_AFTER else []
    groups = groups_of(student.pk for student in shown if student.in_group and not student.is_flagged)
    return [Next(one, tuple(_reasons(one, viewer.term, due.get(one.pk), groups))) for one in students]


@prepared_for(is_kept_from_a_flag, due=UUIDField(), since=DateTimeField(), of_class=BigIntegerField())
def _in_turn(viewer: Viewer, limit: int, due: list[Any], since: Any = None, of_class: Any = None) -> Any:
    """The first of all students, or of a class: those with a reason, then those nobody has talked to, or not for
    longest."""
    flagged = is_flagged(viewer)
    # A subject teacher is not told of groups, and an order by them would tell.
    grouped = [When(state__in_group=True, then=2)] if viewer.role in LOOKING_AFTER else []
    # Also by a talk that does not count: the counselor who held it has not to be sent there again.
    heard = [When(last_talk__gte=since, then=3)] if since is not None else []
    turn = Case(When(pk__in=due, then=0), *heard, When(flagged, then=1), *grouped, default=3)
    seen = Student.objects.visible_to(viewer).enrolled()
    seen = seen if of_class is None else seen.filter(class_group=of_class)
    students = seen.only("name").annotate(last_talk=last_talk(viewer))
    students = students.annotate(turn=turn, is_flagged=_first_if(flagged), in_group=F("state__in_group"))
    order: list[Any] = ["turn", F("last_talk").asc(nulls_first=True), "student_number", "name"]
    return students.order_by(*order)[:limit]


def _reasons(student: Any, term: Term | None, due: TalkPart | None, groups: Mapping[UUID, list[str]]) -> Iterable[str]:
    last: dt.datetime | None = student.last_talk
    if due and due.follow_up_on:
        yield _("follow-up due {day}").format(day=short_day(due.follow_up_on))
    if student.is_flagged:
        yield _("open flag")
    if not due and (last is None or (term and last < span_of(term)[0])):
        yield _("not yet this term")
    elif last and not due and not student.is_flagged:
        yield _("last talk {day}").format(day=short_day(timezone.localdate(last)))
    if not student.is_flagged:
        yield from groups.get(student.pk, [])[:1]


def short_day(day: dt.date) -> str:
    return date_format(day, _("M j"))


def explain_key(students: Sequence[Any]) -> dict[UUID, str]:
    """Why each of these rows of `students_left` is a key student, in words."""
    keys = [student for student in students if student.is_key]
    groups = groups_of(student.pk for student in keys)
    flagged = {student.pk: [_("open flag")] for student in keys if student.is_flagged}
    return {one.pk: " · ".join(flagged.get(one.pk, []) + groups.get(one.pk, [])) for one in keys}


def find_students(viewer: Viewer, text: str, *, limit: int = 12) -> list[Student]:
    """Students by name, pinyin, initials or number; a name that begins with it comes first."""
    words = text.strip()
    if not words:
        return []
    found = matching(Student.objects.visible_to(viewer).exclude(status=Student.Status.LEFT), words, viewer)
    begins = Q(name__startswith=words) | Q(search_keys__startswith=words.lower())
    ordered = found.annotate(begins=_first_if(begins)).order_by("-begins", "name")
    return list(ordered.select_related("class_group__school")[:limit])


# --- what the forms offer ---------------------------------------------------------------------------------------------


def options_of(unit: Unit, name: str) -> list[TalkOption]:
    """The themes, kinds, places or moods in force for a unit: the defaults, replaced by the nearest unit's own rows."""
    return all_options_of(unit)[name]


def all_options_of(unit: Unit, *, with_hidden: bool = False) -> dict[str, list[TalkOption]]:
    """All four lists in one query."""
    found: dict[str, list[TalkOption]] = {name: [] for name in TalkOption.List.values}
    for option in _nearest(_OPTIONS.of(unit.ancestor_codes), lambda row: (row.list, row.code)):
        if option.is_active or with_hidden:
            found[option.list].append(option)
    return found


def templates_of(unit: Unit, *, with_hidden: bool = False) -> list[TextTemplate]:
    """The text templates in force for a unit."""
    found = _nearest(_TEMPLATES.of(unit.ancestor_codes), lambda row: row.code)
    return [template for template in found if template.is_active or with_hidden]


def _in_force(rows: QuerySet[Any], codes: list[str]) -> QuerySet[Any]:
    """Those of a unit and of those above it after the defaults, so that the nearest is the last."""
    here = rows.filter(Q(unit=None) | Q(unit__code__in=codes))
    return here.order_by(F("unit__path").asc(nulls_first=True))


_OPTIONS = PreparedUp(lambda codes: _in_force(TalkOption.objects.all(), codes))
_TEMPLATES = PreparedUp(lambda codes: _in_force(TextTemplate.objects.all(), codes))


def _nearest(rows: Iterable[Any], key: Any) -> list[Any]:
    """One row for each key: the unit's own, else the nearest ancestor's, else the default."""
    nearest = {key(row): row for row in rows}
    return sorted(nearest.values(), key=lambda row: (row.position, row.pk))


@dataclass(frozen=True)
class Words:
    """What codes of a unit's options mean, hidden ones too: records keep their words."""

    lists: dict[str, dict[str, str]]

    def of(self, name: str, code: str) -> str:
        return self.lists[name].get(code, code)

    def themes(self, codes: Iterable[str]) -> str:
        return pgettext("between themes", ", ").join(self.of("theme", code) for code in codes)


@once
def own_words(viewer: Viewer) -> Words:
    return words_of(viewer.unit)


def words_of(unit: Unit) -> Words:
    lists: dict[str, dict[str, str]] = {name: {} for name in TalkOption.List.values}
    for name, code, chinese, english in _WORDS.of(unit.ancestor_codes):
        lists[name][code] = in_language(chinese, english)
    return Words(lists)


_WORDS = PreparedUp(
    lambda codes: _in_force(TalkOption.objects.all(), codes).values_list("list", "code", "label_zh", "label_en")
)
