"""What a roster would change in a school: rows of a file compared with the database. Nothing is written here.

A row is recognised by its registry number, else by its identity number, else by name, birth date and class, else by
name and the school's own student number, when that fits exactly one student. A blank cell says nothing. What a person
set by hand is kept; key fields of a known student wait for a confirmation; students who are not in the file are
reported only. Somebody who was handed over and whose records are closed (docs/adr/0019) is recognised by a number only,
and the row waits: a person puts them on the roll.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from schools.classnames import ClassKey
from schools.common import crypto
from schools.common.text import clean_name, clean_text
from schools.imports.problems import Problem
from schools.models import Unit
from students.imports.classes import Classes, UnclearClass
from students.models import GroupMember, Guardian, Student
from students.roster import GuardianRow, RosterRow
from students.roster.reader import guardian_facts, guardians_differ

KEY_FIELDS = frozenset({"name", "gender", "birth_date", "id_number"})
# Fields of a student that a row holds under the same name.
SAME_NAME = (
    "name",
    "former_name",
    "gender",
    "birth_date",
    "ethnicity",
    "auxiliary_number",
    "phone",
    "address",
    "health",
)
HASHED = {"registry_number": "registry_hash", "id_number": "id_hash"}
NAMES = frozenset({"name", "former_name"})
GUARDIAN_TEXTS = ("name", "relation", "phone", "id_number")


def as_it_looks(name: str) -> str:
    """A stored name as a file would give it today; it may have been kept before it was cleaned so."""
    return clean_name(clean_text(name))


@dataclass(slots=True)
class Difference:
    field: str
    old: Any
    new: Any


@dataclass(slots=True)
class Newcomer:
    """A row that becomes a student."""

    row: RosterRow
    class_key: ClassKey | None


@dataclass(slots=True)
class Change:
    """What a row means for a student we know."""

    row: RosterRow
    student: Student
    fields: list[Difference] = field(default_factory=list)
    held: list[Difference] = field(default_factory=list)  # key fields, without a confirmation
    kept: list[Difference] = field(default_factory=list)  # set by hand
    new_guardians: list[tuple[int, GuardianRow]] = field(default_factory=list)
    guardians: list[tuple[Guardian, list[Difference]]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    ended: list[GroupMember] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return bool(self.fields or self.new_guardians or self.guardians or self.joined or self.ended)

    @property
    def is_worth_telling(self) -> bool:
        return self.changes_anything or bool(self.held or self.kept)


@dataclass(slots=True)
class SchoolPlan:
    school: Unit
    present: frozenset[str]
    is_first: bool = False  # the school had no students yet
    new_classes: list[ClassKey] = field(default_factory=list)
    newcomers: list[Newcomer] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    missing: list[Student] = field(default_factory=list)
    known: frozenset[Any] = frozenset()  # keys of the students whom the file names
    class_ids: dict[ClassKey, int] = field(default_factory=dict)
    # The unit of the department of each class, where the file names one.
    departments: dict[ClassKey, int] = field(default_factory=dict)
    # Known classes that have no department yet, by the unit of the one that the file names.
    without_department: dict[int, list[int]] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(change.changes_anything for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "created": len(self.newcomers),
            "changed": self.changed,
            "unchanged": self.unchanged,
            "new_classes": len(self.new_classes),
            "held": sum(bool(change.held) for change in self.changes),
            "kept": sum(bool(change.kept) for change in self.changes),
            "missing": len(self.missing),
            "schools": 1,
        }

    def differences(self) -> Iterator[str]:
        """Everything that is found to differ, for comparing two plans of the same file.

        The same with and without a confirmation of key fields: the preview shows both.
        """
        yield from self.additions()
        yield from self._changes()

    def additions(self) -> Iterator[str]:
        """What a center is shown: nothing of known students, so that their schools may go on working on them."""
        yield self.school.code
        yield from (repr(tuple(key)) for key in self.new_classes)
        yield from (f"+{one.row.row}{one.class_key}" for one in self.newcomers)
        yield from (f"!{problem.row}{problem.code}" for problem in self.problems)

    def _changes(self) -> Iterator[str]:
        for change in self.changes:
            yield f"~{change.student.pk}" + _listed([*change.fields, *change.held, *change.kept])
            yield f"g{[position for position, _ in change.new_guardians]}{change.joined}"
            yield f"-{[member.pk for member in change.ended]}"
            yield from (f"*{guardian.pk}{_listed(found)}" for guardian, found in change.guardians)


def _listed(differences: list[Difference]) -> str:
    return "".join(sorted(f"|{one.field}={one.old}>{one.new}" for one in differences if one.field != "id_type"))


class Known:
    """The students of one school with everything they can be recognised and compared by."""

    def __init__(self, school: Unit, *, lock: bool) -> None:
        students = Student.objects.filter(school=school).order_by("pk")
        self.students = list(students.select_for_update(no_key=True) if lock else students)
        self.by_registry = {one.registry_hash: one for one in self.students if one.registry_hash}
        self.by_identity = {one.id_hash: one for one in self.students if one.id_hash}
        self.by_name: defaultdict[str, list[Student]] = defaultdict(list)
        for student in self.students:
            if student.locked_on:
                continue  # as if never here
            self.by_name[as_it_looks(student.name)].append(student)
        self.guardians: defaultdict[Any, dict[int, Guardian]] = defaultdict(dict)
        self.members: defaultdict[Any, list[GroupMember]] = defaultdict(list)
        if self.students:
            for guardian in Guardian.objects.filter(student__school=school):
                self.guardians[guardian.student_id][guardian.position] = guardian
            for member in GroupMember.objects.filter(student__school=school).order_by("pk"):
                self.members[member.student_id].append(member)


class Planner:
    def __init__(self, school: Unit, present: frozenset[str], *, confirmed: bool, on: dt.date, lock: bool) -> None:
        self.plan = SchoolPlan(school, present)
        self.confirmed = confirmed
        self.known = Known(school, lock=lock)
        self.plan.is_first = not self.known.students
        self.classes = Classes(school, present, on)
        self.plan.class_ids, self.plan.departments = self.classes.ids, self.classes.departments
        self.hashes: dict[int, tuple[str, str]] = {}
        self.taken: dict[Any, int] = {}
        self.created: set[ClassKey] = set()
        self.named: set[ClassKey] = set()

    def run(self, rows: Iterable[RosterRow]) -> SchoolPlan:
        waiting: list[tuple[RosterRow, ClassKey | None]] = []
        for row in rows:
            placed, class_key = self._class(row)
            if not placed:
                continue
            self.hashes[row.row] = _hashes(row)
            student = self._by_number(row)
            if student is not None:
                self._take(row, class_key, student)
            elif not self._has_problem(row):
                waiting.append((row, class_key))
        # Whoever is in the class of the row comes first: in some schools each class counts its students from 1.
        # Of several namesakes each row first looks for the one whom nothing speaks against.
        namesakes = Counter((class_key, row.name) for row, class_key in waiting)
        for settle in (self._certainly_in_class, partial(self._in_class, namesakes), self._by_own_number):
            waiting = [one for one in waiting if not settle(*one)]
        for row, class_key in waiting:
            self.plan.newcomers.append(Newcomer(row, class_key))
            self._note_class(class_key)
        self.plan.newcomers.sort(key=lambda one: one.row.row)
        self.plan.changes.sort(key=lambda one: one.row.row)
        self.plan.new_classes = sorted(self.created)
        self.plan.missing = self._missing()
        self.plan.known = frozenset(self.taken)
        self.plan.without_department = self.classes.without_department()
        return self.plan

    def report(self, row: RosterRow, name: str, code: str, shown: str = "", **params: str | int) -> None:
        self.plan.problems.append(Problem(row.row, "", name, code, "error", shown, params))

    def _has_problem(self, row: RosterRow) -> bool:
        return bool(self.plan.problems) and self.plan.problems[-1].row == row.row

    def _class(self, row: RosterRow) -> tuple[bool, ClassKey | None]:
        """Whether the row's class is clear, and which it is."""
        try:
            key = self.classes.of(row)
        except UnclearClass as found:
            self.report(row, found.field, found.code, found.shown)
            return False, None
        if key is not None:
            self.named.add(key)
        return True, key

    # --- who is it -----------------------------------------------------------------------------------------------

    def _by_number(self, row: RosterRow) -> Student | None:
        registry, identity = self.hashes[row.row]
        by_registry = self.known.by_registry.get(registry) if registry else None
        by_identity = self.known.by_identity.get(identity) if identity else None
        if by_registry and by_identity and by_registry is not by_identity:
            self.report(row, "registry_number", "two_students")
            return None
        return by_registry or by_identity

    def _certainly_in_class(self, row: RosterRow, class_key: ClassKey | None) -> bool:
        alike = [one for one in self._alike_in_class(row, class_key) if not self._speaks_against(row, one)]
        if len(alike) == 1:
            self._take(row, class_key, alike[0])
        return len(alike) == 1

    def _in_class(
        self, namesakes: Counter[tuple[ClassKey | None, str]], row: RosterRow, class_key: ClassKey | None
    ) -> bool:
        """Without namesakes in the file, another gender or other guardians are a correction."""
        alike = self._alike_in_class(row, class_key)
        if namesakes[class_key, row.name] > 1:
            alike = [one for one in alike if not self._speaks_against(row, one)]
        return self._settle(row, class_key, alike)

    def _alike_in_class(self, row: RosterRow, class_key: ClassKey | None) -> list[Student]:
        return [one for one in self._alike(row) if self._is_in_place(row, class_key, one)]

    def _speaks_against(self, row: RosterRow, student: Student) -> bool:
        if row.gender and student.gender and row.gender != student.gender:
            return True
        known = guardian_facts(self.known.guardians.get(student.pk, {}).values())
        return guardians_differ(guardian_facts(row.guardians), known)

    def _by_own_number(self, row: RosterRow, class_key: ClassKey | None) -> bool:
        """The school's own number goes with a student from class to class; the number within a class does not."""
        alike = [one for one in self._alike(row) if row.student_number and one.student_number == row.student_number]
        return self._settle(row, class_key, alike)

    def _settle(self, row: RosterRow, class_key: ClassKey | None, alike: list[Student]) -> bool:
        """Whether somebody is like the row, or too many are."""
        if len(alike) > 1:
            self.report(row, "name", "ambiguous_student", row.name)
        elif alike:
            self._take(row, class_key, alike[0])
        return bool(alike)

    def _alike(self, row: RosterRow) -> Iterator[Student]:
        for one in self._namesakes(row):
            if row.birth_date is None or one.birth_date in (None, row.birth_date):
                yield one

    def _namesakes(self, row: RosterRow) -> Iterator[Student]:
        return (one for one in self.known.by_name.get(row.name, ()) if one.pk not in self.taken)

    def _is_in_place(self, row: RosterRow, class_key: ClassKey | None, student: Student) -> bool:
        same_class = class_key is None or self.classes.keys.get(student.class_group_id or 0) == class_key
        number = student_number(row, self.plan.present)
        return same_class and (not number or student.student_number in ("", number))

    def _take(self, row: RosterRow, class_key: ClassKey | None, student: Student) -> None:
        other = self.taken.setdefault(student.pk, row.row)
        if other != row.row:
            self.report(row, "name", "duplicate_in_file", row.name, other_row=other)
            return
        if student.locked_on:
            self.report(row, "name", "records_closed", row.name)
            return
        change = Change(row, student)
        self._compare(change, class_key)
        if change.is_worth_telling:
            self.plan.changes.append(change)
        if not change.changes_anything:
            self.plan.unchanged += 1

    def _note_class(self, key: ClassKey | None) -> None:
        if key is not None and key not in self.classes.ids:
            self.created.add(key)

    # --- what differs --------------------------------------------------------------------------------------------

    def _compare(self, change: Change, class_key: ClassKey | None) -> None:
        student, row = change.student, change.row
        by_hand = set(student.set_by_hand)
        for one in self._differences(student, row, class_key):
            if one.field in by_hand:
                change.kept.append(one)
            elif one.field in KEY_FIELDS and one.old and not self.confirmed:
                change.held.append(one)
            else:
                change.fields.append(one)
                if one.field == "class_group":
                    self._note_class(one.new)
        self._drop_paper_kind(change)
        _compare_guardians(change, self.known.guardians.get(student.pk, {}))
        _compare_groups(change, self.known.members.get(student.pk, []))

    def _differences(self, student: Student, row: RosterRow, class_key: ClassKey | None) -> Iterator[Difference]:
        for name in SAME_NAME:
            new = getattr(row, name)
            if new and new != (old := getattr(student, name)) and not (name in NAMES and new == as_it_looks(old)):
                yield Difference(name, old, new)
        number = student_number(row, self.plan.present)
        if number and number != student.student_number:
            yield Difference("student_number", student.student_number, number)
        for (name, column), digest in zip(HASHED.items(), self.hashes[row.row], strict=True):
            if digest and digest != getattr(student, column):
                yield Difference(name, getattr(student, name), getattr(row, name))
        if row.id_number and row.id_type and row.id_type != student.id_type:
            yield Difference("id_type", student.id_type, row.id_type)
        if row.boarding and boards(row) != student.is_boarder:
            yield Difference("is_boarder", student.is_boarder, boards(row))
        if row.entry_date and row.entry_date != student.entered_on:
            yield Difference("entered_on", student.entered_on, row.entry_date)
        old_key = self.classes.keys.get(student.class_group_id or 0)
        if class_key and class_key != old_key:
            yield Difference("class_group", old_key, class_key)
        if student.status == Student.Status.LEFT:
            yield Difference("status", student.status, Student.Status.ENROLLED.value)

    @staticmethod
    def _drop_paper_kind(change: Change) -> None:
        """The kind of paper goes with its number: it does not change while the number waits."""
        if any(one.field == "id_number" for one in [*change.held, *change.kept]):
            change.fields = [one for one in change.fields if one.field != "id_type"]

    def _missing(self) -> list[Student]:
        """Enrolled students of the classes in the file who are not in it; of the whole school without classes."""
        ids = {self.classes.ids[key] for key in self.named if key in self.classes.ids}
        free = (one for one in self.known.students if one.pk not in self.taken)
        enrolled = (student for student in free if student.status == Student.Status.ENROLLED)
        return [student for student in enrolled if not self.named or student.class_group_id in ids]


def plan_school(
    school: Unit,
    rows: Iterable[RosterRow],
    present: frozenset[str],
    *,
    confirmed: bool,
    on: dt.date,
    lock: bool = False,
) -> SchoolPlan:
    """Compare rows with a school. `lock` holds its students until the transaction ends."""
    return Planner(school, present, confirmed=confirmed, on=on, lock=lock).run(rows)


def _hashes(row: RosterRow) -> tuple[str, str]:
    return (
        crypto.lookup_hash(row.registry_number, purpose="registry_number") if row.registry_number else "",
        crypto.lookup_hash(row.id_number, purpose="id_number") if row.id_number else "",
    )


def student_number(row: RosterRow, present: frozenset[str]) -> str:
    """The registry's template has no number of the school's own; there the number within the class stands for it."""
    return row.student_number if "student_number" in present else row.number_in_class


def boards(row: RosterRow) -> bool:
    return row.boarding == "board"


def _compare_guardians(change: Change, known: dict[int, Guardian]) -> None:
    """Family members stand at the place where the registry has them (成员1, 成员2)."""
    for position, new in enumerate(change.row.guardians, start=1):
        old = known.get(position)
        if old is None:
            change.new_guardians.append((position, new))
            continue
        found = list(_guardian_differences(old, new))
        if found and old.set_by_hand:
            change.kept += [Difference(f"guardian.{one.field}", one.old, one.new) for one in found]
        elif found:
            change.guardians.append((old, found))


def _guardian_differences(old: Guardian, new: GuardianRow) -> Iterator[Difference]:
    for name in GUARDIAN_TEXTS:
        value = getattr(new, name)
        if value and value != (known := getattr(old, name)):
            yield Difference(name, known, value)
    if new.is_guardian is not None and new.is_guardian != old.is_guardian:
        yield Difference("is_guardian", old.is_guardian, new.is_guardian)


def _compare_groups(change: Change, members: list[GroupMember]) -> None:
    latest = {member.group_id: member for member in members}
    latest |= {member.group_id: member for member in members if member.until is None}
    for code in sorted(change.row.groups):
        member = latest.get(code)
        if member is None or (member.until is not None and member.ended_by_id is None):
            change.joined.append(code)
        elif member.until is not None:  # a person ended it
            change.kept.append(Difference(f"group.{code}", False, True))
    for code in sorted(change.row.groups_denied):
        member = latest.get(code)
        if member is None or member.until is not None:
            continue
        if member.source != GroupMember.Source.ROSTER:
            change.kept.append(Difference(f"group.{code}", True, False))
        else:
            change.ended.append(member)
