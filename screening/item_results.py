"""How a round answered each question: the sealed answers are counted, and nobody's stay together."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from schools.access import Viewer
from screening.access import FEWEST_SHEETS, SCREENERS, not_kept
from screening.answer_counts import counts_for
from screening.definition import COUNTED, Definition, Item, Type
from screening.models import Response, Round
from screening.outcome import parts_of
from screening.paper import Question
from screening.queries import papers_for
from screening.round_results import fewest_for, is_counted_for

MOST_NUMBERS = 25  # different ones, to be told one by one


@dataclass(frozen=True)
class CountedItem:
    number: int
    text: str
    options: list[tuple[str, int]]  # as the form orders them
    answered: int
    left_out: int
    # Of a question that is scored: so many answered in the half of the options that the manual counts as the worse; of
    # one that calls, so many gave an answer that does.
    heavy: int | None
    alert: str
    words: list[str] = field(default_factory=list)  # what was written, in no order that tells of anybody

    @property
    def bars(self) -> list[tuple[str, int, float]]:
        """Each answer, how many gave it, and their share of those who answered."""
        return [(text, count, 100 * count / self.answered if self.answered else 0.0) for text, count in self.options]

    @property
    def share(self) -> float:
        return 100 * (self.heavy or 0) / self.answered if self.answered else 0.0


@dataclass(frozen=True)
class CountedPart:
    name: str
    items: list[CountedItem]
    is_ranked: bool


def items_counted(viewer: Viewer, round_: Round, language: str) -> list[CountedPart]:
    """Of valid answers; what calls and then the most weighty first where questions are scored, else as on the form. Who
    opens no result reads this of a closed round with enough of them, and, as in an anonymous one, not of a question
    that a few have answered. What was written is read by counselors only, without whose it is, and of an
    anonymous round by nobody: its first page says so."""
    if not is_counted_for(viewer, round_):
        return []
    counts = counts_for(viewer, round_)
    count, given, answered = counts.sheets, counts.given, counts.answered
    if not count or count < fewest_for(viewer):
        return []
    words = _words(round_, viewer)
    hides_few = round_.is_anonymous or viewer.role not in SCREENERS
    few = {key for key, number in answered.items() if hides_few and number < FEWEST_SHEETS}
    parts = parts_of(round_)
    papers = papers_for([part.instrument for part in parts], round_.school, language)
    found = []
    for part in parts:
        definition = part.instrument.parsed
        paper = papers[part.instrument_id]
        items = []
        for question in paper.questions:
            key = f"{part.position}.{question.number}"
            values = None if key in few else given.get(key, Counter())
            item = count_item(definition, question, values, answered[key], count)
            if question.type == Type.TEXT:
                item = replace(item, words=sorted(words.get(key, [])))
            items.append(item)
        is_ranked = any(one.heavy is not None for one in items)
        if is_ranked:
            items.sort(key=lambda one: (one.alert != "critical", one.heavy is None, -one.share, one.number))
        found.append(CountedPart(part.instrument.name, items, is_ranked))
    return found


def _words(round_: Round, viewer: Viewer) -> dict[str, list[str]]:
    """What was written, by question; of closed records (docs/adr/0019) nothing."""
    keys = [
        f"{part.position}.{item.number}"
        for part in parts_of(round_)
        for item in part.instrument.parsed.items
        if item.type == Type.TEXT
    ]
    if not keys or round_.is_anonymous or viewer.role not in SCREENERS:
        return {}
    rows: Any = Response.objects.filter(slip__round=round_, is_valid=True, slip__student__locked_on=None)
    rows = not_kept(rows, viewer, "slip__").only("answers").order_by()
    sheets = [one.given for one in rows.iterator(chunk_size=500)]
    return {key: [text for text in (given.get(key) for given in sheets) if text] for key in keys}


def count_item(
    definition: Definition, question: Question, values: Counter[int] | None, answered: int, of: int
) -> CountedItem:
    """Without values it is told only how many have answered."""
    item = definition.by_number[question.number]
    alert = next((one for one in definition.critical if one.item == item.number), None)
    if values is None:
        return CountedItem(item.number, question.text, [], answered, of - answered, None, alert.kind if alert else "")
    if item.type in (Type.SINGLE, Type.MULTIPLE):
        options = [(choice.text or str(choice.value), values[choice.value]) for choice in question.choices]
    else:
        is_told = item.type in COUNTED or (item.type == Type.NUMBER and len(values) <= MOST_NUMBERS)
        options = [(str(value), values[value]) for value in sorted(values)] if is_told else []
    heavy = None
    if alert:
        heavy = sum(count for value, count in values.items() if value >= alert.at_least)
    elif _is_scored(definition, item):
        heavy = _heavy(definition, item, values)
    return CountedItem(item.number, question.text, options, answered, of - answered, heavy, alert.kind if alert else "")


def _is_scored(definition: Definition, item: Item) -> bool:
    """On a scale that is interpreted: a validity scale says nothing of how somebody is."""
    return item.scored and any(item.number in scale.items and scale.interpreted for scale in definition.scales)


def _heavy(definition: Definition, item: Item, values: Counter[int]) -> int:
    middle = (min(item.values) + max(item.values)) / 2
    high_is_heavy = definition.high_is_bad != (item.number in definition.reversed)
    return sum(count for value, count in values.items() if (value > middle if high_is_heavy else value < middle))
