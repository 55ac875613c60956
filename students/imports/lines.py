"""What the preview of a roster shows line by line."""

from collections.abc import Mapping
from typing import Any

from schools.imports.problems import SHEET_ROWS, rows_out
from students.imports.compare import Change, Difference, Newcomer, SchoolPlan
from students.imports.words import class_word, plain_value
from students.models import Student


def lines_of(plan: SchoolPlan) -> dict[str, list[Any]]:
    """By tab, as plain data: it is kept sealed beside the file until the import is done."""
    return {
        "new": [_newcomer(one, plan) for one in plan.newcomers],
        "changed": [_change(one, _done(one), plan) for one in plan.changes if one.changes_anything],
        "held": [_change(one, one.held, plan) for one in plan.changes if one.held],
        "kept": [_change(one, one.kept, plan) for one in plan.changes if one.kept],
        "missing": [_missing(one, plan) for one in plan.missing],
        "classes": [class_word(key, plan.school) for key in plan.new_classes],
    }


def counts_of_school(plan: SchoolPlan) -> dict[str, list[Any]]:
    """What a center sees of each school."""
    counts = {**plan.counts, "problems": rows_out(plan.problems)}
    return {"schools": [{"school": plan.school.name, "code": plan.school.code, **counts_for_center(counts, True)}]}


def counts_for_center(counts: Mapping[str, int], counts_only: bool) -> Mapping[str, int]:
    """Not changed against unchanged: told apart, they would answer a guess about a student with one row."""
    if not counts_only:
        return counts
    known = counts.get("changed", 0) + counts.get("unchanged", 0)
    return {
        "created": counts.get("created", 0),
        "known": known,
        "problems": counts["problems"],
        "schools": counts.get("schools", 0),
    }


def _newcomer(one: Newcomer, plan: SchoolPlan) -> dict[str, Any]:
    row = one.row
    return {
        "row": row.row % SHEET_ROWS,
        "name": row.name,
        "class": class_word(one.class_key, plan.school),
        "gender": row.gender,
        "guardians": len(row.guardians),
        "groups": sorted(row.groups),
    }


def _change(one: Change, differences: list[Difference], plan: SchoolPlan) -> dict[str, Any]:
    return {
        "row": one.row.row % SHEET_ROWS,
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
