"""From a roster file to students, classes, guardians and groups: read, plan, and write all of it in one transaction.

`import_file` does everything. The browser does it in two steps: `preview` makes a plan with a digest, `commit` plans
anew inside its transaction and lets it stand only if the digest is still the same. Schools are planned and written
one after the other, so that a district's file needs little more memory than its rows.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Unit
from students.applying import apply
from students.models import ColumnMapping, RosterImport, Student
from students.planning import KEY_FIELDS, SchoolPlan, plan_school
from students.roster import Problem, Roster, RosterRow, read_roster

Watch = Callable[[SchoolPlan], None]


class Stale(Exception):
    """The database is no longer as it was when the preview was made."""


@dataclass(frozen=True)
class Wish:
    """How to import: key fields too; all rows or none; agreed to by counts only."""

    confirm_key_fields: bool = False
    strict: bool = False
    blind: bool = False


@dataclass(slots=True)
class Outcome:
    """What was done, or would be."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    new_classes: int = 0
    held: int = 0
    kept: int = 0
    missing: int = 0
    schools: int = 0
    applied: bool = False
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)  # titles of columns that are left out

    @property
    def problem_rows(self) -> int:
        """Rows that stay out."""
        return len({problem.row for problem in self.problems if problem.severity == "error"})

    def add(self, plan: SchoolPlan) -> None:
        self.schools += 1
        self.created += len(plan.newcomers)
        self.changed += plan.changed
        self.unchanged += plan.unchanged
        self.new_classes += len(plan.new_classes)
        self.held += sum(bool(change.held) for change in plan.changes)
        self.kept += sum(bool(change.kept) for change in plan.changes)
        self.missing += len(plan.missing)
        self.problems += plan.problems

    def counts(self) -> dict[str, int]:
        names = ("created", "changed", "unchanged", "new_classes", "held", "kept", "missing", "schools")
        return {name: getattr(self, name) for name in names} | {"problems": self.problem_rows}


def import_file(
    path: Path | bytes,
    unit: Unit,
    by: Viewer | None = None,
    *,
    filename: str = "",
    wish: Wish = Wish(),
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Outcome:
    """Read and import a file into a school, or into the schools of a unit by their codes. Raises UnreadableFile."""
    roster = read_file(path, unit, filename=filename)
    if dry_run:
        return preview(roster, unit, wish, watch)
    return commit(roster, unit, by=by, wish=wish, watch=watch)


def read_file(source: Path | bytes, unit: Unit, *, filename: str = "") -> Roster:
    explained = ColumnMapping.objects.filter(school=unit).values_list("label", "field")
    mapping: dict[str | int, str] = dict(explained)
    return read_roster(source, filename=filename, mapping=mapping)


def preview(roster: Roster, unit: Unit, wish: Wish, watch: Watch | None = None) -> Outcome:
    """What `commit` would do; writes nothing."""
    return _digested(roster, unit, wish, lambda plan: watch(plan) if watch else None, lock=False)


def commit(
    roster: Roster, unit: Unit, *, by: Viewer | None, wish: Wish, expected: str = "", watch: Watch | None = None
) -> Outcome:
    """Write it all, or nothing: with `expected`, only if it is what the preview showed (else raises Stale)."""
    try:
        with transaction.atomic():
            outcome = _committed(roster, unit, by, wish, watch)
            if expected and outcome.digest != expected:
                raise Stale
            if wish.strict and outcome.problem_rows:
                transaction.set_rollback(True)
                outcome.applied = False
            return outcome
    except IntegrityError:
        raise Refused(
            _("Two students would have the same number, or somebody else is importing. Nothing was changed.")
        ) from None


def _committed(roster: Roster, unit: Unit, by: Viewer | None, wish: Wish, watch: Watch | None) -> Outcome:
    notes: list[tuple[Unit, dict[str, int], dict[tuple[str, ...], list[Student]]]] = []

    def write(plan: SchoolPlan) -> None:
        apply(plan, by=by)
        counts = _counts_of(plan)
        _keep(plan, unit, counts, by)
        notes.append((plan.school, counts, _key_changes(plan)))
        if watch:
            watch(plan)

    outcome = _digested(roster, unit, wish, write, lock=True)
    for school, counts, key_changes in notes:
        if unit.is_school:  # rows that could not be read are in no plan, but they are this school's
            counts["problems"] = outcome.problem_rows
        _note(school, counts, key_changes, by)
    if not unit.is_school:
        # The whole file, with the rows that stayed out before it was clear to which school they belong.
        audit.record(by=by, verb="roster.imported", about=unit, unit=unit, details=outcome.counts())
    outcome.applied = True
    return outcome


def _digested(roster: Roster, unit: Unit, wish: Wish, each: Watch, *, lock: bool) -> Outcome:
    """Plan school after school, hand each plan on, and sum up."""
    unknown = [label for _index, label in roster.unknown_columns]
    outcome = Outcome(problems=list(roster.problems), unknown_columns=unknown)
    by_school, strangers = _by_school(roster, unit)
    outcome.problems += strangers
    if lock:
        _lock_schools([school for school, _rows in by_school])
    digest = hashlib.sha256(f"{unit.code} {roster.total}".encode())
    today = timezone.localdate()
    for school, rows in by_school:
        plan = plan_school(
            school, rows, roster.present, confirmed=wish.confirm_key_fields, blind=wish.blind, on=today, lock=lock
        )
        for line in plan.fingerprint(blind=wish.blind):
            digest.update(line.encode())
        outcome.add(plan)
        each(plan)
    outcome.digest = digest.hexdigest()
    outcome.problems = _labelled(outcome.problems, roster)
    return outcome


def _lock_schools(schools: list[Unit]) -> None:
    """One import at a time for a school, whoever makes it: the second plans on what the first has written.

    In the order of their codes, so that no two wait for each other. Rows that refer to a school go on being added.
    """
    found = Unit.objects.filter(pk__in=[school.pk for school in schools]).order_by("code")
    list(found.select_for_update(no_key=True).values_list("pk"))


def _labelled(problems: list[Problem], roster: Roster) -> list[Problem]:
    """Name the column, as the file calls it, also in problems found while planning."""
    labels = {name: roster.header.labels.get(index, "") for index, name in roster.header.columns.items()}
    return [
        problem if problem.column_label else replace(problem, column_label=labels.get(problem.field, ""))
        for problem in problems
    ]


def _by_school(roster: Roster, unit: Unit) -> tuple[list[tuple[Unit, list[RosterRow]]], list[Problem]]:
    """The rows of each school of the unit, and a problem for each row of a school it does not have."""
    schools = {school.code: school for school in Unit.objects.schools().within(unit)}
    own = unit.code if unit.is_school else ""
    found: defaultdict[str, list[RosterRow]] = defaultdict(list)
    strangers = []
    for row in roster.rows:
        code = row.school_code or own
        if code in schools:
            found[code].append(row)
        else:
            problem = "school_other" if own else "school_unknown" if code else "school_missing"
            strangers.append(Problem(row.row, "", "school_code", problem, "error", code))
    return [(schools[code], rows) for code, rows in sorted(found.items())], strangers


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


def _counts_of(plan: SchoolPlan) -> dict[str, int]:
    one = Outcome()
    one.add(plan)
    return one.counts()


def _key_changes(plan: SchoolPlan) -> dict[tuple[str, ...], list[Student]]:
    found: defaultdict[tuple[str, ...], list[Student]] = defaultdict(list)
    for change in plan.changes:
        names = tuple(sorted(one.field for one in change.fields if one.field in KEY_FIELDS))
        if names:
            found[names].append(change.student)
    return found


def _note(
    school: Unit, counts: dict[str, int], key_changes: dict[tuple[str, ...], list[Student]], by: Viewer | None
) -> None:
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
