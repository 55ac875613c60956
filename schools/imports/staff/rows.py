"""A staff file → rows. Plain Python."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schools.common.tables.columns import Vocabulary
from schools.imports.cells import (
    Cells,
    one_of,
    parse_day,
    parse_name,
    parse_number,
    parse_phone,
    parse_rows,
    parse_text,
    split_list,
)
from schools.imports.problems import Bad
from schools.imports.reading import FileRows
from schools.imports.words import VALUES, plain

VOCABULARY = Vocabulary.from_csv(Path(__file__).parent / "columns.csv", required=frozenset({"staff_number", "name"}))
# A row with a wrong cell in one of these stays out: it would be somebody else, or give something else.
KEYS = frozenset({"staff_number", "name", "role"})
_NAME, _NUMBER, _TITLE = 40, 32, 30


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Blank says nothing."""

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


def parse_staff(file: FileRows) -> list[StaffRow]:
    return parse_rows(file, KEYS, _staff_row)


def _staff_row(cells: Cells) -> StaffRow:
    if not cells.text("role"):
        cells.report("role", Bad("no_role"))
    role = cells.get("role", one_of(VALUES["role"], "role_unknown"), "")
    return StaffRow(
        row=cells.row,
        staff_number=cells.need("staff_number", lambda text: parse_number(text, _NUMBER), ""),
        name=cells.need("name", _name, ""),
        role=role,
        phone=cells.get("phone", parse_phone, ""),
        title=cells.get("title", lambda text: parse_text(text, _TITLE), "") or _title_in(cells.text("role"), role),
        employment=cells.get("employment", one_of(VALUES["employment"]), ""),
        classes=split_classes(cells.text("classes")),
        grade=cells.text("grade"),
        starts_on=cells.get("starts_on", parse_day, None),
        ends_on=cells.get("ends_on", parse_day, None),
    )


def _name(text: str) -> str:
    name = parse_name(text)
    if len(name) > _NAME:
        raise Bad("too_long", {"limit": _NAME})
    return name


def split_classes(text: str) -> tuple[str, ...]:
    """Several classes in one cell, one below the other or with blanks between them; 三年级/1班 is one class."""
    pieces = [piece for piece in re.split(r"[\s,\uff0c\u3001;\uff1b/|]+", text) if piece]
    if len(pieces) > 1 and all(piece.endswith("班") for piece in pieces):  # zh
        return tuple(pieces)
    return split_list(text.replace("/", "")) if _is_one_class(pieces) else split_list(text)


def _is_one_class(pieces: list[str]) -> bool:
    """A grade and the number of its class: 三年级/1班."""
    return len(pieces) == 2 and pieces[0].endswith("级") and pieces[1].endswith("班")  # zh


def _title_in(words: str, role: str) -> str:
    """A word for the role that is not its usual name, such as the deputy head's, is kept as a title."""
    usual = next((word for word, code in VALUES["role"].items() if code == role), "")
    return "" if plain(words) in (usual, plain(role)) else words[:_TITLE]
