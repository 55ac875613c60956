"""Sentences for what is wrong with a cell or a row, whichever kind it is of: what it is and what to do.

A kind adds its own. Files as a whole: `schools.unreadable`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.labels import told
from schools.imports.problems import Problem

SENTENCES: dict[str, Any] = {
    "bad_code": gettext_lazy("A code has 1 to 20 letters, digits or hyphens."),
    "bad_date": gettext_lazy("This is no date, so it is left out. Write it like 2026-03-01."),
    "column_cut": gettext_lazy(
        "Excel has cut off the last digits of %(cut)s numbers in this column: they end in 000 or look like 1.1E+17. "
        "They are left out. Make the column text and enter the numbers again."
    ),
    "day_missing": gettext_lazy("The day of this date is missing, so it is left out. Write it like 2026-03-01."),
    "empty": gettext_lazy("This cell must not be empty."),
    "formula_like": gettext_lazy("This begins like a formula. It is kept as plain text; check that it is right."),
    "left_to_school": gettext_lazy("The school itself has to import this row."),
    "name_damaged": gettext_lazy(
        "A rare character of the name was lost when the file was saved. Save it as .xlsx, or correct the name later."
    ),
    "name_reference": gettext_lazy(
        "A rare character of the name came as its number in Unicode and was put back. Check that it is the right one."
    ),
    "name_unreadable": gettext_lazy("This is a number, not a name. Check that it is the right column."),
    "number_ruined": gettext_lazy(
        "Excel has cut off the last digits of this number, so it is left out. Make the column text, enter it again."
    ),
    "phone_format": gettext_lazy("This does not look like a phone number, so it is left out."),
    "quote_open": gettext_lazy(
        "A quotation mark in this row is never closed. It is left out, and the rows below were read as rows."
    ),
    "too_long": gettext_lazy("This is longer than %(limit)s characters. Shorten it."),
    "value_unknown": gettext_lazy("This word is not known in this column, so it is left out. Check how it is written."),
}
_BLANK = {"limit": "", "length": "", "other_row": "", "cut": ""}


def problem_sentence(problem: Problem, own: Mapping[str, Any]) -> str:
    """The sentence of the kind, else that of all kinds; a problem found by an action carries its sentence itself."""
    return sentence_of(problem.code, problem.params, own)


def sentence_of(code: str, params: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    found = own.get(code) or SENTENCES.get(code)
    return str(found) % {**_BLANK, **params} if found else code


def problem_line(problem: Problem, own: Mapping[str, Any]) -> str:
    """One line for the console."""
    where = {"row": problem.row, "column": problem.column_label or problem.field, "sheet": problem.sheet}
    if problem.sheet:
        place = _("sheet %(sheet)s, row %(row)s, column %(column)s")
    elif where["column"]:
        place = _("row %(row)s, column %(column)s")
    else:
        place = _("row %(row)s")
    shown = f" [{problem.value_shown}]" if problem.value_shown else ""
    return told(f"{place % where}{shown}", problem_sentence(problem, own))
