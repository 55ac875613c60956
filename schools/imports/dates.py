"""Dates as people and programs write them into cells: 2015-09-01, 2015.9.1, 20150901, 42248, 2015-08-31T16:00:00Z."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from unicodedata import normalize

_EARLIEST = 1900
_AHEAD = 2  # years; more than that is a slip, except where something is valid until then
_CHINA = timezone(timedelta(hours=8))
# Anything but digits may stand between year, month and day (also the Chinese characters for them).
_PARTS = re.compile(r"([0-9]{4})[^0-9]{1,3}([0-9]{1,2})[^0-9]{1,3}([0-9]{1,2})[^0-9]?(?:[ T](.*))?")
_MONTH = re.compile(r"([0-9]{4})(?:[^0-9]{1,3}([0-9]{1,2})[^0-9]{0,2}|(0[1-9]|1[0-2]))")
_YEAR = re.compile(r"([0-9]{4})[^0-9]{0,2}")
# A moment in a time zone: its date here may be the next one.
_ZONE = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?\s*(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))")
# What a browser's Date says: Fri Sep 01 2017 00:00:00 GMT+0800 (...)
_BROWSER = re.compile(r"[A-Z][a-z]{2},? ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{4})(?: .*)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MILLISECONDS = re.compile(r"-?[0-9]{11,13}")
_DIGITS = "〇零○一二三四五六七八九"  # zh
_SPOKEN = re.compile(rf"([{_DIGITS}]{{4}})年([{_DIGITS}十]{{1,3}})月([{_DIGITS}十]{{1,3}})[日号]?")  # zh
_CHINESE = str.maketrans(_DIGITS, "000123456789")
# Day 1 of Excel is 1 January 1900, and Excel believes in a 29 February 1900.
_EXCEL_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"[1-6][0-9]{4}(?:\.[0-9]+)?")
# Some libraries write midnight some seconds early, in Shanghai 43: the last minute of a day is the next day.
_MINUTE = 1 / 1440
_LAST_MINUTE = "23:59"


class UnreadableDate(ValueError):
    pass


class OnlyMonth(UnreadableDate):
    """A year, or a year and a month: no day."""


@lru_cache(maxsize=20_000)
def parse_date(text: str, ahead: int = _AHEAD) -> date:
    """A full date at most `ahead` years from now; raises UnreadableDate, or OnlyMonth where the day is missing."""
    found = _read(text, ahead)
    if not _EARLIEST <= found.year <= date.today().year + ahead:
        raise UnreadableDate(text)
    return found


def _read(text: str, ahead: int) -> date:
    plain = normalize("NFKC", text).strip()
    if re.fullmatch(r"[0-9]{8}(?:\.0+)?", plain):
        return _date(plain[:4], plain[4:6], plain[6:8])
    if _SERIAL.fullmatch(plain):
        return _EXCEL_ZERO + timedelta(days=int(float(plain) + _MINUTE))
    if found := _PARTS.fullmatch(plain):
        return _with_time(_date(found[1], found[2], found[3]), (found[4] or "").strip())
    if found := _BROWSER.fullmatch(plain):
        return _date(found[3], str(_MONTHS.index(found[1]) + 1) if found[1] in _MONTHS else "0", found[2])
    if _MILLISECONDS.fullmatch(plain):
        return datetime.fromtimestamp(int(plain) / 1000, _CHINA).date()
    spoken = _spoken(plain)
    if spoken != plain:
        return _read(spoken, ahead)
    _refuse_month(plain, ahead)
    raise UnreadableDate(text)


def _with_time(day: date, time: str) -> date:
    """The date here of a moment told in another time zone, or a minute before midnight."""
    if found := _ZONE.fullmatch(time):
        ahead = timedelta(hours=int(found[6] or 0), minutes=int(found[7] or 0)) * (-1 if found[5] == "-" else 1)
        clock = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + clock - ahead
        return (moment + timedelta(minutes=1)).astimezone(_CHINA).date()
    return day + timedelta(days=1) if time.startswith(_LAST_MINUTE) else day


def _spoken(text: str) -> str:
    """The characters for numbers (of a year digit by digit, of month and day as words) → digits."""
    found = _SPOKEN.fullmatch(text)
    if found is None:
        return text
    return f"{found[1].translate(_CHINESE)}-{_word(found[2])}-{_word(found[3])}"


def _word(text: str) -> str:
    """十二 → 12, 二十 → 20, 三 → 3."""
    tens, ten, ones = text.rpartition("十")  # zh
    if not ten:
        return text.translate(_CHINESE)
    return f"{tens.translate(_CHINESE) or '1'}{ones.translate(_CHINESE) or '0'}"


def _refuse_month(plain: str, ahead: int) -> None:
    month, year = _MONTH.fullmatch(plain), _YEAR.fullmatch(plain)
    if month:
        _date(month[1], month[2] or month[3], "1")
    if (found := month or year) and _EARLIEST <= int(found[1]) <= date.today().year + ahead:
        raise OnlyMonth(plain)


@lru_cache(maxsize=2_000)
def parse_month(text: str) -> tuple[int, date | None]:
    """When someone entered: the year, and the day when the month at least is known (202109, 2021-09, 2021)."""
    plain = normalize("NFKC", text).strip()
    if found := _MONTH.fullmatch(plain):
        day = _checked(_date(found[1], found[2] or found[3], "1"))
        return day.year, day
    if (found := _YEAR.fullmatch(plain)) and _EARLIEST <= int(found[1]) <= date.today().year + _AHEAD:
        return int(found[1]), None
    day = parse_date(text)
    return day.year, day


def _date(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise UnreadableDate from None


def _checked(found: date) -> date:
    if not _EARLIEST <= found.year <= date.today().year + _AHEAD:
        raise UnreadableDate
    return found
