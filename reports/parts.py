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
    """The names of parts for the log, which is read years later: a grade by the year in which it began. What is no code
    of a part is left out: other acts have a detail of this name too."""
    parted = {
        code: (kind, int(rest)) for code in codes for kind, _dash, rest in [code.partition("-")] if rest.isdigit()
    }
    keys = [number for kind, number in parted.values() if kind == "college"]
    names = dict(Unit.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    found = {code: names[number] for code, (kind, number) in parted.items() if kind == "college" and number in names}
    stages = dict(ClassGroup.Stage.choices)
    grades = {code: (stages[kind], year) for code, (kind, year) in parted.items() if kind in stages}
    told = _("{stage}, entered in {year}")
    return found | {code: told.format(stage=stage, year=year) for code, (stage, year) in grades.items()}
