"""XLSForm (xlsform.org) in: the common question types of KoboToolbox, ODK and SurveyCTO.

Sheets `survey`, `choices` and `settings`. What it cannot take over (repeats, calculations, media) is noted, never
dropped in silence.
"""

import re
from collections.abc import Iterator
from typing import Any

from schools.common.tables import Table, read_tables
from screening.outside.data import CHINESE, ENGLISH
from screening.outside.survey import NotASurvey, Survey

PLAIN = {
    "integer": "number",
    "decimal": "number",
    "text": "text",
    "string": "text",
    "date": "date",
    "datetime": "date",
    "dateTime": "date",
}
# What a phone notes by itself; nobody is asked.
UNASKED = {"start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "hidden", "simserial"}
EQUALS = re.compile(r"\$\{\s*([^}]+?)\s*\}\s*=\s*['\"]([^'\"]*)['\"]")
SELECTED = re.compile(r"selected\(\s*\$\{\s*([^}]+?)\s*\}\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
Row = dict[str, str]


def read(content: bytes) -> Survey:
    """The survey of a workbook, with notes about what it could not take over."""
    sheets = {table.sheet.strip().lower(): table for table in read_tables(content)}
    if "survey" not in sheets:
        raise NotASurvey("no_xlsform")
    rows = list(_rows(sheets["survey"]))
    if not rows or "type" not in rows[0]:
        raise NotASurvey("no_xlsform")
    lists: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for row in _rows(sheets["choices"]) if "choices" in sheets else ():
        name = row.get("list_name") or row.get("list name", "")
        value = row.get("name") or row.get("value", "")
        lists.setdefault(name, []).append((value, _words(row, "label") or {"zh": value}))
    survey = Survey()
    for row in _rows(sheets["settings"]) if "settings" in sheets else ():
        survey.title = survey.title or ({"zh": row["form_title"]} if row.get("form_title") else {})
    for row in rows:
        _question(row, lists, survey)
    return survey


def _rows(table: Table) -> Iterator[Row]:
    head: list[str] = []
    for cells in table.rows():
        if not any(cells):
            continue
        if not head:
            head = [cell.strip() for cell in cells]
            continue
        yield {name: cell.strip() for name, cell in zip(head, [*cells, *[""] * len(head)], strict=False) if name}


def _words(row: Row, name: str) -> dict[str, str]:
    """`label`, or `label::Chinese (zh)` beside `label::English (en)`."""
    found: dict[str, str] = {}
    for title, text in row.items():
        bare, _colons, language = title.partition("::") if "::" in title else title.partition(":")
        if bare.strip() == name and text:
            if CHINESE.search(language):
                found["zh"] = text
            elif ENGLISH.search(language):
                found["en"] = text
            else:
                found.setdefault("zh", text)
    return {language: _plain(text) for language, text in found.items()}


def _plain(text: str) -> str:
    """Without the marks of Markdown and HTML that XLSForm allows in labels."""
    return re.sub(r"<[^<>]{1,200}>|\*\*|__", "", text)[:1000].strip()


def _question(row: Row, lists: dict[str, list[tuple[str, dict[str, str]]]], survey: Survey) -> None:
    kind, _space, rest = " ".join(row.get("type", "").split()).partition(" ")
    kind = kind.lower()
    name = row.get("name", "")
    if kind in ("begin", "end"):
        kind, rest = f"{kind}_{rest}", ""
    if not kind or kind in UNASKED or kind in ("end_group", "end_repeat"):
        return
    if kind == "begin_group":
        if row.get("relevant"):
            survey.note("condition", name)
        survey.section = _words(row, "label") or survey.section
    elif kind == "begin_repeat":
        survey.note("repeats", name)
    elif kind == "note":
        survey.hint = _words(row, "label")
    else:
        _answered(row, kind, rest, name, lists, survey)


def _answered(
    row: Row, kind: str, rest: str, name: str, lists: dict[str, list[tuple[str, dict[str, str]]]], survey: Survey
) -> None:
    item: dict[str, Any] = {"text": _words(row, "label"), "required": _is_yes(row.get("required", ""))}
    if hint := _words(row, "hint"):
        item["hint"] = hint
    choices = None
    if kind in ("select_one", "select_multiple"):
        list_name = rest.split(" ")[0]
        if "or_other" in rest.split():
            survey.note("other", name)
        choices = lists.get(list_name, [])
        if len(choices) < 2:
            survey.note("no_options", name)
            return
        item["type"] = "single" if kind == "select_one" else "multiple"
    elif kind == "range":
        ends = _ends(row.get("parameters", ""))
        item.update(type="scale", low=ends[0], high=ends[1])
    elif kind in PLAIN:
        item["type"] = PLAIN[kind]
    else:
        survey.note("type", name or kind)
        return
    if row.get("constraint"):
        survey.note("constraint", name)
    survey.add(name, item, choices=choices, shown_if=_shown_if(row.get("relevant", ""), name, survey))


def _is_yes(text: str) -> bool:
    return text.strip().lower() in {"yes", "true", "true()", "1", "1.0"}


def _ends(parameters: str) -> tuple[int, int]:
    """start=1 end=10; the format's own defaults where they are missing."""
    found = {name: int(value) for name, value in re.findall(r"(start|end)\s*=\s*(-?\d{1,4})", parameters)}
    low, high = found.get("start", 1), found.get("end", 10)
    return (low, high) if 0 < high - low <= 20 else (1, 10)


def _shown_if(relevant: str, name: str, survey: Survey) -> list[tuple[str, str]]:
    """(question, answer) of each part that `or` joins; anything else is noted and the question always shown."""
    if not relevant:
        return []
    found = []
    for part in re.split(r"\bor\b", relevant):
        match = EQUALS.fullmatch(part.strip()) or SELECTED.fullmatch(part.strip())
        if match is None:
            survey.note("condition", name)
            return []
        found.append((match[1], match[2]))
    return found
