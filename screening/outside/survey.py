"""A survey put together from questions of another format, whose names become numbers."""

from dataclasses import dataclass, field
from typing import Any

MOST_QUESTIONS = 200


@dataclass(frozen=True)
class Note:
    """Something that was left out or came in differently. `where` is the name it has in the file."""

    code: str
    where: str = ""


class NotASurvey(ValueError):
    """The file holds no questionnaire of this format. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Survey:
    """Collects questions. Conditions name an earlier question and the answer as the file names them."""

    title: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    section: dict[str, str] = field(default_factory=dict)  # waits for the next question
    hint: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _values: dict[str, dict[str, int]] = field(default_factory=dict)

    def note(self, code: str, where: str = "") -> None:
        self.notes.append(Note(code, where[:80]))

    def add(
        self,
        name: str,
        item: dict[str, Any],
        *,
        choices: list[tuple[str, dict[str, str]]] | None = None,
        values: list[int] | None = None,
        shown_if: list[tuple[str, str]] | None = None,
    ) -> None:
        """One question. `choices` are (name, words); each gets the value of its name, or its place from 1 on."""
        if len(self.items) >= MOST_QUESTIONS:
            raise NotASurvey("too_long")
        if choices is not None:
            numbers = values if values and len(set(values)) == len(choices) else _numbered([one for one, _w in choices])
            item["options"] = [
                {"value": value, "text": words} for value, (_name, words) in zip(numbers, choices, strict=True)
            ]
            self._values[name] = {one: value for value, (one, _words) in zip(numbers, choices, strict=True)}
        if item["type"] == "scale":
            self._values[name] = {str(value): value for value in range(item["low"], item["high"] + 1)}
        if not any(item["text"].values()):
            self.note("no_text", name)
            item["text"] = {"zh": name}
        if any(self.section.values()):
            item["section"], self.section = self.section, {}
        if any(self.hint.values()):
            item.setdefault("hint", self.hint)
            self.hint = {}
        if shown_if and (conditions := self._conditions(shown_if)):
            item["show_if"] = conditions
        elif shown_if:
            self.note("condition", name)
        self.items.append(item)
        self._numbers[name] = len(self.items)

    def _conditions(self, shown_if: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Those that lead to an answer of an earlier question; none at all if one does not."""
        found: dict[int, list[int]] = {}
        for name, answer in shown_if:
            number, value = self._numbers.get(name), self._values.get(name, {}).get(answer)
            if number is None or value is None:
                return []
            found.setdefault(number, []).append(value)
        return [{"item": number, "any_of": sorted(set(values))} for number, values in found.items()]

    def data(self, version: str = "1") -> dict[str, Any]:
        if not self.items:
            raise NotASurvey("no_questions")
        return {
            "version": version,
            "kind": "survey",
            "name": self.title if any(self.title.values()) else {"zh": "?"},
            "about": self.about,
            "licence": {"class": "own", "evidence": ""},
            "items": self.items,
        }


def _numbered(names: list[str]) -> list[int]:
    """The names themselves if they are whole numbers, all different; else 1, 2, 3 …"""
    if all(name.isascii() and name.removeprefix("-").isdigit() and len(name) < 6 for name in names):
        numbers = [int(name) for name in names]
        if len(set(numbers)) == len(numbers):
            return numbers
    return list(range(1, len(names) + 1))
