"""One cell of a known column → its value, or `Bad` with what is wrong."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from unicodedata import normalize

from schools.common.identity import (
    InvalidIdentity,
    InvalidPhone,
    check_identity_number,
    check_phone,
    mask_identity_number,
    tidy_number,
)
from schools.common.tables.cells import is_ruined
from schools.imports.cells import NUMBER_LENGTH, check_formula, parse_name, parse_number, parse_text
from schools.imports.dates import OnlyMonth, UnreadableDate, parse_date, parse_month
from schools.imports.problems import Bad
from students.roster.words import ETHNIC_GROUPS, GROUP_CODES, VALUES, plain


def parse_label(text: str) -> str:
    if len(text) > NUMBER_LENGTH:
        raise Bad("too_long", {"limit": NUMBER_LENGTH})
    check_formula(text)
    return text


def parse_school_code(text: str) -> str:
    return parse_number(tidy_number(text))


@lru_cache(maxsize=1000)
def parse_gender(text: str) -> str:
    found = VALUES["gender"].get(plain(text))
    if found is None:
        raise Bad("gender_unreadable")
    return "" if found == "?" else found


def parse_birth(text: str) -> date:
    try:
        birth = parse_date(text)
    except OnlyMonth:
        raise Bad("birth_only_month") from None
    except UnreadableDate:
        raise Bad("birth_unreadable") from None
    today = date.today()
    if birth > today:
        raise Bad("birth_in_future")
    if not 2 <= today.year - birth.year <= 100:
        raise Bad("birth_unlikely", kept=birth)
    return birth


def parse_entry(text: str) -> tuple[int, date | None]:
    try:
        return parse_month(text)
    except UnreadableDate:
        raise Bad("entry_unreadable") from None


@lru_cache(maxsize=1000)
def parse_ethnicity(text: str) -> str:
    found = ETHNIC_GROUPS.get(plain(text))
    if found is None:
        raise Bad("ethnicity_unknown")
    return found


def _from(*tables: str) -> Callable[[str], str]:
    """A parser that looks the word up in these tables of values.csv, in this order."""

    @lru_cache(maxsize=1000)
    def parse(text: str) -> str:
        word = plain(text)
        for table in tables:
            if word in VALUES[table]:
                return VALUES[table][word]
        raise Bad("value_unknown")

    return parse


parse_boarding = _from("boarding")
parse_yes_no = _from("yes_no")
_left_behind = _from("left_behind", "yes_no")
_disability = _from("disability", "yes_no")
_boards = _from("yes_no", "boarding")
_id_type = _from("id_type")


def parse_is_boarder(text: str) -> str:
    found = _boards(text)
    return {"yes": "board", "no": "day"}.get(found, found)


def parse_id_type(text: str) -> str:
    try:
        return _id_type(text)
    except Bad as bad:
        raise Bad(bad.code, kept="other") from None


def is_member(text: str) -> bool:
    return parse_yes_no(text) == "yes"


def is_left_behind(text: str) -> bool:
    return _left_behind(text) == "yes"


def is_disabled(text: str) -> bool:
    return _disability(text) == "yes"


def parse_groups(text: str) -> frozenset[str]:
    """A cell that names several groups: 留守儿童、单亲家庭."""
    words = [word for word in re.split(r"[\u3001,;/|+\s]+", normalize("NFKC", text)) if word]
    codes = [VALUES["group"].get(plain(word)) for word in words]
    known = frozenset(code for code in codes if code and code != "no")
    if None in codes:
        raise Bad("value_unknown", kept=known)
    return known


def parse_phone(text: str) -> str:
    if is_ruined(text):
        raise Bad("number_ruined")
    try:
        return check_phone(text)
    except InvalidPhone:
        pass
    try:  # two numbers in one cell
        return "/".join(check_phone(part) for part in re.split(r"[\u3001,;/|]+", normalize("NFKC", text)))
    except InvalidPhone:
        raise Bad("phone_format") from None


def parse_relation(text: str) -> str:
    """The usual words are made alike (父子 → 父亲); others stay as they are."""
    found = VALUES["relation"].get(plain(text), text)
    if len(found) > 20:
        raise Bad("too_long", {"limit": 20})
    return found


def parse_guardian_id(text: str) -> str:
    if is_ruined(text):
        raise Bad("number_ruined")
    number = tidy_number(text)
    try:
        return (
            check_identity_number(number).number if number.isdecimal() or len(number) == 18 else number[:NUMBER_LENGTH]
        )
    except InvalidIdentity:
        raise Bad("guardian_id_invalid") from None


Parser = Callable[[str], object]
PARSERS: dict[str, Parser] = {
    "school_code": parse_school_code,
    "registry_number": str,  # checked with the rest of the row
    "auxiliary_number": parse_number,
    "student_number": parse_number,
    "number_in_class": parse_number,
    "name": parse_name,
    "former_name": parse_name,
    "gender": parse_gender,
    "birth_date": parse_birth,
    "id_type": parse_id_type,
    "id_number": str,  # checked with its type
    "ethnicity": parse_ethnicity,
    "grade_label": parse_label,
    "class_label": parse_label,
    "department": parse_text,
    "entry_date": parse_entry,
    "boarding": parse_boarding,
    "is_boarder": parse_is_boarder,
    **{f"group.{code}": is_member for code in GROUP_CODES},
    "group.left_behind": is_left_behind,
    "group.disability": is_disabled,
    "groups": parse_groups,
    "health": parse_text,
    "phone": parse_phone,
    "address": parse_text,
}
PART_PARSERS: dict[str, Parser] = {
    "name": parse_name,
    "relation": parse_relation,
    "phone": parse_phone,
    "is_guardian": is_member,
    "id_type": parse_id_type,
    "id_number": parse_guardian_id,
}
# A dash in these says "no"; in others it says nothing.
SAYS_NO = frozenset(name for name in PARSERS if name.startswith("group")) | {"is_boarder", "is_guardian", "id_type"}

_LONG_NUMBER = re.compile(r"[0-9]{10,}[0-9Xx]")
_SECRET = ("registry_number", "id_number", "phone")


def shown(name: str, text: str) -> str:
    """What a problem may quote: identity numbers and phones are masked wherever they stand."""
    if name.endswith(_SECRET) and not is_ruined(text):
        return mask_identity_number(text[:NUMBER_LENGTH])
    return _LONG_NUMBER.sub(lambda found: mask_identity_number(found[0]), text[:60])
