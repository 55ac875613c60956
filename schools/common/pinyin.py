"""Keys by which a name is found: pinyin and initials of every reading, the surname's own reading first."""

import csv
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from pathlib import Path

_MOST_READINGS = 8
_MOST_PRODUCTS = 64
_LONGEST = 200  # of Student.search_keys
Readings = tuple[str, ...]


def search_keys(name: str) -> str:
    """单晓 → "shanxiao danxiao chanxiao sx dx cx"; a character without a reading is passed over."""
    syllables = _readings(name)
    if not syllables:
        return ""
    initials = [tuple(dict.fromkeys(reading[0] for reading in readings)) for readings in syllables]
    keys = dict.fromkeys([*_combinations(syllables), *_combinations(initials)])
    return _joined(keys, _LONGEST)


def _joined(keys: dict[str, None], longest: int) -> str:
    text = ""
    for key in keys:
        if len(text) + 1 + len(key) <= longest:
            text = f"{text} {key}".lstrip()
    return text


def _readings(name: str) -> list[Readings]:
    characters = [character for character in name.casefold() if character.isalnum()]
    surname = _surname(name)
    found = [_of_character(character) for character in characters]
    for index, reading in enumerate(surname):
        found[index] = tuple(dict.fromkeys((reading, *found[index])))
    return [readings for readings in found if readings]


def _surname(name: str) -> list[str]:
    for length in (2, 1):
        if len(name) > length and name[:length] in SURNAMES:
            return SURNAMES[name[:length]]
    return []


@lru_cache(maxsize=20_000)
def _of_character(character: str) -> Readings:
    if character.isascii():
        return (character,)
    # A command that enters no name need not load the readings, and one character needs no dictionary of phrases.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    found: list[list[str]] = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    readings = found[0] if found else RARE.get(character, [])
    # People write 吕 as lv, passports as lyu.
    spellings = [spelling for reading in readings for spelling in _spellings(reading)]
    return tuple(dict.fromkeys(spellings))


def _spellings(reading: str) -> list[str]:
    plain = reading.replace("ü", "v")
    return [plain, plain.replace("v", "yu")] if plain[:2] in ("lv", "nv") else [plain]


def _combinations(parts: list[Readings]) -> Iterator[str]:
    """The likeliest first: those with the fewest readings that are not their character's first."""
    depth = _MOST_READINGS
    while depth > 1 and _count(parts, depth) > _MOST_PRODUCTS:
        depth -= 1
    ranked = islice(product(*(list(enumerate(readings[:depth])) for readings in parts)), _MOST_PRODUCTS)
    best = sorted(ranked, key=lambda choice: sum(rank for rank, _ in choice))
    return ("".join(reading for _, reading in choice) for choice in best[:_MOST_READINGS])


def _count(parts: list[Readings], depth: int) -> int:
    count = 1
    for readings in parts:
        count *= min(len(readings), depth)
    return count


def _load(filename: str) -> dict[str, list[str]]:
    with (Path(__file__).parent / filename).open(encoding="utf-8", newline="") as lines:
        return {text: reading.split(" ") for text, reading in list(csv.reader(lines))[1:]}


SURNAMES = _load("surnames.csv")
RARE = _load("rare_characters.csv")  # of names, and not in pypinyin
