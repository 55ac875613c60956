"""What a preview shows line by line, as plain data: it is kept sealed beside the file until the import is done."""

from dataclasses import asdict
from typing import Any

from students.columns import class_word, plain_value
from students.imports import Outcome
from students.models import Student
from students.planning import Change, Difference, Newcomer, SchoolPlan
from students.roster import Problem, Roster

# More lines than this nobody reads; the counts stay exact.
MOST = 5000
TABS = ("new", "changed", "held", "kept", "problems", "missing")


class Listing:
    """Collects lines from each school's plan; give `watch` to `preview` or `commit`."""

    def __init__(self) -> None:
        self.lines: dict[str, list[Any]] = {tab: [] for tab in TABS}
        self.classes: list[str] = []

    def watch(self, plan: SchoolPlan) -> None:
        self.classes += [class_word(key, plan.school) for key in plan.new_classes]
        self._add("new", [_newcomer(one, plan) for one in plan.newcomers])
        self._add("changed", [_change(one, _done(one), plan) for one in plan.changes if one.changes_anything])
        self._add("held", [_change(one, one.held, plan) for one in plan.changes if one.held])
        self._add("kept", [_change(one, one.kept, plan) for one in plan.changes if one.kept])
        self._add("missing", [_missing(one, plan) for one in plan.missing])

    @staticmethod
    def counts(outcome: Outcome) -> dict[str, int]:
        return outcome.counts()

    def _add(self, tab: str, lines: list[Any]) -> None:
        self.lines[tab] += lines[: MOST - len(self.lines[tab])]

    def finished(self, roster: Roster, outcome: Outcome) -> dict[str, Any]:
        """All of it, ready for JSON."""
        self._add("problems", [asdict(problem) for problem in worst_first(outcome.problems)])
        return {"counts": self.counts(outcome), **reading(roster, outcome), "classes": self.classes, **self.lines}


def reading(roster: Roster, outcome: Outcome) -> dict[str, Any]:
    """How the file was read."""
    return {
        "digest": outcome.digest,
        "sheet": roster.sheet,
        "columns": [[roster.header.labels.get(i, ""), name] for i, name in sorted(roster.header.columns.items())],
        "unknown": outcome.unknown_columns,
        "samples": [roster.samples.get(index, []) for index, _label in roster.unknown_columns],
        "ignored": [label for _index, label in roster.header.ignored],
    }


def worst_first(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.severity, problem.row))


def _newcomer(one: Newcomer, plan: SchoolPlan) -> dict[str, Any]:
    row = one.row
    return {
        "row": row.row,
        "name": row.name,
        "class": class_word(one.class_key, plan.school),
        "gender": row.gender,
        "guardians": len(row.guardians),
        "groups": sorted(row.groups),
    }


def _change(one: Change, differences: list[Difference], plan: SchoolPlan) -> dict[str, Any]:
    return {
        "row": one.row.row,
        "name": one.row.name,
        "student": str(one.student.pk),
        "fields": [
            [d.field, plain_value(d.field, d.old, plan.school), plain_value(d.field, d.new, plan.school)]
            for d in differences
        ],
    }


def _done(one: Change) -> list[Difference]:
    """Everything that is written for this student, as old → new."""
    found = list(one.fields)
    for position, row in one.new_guardians:
        found.append(Difference(f"member{position}.name", "", row.name or row.phone))
    for guardian, differences in one.guardians:
        found += [Difference(f"member{guardian.position}.{d.field}", d.old, d.new) for d in differences]
    found += [Difference(f"group.{code}", False, True) for code in one.joined]
    found += [Difference(f"group.{member.group_id}", True, False) for member in one.ended]
    return found


def _missing(student: Student, plan: SchoolPlan) -> dict[str, Any]:
    key = next((key for key, pk in plan.class_ids.items() if pk == student.class_group_id), None)
    return {"name": student.name, "student": str(student.pk), "class": class_word(key, plan.school)}
