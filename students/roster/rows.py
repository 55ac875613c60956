import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schools.common.tables.columns import Header

Severity = Literal["error", "warning"]


@dataclass(slots=True)
class GuardianRow:
    name: str = ""
    relation: str = ""
    phone: str = ""
    # None: the file does not say.
    is_guardian: bool | None = None
    id_type: str = ""
    id_number: str = ""


@dataclass(slots=True)
class RosterRow:
    """One student as the file has it. Only fields in `Roster.present` mean anything; blank says nothing."""

    # As a spreadsheet program counts, from 1.
    row: int
    name: str
    school_code: str = ""
    registry_number: str = ""
    auxiliary_number: str = ""
    student_number: str = ""
    number_in_class: str = ""
    former_name: str = ""
    gender: str = ""
    birth_date: date | None = None
    id_type: str = ""
    id_number: str = ""
    ethnicity: str = ""
    grade_label: str = ""
    class_label: str = ""
    department: str = ""
    entry_date: date | None = None
    entry_year: int | None = None
    boarding: str = ""
    groups: frozenset[str] = frozenset()
    # Groups that the file says the student is not in; a blank cell does not say so.
    groups_denied: frozenset[str] = frozenset()
    health: str = ""
    phone: str = ""
    address: str = ""
    guardians: tuple[GuardianRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    row: int
    column_label: str
    field: str
    code: str
    severity: Severity
    # As in the file, but never a whole identity or phone number.
    value_shown: str = ""
    params: dict[str, str | int] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class Roster:
    sheet: str
    header: Header
    # Fields that the file has: names of RosterRow, and group.<code> for each special group that has its own column.
    present: frozenset[str]
    rows: list[RosterRow] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    # The first values of each unknown column, by its index, for who has to say what it is.
    samples: dict[int, list[str]] = dataclasses.field(default_factory=dict)
    # Students in the file, those with errors too.
    total: int = 0

    @property
    def unknown_columns(self) -> list[tuple[int, str]]:
        return self.header.unknown

    @property
    def rows_with_errors(self) -> int:
        return len({problem.row for problem in self.problems if problem.severity == "error"})
