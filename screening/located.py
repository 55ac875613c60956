"""JSON whose mistakes can be told by line."""

import json
from typing import Any

Path = tuple[str | int, ...]
_SPACE = " \t\r\n"


class BrokenFile(ValueError):
    """The text is no JSON, or says something twice."""

    def __init__(self, code: str, line: int, found: str = "") -> None:
        super().__init__(f"line {line}: {code} {found}")
        self.code, self.line, self.found = code, line, found


class _Twice(ValueError):
    pass


def load(text: str) -> Any:
    """The data of a JSON text, without names that stand twice and without numbers that are none."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BrokenFile("no_json", error.lineno, error.msg) from None
    except _Twice as error:
        name = str(error)
        raise BrokenFile("twice", _second(text, name), name) from None
    except (RecursionError, ValueError):
        raise BrokenFile("no_json", 1) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _second(text: str, name: str) -> int:
    """Roughly where a name stands the second time: the last place it is written as a name."""
    at = text.rfind(json.dumps(name, ensure_ascii=False))
    return text.count("\n", 0, max(at, 0)) + 1


def line_of(text: str, path: Path) -> int:
    """The line on which the value at this path begins; that of the nearest value around it if there is none."""
    at = _skip(text, 0)
    for step in path:
        inner = _inside(text, at, step)
        if inner is None:
            break
        at = inner
    return text.count("\n", 0, at) + 1


def _inside(text: str, at: int, step: str | int) -> int | None:
    """Where the value begins that `step` leads to from the object or list at `at`."""
    if text[at] not in "{[":
        return None
    is_object, place, count = text[at] == "{", _skip(text, at + 1), 0
    while text[place] not in "}]":
        name: str | int = count
        if is_object:
            name, place = json.JSONDecoder().raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        if name == step:
            return place
        _value, place = json.JSONDecoder().raw_decode(text, place)
        place = _skip(text, place)
        if text[place] == ",":
            place = _skip(text, place + 1)
        count += 1
    return None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
