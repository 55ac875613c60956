"""Looking into data of unknown shape: each look checks one value, and every fault is kept with its path."""

import re
from collections.abc import Callable
from typing import Any

from screening.conditions import COMPARISONS
from screening.located import Path

LONGEST = 4000
Fault = tuple[Path, str, str]


class Shape:
    """An object of the data. Looking at a name marks it as known; `nothing_else` finds the unknown ones."""

    def __init__(self, data: Any, path: Path = (), faults: list[Fault] | None = None) -> None:
        self.faults: list[Fault] = [] if faults is None else faults
        self.path = path
        self.is_absent = data is None
        self.is_broken = data is not None and not isinstance(data, dict)
        if self.is_broken:
            self.fault_at(path, "no_object", shown(data), inside=False)
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self._known: set[str] = set()

    def fault(self, name: str, code: str, found: str = "") -> None:
        self.faults.append(((*self.path, name), code, found))

    def fault_at(self, path: Path, code: str, found: str = "", *, inside: bool = True) -> None:
        self.faults.append(((*self.path, *path) if inside else path, code, found))

    def nothing_else(self) -> None:
        for name in self.data:
            if name not in self._known:
                self.fault(name, "unknown_name", name)

    def _look(self, name: str) -> Any:
        self._known.add(name)
        return self.data.get(name)

    def _is(self, name: str, kind: type | tuple[type, ...], code: str, *, needed: bool = False) -> Any:
        value = self._look(name)
        if value is None:
            if needed and not self.is_broken:
                self.fault(name, "missing")
            return None
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            self.fault(name, code, shown(value))
            return None
        return value

    def text(self, name: str, *, needed: bool = False) -> str:
        value = self._is(name, str, "no_text", needed=needed) or ""
        if needed and self.data.get(name) == "":
            self.fault(name, "missing")
        if len(value) > LONGEST or "\0" in value:
            self.fault(name, "too_long")
        return str(value).strip()

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.text(name, needed=True)
        if value and not pattern.fullmatch(value):
            self.fault(name, "bad_code", value)
        return value

    def word(self, name: str, words: list[Any], otherwise: Any) -> Any:
        value = self.text(name)
        if value and value not in words:
            self.fault(name, "unknown_word", value)
            return otherwise
        return value or otherwise

    def number(self, name: str, *, needed: bool = False) -> int | None:
        value = self._is(name, int, "no_number", needed=needed)
        if value is not None and abs(value) > 1_000_000:
            self.fault(name, "out_of_range", shown(value))
        return value  # type: ignore[no-any-return]

    def decimal(self, name: str, *, needed: bool = False) -> float | None:
        return self._is(name, (int, float), "no_number", needed=needed)  # type: ignore[no-any-return]

    def yes_or_no(self, name: str, otherwise: bool) -> bool:
        value = self._is(name, bool, "no_yes_or_no")
        return otherwise if value is None else bool(value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers; `"1-15"` stands for all from 1 to 15."""
        value = self._look(name)
        if value is None:
            return ()
        if isinstance(value, str) and (ends := re.fullmatch(r"(\d{1,3})-(\d{1,3})", value)):
            return tuple(range(int(ends[1]), int(ends[2]) + 1))
        if not isinstance(value, list) or not all(_whole(one) for one in value):
            self.fault(name, "no_numbers", shown(value))
            return ()
        return tuple(value)

    def texts(self, name: str) -> list[str]:
        value = self._is(name, list, "no_list") or []
        for at, one in enumerate(value):
            if not isinstance(one, str) or len(one) > LONGEST or "\0" in one:
                self.fault_at((name, at), "no_text", shown(one))
                return []
        return [one.strip() for one in value]

    def words(self, name: str) -> list[tuple[str, str]]:
        """A list of texts in both languages, or of one text for both."""
        found = []
        for at, one in enumerate(self._is(name, list, "no_list") or []):
            inner = Shape({"zh": one, "en": one} if isinstance(one, str) else one, (*self.path, name, at), self.faults)
            found.append((inner.text("zh"), inner.text("en")))
            inner.nothing_else()
        return found

    def pairs(self, name: str) -> list[tuple[int, int]]:
        value = self._is(name, list, "no_list") or []
        if not all(isinstance(one, list) and len(one) == 2 and all(map(_whole, one)) for one in value):
            self.fault(name, "no_pairs", shown(value))
            return []
        return [(first, second) for first, second in value]

    def number_texts(self, name: str) -> list[tuple[int, str]]:
        """`[[0, "not at all"], …]`."""
        value = self._is(name, list, "no_list") or []
        good = all(
            isinstance(one, list) and len(one) == 2 and _whole(one[0]) and isinstance(one[1], str) for one in value
        )
        if not good:
            self.fault(name, "no_options", shown(value))
            return []
        return [(number, text.strip()[:LONGEST].replace("\0", "")) for number, text in value]

    def by_number(self, name: str, read: Callable[["Shape", str], Any]) -> dict[int, Any]:
        inner = self.inner(name)
        found = {}
        for key in inner.data:
            if key.isdecimal() and len(key) < 4:
                found[int(key)] = read(inner, key)
            else:
                inner.fault(key, "no_number", key)
        return found

    def inner(self, name: str) -> "Shape":
        return Shape(self._look(name), (*self.path, name), self.faults)

    def each(self, name: str) -> list["Shape"]:
        value = self._is(name, list, "no_list") or []
        return [Shape(_not_none(one), (*self.path, name, at), self.faults) for at, one in enumerate(value)]

    def count_or_list(self, name: str) -> "int | list[Shape] | None":
        if isinstance(self.data.get(name), list):
            return self.each(name)
        return self.number(name, needed=True)

    def condition(self, name: str) -> dict[str, Any] | None:
        value = self._is(name, dict, "no_object")
        if value is not None and not _is_condition(value):
            self.fault(name, "no_condition", shown(value))
            return None
        return value  # type: ignore[no-any-return]


def shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _not_none(value: Any) -> Any:
    return "null" if value is None else value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1_000_000


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_ABOUT: dict[str, Callable[[Any], bool]] = {
    "all": lambda v: isinstance(v, list) and bool(v) and all(map(_is_condition, v)),
    "any": lambda v: isinstance(v, list) and bool(v) and all(map(_is_condition, v)),
    "count": lambda v: isinstance(v, list) and bool(v) and all(_is_condition(one) and "items" in one for one in v),
    "scale": lambda v: isinstance(v, str),
    "any_scale": lambda v: isinstance(v, list) and all(isinstance(one, str) for one in v),
    "item": _whole,
    "items": lambda v: isinstance(v, list) and bool(v) and all(map(_whole, v)),
}


def _is_condition(value: Any, depth: int = 0) -> bool:
    """One thing it is about, and comparisons where it is not made of other conditions."""
    if not isinstance(value, dict):
        return False
    about = [name for name in value if name in _ABOUT]
    tests = [name for name in value if name in COMPARISONS]
    others = set(value) - set(about) - set(tests) - {"missing"}
    if len(about) != 1 or others or not _ABOUT[about[0]](value[about[0]]):
        return False
    if about[0] in ("all", "any"):
        return not tests
    return bool(tests) and all(_number(value[name]) for name in tests) and isinstance(value.get("missing", True), bool)
