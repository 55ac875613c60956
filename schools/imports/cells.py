"""The cells of one row for a kind's parser, and the parsers of cells that all kinds share. Knows nothing of Django."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from unicodedata import normalize

from schools.common.identity import InvalidPhone, check_phone, tidy_number
from schools.common.tables.cells import is_ruined
from schools.common.text import clean_name, clean_text, with_characters
from schools.imports.dates import OnlyMonth, UnreadableDate, parse_date
from schools.imports.problems import Bad, Severity
from schools.imports.reading import FileRows
from schools.imports.words import plain

NAME_LENGTH = 60
NUMBER_LENGTH = 30
T = TypeVar("T")

# What a program writes for a character that its encoding does not have.
_LOST = re.compile(r"[?\ufffd\uff1f\u25a1]")
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_SEPARATORS = re.compile(r"[,\uff0c\u3001;\uff1b/|\n]+")


def parse_name(text: str) -> str:
    if (whole := with_characters(text)) != text:
        raise Bad("name_reference", kept=parse_name(clean_text(whole)))
    text = clean_name(text)
    if len(text) > NAME_LENGTH:
        raise Bad("too_long", {"limit": NAME_LENGTH})
    if not text or text.isdecimal():
        raise Bad("name_unreadable")
    if not text.isalnum():
        if _LOST.search(text):
            raise Bad("name_damaged", kept=text)
        check_formula(text)
    return text


def check_formula(text: str) -> None:
    if text.startswith(_FORMULA):
        raise Bad("formula_like", kept=text)


def parse_text(text: str, limit: int = 200) -> str:
    text = clean_text(text)
    if len(text) > limit:
        raise Bad("too_long", {"limit": limit}, kept=text[:limit])
    check_formula(text)
    return text


def parse_number(text: str, limit: int = NUMBER_LENGTH) -> str:
    """Numbers that are names: half-width; leading zeros and letters stay."""
    if is_ruined(text):
        raise Bad("number_ruined")
    number = (text if text.isascii() else normalize("NFKC", text)).lstrip("'`").replace(" ", "")
    if len(number) > limit:
        raise Bad("too_long", {"limit": limit})
    return number


def parse_code(text: str) -> str:
    """The code of a unit."""
    number = parse_number(tidy_number(text) if "-" not in text else text)
    if not re.fullmatch(r"[0-9A-Za-z-]{1,20}", number):
        raise Bad("bad_code")
    return number


def parse_phone(text: str) -> str:
    if is_ruined(text):
        raise Bad("number_ruined")
    try:
        return check_phone(text)
    except InvalidPhone:
        raise Bad("phone_format") from None


def parse_last_day(text: str) -> date:
    """The day until which something is valid may lie far ahead."""
    return parse_day(text, ahead=50)


def parse_day(text: str, ahead: int = 2) -> date:
    """A day; a month alone is none."""
    try:
        return parse_date(text, ahead)
    except OnlyMonth:
        raise Bad("day_missing") from None
    except UnreadableDate:
        raise Bad("bad_date") from None


def split_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())


def one_of(words: Mapping[str, str], code: str = "value_unknown") -> Callable[[str], str]:
    """A parser that looks a word up, however wide it is typed."""

    def parse(text: str) -> str:
        found = words.get(plain(text))
        if found is None:
            raise Bad(code)
        return found

    return parse


@dataclass(slots=True)
class Cells:
    """One row, by field. What is wrong in a field of `keys` keeps the row out; any other bad cell is left empty."""

    file: FileRows
    row: int
    texts: Mapping[str, str]
    keys: frozenset[str]
    failed: bool = False

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def get(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """The value of a cell, or `default` for a blank or bad one."""
        text = self.text(name)
        if not text:
            return default
        try:
            return parse(text)
        except Bad as bad:
            self.report(name, bad)
            kept: Any = bad.kept
            return default if kept is None else kept

    def need(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """The same for a cell that must not be blank."""
        if not self.text(name):
            self.report(name, Bad("empty"))
        return self.get(name, parse, default)

    def report(self, name: str, bad: Bad) -> None:
        is_error = name in self.keys and bad.kept is None
        self.failed = self.failed or is_error
        severity: Severity = "error" if is_error else "warning"
        self.file.report(self.row, name, bad.code, value=self.text(name), severity=severity, **bad.params)


def parse_rows(file: FileRows, keys: frozenset[str], make: Callable[[Cells], T]) -> list[T]:
    """The parser of a simple kind: `make` turns the cells of a row into a record."""
    found: list[T] = []
    for sheet, number, cells in file.rows():
        row = Cells(file, number, {name: cells[index] for index, name in sheet.header.columns.items()}, keys)
        record = make(row)
        if not row.failed:
            found.append(record)
    return found
