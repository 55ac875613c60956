"""The text of one cell, cleaned but not changed: rare and private-use characters go through untouched."""

import re
from datetime import date, datetime, time
from unicodedata import is_normalized, normalize

_INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_RUINED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")
# From here on a float has lost digits: Excel keeps 15.
_EXACT_BELOW = 1e15


def clean_text(text: str) -> str:
    """NFC, never NFKC: compatibility forms are different characters in a person's name."""
    if text.isascii() and text.isalnum():
        return text
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    if text.isalnum():
        return text
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def cell_text(value: object) -> str:
    """What a person would read in the cell, whatever the workbook stored."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (int, float)):  # a bool is an int, too
        return str(value).upper() if isinstance(value, bool) else number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def number_text(value: int | float) -> str:
    """42.0 is "42". A number too long for Excel stays visibly ruined, as 1.10105E+17, and is reported later."""
    if abs(value) >= _EXACT_BELOW:
        return f"{value:.5E}"
    return str(int(value)) if value % 1 == 0 else format(value, ".15g")


def is_ruined(text: str) -> bool:
    """A long number that a spreadsheet program turned into scientific notation: its last digits are gone."""
    return ("E" in text or "e" in text) and _RUINED.fullmatch(text) is not None
