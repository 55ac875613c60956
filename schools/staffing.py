"""Staff files and unit files: from a table to rows and problems. Knows nothing of Django and of what is stored."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar
from unicodedata import normalize

from schools.common.identity import InvalidPhone, check_phone
from schools.common.tables import Table, UnreadableFile, read_table
from schools.common.tables.cells import is_ruined
from schools.common.tables.columns import Vocabulary, body, find_header, has_header

_DATA = Path(__file__).parent / "data"
_SEPARATORS = re.compile(r"[,，、;；/|\n]+")
_DATE = re.compile(r"(\d{4})(?:年|[-/.])?(\d{1,2})(?:月|[-/.])?(\d{1,2})日?")  # zh
ROLES = (
    "class_teacher",
    "subject_teacher",
    "grade_head",
    "counselor",
    "school_leader",
    "center_staff",
    "system_admin",
    "auditor",
)
EMPLOYMENTS = ("full_time", "part_time", "visiting")
STAGES = ("primary", "junior", "senior", "vocational", "special", "university")

STAFF = Vocabulary.from_csv(_DATA / "staff_columns.csv", required=frozenset({"staff_number", "name"}))
UNITS = Vocabulary.from_csv(_DATA / "unit_columns.csv", required=frozenset({"code", "name"}))


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One row as the file has it. Blank says nothing; `row` counts as a spreadsheet program does."""

    row: int
    staff_number: str
    name: str
    role: str
    phone: str = ""
    title: str = ""
    employment: str = ""
    classes: tuple[str, ...] = ()
    grade: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    row: int
    code: str
    name: str
    short_name: str = ""
    kind: str = ""
    parent: str = ""
    school_type: str = ""
    stages: tuple[str, ...] = ()
    system: str = ""
    has_boarders: bool | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is turned into a sentence by `schools.unreadable`; `column` is the title in the file."""

    row: int
    column: str
    code: str
    value: str = ""


Row = TypeVar("Row", StaffRow, UnitRow)


@dataclass
class Sheet(Generic[Row]):
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)


class _Bad(Exception):
    def __init__(self, field_name: str, code: str, value: str = "") -> None:
        super().__init__(code)
        self.field_name, self.code, self.value = field_name, code, value


def read_staff(source: Path | bytes, *, filename: str = "") -> Sheet[StaffRow]:
    """Raises UnreadableFile; everything smaller is a Problem."""
    return _read(source, filename, STAFF, _staff_row)


def read_units(source: Path | bytes, *, filename: str = "") -> Sheet[UnitRow]:
    return _read(source, filename, UNITS, _unit_row)


def _read(
    source: Path | bytes, filename: str, vocabulary: Vocabulary, make: Callable[[int, dict[str, str]], Row]
) -> Sheet[Row]:
    table = read_table(source, filename=filename, wanted=lambda sheet: has_header(sheet, vocabulary))
    labels, rows = _cells(table, vocabulary)
    sheet: Sheet[Row] = Sheet(unknown_columns=labels.pop("", "").split("\n") if labels.get("") else [])
    for number, cells in rows:
        try:
            sheet.rows.append(make(number, cells))
        except _Bad as bad:
            label = labels.get(bad.field_name, bad.field_name)
            sheet.problems.append(Problem(number, label, bad.code, bad.value[:40]))
    if not sheet.rows and not sheet.problems:
        raise UnreadableFile("no_rows")
    return sheet


def _cells(table: Table, vocabulary: Vocabulary) -> tuple[dict[str, str], Iterator[tuple[int, dict[str, str]]]]:
    """The title of each field's column, and each row as field → text. Unknown titles stand under the empty field."""
    header = find_header(table, vocabulary)
    labels = {name: header.labels[index] for index, name in header.columns.items()}
    labels[""] = "\n".join(label for _index, label in header.unknown)
    rows = (
        (number, {name: cells[index] for index, name in header.columns.items()})
        for number, cells in body(table, header, vocabulary)
    )
    return labels, rows


# --- one row ----------------------------------------------------------------------------------------------------------


def _staff_row(number: int, cells: dict[str, str]) -> StaffRow:
    words = cells.get("role", "")
    role = _word(cells, "role", "role", ROLES)
    if not role:
        raise _Bad("role", "no_role")
    return StaffRow(
        row=number,
        staff_number=_staff_number(cells),
        name=_text(cells, "name", 40),
        role=role,
        phone=_phone(cells.get("phone", "")),
        title=_text(cells, "title", 30, required=False) or _title_in(words, role),
        employment=_word(cells, "employment", "employment", EMPLOYMENTS),
        classes=_list(cells.get("classes", "")),
        grade=cells.get("grade", ""),
        starts_on=_date(cells, "starts_on"),
        ends_on=_date(cells, "ends_on"),
    )


def _unit_row(number: int, cells: dict[str, str]) -> UnitRow:
    yes = _word(cells, "boarding", "yes", ("0", "1"))
    return UnitRow(
        row=number,
        code=_unit_code(cells, "code"),
        name=_text(cells, "name", 80),
        short_name=_text(cells, "short_name", 20, required=False),
        kind=_word(cells, "kind", "kind", ()),
        parent=_unit_code(cells, "parent") if cells.get("parent") else "",
        school_type=_school_type(cells.get("type", "")),
        stages=_stages(cells.get("stages", "")),
        system=_word(cells, "system", "system", ("63", "54")),
        has_boarders=None if not yes else yes == "1",
    )


def _staff_number(cells: dict[str, str]) -> str:
    text = cells.get("staff_number", "").replace(" ", "")
    if not text:
        raise _Bad("staff_number", "empty")
    if is_ruined(text):
        raise _Bad("staff_number", "ruined", text)
    if len(text) > 32:
        raise _Bad("staff_number", "too_long", text)
    return text


def _unit_code(cells: dict[str, str], name: str) -> str:
    text = cells.get(name, "").replace(" ", "")
    if not text:
        raise _Bad(name, "empty")
    if not re.fullmatch(r"[0-9A-Za-z-]{1,20}", text):
        raise _Bad(name, "ruined" if is_ruined(text) else "bad_code", text)
    return text


def _text(cells: dict[str, str], name: str, longest: int, *, required: bool = True) -> str:
    text = cells.get(name, "")
    if required and not text:
        raise _Bad(name, "empty")
    if len(text) > longest:
        raise _Bad(name, "too_long", text)
    return text


def _phone(text: str) -> str:
    if not text:
        return ""
    try:
        return check_phone(text)
    except InvalidPhone:
        raise _Bad("phone", "bad_phone") from None  # its digits are nobody else's business


def _date(cells: dict[str, str], name: str) -> date | None:
    text = cells.get(name, "")
    if not text:
        return None
    match = _DATE.match(normalize("NFKC", text).replace(" 00:00:00", ""))
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise _Bad(name, "bad_date", text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())


def _stages(text: str) -> tuple[str, ...]:
    found = [_meaning("stage", part, STAGES) for part in _list(text)]
    if None in found:
        raise _Bad("stages", "unknown_word", text)
    return tuple(stage for stage in found if stage)


def _school_type(text: str) -> str:
    match = re.match(r"\d{3}(?!\d)", text)
    if text and not match:
        raise _Bad("type", "bad_type", text)
    return match[0] if match else ""


# --- words ------------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", normalize("NFKC", text)).lower()


def _values() -> dict[tuple[str, str], str]:
    with (_DATA / "staff_values.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["field"], _plain(row["text"])): row["value"] for row in csv.DictReader(lines)}


_MEANINGS = _values()


def _title_in(words: str, role: str) -> str:
    """A word for the role that is not its usual name, such as the deputy head's, is kept as a title."""
    usual = next(word for (kind, word), code in _MEANINGS.items() if kind == "role" and code == role)
    is_code = _plain(words).replace("_", "") == role.replace("_", "")
    return "" if is_code or _plain(words) == usual else words[:30]


def _meaning(kind: str, text: str, codes: tuple[str, ...]) -> str | None:
    """The code of a word, in Chinese, in English ("class teacher") or as the code itself."""
    word = _plain(text)
    code = normalize("NFKC", text).strip().lower().replace(" ", "_")
    return code if code in codes else _MEANINGS.get((kind, word))


def _word(cells: dict[str, str], name: str, kind: str, codes: tuple[str, ...]) -> str:
    text = cells.get(name, "")
    if not text:
        return ""
    found = _meaning(kind, text, codes)
    if found is None:
        if kind == "kind":  # levels are data of the installation: the name or code is looked up there
            return text
        raise _Bad(name, "unknown_word", text)
    return found
