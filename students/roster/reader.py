"""One row after another: each cell by itself, what must fit within the row, what must not come twice in the file."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from schools.common.identity import (
    IdentityNumber,
    InvalidIdentity,
    InvalidRegistryNumber,
    check_identity_number,
    check_registry_number,
    tidy_number,
)
from schools.common.tables.cells import is_ruined
from schools.common.tables.columns import Header
from schools.imports.cells import NUMBER_LENGTH
from schools.imports.problems import Bad, Severity
from schools.imports.reading import FileRows
from students.roster.fields import PARSERS, PART_PARSERS, SAYS_NO, Parser
from students.roster.guardians import SLOTS, Slots, collect_guardians, is_part
from students.roster.rows import RosterRow
from students.roster.words import VALUES

# A row with a wrong cell in one of these stays out: it would be somebody else, or somewhere else.
KEYS = frozenset({"name", "grade_label", "class_label", "department", "school_code"})
# Found in a row as a whole.
ERRORS = frozenset({"name_missing", "class_missing", "duplicate_in_file"})
_NONE: frozenset[str] = frozenset()
_SAYS_NOTHING = frozenset(VALUES["blank"]) | {text.upper() for text in VALUES["blank"]}
_BLANK = _SAYS_NOTHING | {""}
# Papers without a rule that could be checked: passports, permits, birth certificates.
_OTHER_PAPER = re.compile(r"[A-Z]{1,3}[0-9]{6,12}[A-Z0-9]?")
_KINDS = {"resident": "identity_card", "hk_macau_taiwan": "residence_permit", "foreign_resident": "other"}

Values = dict[str, Any]
Sets = dict[frozenset[str], frozenset[str]]


class ColumnParser(NamedTuple):
    """How the cells of one column are read."""

    column: int
    name: str
    # Of member1.phone: member1 and phone; of group.orphan: group and orphan; else "" and the name.
    group: str
    key: str
    parse: Parser
    skip: frozenset[str]


def _column_parser(index: int, name: str) -> ColumnParser:
    group, _, key = name.rpartition(".")
    parse = PART_PARSERS[key] if is_part(name) else PARSERS[name]
    return ColumnParser(index, name, group, key, parse, _NONE if {name, key} & SAYS_NO else _SAYS_NOTHING)


class Reader:
    """Reads the rows of one sheet. `seen` and `sets` are those of the whole file."""

    def __init__(self, file: FileRows, header: Header, seen: "Seen", sets: Sets) -> None:
        self.file, self.header, self.seen, self.sets = file, header, seen, sets
        self.columns = [_column_parser(index, name) for index, name in sorted(header.columns.items())]
        self.slots = [slot for slot in SLOTS if any(column.group == slot for column in self.columns)]
        self.index_of = {name: index for index, name in header.columns.items()}
        self.row = 0
        self.cells: list[str] = []
        self.failed = False

    def read(self, row: int, cells: list[str]) -> RosterRow | None:
        """The row, or None when one of its problems is an error."""
        self.row, self.cells, self.failed = row, cells, False
        values = self._values()
        self._fit_together(values, self._identity(values), self._registry_identity(values))
        if self._text("name") in _BLANK:
            self.report("name_missing", "name")
        if "class_label" in self.index_of and self._text("class_label") in _BLANK:
            self.report("class_missing", "class_label")
        if self.failed:
            return None
        found = _row(row, values)
        self._refuse_repeated(found)
        return None if self.failed else found

    def report(self, code: str, name: str, text: str = "", **params: str | int) -> None:
        self._report(code, name, text, "error" if code in ERRORS else "warning", **params)

    def _report(self, code: str, name: str, text: str, severity: Severity, **params: str | int) -> None:
        self.failed = self.failed or severity == "error"
        self.file.report(self.row, name, code, value=text, severity=severity, **params)

    def _values(self) -> Values:
        values: Values = {}
        groups: Values = {}
        slots: Slots = {slot: {} for slot in self.slots}
        cells = self.cells
        for index, name, group, key, parse, skip in self.columns:
            text = cells[index]
            if not text or text in skip:
                continue
            target: Values = (groups if group == "group" else slots[group]) if group else values
            try:
                target[key] = parse(text)
            except Bad as bad:
                self._note(bad, name, text, target, key)
        values["guardians"] = collect_guardians(slots)
        if groups:
            self._place_groups(values, groups)
        return values

    def _place_groups(self, values: Values, groups: dict[str, bool]) -> None:
        member = frozenset([code for code, is_member in groups.items() if is_member]) | values.get("groups", _NONE)
        denied = groups.keys() - member
        # A few sets serve all rows of a district.
        values["groups"] = self.sets.setdefault(member, member)
        values["groups_denied"] = self.sets.setdefault(frozenset(denied), frozenset(denied))

    def _note(self, bad: Bad, name: str, text: str, target: Values, key: str) -> None:
        self._report(bad.code, name, text, "error" if name in KEYS and bad.kept is None else "warning", **bad.params)
        if bad.kept is not None:
            target[key] = bad.kept

    def _text(self, name: str) -> str:
        return self.cells[self.index_of[name]] if name in self.index_of else ""

    def _identity(self, values: Values) -> IdentityNumber | None:
        text, id_type = values.pop("id_number", ""), values.get("id_type", "")
        if id_type == "none":
            values["id_type"] = ""
        if not text:
            return None
        number = tidy_number(text)
        if is_ruined(text):
            self.report("id_ruined", "id_number", text)
        elif len(number) == 18 and id_type in ("", "identity_card", "residence_permit"):
            return self._checked_identity(values, text)
        elif id_type in ("passport", "other") or (not id_type and _OTHER_PAPER.fullmatch(number)):
            values |= {"id_type": id_type or "other", "id_number": number[:NUMBER_LENGTH]}
        else:
            return self._checked_identity(values, text)
        return None

    def _checked_identity(self, values: Values, text: str) -> IdentityNumber | None:
        try:
            identity = check_identity_number(text)
        except InvalidIdentity as error:
            self.report(f"id_{error.code}", "id_number", text, length=len(tidy_number(text)))
            return None
        values["id_number"] = identity.number
        if values.get("id_type") in (None, ""):
            values["id_type"] = _KINDS[identity.kind]
        return identity

    def _registry_identity(self, values: Values) -> IdentityNumber | None:
        """Also checks the registry number; a regional number in its column becomes the auxiliary number."""
        text = values.get("registry_number")
        if not text:
            return None
        try:
            registry = check_registry_number(text)
        except InvalidRegistryNumber as error:
            del values["registry_number"]
            self._report_registry(values, text, error.code)
            return None
        values["registry_number"] = registry.number
        return registry.identity

    def _report_registry(self, values: Values, text: str, code: str) -> None:
        if code != "format" or is_ruined(text):
            self.report("registry_ruined" if is_ruined(text) else f"registry_{code}", "registry_number", text)
            return
        self.report("registry_format", "registry_number", text)
        values.setdefault("auxiliary_number", tidy_number(text)[:NUMBER_LENGTH])

    def _fit_together(self, values: Values, own: IdentityNumber | None, registry: IdentityNumber | None) -> None:
        identity = own or registry
        if own and registry and own != registry:
            self.report("registry_id_mismatch", "registry_number", self._text("registry_number"))
        if identity is None:
            return
        if values.setdefault("birth_date", identity.birth) != identity.birth:
            self.report("id_birth_mismatch", "birth_date", self._text("birth_date"))
        values["gender"] = values.get("gender") or identity.gender
        if values["gender"] != identity.gender:
            self.report("id_gender_mismatch", "gender", self._text("gender"))

    def _refuse_repeated(self, found: RosterRow) -> None:
        other = self.seen.same_as(found)
        if other:
            self.report("duplicate_in_file", "name", self._text("name"), other_row=other)
        elif found.student_number and (other := self.seen.with_number_of(found)):
            self.report("number_repeated", "student_number", found.student_number, other_row=other)


class Seen:
    """The students of the rows so far, to notice one who comes twice."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], int] = {}
        self.places: dict[tuple[str, ...], int] = {}
        self.by_name: dict[tuple[str, ...], list[RosterRow]] = {}

    def same_as(self, found: RosterRow) -> int:
        """The row with the same number, or of those without numbers, the one that nothing tells apart; else 0."""
        numbers = [(name, getattr(found, name)) for name in ("registry_number", "id_number") if getattr(found, name)]
        if numbers:
            others = [self.numbers.setdefault(number, found.row) for number in numbers]
            return next((other for other in others if other != found.row), 0)
        namesakes = self.by_name.setdefault((found.school_code, found.grade_label, found.class_label, found.name), [])
        other = next((one.row for one in namesakes if not differ(one, found)), 0)
        if not other:
            namesakes.append(found)
        return other

    def with_number_of(self, found: RosterRow) -> int:
        """The row of the same class with the same student number; else 0."""
        place = (found.school_code, found.grade_label, found.class_label, found.student_number)
        other = self.places.setdefault(place, found.row)
        return other if other != found.row else 0


_NUMBERS = ("birth_date", "auxiliary_number", "student_number", "number_in_class")


def differ(one: RosterRow, other: RosterRow) -> bool:
    """Two of one name in one class are two when gender, birth date, a number or the guardians differ."""
    if any(getattr(one, name) != getattr(other, name) for name in _NUMBERS):
        return True
    if one.gender and other.gender and one.gender != other.gender:
        return True
    return guardians_differ(guardian_facts(one.guardians), guardian_facts(other.guardians))


def guardian_facts(guardians: Iterable[Any]) -> frozenset[str]:
    return frozenset(fact for one in guardians for fact in (one.name, one.phone) if fact)


def guardians_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other and not one & other)


def _row(row: int, values: Values) -> RosterRow:
    if entry := values.pop("entry_date", None):
        values["entry_year"], values["entry_date"] = entry
    if boards := values.pop("is_boarder", ""):
        values.setdefault("boarding", boards)
    return RosterRow(row=row, **values)
