"""FHIR R4 Questionnaire (hl7.org/fhir/R4/questionnaire.html), out with its option scores and in as a survey.

What comes in is a survey: questions, options, sections and simple branching. Scores and bands are no part of the
resource, so an instrument with a key travels as its own file instead.
"""

import json
from collections.abc import Mapping
from typing import Any

from screening.definition import CHOICES, Definition, Texts, Type
from screening.outside.data import YES_NO
from screening.outside.survey import NotASurvey, Survey
from screening.paper import Question, lay_out

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
LOW, HIGH = (f"http://hl7.org/fhir/StructureDefinition/{name}Value" for name in ("min", "max"))
TYPES = {
    Type.SINGLE: "choice",
    Type.MULTIPLE: "choice",
    Type.SCALE: "integer",
    Type.NUMBER: "integer",
    Type.TEXT: "text",
    Type.DATE: "date",
}
DEEPEST = 20


# --- out --------------------------------------------------------------------------------------------------------------


def write(definition: Definition, language: str, texts: Mapping[str, Texts] | None = None) -> dict[str, Any]:
    """The resource, with the texts in this language."""
    paper = lay_out(definition, language, texts)
    types = {item.number: item.type for item in definition.items}
    found = {
        "resourceType": "Questionnaire",
        "identifier": [{"value": definition.code}],
        "version": definition.version,
        "name": definition.code,
        "title": paper.title,
        "status": "active",
        "language": "zh-CN" if language.startswith("zh") else "en",
        "subjectType": ["Patient"],
        "description": paper.intro,
        "copyright": paper.notice or definition.evidence.in_language(language),
        "item": _grouped([(_item_out(one, types), one) for one in paper.questions]),
    }
    return {name: value for name, value in found.items() if value}


def _grouped(items: list[tuple[dict[str, Any], Question]]) -> list[dict[str, Any]]:
    """A section becomes a group that holds the questions up to the next one."""
    top: list[dict[str, Any]] = []
    place = top
    for item, question in items:
        if question.section:
            group: dict[str, Any] = {"linkId": f"g{question.number}", "text": question.section, "type": "group"}
            place = group["item"] = []
            top.append(group)
        place.append(item)
    return top


def _item_out(question: Question, types: dict[int, Type]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "linkId": str(question.number),
        "prefix": str(question.number),
        "text": question.text or str(question.number),
        "type": TYPES[question.type],
        "required": question.required,
    }
    if question.type == Type.MULTIPLE:
        found["repeats"] = True
    if question.type in CHOICES:
        found["answerOption"] = [_option_out(choice.value, choice.text) for choice in question.choices]
    if extensions := _extensions(question):
        found["extension"] = extensions
    if question.show_if:
        found["enableWhen"] = [
            {"question": str(one.item), "operator": "=", **_answer(types[one.item], value)}
            for one in question.show_if
            for value in one.any_of
        ]
        found["enableBehavior"] = "any"
    return found


def _answer(kind: Type, value: int) -> dict[str, Any]:
    return {"answerInteger": value} if kind == Type.SCALE else {"answerCoding": {"code": str(value)}}


def _option_out(value: int, text: str) -> dict[str, Any]:
    return {
        "extension": [{"url": ORDINAL, "valueDecimal": value}],
        "valueCoding": {"code": str(value), "display": text},
    }


def _extensions(question: Question) -> list[dict[str, Any]]:
    ends = [(LOW, question.low), (HIGH, question.high)]
    found: list[dict[str, Any]] = [{"url": url, "valueInteger": end} for url, end in ends if end is not None]
    if question.type == Type.SCALE:
        found.append({"url": CONTROL, "valueCodeableConcept": {"coding": [{"code": "slider"}]}})
    return found


# --- in ---------------------------------------------------------------------------------------------------------------


def read(text: str) -> Survey:
    """The survey that a resource describes, with notes about what it could not take over."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise NotASurvey("no_json") from None
    if not isinstance(data, dict) or data.get("resourceType") != "Questionnaire":
        raise NotASurvey("no_questionnaire")
    reader = _Reader(data)
    reader.items(data.get("item"), 0)
    return reader.survey


class _Reader:
    def __init__(self, data: dict[str, Any]) -> None:
        self._language = "en" if str(data.get("language", "")).lower().startswith("en") else "zh"
        self._lists = {
            f"#{one.get('id')}": one for one in _list(data.get("contained")) if one.get("resourceType") == "ValueSet"
        }
        self.survey = Survey(
            title=self._words(data.get("title") or data.get("name")), about=self._words(data.get("description"))
        )

    def _words(self, text: Any) -> dict[str, str]:
        return {self._language: _text(text)} if _text(text) else {}

    def items(self, given: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise NotASurvey("too_deep")
        for item in _list(given):
            self._one(item, depth)

    def _one(self, item: dict[str, Any], depth: int) -> None:
        kind = _text(item.get("type"))
        if kind == "group":
            if item.get("repeats"):
                self.survey.note("repeats", _text(item.get("linkId")))
            if item.get("enableWhen"):
                self.survey.note("condition", _text(item.get("linkId")))
            self.survey.section = self._words(item.get("text")) or self.survey.section
        elif kind == "display":
            self.survey.hint = self._words(item.get("text"))
        elif kind in _READERS:
            self._question(item, _READERS[kind])
        else:
            self.survey.note("type", _text(item.get("linkId")) or kind)
        self.items(item.get("item"), depth + 1)

    def _question(self, item: dict[str, Any], kind: str) -> None:
        name = _text(item.get("linkId"))
        found: dict[str, Any] = {"text": self._words(item.get("text")), "required": item.get("required") is True}
        choices, values = None, None
        if kind == "boolean":
            kind, choices, values = "single", list(YES_NO), [1, 0]
        elif kind == "choice":
            kind = "multiple" if item.get("repeats") is True else "single"
            choices, values = self._choices(item)
            if item.get("type") == "open-choice":
                self.survey.note("other", name)
            if len(choices) < 2:
                self.survey.note("no_options", name)
                return
        low, high = _whole(_extension(item, LOW)), _whole(_extension(item, HIGH))
        if kind == "number":
            kind = "scale" if _is_slider(item) and low is not None and high is not None and high - low <= 20 else kind
            found.update({end: value for end, value in (("low", low), ("high", high)) if value is not None})
        found["type"] = kind
        self.survey.add(name, found, choices=choices, values=values, shown_if=_shown_if(item, self.survey))

    def _choices(self, item: dict[str, Any]) -> tuple[list[tuple[str, dict[str, str]]], list[int] | None]:
        """Options with the score that the file gives them, if each has one."""
        choices, values = [], []
        for option in _list(item.get("answerOption")):
            coding = option.get("valueCoding")
            coding = coding if isinstance(coding, dict) else {}
            plain = option.get("valueString", option.get("valueInteger", option.get("valueDate", "")))
            name = _text(coding.get("code")) or _text(plain)
            choices.append((name, self._words(_text(coding.get("display")) or name)))
            values.append(_whole(_extension(option, ORDINAL, _extension(coding, ORDINAL))))
        if not choices:
            choices = self._contained(item.get("answerValueSet"))
        known = [value for value in values if value is not None]
        return choices, known if len(known) == len(choices) else None

    def _contained(self, address: Any) -> list[tuple[str, dict[str, str]]]:
        compose = self._lists.get(_text(address), {}).get("compose")
        parts = _list(compose.get("include")) if isinstance(compose, dict) else []
        concepts = [concept for part in parts for concept in _list(part.get("concept"))]
        return [(_text(one.get("code")), self._words(one.get("display") or one.get("code"))) for one in concepts]


_READERS = {
    "boolean": "boolean",
    "choice": "choice",
    "open-choice": "choice",
    "integer": "number",
    "decimal": "number",
    "string": "text",
    "text": "text",
    "url": "text",
    "date": "date",
    "dateTime": "date",
}


def _shown_if(item: dict[str, Any], survey: Survey) -> list[tuple[str, str]]:
    """(question, answer) of each condition, where any one of them is enough."""
    given = _list(item.get("enableWhen"))
    if len(given) > 1 and item.get("enableBehavior") != "any":
        survey.note("condition", _text(item.get("linkId")))
        return []
    found = []
    for one in given:
        coding = one.get("answerCoding")
        plain = [one[name] for name in ("answerString", "answerBoolean", "answerInteger") if name in one]
        answer = coding.get("code") if isinstance(coding, dict) else next(iter(plain), "")
        answer = str(answer).lower() if isinstance(answer, bool) else _text(answer)
        found.append((_text(one.get("question")), answer if one.get("operator") == "=" else ""))
    return found


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value.replace("\0", "").strip()[:1000] if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    is_whole = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 100_000
    return int(value) if is_whole and value == int(value) else None


def _extension(holder: dict[str, Any], url: str, otherwise: Any = None) -> Any:
    for one in _list(holder.get("extension")):
        if one.get("url") == url:
            return next((value for name, value in one.items() if name.startswith("value")), otherwise)
    return otherwise


def _is_slider(item: dict[str, Any]) -> bool:
    control = _extension(item, CONTROL)
    codings = _list(control.get("coding")) if isinstance(control, dict) else []
    return any(one.get("code") == "slider" for one in codings)
