"""What is wrong with one cell or one row of a file, before anybody puts it into words."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
# The row numbers of the second sheet begin here, those of the third at twice as much: one number names one row of a
# whole workbook. No sheet may have as many rows (`schools.common.tables.limits`).
SHEET_ROWS = 1_000_000


class Bad(ValueError):
    """A cell that cannot be used. `kept`: what is good enough to go in all the same."""

    def __init__(self, code: str, params: dict[str, str | int] | None = None, *, kept: object = None):
        super().__init__(code)
        self.code, self.params, self.kept = code, params or {}, kept


@dataclass(frozen=True, slots=True)
class Problem:
    """An error keeps its row out; after a warning the row goes in without this cell."""

    row: int
    # The title of the column as the file has it.
    column_label: str
    field: str
    # Turned into a sentence by the kind (`schools.imports.sentences`); some carry their sentence themselves.
    code: str
    severity: Severity = "error"
    # As in the file, but never a whole identity or phone number.
    value_shown: str = ""
    params: dict[str, str | int] = dataclasses.field(default_factory=dict)
    # The name of the sheet, where the file has several.
    sheet: str = ""


def rows_out(problems: list[Problem]) -> int:
    """How many rows stay out."""
    return len({(problem.sheet, problem.row) for problem in problems if problem.severity == "error"})


def worst_first(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.severity)
