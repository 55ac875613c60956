"""What was found in a file, as plain data: kept sealed beside the file, and shown from there."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from schools.common import files
from schools.imports.kinds import ImportKind, ImportPlan
from schools.imports.pipeline import ImportResult, ReadFile
from schools.imports.problems import SHEET_ROWS, Problem, worst_first
from schools.imports.reading import FileRows, FileSheet

# More lines than this nobody reads; the counts stay exact.
MOST = 5000
_PART = "found"
_SAMPLES, _SAMPLE_LENGTH, _SAMPLED_ROWS = 3, 20, 200
Found = dict[str, Any]


def keep_found(key: UUID, found: Found) -> None:
    files.keep_file(key, json.dumps(found, ensure_ascii=False).encode(), part=_PART)


def open_found(key: UUID) -> Found:
    """FileNotFoundError when it has been deleted."""
    found: Found = json.loads(files.open_file(key, part=_PART))
    return found


class Collector:
    """Keeps the lines of each plan; give `watch` to `preview` or `commit`."""

    def __init__(self, kind: ImportKind, *, counts_only: bool) -> None:
        self.kind, self.counts_only = kind, counts_only
        self.lines: dict[str, list[Any]] = {}

    def watch(self, plan: ImportPlan) -> None:
        for tab, lines in plan.lines().items():
            kept = self.lines.setdefault(tab, [])
            kept += lines[: MOST - len(kept)]

    def counts(self, result: ImportResult) -> dict[str, int]:
        return dict(self.kind.told_counts(result.all_counts, self.counts_only))

    def finished(self, read: ReadFile, result: ImportResult) -> Found:
        problems = worst_first(result.problems)[:MOST]
        told = [self._told(problem) for problem in problems]
        return {
            "kind": self.kind.code,
            "digest": result.digest,
            "counts": self.counts(result),
            "counts_only": self.counts_only,
            **_account(read.file),
            "lines": {**self.lines, "problems": [asdict(problem) for problem in told]},
            "problem_rows": _problem_rows(read.file, problems),
        }

    def _told(self, problem: Problem) -> Problem:
        """A center is told what is wrong with its file without the words of the row."""
        if not self.counts_only:
            return problem
        code = "left_to_school" if problem.code in self.kind.told_by_school else problem.code
        value = problem.value_shown if problem.field in self.kind.quoted_to_centers else ""
        return replace(problem, value_shown=value, code=code)


def _account(file: FileRows) -> dict[str, Any]:
    """How the file was read: every sheet, row and column of it."""
    header = file.header
    return {
        "sheet": file.sheet,
        "sheets": [[sheet.name, sheet.count] for sheet in file.sheets],
        "left_out": [[name, count] for name, count in file.left_out],
        "skipped": [[sheet.name, row, text] for sheet in file.sheets for row, text in sheet.skipped.items()][:MOST],
        "hidden": file.hidden_rows,
        "hidden_sheets": file.hidden_sheets,
        "total": file.total,
        "columns": [[header.labels.get(i, ""), name] for i, name in sorted(header.columns.items())],
        "unknown": [label for _index, label in header.unknown],
        "samples": _samples(file),
        "ignored": [label for _index, label in header.ignored],
    }


def _samples(file: FileRows) -> list[list[str]]:
    """The first values of each unknown column, for who has to say what it is; quoted as in a problem."""
    found: dict[int, list[str]] = {index: [] for index, _label in file.header.unknown}
    for _number, cells in zip(range(_SAMPLED_ROWS), file.sheets[0].table.rows(), strict=False):
        if _number < file.header.last_row:
            continue
        for index, values in found.items():
            text = file.shown("", cells[index])[:_SAMPLE_LENGTH] if index < len(cells) else ""
            if text and len(values) < _SAMPLES and text not in values:
                values.append(text)
    return list(found.values())


# --- the rows to correct ----------------------------------------------------------------------------------------------


def _problem_rows(file: FileRows, problems: list[Problem]) -> list[dict[str, Any]]:
    """By sheet: its titles and the rows with problems, as they stand in the file."""
    return [found for sheet in file.sheets if (found := _rows_of(sheet, problems, len(file.sheets) > 1))["rows"]]


def _rows_of(sheet: FileSheet, problems: list[Problem], is_one_of_several: bool) -> dict[str, Any]:
    name = sheet.name if is_one_of_several else ""
    wanted = {one.row for one in problems if one.sheet == name and one.row > sheet.header.last_row}
    titles: list[list[str]] = []
    rows: dict[str, list[str]] = {}
    for number, cells in enumerate(sheet.table.rows(), start=1):
        if sheet.header.first_row <= number <= sheet.header.last_row:
            titles.append(cells)
        elif number in wanted:
            rows[str(number)] = cells
    return {"sheet": sheet.name, "name": name, "titles": titles, "rows": rows}


def reasons_by_row(found: Mapping[str, Any]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    by_row: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for problem in found["lines"]["problems"]:
        by_row.setdefault((problem["sheet"], problem["row"] % SHEET_ROWS), []).append(problem)
    return by_row
