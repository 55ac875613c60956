from dataclasses import dataclass
from datetime import date


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
    """One student as the file has it. Blank says nothing."""

    # Its number in the whole file (`schools.imports.problems.SHEET_ROWS`).
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
