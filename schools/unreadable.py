"""Sentences about files that cannot be read and rows that cannot be used: what is wrong and what to do."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.common.labels import told
from schools.common.tables import UnreadableFile
from schools.staffing import Problem

FILES: dict[str, Any] = {
    "empty": gettext_lazy("The file is empty. Open it, check that the table is there, save it and try again."),
    "wrong_type": gettext_lazy("This is a %(found)s file, not a table. Save it as .xlsx or .csv and try again."),
    "password": gettext_lazy("The file is locked with a password. Remove the password in Excel, save and try again."),
    "truncated": gettext_lazy("The file is damaged or was cut off on its way. Copy or download it again."),
    "bomb": gettext_lazy("The file unpacks to far more than a table needs. Copy its rows into a new file."),
    "unsafe": gettext_lazy("The file holds parts that no table needs. Copy its rows into a new file."),
    "too_large": gettext_lazy("The file is larger than %(limit)s MB. Remove pictures or split it."),
    "too_many_rows": gettext_lazy("The table has too many rows. Delete empty rows at its end, or split it."),
    "too_many_columns": gettext_lazy("The table has too many columns. Delete empty columns at its right."),
    "no_header": gettext_lazy(
        "No row with the expected column titles was found. The first row of the table needs them. Found: %(found)s"
    ),
    "no_rows": gettext_lazy("There are column titles, but no rows below them."),
    "staff_list": gettext_lazy(
        "This looks like a list of staff, not of students (columns: %(found)s). Staff are imported under People. "
        "If it does list students, add their student numbers or take these columns out."
    ),
    "student_list": gettext_lazy(
        "This looks like a roster of students, not a list of staff (columns: %(found)s). "
        "Students are imported under Import roster. If it does list staff, it needs a column with the staff number."
    ),
    "encoding": gettext_lazy("The text of the file cannot be read. In Excel, save it as .xlsx and try again."),
}

ROWS: dict[str, Any] = {
    "empty": gettext_lazy("This cell must not be empty."),
    "ruined": gettext_lazy("Excel has rounded this number. Format the column as text and enter it again."),
    "too_long": gettext_lazy("This is too long."),
    "bad_phone": gettext_lazy("This is no phone number."),
    "bad_date": gettext_lazy("This is no date. Write it like 2026-03-01."),
    "bad_code": gettext_lazy("A code has 1 to 20 letters, digits or hyphens."),
    "bad_type": gettext_lazy("A type begins with its three-digit code, such as 211."),
    "unknown_word": gettext_lazy("This word is not known here."),
    "no_role": gettext_lazy("Which role is this person to have?"),
}


def file_sentence(error: UnreadableFile) -> str:
    params = {"found": "", "limit": "", **error.params}
    return str(FILES[error.code]) % params


def row_sentence(problem: Problem) -> str:
    """For codes of the parser; a problem found later carries its sentence itself."""
    return str(ROWS.get(problem.code, problem.code))


def row_line(problem: Problem) -> str:
    """One line for the console."""
    value = f" [{problem.value}]" if problem.value else ""
    where = _("row %(row)s, column %(column)s") % {"row": problem.row, "column": problem.column}
    return told(f"{where}{value}", row_sentence(problem))
