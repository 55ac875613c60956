"""How far a sweep is and what it has found: by class inside a school, by school above it.

Inside a school the numbers are counted from what is noted, as far as the viewer may know of it. Above it they are what
the schools have signed: a page of a center counts no records.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, UUIDField
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.queries import own_coverage
from reports.access import classes_to_sign, swept_class_ids
from reports.daily import Board, Row, add_leaders, add_signers, is_there, joined_on, stages_of, students_in
from reports.models import Sweep, SweepNote, SweepSignature
from reports.reporting import State, state_of
from schools.access import Viewer
from schools.models import ClassGroup, Membership, Unit
from schools.prepared_for import prepared_for
from students.indicators import OWN
from students.models import FlagReport, GroupMember, KeptFrom, RiskFlag, SpecialGroup, Student


@dataclass
class Numbers:
    """What is known of the students of a class or a school: how many are in each group now, of whom something was noted
    in the sweep, and who of them worried somebody."""

    students: int = 0
    looked: int = 0
    noted: int = 0
    concerns: int = 0
    groups: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers(
            self.students + other.students,
            self.looked + other.looked,
            self.noted + other.noted,
            self.concerns + other.concerns,
            self.groups + other.groups,
        )

    @property
    def left(self) -> int:
        return max(0, self.students - self.looked)


@dataclass
class SweepRow(Row):
    """A class or a school in a sweep, with its signatures."""

    numbers: Numbers = field(default_factory=Numbers)
    first: SweepSignature | None = None
    last: SweepSignature | None = None
    # Something was noted after it was signed.
    has_changed: bool = False
    cluster: str = ""  # of a school: the center between it and the one that looks

    @property
    def is_late(self) -> bool:
        return self.first is not None and self.due is not None and self.first.at > self.due


@dataclass
class SweepBoard(Board):
    rows: Sequence[SweepRow]
    numbers: Numbers = field(default_factory=Numbers)
    # The columns of its table: code and name of each group that was asked about or that somebody is in.
    columns: list[tuple[str, str]] = field(default_factory=list)

    @property
    def clusters(self) -> list["Cluster"]:
        """The sums of each cluster with its schools, if there are clusters; schools without one stand last."""
        found: dict[str, Cluster] = {}
        for row in self.rows:
            one = found.setdefault(row.cluster, Cluster(row.cluster))
            one.rows.append(row)
            one.numbers += row.numbers
        return sorted(found.values(), key=lambda one: not one.name) if any(found) else []


@dataclass
class Cluster:
    name: str
    rows: list[SweepRow] = field(default_factory=list)
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def signed(self) -> int:
        return sum(row.last is not None for row in self.rows)


# --- the classes of a school ------------------------------------------------------------------------------------------


def class_board(viewer: Viewer, sweep: Sweep) -> SweepBoard:
    """The classes that the viewer looks after."""
    known = known_flags(SweepNote.objects.visible_to(viewer).filter(sweep=sweep), viewer)
    return board_of_classes(viewer.unit, viewer.class_groups, sweep, known, by=viewer.membership)


def known_flags(notes: QuerySet[SweepNote, SweepNote], viewer: Viewer | None) -> set[UUID]:
    """The flags behind these notes that may be told of: to a viewer those that they see, and what they reported
    themselves; in what leaves the school none that is kept from anybody."""
    flags = notes.exclude(flag=None)
    if viewer is None:
        flags = flags.exclude(flag__in=KeptFrom.objects.order_by().values("flag"))
    else:
        own = FlagReport.objects.filter(by__person=viewer.person).order_by().values("flag")
        flags = flags.filter(Q(flag__in=RiskFlag.objects.visible_to(viewer).order_by().values("pk")) | Q(flag__in=own))
    return set(flags.order_by().values_list("flag", flat=True))  # type: ignore[arg-type]


def board_of_classes(
    school: Unit, classes: Iterable[ClassGroup], sweep: Sweep, known: set[UUID], by: Membership | None = None
) -> SweepBoard:
    today, now = timezone.localdate(), timezone.now()
    groups = [group for group in classes if is_there(group, school, today)]
    numbers, last_notes = _numbers(sweep, groups, known, by)
    signed = _signatures(SweepSignature.objects.filter(sweep=sweep, class_group__in=groups), "class_group_id")
    rows, without = [], []
    for group in groups:
        name, found, signatures = group.name_on(today), numbers[group.pk], signed.get(group.pk, [])
        if not found.students and not signatures:
            without.append(name)
            continue
        row = _row(group.pk, name, group.grade_name, sweep.class_due_at, signatures, found, now)
        row.has_changed = row.last is not None and (last_notes.get(group.pk) or row.last.at) > row.last.at
        rows.append(row)
    add_signers(rows, today)
    return _board(sweep, sweep.class_due_at, rows, without)


def _row(
    key: int, name: str, group: str, due: Any, signatures: list[SweepSignature], numbers: Numbers, now: Any
) -> SweepRow:
    state = (State.REPORTED if numbers.noted else State.ZERO) if signatures else ""
    row = SweepRow(key, name, group, state_of(state, due, now), due, numbers=numbers)
    if signatures:
        row.first, row.last = signatures[0], signatures[-1]
    return row


def _board(sweep: Sweep, due: Any, rows: list[SweepRow], without: list[str]) -> SweepBoard:
    numbers = sum((row.numbers for row in rows), Numbers())
    board = SweepBoard(sweep.due_on, due, rows, without, numbers)
    board.columns = group_words(
        [*sweep.groups, *(code for code, count in numbers.groups.items() if count)], sweep.groups
    )
    return board


def group_words(codes: Iterable[str], first: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Codes with their names: those that were asked about first, then as the list of groups has them."""
    wanted = set(codes)
    groups = sorted(SpecialGroup.objects.filter(pk__in=wanted), key=lambda group: group.code not in first)
    found = [(group.code, group.label) for group in groups]
    return [*found, (OWN, _("groups of the school's own"))] if OWN in wanted else found


def _signatures(rows: Any, key: str) -> dict[int, list[SweepSignature]]:
    found: dict[int, list[SweepSignature]] = {}
    for row in rows.select_related("by__person"):
        found.setdefault(getattr(row, key), []).append(row)
    return found


def notes_of(sweep: Sweep, classes: Iterable[ClassGroup]) -> QuerySet[SweepNote, SweepNote]:
    """Of those who are in the class today."""
    here = {"student__class_group": F("class_group"), "student__status": Student.Status.ENROLLED}
    return SweepNote.objects.filter(sweep=sweep, class_group__in=classes, **here).order_by()


def _numbers(
    sweep: Sweep, classes: list[ClassGroup], known: set[UUID], by: Membership | None
) -> tuple[dict[int, Numbers], dict[int, Any]]:
    """By class what there is, and when something was noted last, of which one may know: four queries, however many
    classes there are. The moment of a note with a flag that is not known would tell of it."""
    sizes, notes = students_in(classes), notes_of(sweep, classes)
    numbers = {group.pk: Numbers(students=sizes.get(group.pk, 0)) for group in classes}
    last: dict[int, Any] = {}
    told = Q(flag=None) | Q(flag__in=known) | Q(by=by)
    for row in notes.values("class_group").annotate(n=Count("pk"), at=Max("at", filter=told)):
        numbers[row["class_group"]].looked, last[row["class_group"]] = row["n"], row["at"]
    for key, groups, flag in notes.filter(is_noted=True).values_list("class_group", "groups", "flag"):
        numbers[key].concerns += flag in known
        numbers[key].noted += bool(groups) or flag in known
    enrolled = Q(student__class_group__in=classes, student__status=Student.Status.ENROLLED)
    members = GroupMember.objects.current().filter(enrolled).order_by().values_list("student__class_group", "group")
    for key, code, count in members.annotate(n=Count("pk")):
        numbers[key].groups[code] = count  # type: ignore[index]
    return numbers, last


# --- the schools of a center ------------------------------------------------------------------------------------------


def asked_schools(viewer: Viewer, sweep: Sweep) -> QuerySet[Unit, Unit]:
    """The schools that a sweep asks, as far as they lie below this center."""
    within = Unit.objects.within(viewer.unit).within(sweep.unit)
    return within.schools().select_related("kind").order_by("path")


def unit_board(viewer: Viewer, sweep: Sweep) -> SweepBoard:
    """What the schools have signed; it costs the same however many students they have."""
    today, now = timezone.localdate(), timezone.now()
    schools = list(asked_schools(viewer, sweep))
    joined = joined_on(schools)
    signed = _signatures(SweepSignature.objects.visible_to(viewer).filter(sweep=sweep), "unit_id")
    centers = Unit.objects.filter(parent=viewer.unit, kind__is_school=False).order_by("path")
    between = {center.path: center.short_name or center.name for center in centers}
    rows, without = [], []
    for school in schools:
        if joined.get(school.pk, today) > today or school.pk not in joined:
            without.append(school.name)
            continue
        signatures = signed.get(school.pk, [])
        numbers = numbers_from(signatures[-1].counts) if signatures else Numbers()
        name = school.short_name or school.name
        row = _row(school.pk, name, stages_of(school), sweep.school_due_at, signatures, numbers, now)
        row.cluster = next((center for path, center in between.items() if school.path.startswith(path)), "")
        rows.append(row)
    add_leaders(rows, today)
    return _board(sweep, sweep.school_due_at, rows, without)


def counts_to_sign(school: Unit, sweep: Sweep) -> tuple[SweepBoard, dict[str, Any]]:
    """What a school sends up: the sums of all its classes as they stand, without what is kept from anybody. Groups that
    the school has added for itself are one number."""
    known = known_flags(SweepNote.objects.filter(sweep=sweep, class_group__school=school), None)
    board = board_of_classes(school, ClassGroup.objects.filter(school=school).select_related("school"), sweep, known)
    own = set(SpecialGroup.objects.filter(unit=school).values_list("pk", flat=True))
    groups: Counter[str] = Counter()
    for code, count in board.numbers.groups.items():
        groups[OWN if code in own else code] += count
    numbers, states = board.numbers, board.counts
    return board, {
        "classes": states.expected,
        "classes_signed": states.received,
        "students": numbers.students,
        "looked": numbers.looked,
        "noted": numbers.noted,
        "concerns": numbers.concerns,
        "groups": dict(groups),
    }


def numbers_from(counts: dict[str, Any]) -> Numbers:
    plain = {name: counts[name] for name in ("students", "looked", "noted", "concerns")}
    return Numbers(**plain, groups=Counter(counts["groups"]))


# --- how far open sweeps are ------------------------------------------------------------------------------------------


@dataclass
class ClassProgress:
    group: ClassGroup
    students: int
    looked: int
    is_signed: bool


@dataclass
class Progress:
    """Of one sweep: how many of those that are asked have signed; the classes of somebody of a school."""

    sweep: Sweep
    expected: int
    done: int
    is_signed: bool = False  # by the school
    classes: list[ClassProgress] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        return self.done < self.expected and timezone.now() > self.sweep.school_due_at


@prepared_for()
def open_sweeps(viewer: Viewer) -> Any:
    """The last to be answered first."""
    return Sweep.objects.visible_to(viewer).open().select_related("unit")


def progress_of(viewer: Viewer, sweeps: Sequence[Sweep]) -> list[Progress]:
    """At most three queries for all of them."""
    if not sweeps:
        return []
    return _at_center(viewer, sweeps) if not viewer.unit.is_school else _at_school(viewer, sweeps)


def _at_school(viewer: Viewer, sweeps: Sequence[Sweep]) -> list[Progress]:
    today, keys = timezone.localdate(), [sweep.pk for sweep in sweeps]
    swept, sizes = swept_class_ids(viewer), _sizes(viewer)
    classes_here = [group for group in viewer.class_groups if group.pk in swept and sizes.get(group.pk)]
    groups = [group for group in classes_here if is_there(group, viewer.unit, today)]
    signed = {(sweep, group) for sweep, group in _signed(viewer, sweeps=keys)}
    # Who goes through a class reads how many students are left; everybody else whether it has signed.
    noted = _looked_at(viewer, sweeps=keys) if classes_to_sign(viewer) else []
    looked = {(sweep, group): n for sweep, group, n in noted}
    found = []
    for sweep in sweeps:
        classes = [
            ClassProgress(group, sizes[group.pk], looked.get((sweep.pk, group.pk), 0), (sweep.pk, group.pk) in signed)
            for group in groups
        ]
        done = sum(one.is_signed for one in classes)
        found.append(Progress(sweep, len(classes), done, (sweep.pk, None) in signed, classes))
    return found


def _sizes(viewer: Viewer) -> dict[int, int]:
    """How many students each class has; in a term the workbench has counted them for the talks already."""
    if viewer.term is None:
        return students_in(viewer.class_groups)
    return {row.class_group.pk: row.students for row in own_coverage(viewer)}


@prepared_for(sweeps=UUIDField())
def _signed(viewer: Viewer, sweeps: list[Any]) -> Any:
    rows = SweepSignature.objects.visible_to(viewer).filter(sweep__in=sweeps)
    return rows.order_by().values_list("sweep", "class_group")


@prepared_for(sweeps=UUIDField())
def _looked_at(viewer: Viewer, sweeps: list[Any]) -> Any:
    here = {"student__class_group": F("class_group"), "student__status": Student.Status.ENROLLED}
    notes = SweepNote.objects.visible_to(viewer).filter(sweep__in=sweeps, **here).order_by()
    return notes.values_list("sweep", "class_group").annotate(n=Count("pk"))


def _at_center(viewer: Viewer, sweeps: Sequence[Sweep]) -> list[Progress]:
    paths = dict(Unit.objects.within(viewer.unit).schools().values_list("pk", "path"))
    rows = SweepSignature.objects.visible_to(viewer).filter(sweep__in=sweeps).order_by()
    signed = set(rows.values_list("sweep", "unit"))
    found = []
    for sweep in sweeps:
        asked = [pk for pk, path in paths.items() if path.startswith(sweep.unit.path)]
        found.append(Progress(sweep, len(asked), sum((sweep.pk, pk) in signed for pk in asked)))
    return found
