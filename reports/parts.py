"""Grades of a school, and colleges of a university: who signs between the classes and the school.

A class of a university that has a college belongs to it, every other class to its grade.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from schools.models import ClassGroup, Membership, Unit


def part_of(group: ClassGroup) -> str:
    """The code of the grade or college of a class."""
    if group.department_id:
        return f"college-{group.department_id}"
    return f"{group.stage}-{group.entry_year}"


def part_of_head(member: Membership) -> str:
    """The code of the grade or college that somebody heads; empty for everybody else."""
    if member.department_id:
        return f"college-{member.department_id}"
    return f"{member.cohort_stage}-{member.cohort_year}" if member.cohort_year else ""


def parts_among(groups: Iterable[ClassGroup]) -> dict[str, str]:
    """The parts of these classes by code, each with its name, in the order of the classes."""
    groups = list(groups)
    keys = {group.department_id for group in groups if group.department_id}
    colleges = dict(Unit.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    return {part_of(group): colleges.get(group.department_id or 0, "") or group.grade_name for group in groups}


def parts_by_code(codes: Iterable[str]) -> dict[str, str]:
    """The names of parts for the log, which is read years later: a grade by the year in which it began."""
    parted = {code: code.partition("-") for code in codes}
    keys = [int(rest) for kind, _dash, rest in parted.values() if kind == "college"]
    colleges = dict(Unit.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    stages = dict(ClassGroup.Stage.choices)
    return {
        code: colleges.get(int(rest), code)
        if kind == "college"
        else _("{stage}, entered in {year}").format(stage=stages[kind], year=rest)
        for code, (kind, _dash, rest) in parted.items()
    }
