"""Keeps `StudentState` as the records say it.

A `Source` reads some of its columns from the records of one kind, for many students in one query. Whoever changes such
records calls `keep` with the students and the source, in the same transaction. An upper floor declares its sources in
its own `states.py`, so that `manage.py check_states` finds them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, UUIDField

from schools.common.floors import ask_apps
from schools.common.prepared import Prepared, PreparedUpdate
from students.models import GroupMember, RegistryEntry, RiskFlag, Student, StudentState

CHUNK = 500
Values = dict[str, Any]
Read = Callable[[Iterable[UUID]], Mapping[UUID, Values]]


@dataclass(frozen=True)
class Source:
    """Reads `columns`, for those of the given students whose values are not the defaults."""

    columns: tuple[str, ...]
    read: Read


sources: list[Source] = []


def source(*columns: str) -> Callable[[Read], Source]:
    """Declare a function that reads these columns of `StudentState` from the records."""

    def declare(read: Read) -> Source:
        sources.append(Source(columns, read))
        return sources[-1]

    return declare


class OfStudents:
    """A read of any number of students. Nearly every act is about one: for one it is prepared."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self.build = build
        self.of_one = Prepared(build, {"students": (UUIDField(), 1)})

    def rows(self, students: Iterable[UUID]) -> Iterable[Any]:
        asked = list(students)
        return self.of_one.rows(students=asked) if len(asked) == 1 else self.build(asked)


@source("in_group")
def groups(students: Iterable[UUID]) -> dict[UUID, Values]:
    members = GroupMember.objects.current().filter(student__in=students).order_by()
    return {pk: {"in_group": True} for pk in members.values_list("student_id", flat=True)}


def _levels(students: Any) -> Any:
    found = RiskFlag.objects.open().filter(student__in=students).order_by()
    return found.values_list("student_id").annotate(level=Max("severity"))


_LEVELS = OfStudents(_levels)


@source("flag_severity")
def flags(students: Iterable[UUID]) -> dict[UUID, Values]:
    return {pk: {"flag_severity": level} for pk, level in _LEVELS.rows(students)}


@source("registry_severity")
def registry(students: Iterable[UUID]) -> dict[UUID, Values]:
    found = RegistryEntry.objects.open().filter(student__in=students).order_by()
    return {pk: {"registry_severity": level} for pk, level in found.values_list("student_id", "severity")}


@transaction.atomic(savepoint=False)
def keep(students: Iterable[UUID], *changed: Source) -> None:
    """Write the columns of these sources anew for these students. A row that is missing is made."""
    columns = [name for one in changed for name in one.columns]
    for chunk in _chunks(students):
        _lock(chunk)
        _write(columns, chunk, _read(changed, chunk))


def keep_all(students: Iterable[UUID]) -> None:
    """Every column of these students, for those who write records of several kinds at once."""
    keep(students, *_all_sources())


def _all_sources() -> list[Source]:
    ask_apps("states")
    return sources


def _chunks(students: Iterable[UUID]) -> Iterable[list[UUID]]:
    """In one order for everybody, so that two who write many rows do not wait for each other."""
    ordered = sorted(set(students))
    return (ordered[first : first + CHUNK] for first in range(0, len(ordered), CHUNK))


def _lock(students: list[UUID]) -> None:
    """Who waited here reads what the other one has just written."""
    if connection.features.has_select_for_update and len(students) == 1:
        _LOCKED.rows(student=students[0])
    elif connection.features.has_select_for_update:
        rows = StudentState.objects.select_for_update().filter(pk__in=students).order_by("pk")
        list(rows.values_list("pk", flat=True))


def _read(changed: Iterable[Source], students: list[UUID]) -> dict[UUID, Values]:
    found: dict[UUID, Values] = {pk: {} for pk in students}
    for one in changed:
        for pk, values in one.read(students).items():
            found[pk] |= values
    return found


_LOCKED = Prepared(
    lambda student: StudentState.objects.select_for_update().filter(pk=student).values_list("pk"), student=UUIDField()
)


@lru_cache
def _update_of(columns: tuple[str, ...]) -> PreparedUpdate:
    holes: dict[str, Any] = {name: StudentState._meta.get_field(name) for name in ("student", *columns)}
    return PreparedUpdate(lambda student, **new: (StudentState.objects.filter(pk=student), new), **holes)


def _write(columns: Iterable[str], students: list[UUID], found: Mapping[UUID, Values]) -> None:
    rows = [StudentState(student_id=pk, **found.get(pk, {})) for pk in students]
    if len(rows) == 1:
        new = {name: getattr(rows[0], name) for name in columns}
        if _update_of(tuple(new)).run(student=students[0], **new):
            return
    StudentState.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["student"], update_fields=list(columns)
    )


def check_states(*, mend: bool = True) -> Counter[str]:
    """Compare every row with the records. Counts what was wrong by column, and the rows that were `missing`."""
    wrong: Counter[str] = Counter()
    for chunk in _chunks(Student.objects.order_by().values_list("pk", flat=True).iterator()):
        with transaction.atomic():
            _lock(chunk)
            kept = StudentState.objects.in_bulk(chunk)
            wrong["missing"] += len(chunk) - len(kept)
            for one in _all_sources():
                found = one.read(chunk)
                differing = [pk for pk in chunk if _differs(one, kept.get(pk), found.get(pk, {}), wrong)]
                if mend and differing:
                    _write(one.columns, differing, found)
    return +wrong


def _differs(one: Source, kept: StudentState | None, found: Values, wrong: Counter[str]) -> bool:
    if kept is None:
        return True
    right = StudentState(**found)
    columns = [name for name in one.columns if getattr(kept, name) != getattr(right, name)]
    wrong.update(columns)
    return bool(columns)
