"""What a center sees of an import into its schools: counts by school, and which rows of the file are wrong.

Nothing here depends on what a school holds about a student it knows. Told apart, "changed" and "left as it is" would
answer anybody who hands in one row with a guess (docs/adr/0008).
"""

from dataclasses import asdict, replace
from typing import Any

from students.imports import Outcome
from students.listing import MOST, reading, worst_first
from students.planning import SchoolPlan
from students.roster import Problem, Roster

# What a problem row may quote from the file: codes, classes and departments, nothing of a student.
QUOTED = ("school_code", "grade_label", "class_label", "department")


class Tally:
    """Counts each school's plan; give `watch` to `preview` or `commit`."""

    def __init__(self) -> None:
        self.by_school: list[dict[str, Any]] = []

    def watch(self, plan: SchoolPlan) -> None:
        one = Outcome()
        one.add(plan)
        self.by_school.append({"school": plan.school.name, "code": plan.school.code, **self.counts(one)})

    @staticmethod
    def counts(outcome: Outcome) -> dict[str, int]:
        return {
            "created": outcome.created,
            "known": outcome.changed + outcome.unchanged,
            "new_classes": outcome.new_classes,
            "missing": outcome.missing,
            "problems": outcome.problem_rows,
            "schools": outcome.schools,
        }

    def finished(self, roster: Roster, outcome: Outcome) -> dict[str, Any]:
        """All of it, ready for JSON."""
        problems = [asdict(_nameless(problem)) for problem in worst_first(outcome.problems)[:MOST]]
        return {
            "counts": self.counts(outcome),
            **reading(roster, outcome),
            "schools": self.by_school,
            "problems": problems,
        }


def _nameless(problem: Problem) -> Problem:
    return problem if problem.field in QUOTED else replace(problem, value_shown="")
