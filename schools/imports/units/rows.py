"""A file of units → rows. Plain Python."""

import re
from dataclasses import dataclass
from pathlib import Path

from schools.common.tables.columns import Vocabulary
from schools.imports.cells import Cells, one_of, parse_code, parse_rows, parse_text, split_list
from schools.imports.problems import Bad
from schools.imports.reading import FileRows
from schools.imports.words import VALUES

VOCABULARY = Vocabulary.from_csv(Path(__file__).parent / "columns.csv", required=frozenset({"code", "name"}))
# A row with a wrong cell in one of these stays out: it would make another unit, or stand elsewhere.
KEYS = frozenset({"code", "name", "kind", "parent"})


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Blank says nothing."""

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


def parse_units(file: FileRows) -> list[UnitRow]:
    return parse_rows(file, KEYS, _unit_row)


def _unit_row(cells: Cells) -> UnitRow:
    yes = cells.get("boarding", one_of(VALUES["yes"]), "")
    return UnitRow(
        row=cells.row,
        code=cells.need("code", parse_code, ""),
        name=cells.need("name", lambda text: parse_text(text, 80), ""),
        short_name=cells.get("short_name", lambda text: parse_text(text, 20), ""),
        kind=_kind(cells.text("kind")),
        parent=cells.get("parent", parse_code, ""),
        school_type=cells.get("type", _school_type, ""),
        stages=cells.get("stages", _stages, ()),
        system=cells.get("system", one_of(VALUES["system"]), ""),
        has_boarders=None if not yes else yes == "1",
    )


def _kind(text: str) -> str:
    """Levels are data of the installation: a word that is not ours is looked up there by its name or code."""
    try:
        return one_of(VALUES["kind"])(text)
    except Bad:
        return text


def _stages(text: str) -> tuple[str, ...]:
    return tuple(one_of(VALUES["stage"])(part) for part in split_list(text))


def _school_type(text: str) -> str:
    match = re.match(r"[0-9]{3}(?![0-9])", text)
    if match is None:
        raise Bad("bad_type")
    return match[0]
