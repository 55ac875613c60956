"""One row after another: each cell by itself, what must fit within the row, what must not come twice in the file."""

import re
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
from students.roster.fields import NUMBER_LENGTH, PARSERS, PART_PARSERS, SAYS_NO, Bad, Parser, shown
from students.roster.guardians import SLOTS, Slots, collect_guardians, is_part
from students.roster.rows import Problem, RosterRow, Severity
from students.roster.words import VALUES

# Everything else is an error and keeps its row out. About a guardian nothing is more than a warning.
WARNINGS = frozenset(
    {
        "birth_unlikely",
        "entry_unreadable",
        "ethnicity_unknown",
        "formula_like",
        "guardian_id_invalid",
        "id_birth_mismatch",
        "id_gender_mismatch",
        "name_damaged",
        "number_repeated",
        "number_ruined",
        "phone_format",
        "registry_format",
        "registry_id_mismatch",
        "too_long",
        "value_unknown",
    }
)
_NONE: frozenset[str] = frozenset()
_SAYS_NOTHING = frozenset(VALUES["blank"]) | {text.upper() for text in VALUES["blank"]}
_BLANK = _SAYS_NOTHING | {""}
# Papers without a rule that could be checked: passports, permits, birth certificates.
_OTHER_PAPER = re.compile(r"[A-Z]{1,3}[0-9]{6,12}[A-Z0-9]?")
_KINDS = {"resident": "identity_card", "hk_macau_taiwan": "residence_permit", "foreign_resident": "other"}

Values = dict[str, Any]


class Step(NamedTuple):
    """What to do with one cell of a row."""

    column: int
    name: str
    # Of member1.phone: member1 and phone; of group.orphan: group and orphan; else "" and the name.
    group: str
    key: str
    parse: Parser
    skip: frozenset[str]


def _step(index: int, name: str) -> Step:
    group, _, key = name.rpartition(".")
    parse = PART_PARSERS[key] if is_part(name) else PARSERS[name]
    return Step(index, name, group, key, parse, _NONE if {name, key} & SAYS_NO else _SAYS_NOTHING)


class Reader:
    def __init__(self, header: Header):
        self.header = header
        self.problems: list[Problem] = []
        self.plan = [_step(index, name) for index, name in sorted(header.columns.items())]
        self.slots = [slot for slot in SLOTS if any(step.group == slot for step in self.plan)]
        self.index_of = {name: index for index, name in header.columns.items()}
        self.seen: dict[tuple[object, ...], int] = {}
        self.sets: dict[frozenset[str], frozenset[str]] = {}
        self.row = 0
        self.cells: list[str] = []
        self.failed = False

    def read(self, row: int, cells: list[str]) -> RosterRow | None:
        """The row, or None when one of its problems is an error."""
        self.row, self.cells, self.failed = row, cells, False
        late: dict[str, Bad] = {}
        values = self._values(late)
        self._fit_together(values, late, self._identity(values), self._registry_identity(values))
        if self._text("name") in _BLANK:
            self.report("name_missing", "name")
        if "class_label" in self.index_of and "class_label" not in values:
            self.report("class_missing", "class_label")
        if self.failed:
            return None
        found = _row(row, values)
        self._refuse_repeated(found)
        return None if self.failed else found

    def report(
        self, code: str, name: str, text: str = "", severity: Severity | None = None, **params: str | int
    ) -> None:
        if severity is None:
            severity = "warning" if code in WARNINGS and (code, name) != ("too_long", "name") else "error"
        self.failed = self.failed or severity == "error"
        label = self.header.labels.get(self.index_of.get(name, -1), "")
        self.problems.append(Problem(self.row, label, name, code, severity, shown(name, text), params))

    def _values(self, late: dict[str, Bad]) -> Values:
        values: Values = {}
        groups: Values = {}
        slots: Slots = {slot: {} for slot in self.slots}
        cells = self.cells
        for index, name, group, key, parse, skip in self.plan:
            text = cells[index]
            if not text or text in skip:
                continue
            target: Values = (groups if group == "group" else slots[group]) if group else values
            try:
                target[key] = parse(text)
            except Bad as bad:
                self._note(bad, name, text, target, key, late)
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

    def _note(self, bad: Bad, name: str, text: str, target: Values, key: str, late: dict[str, Bad]) -> None:
        if bad.code in ("birth_unreadable", "gender_unreadable"):
            late[name] = bad  # no harm when the identity number tells
            return
        self.report(bad.code, name, text, "warning" if is_part(name) else None, **bad.params)
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

    def _fit_together(
        self, values: Values, late: dict[str, Bad], own: IdentityNumber | None, registry: IdentityNumber | None
    ) -> None:
        identity = own or registry
        if own and registry and own != registry:
            self.report("registry_id_mismatch", "registry_number", self._text("registry_number"))
        for name, bad in late.items():
            self.report(bad.code, name, self._text(name), "warning" if identity else None)
        if identity is None:
            return
        if values.setdefault("birth_date", identity.birth) != identity.birth:
            self.report("id_birth_mismatch", "birth_date", self._text("birth_date"))
        values["gender"] = values.get("gender") or identity.gender
        if values["gender"] != identity.gender:
            self.report("id_gender_mismatch", "gender", self._text("gender"))

    def _refuse_repeated(self, found: RosterRow) -> None:
        keys = [(name, getattr(found, name)) for name in ("registry_number", "id_number") if getattr(found, name)]
        for name, value in keys or [("name", _likeness(found))]:
            other = self.seen.setdefault((name, value), found.row)
            if other != found.row:
                self.report("duplicate_in_file", name, self._text(name), other_row=other)
                return
        if found.student_number:
            place = (found.school_code, found.grade_label, found.class_label, found.student_number)
            other = self.seen.setdefault(("student_number", *place), found.row)
            if other != found.row:
                self.report("number_repeated", "student_number", found.student_number, other_row=other)


def _likeness(found: RosterRow) -> tuple[object, ...]:
    """Who has neither registry nor identity number is the same when nothing tells two rows apart."""
    place = (found.school_code, found.grade_label, found.class_label, found.name, found.birth_date)
    return *place, found.auxiliary_number, found.student_number, found.number_in_class


def _row(row: int, values: Values) -> RosterRow:
    if entry := values.pop("entry_date", None):
        values["entry_year"], values["entry_date"] = entry
    if boards := values.pop("is_boarder", ""):
        values.setdefault("boarding", boards)
    return RosterRow(row=row, **values)
