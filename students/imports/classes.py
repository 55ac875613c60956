"""Which class of its school a row of a roster means. A department's class 1 is found again under every name it had."""

import datetime as dt
from collections import defaultdict

from schools.classnames import LONGEST_PREFIX, WITH_DEPARTMENTS, ClassKey, Stage, UnknownClass, parse_class
from schools.models import ClassGroup, Unit
from students.roster import RosterRow
from students.roster.words import plain


class UnclearClass(Exception):
    """The row's class is not clear: a field of the row, a code of `students.imports.sentences`, what to quote."""

    def __init__(self, field: str, code: str, shown: str) -> None:
        super().__init__(code)
        self.field, self.code, self.shown = field, code, shown


def key_of(group: ClassGroup) -> ClassKey:
    return ClassKey(Stage(group.stage), group.entry_year, group.number, group.prefix)


class Classes:
    """The classes and departments of one school, and what a file calls them."""

    def __init__(self, school: Unit, present: frozenset[str], on: dt.date) -> None:
        self.school = school
        self.on = on
        groups = list(ClassGroup.objects.filter(school=school))
        self.keys = {group.pk: key_of(group) for group in groups}
        self.ids = {key: pk for pk, key in self.keys.items()}
        self.closed = {key_of(group) for group in groups if group.closed_on}
        self.of_number: defaultdict[tuple[object, ...], list[ClassGroup]] = defaultdict(list)
        for group in groups:
            self.of_number[key_of(group)[:3]].append(group)
        self.units = _units_by_name(school) if "department" in present else {}
        # The unit of the department of each class, where the file names one.
        self.departments: dict[ClassKey, int] = {}
        self.parsed: dict[tuple[str, str, int | None, int | None], ClassKey | UnknownClass] = {}

    def of(self, row: RosterRow) -> ClassKey | None:
        """None where the file has no classes: it says nothing about them. Raises UnclearClass."""
        if not row.class_label and not row.grade_label:
            return None
        spot = (row.grade_label, row.class_label, row.entry_year, row.birth_date.year if row.birth_date else None)
        if spot not in self.parsed:
            self.parsed[spot] = self._parsed(*spot)
        found = self.parsed[spot]
        if isinstance(found, UnknownClass):
            raise UnclearClass("class_label", f"class_{found.code}", f"{row.grade_label} {row.class_label}".strip())
        if row.department and found.stage in WITH_DEPARTMENTS:
            found = self._in_department(found, row.department)
        if found in self.closed:  # by hand: a roster does not open it again
            raise UnclearClass("class_label", "class_closed", f"{row.grade_label} {row.class_label}".strip())
        return found

    def _parsed(self, grade: str, label: str, year: int | None, born: int | None) -> ClassKey | UnknownClass:
        taught = {"stages": self.school.stages, "system": self.school.system or "63"}
        try:
            return parse_class(grade, label, **taught, on=self.on, entry_year=year, born=born)
        except UnknownClass as unknown:
            return unknown

    def _in_department(self, key: ClassKey, text: str) -> ClassKey:
        """A class whose name tells no department is named after its own, so that each department has its class 1."""
        unit = self._department(text)
        if not key.prefix:
            names = self._names(unit) if unit else [text[:LONGEST_PREFIX]]
            key = self._known(key, unit, names) or key._replace(prefix=names[0])
        if unit and self.departments.setdefault(key, unit.pk) != unit.pk:
            raise UnclearClass("department", "department_conflict", text)
        return key

    def _department(self, text: str) -> Unit | None:
        """None where no departments are kept as units: there the text keeps classes apart."""
        units = self.units.get(plain(text), set())
        if len(units) > 1:
            raise UnclearClass("department", "department_ambiguous", text)
        if self.units and not units:
            raise UnclearClass("department", "department_unknown", text)
        return next(iter(units), None)

    def _names(self, unit: Unit) -> list[str]:
        """The names that stand for no other department, best first: two short names alike would share their class 1."""
        own = (name for name in (unit.short_name, unit.name) if name and len(self.units[plain(name)]) == 1)
        return [name[:LONGEST_PREFIX] for name in (*own, unit.code)]

    def _known(self, key: ClassKey, unit: Unit | None, names: list[str]) -> ClassKey | None:
        """The class as it was named when it was made, which may be before its department was a unit or renamed."""
        department = unit.pk if unit else None
        alike = self.of_number[key[:3]]
        by_unit = [one for one in alike if unit and one.department_id == department]
        by_name = [one for one in (*by_unit, *alike) if one.department_id in (None, department)]
        by_name = [one for one in by_name if _is_among(one.prefix, names)]
        found = by_name or (by_unit if len(by_unit) == 1 else [])
        return key_of(found[0]) if found else None

    def without_department(self) -> dict[int, list[int]]:
        """Known classes without a department, by the one that the file names."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for group in (group for groups in self.of_number.values() for group in groups):
            if group.department_id is None and (department := self.departments.get(key_of(group))):
                found[department].append(group.pk)
        return found


def _units_by_name(school: Unit) -> dict[str, set[Unit]]:
    """The units below the school by their names and codes; people give two the same name."""
    found: defaultdict[str, set[Unit]] = defaultdict(set)
    for unit in Unit.objects.within(school).exclude(pk=school.pk):
        for name in filter(None, (unit.code, unit.short_name, unit.name)):
            found[plain(name)].add(unit)
    return dict(found)


def _is_among(prefix: str, names: list[str]) -> bool:
    return plain(prefix) in map(plain, names)
