"""Sentences about files that cannot be read: what is wrong and what to do. Rows: `schools.imports.sentences`."""

from typing import Any

from django.utils.translation import gettext_lazy

from schools.common.tables import UnreadableFile

FILES: dict[str, Any] = {
    "empty": gettext_lazy("The file is empty. Open it, check that the table is there, save it and try again."),
    "wrong_type": gettext_lazy("This is a %(found)s file, not a table. Save it as .xlsx or .csv and try again."),
    "password": gettext_lazy(
        "The file is protected or locked with a password. In Excel, take the protection and the password away, "
        "save and try again."
    ),
    "old_excel": gettext_lazy("This file is of Excel 5.0/95. Open it in Excel, save it as .xlsx and try again."),
    "truncated": gettext_lazy("The file is damaged or was cut off on its way. Copy or download it again."),
    "bomb": gettext_lazy("The file unpacks to far more than a table needs. Copy its rows into a new file."),
    "unsafe": gettext_lazy("The file holds parts that no table needs. Copy its rows into a new file."),
    "too_large": gettext_lazy("The file is larger than %(limit)s MB. Remove pictures or split it."),
    "too_many_rows": gettext_lazy("The table has too many rows. Delete empty rows at its end, or split it."),
    "too_many_columns": gettext_lazy("The table has too many columns. Delete empty columns at its right."),
    "no_sheet": gettext_lazy(
        "None of the sheets has an expected name (%(expected)s). Rename the one that is meant. Found: %(found)s"
    ),
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


def file_sentence(error: UnreadableFile) -> str:
    params = {"found": "", "expected": "", "limit": "", **error.params}
    return str(FILES[error.code]) % params
