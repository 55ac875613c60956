"""Dates as people and programs write them into cells: 2015-09-01, 2015.9.1, 20150901, 42248, 2015-09-01 00:00:00."""

import re
from datetime import date, timedelta
from functools import lru_cache
from unicodedata import normalize

_EARLIEST = 1900
# Anything but digits may stand between year, month and day (also the Chinese characters for them).
_PARTS = re.compile(r"([0-9]{4})[^0-9]{1,3}([0-9]{1,2})[^0-9]{1,3}([0-9]{1,2})[^0-9]?(?:[ T].*)?")
_MONTH = re.compile(r"([0-9]{4})[^0-9]{1,3}([0-9]{1,2})[^0-9]?")
_YEAR = re.compile(r"([0-9]{4})[^0-9]{0,2}")
# Day 1 of Excel is 1 January 1900, and Excel believes in a 29 February 1900.
_EXCEL_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"[1-6][0-9]{4}(?:\.[0-9]+)?")


class UnreadableDate(ValueError):
    pass


@lru_cache(maxsize=20_000)
def parse_date(text: str) -> date:
    """A full date; raises UnreadableDate."""
    plain = normalize("NFKC", text).strip()
    if re.fullmatch(r"[0-9]{8}(?:\.0+)?", plain):
        return _date(plain[:4], plain[4:6], plain[6:8])
    if _SERIAL.fullmatch(plain):
        return _EXCEL_ZERO + timedelta(days=int(float(plain)))
    found = _PARTS.fullmatch(plain)
    if found is None:
        raise UnreadableDate(text)
    return _date(*found.groups())


@lru_cache(maxsize=2_000)
def parse_month(text: str) -> tuple[int, date | None]:
    """When someone entered: the year, and the day when the month at least is known (202109, 2021-09, 2021)."""
    plain = normalize("NFKC", text).strip()
    if re.fullmatch(r"[0-9]{6}", plain):
        day = _date(plain[:4], plain[4:], "1")
        return day.year, day
    if found := _MONTH.fullmatch(plain):
        day = _date(found[1], found[2], "1")
        return day.year, day
    if (found := _YEAR.fullmatch(plain)) and _EARLIEST <= int(found[1]) <= _latest():
        return int(found[1]), None
    day = parse_date(text)
    return day.year, day


def _date(year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise UnreadableDate from None
    if not _EARLIEST <= found.year <= _latest():
        raise UnreadableDate
    return found


def _latest() -> int:
    return date.today().year + 2
