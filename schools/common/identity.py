"""Identity numbers (GB 11643), numbers of the national student registry, phone numbers: checks and masks."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Literal
from unicodedata import normalize

Kind = Literal["resident", "hk_macau_taiwan", "foreign_resident"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
# First two digits: provinces; residence permits of Hong Kong, Macau, Taiwan; cards of foreign permanent residents (9…).
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_HK_MACAU_TAIWAN = frozenset(("81", "82", "83"))
_NO_MEANING = re.compile(r"[\s\-'`·_]+")


class InvalidIdentity(ValueError):
    """`code`: empty, ruined, length, characters, region, birth, checksum."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class InvalidRegistryNumber(ValueError):
    """`code`: format, birth, checksum."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class InvalidPhone(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    number: str
    birth: date
    gender: Literal["m", "f"]
    kind: Kind


@dataclass(frozen=True, slots=True)
class RegistryNumber:
    number: str
    kind: Literal["formal", "formal_without_identity", "temporary"]
    # Of a G number: the identity number it is made of.
    identity: IdentityNumber | None = None


def tidy_number(text: str) -> str:
    """As it should be written: half-width, upper case, without spaces, hyphens and Excel's apostrophe."""
    if not text.isascii():
        text = normalize("NFKC", text)
    if not text.isalnum():
        text = _NO_MEANING.sub("", text)
    return text.upper()


def check_identity_number(text: str) -> IdentityNumber:
    return _check_number(tidy_number(text))


@lru_cache(maxsize=4096)  # the registry number of most pupils repeats the identity number two columns on
def _check_number(number: str) -> IdentityNumber:
    if not number:
        raise InvalidIdentity("empty")
    if _NUMBER.fullmatch(number) is None:
        raise InvalidIdentity("length" if len(number) != 18 else "characters")
    kind = _kind(number)
    birth = _birth(number[6:14])
    if check_digit(number) != number[17]:
        # Excel keeps 15 digits of a number: the last three became zeros.
        raise InvalidIdentity("ruined" if number.endswith("000") else "checksum")
    return IdentityNumber(number, birth, "m" if int(number[16]) % 2 else "f", kind)


def check_digit(number: str) -> str:
    """The 18th character that belongs to the first 17 digits."""
    return _CHECK_DIGITS[sum(map(mul, _WEIGHTS, map(int, number[:17]))) % 11]


def _kind(number: str) -> Kind:
    if _PROVINCES.match(number):
        return "resident"
    if number[:2] in _HK_MACAU_TAIWAN:
        return "hk_macau_taiwan"
    if number[0] == "9":
        return "foreign_resident"
    raise InvalidIdentity("region")


def _birth(digits: str) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdentity("birth") from None
    if birth.year < 1850 or birth > date.today():
        raise InvalidIdentity("birth")
    return birth


def check_registry_number(text: str) -> RegistryNumber:
    """G + identity number; J + 18 digits built like one; L + region, birth date and four random digits."""
    number = tidy_number(text)
    letter, rest = number[:1], number[1:]
    if letter not in ("G", "J", "L") or _NUMBER.fullmatch(rest) is None:
        raise InvalidRegistryNumber("format")
    if letter == "L":
        return _temporary(number)
    try:
        identity = _check_number(rest)
    except InvalidIdentity as error:
        raise InvalidRegistryNumber("birth" if error.code == "birth" else "checksum") from None
    if letter == "G":
        return RegistryNumber(number, "formal", identity)
    return RegistryNumber(number, "formal_without_identity")


def _temporary(number: str) -> RegistryNumber:
    try:
        _birth(number[7:15])
    except InvalidIdentity:
        raise InvalidRegistryNumber("birth") from None
    return RegistryNumber(number, "temporary")


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Three-digit area codes have eight digits behind them, four-digit ones seven or eight.
_LANDLINE = re.compile(r"(?:010|02[0-9])[2-9][0-9]{7}|(?:0[3-9][0-9]{2})?[2-9][0-9]{6,7}")
_ABROAD = re.compile(r"(?:\+|00)(?!86)[1-9][0-9]{6,14}")
_HOME_PREFIX = re.compile(r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$|0[1-9])")
_PHONE_NOISE = re.compile(r"[\s\-()'`]+")
# A number, anything that is no digit, and an extension: 020-12345678-801, 020-12345678 ext. 801.
_WITH_EXTENSION = re.compile(r"(.*[0-9]\)?)[^0-9]{1,6}([0-9]{1,6})")


def check_phone(text: str) -> str:
    """The number as it is dialled: 13800000000, 02012345678, 02012345678-801, +85212345678."""
    if text.isascii() and _MOBILE.fullmatch(text):
        return text
    text = normalize("NFKC", text).strip()
    digits = _HOME_PREFIX.sub("", _PHONE_NOISE.sub("", text))
    if _MOBILE.fullmatch(digits) or _ABROAD.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    extended = _WITH_EXTENSION.fullmatch(text)
    if extended and _LANDLINE.fullmatch(number := _PHONE_NOISE.sub("", extended[1])):
        return f"{number}-{extended[2]}"
    raise InvalidPhone(text)


def mask_identity_number(number: str) -> str:
    """110105194912310021 → 110***********0021: neither the birth date nor the town can be read."""
    return _mask(number, 3, 4)


def mask_phone(number: str) -> str:
    """13812345678 → 138****5678."""
    return _mask(number, 3, 4)


def _mask(text: str, first: int, last: int) -> str:
    if len(text) < first + last + 3:
        first, last = min(1, max(len(text) - 2, 0)), min(1, max(len(text) - 1, 0))
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]
