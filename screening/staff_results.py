"""What the staff answered, question by question: counts, by group, names where the survey has names, and own words."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from schools.access import Viewer
from schools.common.labels import listed
from schools.models import Role
from screening.access import FEWEST_SHEETS
from screening.definition import COUNTED, Type
from screening.groups import told
from screening.item_results import CountedItem, count_item
from screening.models import StaffSheet, StaffSurvey
from screening.paper import Question
from screening.queries import paper_for


@dataclass(frozen=True)
class OptionRow:
    text: str
    count: int
    share: float  # of those who answered
    by_group: list[int]
    names: list[str]


@dataclass(frozen=True)
class AskedItem:
    item: CountedItem
    groups: list[str]
    options: list[OptionRow]
    words: list[tuple[str, str]]  # name, if the survey has names, and what was written


def group_word(code: str) -> str:
    return listed(str(Role(role).label) for role in code.split("+"))


def staff_answers(viewer: Viewer, survey: StaffSurvey, language: str) -> list[AskedItem]:
    """As far as this viewer may read: of an anonymous survey nothing before its end."""
    sheets = list(StaffSheet.objects.visible_to(viewer).filter(survey=survey).select_related("by__person"))
    if not sheets:
        return []
    given = [(sheet, sheet.given) for sheet in sheets]
    paper = paper_for(survey.instrument, survey.unit, language)
    return [
        _item(survey, question, [(one, values.get(question.number)) for one, values in given])
        for question in paper.questions
    ]


def _item(survey: StaffSurvey, question: Question, rows: list[tuple[StaffSheet, Any]]) -> AskedItem:
    """In an anonymous survey a question that a few have answered tells only how many they were."""
    answered = [(sheet, value) for sheet, value in rows if value is not None]
    few = survey.is_anonymous and len(answered) < FEWEST_SHEETS
    counted = question.type in COUNTED or question.type == Type.MULTIPLE
    values = Counter(one for _sheet, value in answered for one in _each(value)) if counted else Counter[int]()
    item = count_item(survey.instrument.parsed, question, None if few else values, len(answered), len(rows))
    groups = _groups(survey, answered) if counted and not few else []
    found = AskedItem(item, [group_word(one) for one in groups], [], [])
    if counted:
        found.options.extend(_options(question, item, groups, answered))
    elif not few or question.type == Type.TEXT:  # words stand in no group and beside no other answer
        found.words.extend(sorted((_name(sheet), str(value)) for sheet, value in answered))
    return found


def _groups(survey: StaffSurvey, answered: list[tuple[StaffSheet, Any]]) -> list[str]:
    sizes = Counter(sheet.group for sheet, _value in answered)
    shown = told(sizes, FEWEST_SHEETS if survey.is_anonymous else 1)
    return sorted(shown, key=lambda group: (-sizes[group], group)) if len(sizes) > 1 else []


def _options(
    question: Question, item: CountedItem, groups: list[str], answered: list[tuple[StaffSheet, Any]]
) -> list[OptionRow]:
    """In the order of the form, as `count_item` names them."""
    codes = [one.value for one in question.choices] or sorted(
        {one for _sheet, value in answered for one in _each(value)}
    )
    rows = []
    for code, (text, count) in zip(codes, item.options, strict=False):
        chose = [sheet for sheet, value in answered if code in _each(value)]
        by_group = Counter(sheet.group for sheet in chose)
        names = sorted(_name(sheet) for sheet in chose if sheet.by_id)
        rows.append(OptionRow(text, count, 100 * count / item.answered, [by_group[group] for group in groups], names))
    return rows


def _each(value: Any) -> list[int]:
    return value if isinstance(value, list) else [value]


def _name(sheet: StaffSheet) -> str:
    return sheet.by.person.name if sheet.by else ""
