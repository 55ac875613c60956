"""The comparison of the kind "roster": a file beside one school, or beside all schools of a center by their codes.

Schools are planned and written one after the other. A center's import is the school's import, shown as counts: what
each school's own page shows in full stays with the school (docs/adr/0008).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schools import audit
from schools.access import Viewer
from schools.imports.kinds import Comparison, ImportPlan
from schools.imports.problems import Problem, rows_out
from schools.models import Unit
from students.imports.compare import KEY_FIELDS, SchoolPlan, plan_school
from students.imports.lines import counts_of_school, lines_of
from students.imports.write import apply
from students.models import RosterImport, Student
from students.roster import RosterRow, present_in

KeyChanges = dict[tuple[str, ...], list[Student]]


@dataclass
class RosterPlan(ImportPlan):
    """What the file means for one school."""

    plan: SchoolPlan
    comparison: "RosterComparison"

    def __post_init__(self) -> None:
        self.counts: Mapping[str, int] = self.plan.counts
        self.problems: list[Problem] = self.plan.problems

    def fingerprint(self) -> Iterator[str]:
        return self.plan.additions() if self.comparison.options.counts_only else self.plan.differences()

    def write(self) -> None:
        apply(self.plan, by=self.comparison.by)
        counts = {**self.counts, "problems": rows_out(self.problems)}
        _keep(self.plan, self.comparison.unit, counts, self.comparison.by)
        self.comparison.written.append((self.plan.school, counts, _key_changes(self.plan)))

    def lines(self) -> Mapping[str, list[Any]]:
        return counts_of_school(self.plan) if self.comparison.options.counts_only else lines_of(self.plan)


class RosterComparison(Comparison):
    def __post_init__(self) -> None:
        self.written: list[tuple[Unit, dict[str, int], KeyChanges]] = []

    def plans(self) -> Iterator[RosterPlan]:
        present = present_in(self.file)
        by_school = self._by_school()
        if self.lock:
            _lock_schools([school for school, _rows in by_school])
        for school, rows in by_school:
            confirmed = self.options.confirm_key_fields
            plan = plan_school(school, rows, present, confirmed=confirmed, on=self.on, lock=self.lock)
            yield RosterPlan(plan, self)

    def record(self, counts: Mapping[str, int]) -> None:
        for school, own, key_changes in self.written:
            if self.unit.is_school:  # rows that could not be read are in no plan, but they are this school's
                own["problems"] = counts["problems"]
            _record(school, own, key_changes, self.by)
        if not self.unit.is_school:
            # The whole file, with the rows that stayed out before it was clear to which school they belong.
            audit.record(by=self.by, verb="roster.imported", about=self.unit, unit=self.unit, details=dict(counts))

    def _by_school(self) -> list[tuple[Unit, list[RosterRow]]]:
        """The rows of each school of the unit, and a problem for each row of a school it does not have."""
        schools = {school.code: school for school in Unit.objects.schools().within(self.unit)}
        own = self.unit.code if self.unit.is_school else ""
        found: defaultdict[str, list[RosterRow]] = defaultdict(list)
        for row in self.rows:
            code = row.school_code or own
            if code in schools:
                found[code].append(row)
            else:
                problem = "school_other" if own else "school_unknown" if code else "school_missing"
                self.report(row.row, "school_code", problem, value=code)
        return [(schools[code], rows) for code, rows in sorted(found.items())]


def _lock_schools(schools: list[Unit]) -> None:
    """One import at a time for a school, whoever makes it: the second plans on what the first has written.

    In the order of their codes, so that no two wait for each other. Rows that refer to a school go on being added.
    """
    found = Unit.objects.filter(pk__in=[school.pk for school in schools]).order_by("code")
    list(found.select_for_update(no_key=True).values_list("pk"))


# --- what the school finds --------------------------------------------------------------------------------------


def _keep(plan: SchoolPlan, unit: Unit, counts: dict[str, int], by: Viewer | None) -> None:
    """What was done, and who waits because a center's file says otherwise than what stands.

    The next file that names such a student settles it, unless that is again left open; one that names others does not.
    """
    told = {name: counts[name] for name in ("created", "changed", "held", "kept")}
    kept = RosterImport.objects.create(school=plan.school, unit=unit, by=by.person if by else None, **told)
    is_own = unit.pk == plan.school.pk
    held = [change.student for change in plan.changes if change.held]
    settled = plan.known - {student.pk for student in held} if is_own else plan.known
    waiting = RosterImport.waiting.through.objects.filter(rosterimport__school=plan.school)
    ended = [pk for pk, student in waiting.values_list("pk", "student_id") if student in settled]
    waiting.filter(pk__in=ended).delete()
    if not is_own:
        kept.waiting.add(*held)


# --- the audit log --------------------------------------------------------------------------------------------


def _key_changes(plan: SchoolPlan) -> KeyChanges:
    found: KeyChanges = defaultdict(list)
    for change in plan.changes:
        names = tuple(sorted(one.field for one in change.fields if one.field in KEY_FIELDS))
        if names:
            found[names].append(change.student)
    return found


def _record(school: Unit, counts: dict[str, int], key_changes: KeyChanges, by: Viewer | None) -> None:
    """One row for the import, and one for each student whose key fields changed."""
    for names, students in key_changes.items():
        audit.record_many(
            by=by,
            verb="roster.key_fields_changed",
            rows=[(student, student) for student in students],
            unit=school,
            details={"fields": list(names)},
        )
    audit.record(by=by, verb="roster.imported", about=school, unit=school, details=counts)
