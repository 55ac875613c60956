"""What a student is still to be asked: the questions of a round, as the page and its script need them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from schools.common.labels import listed
from screening.answers import parse
from screening.models import Round, RoundInstrument
from screening.outcome import parts_of
from screening.paper import Paper, Question
from screening.queries import paper_for
from screening.scoring import BadAnswer

PAGE = 10  # questions on a page without JavaScript
END = "end"  # in the place of a question: behind the last one


@dataclass(frozen=True)
class Asked:
    """One question. `waits_for` are the keys and values of earlier ones of which one must hold, if it is branched."""

    key: str
    question: Question
    waits_for: tuple[tuple[str, tuple[int, ...]], ...]
    intro: str = ""  # of its instrument: what the question begins with
    only_if: str = ""  # on a page that shows it together with what decides it: the answers after which it is asked

    def told(self) -> dict[str, Any]:
        """For the script."""
        q = self.question
        return {
            "key": self.key,
            "type": q.type.value,
            "text": q.text,
            "intro": self.intro,
            "hint": q.hint,
            "section": q.section,
            "choices": [[choice.value, choice.text] for choice in q.choices],
            "low": q.low,
            "high": q.high,
            "lowText": q.low_text,
            "highText": q.high_text,
            "critical": q.is_critical,
            "waitsFor": [[key, list(values)] for key, values in self.waits_for],
        }


@dataclass(frozen=True)
class Questions:
    notices: tuple[str, ...]
    shown: tuple[Asked, ...]  # all that this student is asked
    asked: tuple[Asked, ...]  # of these, not answered yet

    @property
    def total(self) -> int:
        return len(self.shown)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def done(self) -> int:
        return self.total - len(self.asked)

    def all_at_once(self) -> list[Asked]:
        """On one page; what is asked only after certain answers names them."""
        here = {one.key: one.question for one in self.asked}
        return [
            replace(one, only_if=listed(_words(here[key], values) for key, values in one.waits_for if key in here))
            for one in self.asked
        ]

    def first_page(self) -> list[Asked]:
        """Up to a page full, and never a question together with the one that decides whether it is asked."""
        page: list[Asked] = []
        for one in self.asked:
            keys = {other.key for other in page}
            if len(page) == PAGE or any(key in keys for key, _values in one.waits_for):
                break
            page.append(one)
        return page

    def page_before(self, key: str) -> list[Asked]:
        """Up to a page full of answered ones that stand before this question, to be answered anew; and never one
        together with the one that decides whether it is asked."""
        keys, open_ones = [*(one.key for one in self.shown), END], {one.key for one in self.asked}
        page: list[Asked] = []
        for one in reversed(self.shown[: keys.index(key)] if key in keys else ()):
            if len(page) == PAGE or any(one.key == waited for later in page for waited, _values in later.waits_for):
                break
            if one.key not in open_ones:
                page.insert(0, one)
        return page


def _words(question: Question, values: tuple[int, ...]) -> str:
    texts = {choice.value: choice.text for choice in question.choices}
    return listed(texts.get(value, str(value)) for value in values)


def papers_of(round_: Round, language: str) -> list[tuple[RoundInstrument, Paper]]:
    return [(part, paper_for(part.instrument, round_.school, language)) for part in parts_of(round_)]


def sheet_of(round_: Round, language: str, answered: Mapping[str, Any]) -> Questions:
    """`answered` by key, also what was left out on purpose. What an earlier answer rules out is not asked."""
    papers = papers_of(round_, language)
    everything = [one for part, paper in papers for one in _of_part(part, paper)]
    shown = [one for one in everything if not _is_ruled_out(one, answered)]
    return Questions(
        notices=tuple(paper.notice for _part, paper in papers if paper.notice),
        shown=tuple(shown),
        asked=tuple(_settled(one, answered) for one in shown if one.key not in answered),
    )


def _of_part(part: RoundInstrument, paper: Paper) -> Iterable[Asked]:
    for question in paper.questions:
        waits_for = tuple((f"{part.position}.{one.item}", tuple(one.any_of)) for one in question.show_if)
        yield Asked(f"{part.position}.{question.number}", question, waits_for, paper.intro)


def _holds(given: Any, values: tuple[int, ...]) -> bool:
    return any(value in values for value in (given if isinstance(given, list) else [given]))


def _is_ruled_out(one: Asked, answered: Mapping[str, Any]) -> bool:
    """Every question it waits for is answered, and none of them so that this one is asked."""
    return bool(one.waits_for) and all(
        key in answered and not _holds(answered[key], values) for key, values in one.waits_for
    )


def _settled(one: Asked, answered: Mapping[str, Any]) -> Asked:
    """What is decided is no condition any more: the page need not know the earlier answer."""
    if any(key in answered and _holds(answered[key], values) for key, values in one.waits_for):
        return replace(one, waits_for=())
    return replace(one, waits_for=tuple((k, v) for k, v in one.waits_for if k not in answered))


def read_answers(round_: Round, given: Mapping[str, list[str]]) -> tuple[dict[str, Any], bool]:
    """From texts by key to answers of the items' types; an empty list is a question left out. Beside them: was there a
    question that this round does not ask, or an answer that it does not offer? One of these spoils no other."""
    items = {
        f"{part.position}.{item.number}": item for part in parts_of(round_) for item in part.instrument.parsed.items
    }
    found: dict[str, Any] = {}
    is_bad = not given.keys() <= items.keys()
    for key in (key for key in given if key in items):
        try:
            found[key] = parse(items[key], given[key])
        except BadAnswer:
            is_bad = True
    return found, is_bad
