"""The text of one cell, whatever the workbook stored."""

import re
from datetime import date, datetime, time, timedelta

from schools.common.text import clean_cell

_RUINED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")
# From here on a float has lost digits: Excel keeps 15.
_EXACT_BELOW = 1e15
_MINUTE, _TWO_MINUTES = timedelta(minutes=1), time(0, 2)


def cell_text(value: object) -> str:
    """What a person would read in the cell, whatever the workbook stored."""
    if isinstance(value, str):
        return clean_cell(value)
    if isinstance(value, (int, float)):  # a bool is an int, too
        return str(value).upper() if isinstance(value, bool) else number_text(value)
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def _moment_text(value: datetime) -> str:
    """Some libraries write midnight up to a minute early: in Shanghai the clocks of 1900 were 43 seconds behind."""
    nearest = value + _MINUTE
    if nearest.time() < _TWO_MINUTES:
        return nearest.date().isoformat()
    return value.isoformat(" ", "seconds")


def number_text(value: int | float) -> str:
    """42.0 is "42". A number too long for Excel stays visibly ruined, as 1.10105E+17, and is reported later."""
    if abs(value) >= _EXACT_BELOW:
        return f"{value:.5E}"
    return str(int(value)) if value % 1 == 0 else format(value, ".15g")


def is_ruined(text: str) -> bool:
    """A long number that a spreadsheet program turned into scientific notation: its last digits are gone."""
    return ("E" in text or "e" in text) and _RUINED.fullmatch(text) is not None
