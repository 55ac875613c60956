"""What the staff answered, as a table: a row for each person where the survey has names, counts where it has none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from schools.access import Viewer
from screening.count_table import counts_of_staff
from screening.models import StaffSheet, StaffSurvey
from screening.queries import paper_for
from screening.round_table import Table, Variable, of_question
from screening.staff_results import group_word, staff_answers


@dataclass(frozen=True)
class AnsweredByStaff:
    """The answers of one person, by the key of the question."""

    number: int
    name: str
    group: str
    given: dict[str, Any]


def sheets_of(viewer: Viewer, survey: StaffSurvey) -> Any:
    """What this viewer may read, in an order that tells nothing of the hour."""
    return StaffSheet.objects.visible_to(viewer).filter(survey=survey).order_by("group", "pk")


def staff_table_of(viewer: Viewer, survey: StaffSurvey, language: str, *, with_names: bool) -> Table:
    if survey.is_anonymous:
        return counts_of_staff(staff_answers(viewer, survey, language))
    variables = [Variable("nr", _("Number in this file"), lambda sheet: sheet.number)]
    if with_names:
        variables.append(Variable("name", _("Name"), lambda sheet: sheet.name, is_text=True))
    variables.append(Variable("role", _("Role"), lambda sheet: sheet.group, is_text=True))
    for question in paper_for(survey.instrument, survey.unit, language).questions:
        name = f"{survey.instrument.code}_{question.number}"
        variables += of_question(str(question.number), name, question, with_names=with_names)

    def sheets() -> Iterator[AnsweredByStaff]:
        rows = sheets_of(viewer, survey).select_related("by__person")
        for number, one in enumerate(rows, start=1):
            given = {str(item): value for item, value in one.given.items()}
            yield AnsweredByStaff(number, one.by.person.name, group_word(one.group), given)

    return Table(variables, sheets)
