"""A table of a round as a file: a workbook with its key on a second sheet, CSV, or SPSS with labels."""

import csv
import io
import shutil
import tempfile
import time
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _

from schools.common.workbooks import XLSX, plain
from screening.round_table import Table, Value, Variable

FORMATS = {"xlsx": "Excel", "csv": "CSV", "sav": "SPSS"}
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "sav": "application/x-spss-sav"}
LONGEST_LABEL = 255  # bytes, in a file of SPSS
LONGEST_WORD = 120
MAKING = ".making-table-"
ABANDONED = 3600  # seconds after which no job still writes


def written(table: Table, file_format: str, *, title: str) -> bytes:
    _sweep()
    rows = list(table.rows())
    if file_format == "xlsx":
        return _workbook(table.variables, rows, title)
    return _csv(table.variables, rows) if file_format == "csv" else _spss(table.variables, rows, title)


def _sweep() -> None:
    """Away with open answers that a worker left behind when it was killed."""
    for folder in Path(settings.VAR).glob(f"{MAKING}*"):
        if folder.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(folder, ignore_errors=True)


def _workbook(variables: list[Variable], rows: list[list[Value]], title: str) -> bytes:
    """Numbers are numbers; a text is a text whatever it begins with."""
    file = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, as_text)
    bold = book.add_format({"bold": True})
    data, key = book.add_worksheet(_("Answers")), book.add_worksheet(_("What the columns are"))
    for column, variable in enumerate(variables):
        data.write_string(0, column, variable.name, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                data.write_string(number, column, value)
            elif value is not None:
                data.write_number(number, column, value)
    data.freeze_panes(1, 0)
    key.write_string(0, 0, plain(title), bold)
    for number, variable in enumerate(variables, start=1):
        values = "; ".join(f"{value} = {word}" for value, word in variable.labels.items())
        for column, text in enumerate((variable.name, variable.label, values)):
            key.write_string(number, column, plain(text))
    key.set_column(0, 0, 24)
    key.set_column(1, 2, 60)
    book.close()
    return file.getvalue()


def _csv(variables: list[Variable], rows: list[list[Value]]) -> bytes:
    """With the mark at its beginning by which Excel knows that it is UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([variable.name for variable in variables])
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return file.getvalue().encode("utf-8-sig")


def _spss(variables: list[Variable], rows: list[list[Value]], title: str) -> bytes:
    # No page needs these two; they take half a second and much memory to load.
    import pandas
    import pyreadstat

    columns = {
        variable.name: pandas.Series([row[place] for row in rows], dtype="object" if variable.is_text else "float64")
        for place, variable in enumerate(variables)
    }
    # It writes to a path only: in a folder of ours that nobody else reads, not where the whole machine puts things.
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=MAKING) as folder:
        path = Path(folder) / "table.sav"
        pyreadstat.write_sav(
            pandas.DataFrame(columns),
            path,
            file_label=_cut(title, 60),
            column_labels=[_cut(variable.label, LONGEST_LABEL) for variable in variables],
            variable_value_labels={
                variable.name: {value: _cut(word, LONGEST_WORD) for value, word in variable.labels.items()}
                for variable in variables
                if variable.labels
            },
            variable_measure={variable.name: _measure(variable) for variable in variables},
        )
        return path.read_bytes()


def _measure(variable: Variable) -> str:
    if variable.is_text:
        return "nominal"
    return "ordinal" if variable.labels else "scale"


def _cut(text: str, most: int) -> str:
    """At most so many bytes, and no half letter."""
    return text.encode()[:most].decode(errors="ignore")
