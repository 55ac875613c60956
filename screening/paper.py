"""An instrument laid out for answering: questions, options, sections and branching. Plain Python without Django."""

from collections.abc import Mapping
from dataclasses import dataclass

from screening.definition import Definition, Item, ShowIf, Texts, Type


@dataclass(frozen=True)
class Choice:
    value: int
    text: str  # the value itself where no text is at hand


@dataclass(frozen=True)
class Question:
    number: int
    type: Type
    text: str  # empty where no text is at hand: the page then says “question n”
    hint: str
    section: str  # the heading of the part that begins here, or nothing
    choices: tuple[Choice, ...]
    required: bool
    is_critical: bool  # its answer is saved and looked at at once
    show_if: tuple[ShowIf, ...]  # shown if one of these holds; see `scoring.is_shown`
    low: int | None
    high: int | None
    low_text: str
    high_text: str

    @property
    def values(self) -> range:
        """The numbers of a rating."""
        return range(self.low or 0, (self.high or 0) + 1)


@dataclass(frozen=True)
class Paper:
    title: str
    intro: str
    ending: str
    notice: str  # what the licence wants shown
    questions: tuple[Question, ...]

    @property
    def has_text(self) -> bool:
        """Can it be answered on a screen?"""
        return all(question.text for question in self.questions)


def lay_out(definition: Definition, language: str, texts: Mapping[str, Texts] | None = None) -> Paper:
    """The paper in this language, or in the other one where there is only that. `texts` stand before the file's own."""
    words = _words(definition, language, texts)
    return Paper(
        title=definition.name.in_language(language),
        intro=words.intro or definition.about.in_language(language),
        ending=words.ending,
        notice=definition.notice.in_language(language),
        questions=tuple(
            _question(definition, item, words, language)
            for item in definition.items
            if item.scored or item.text or item.number in words.items
        ),
    )


def _words(definition: Definition, language: str, texts: Mapping[str, Texts] | None) -> Texts:
    known = {**definition.texts, **(texts or {})}
    wanted = "zh" if language.startswith("zh") else "en"
    return known.get(wanted) or next(iter(known.values()), Texts())


def _question(definition: Definition, item: Item, words: Texts, language: str) -> Question:
    return Question(
        number=item.number,
        type=item.type,
        text=words.items.get(item.number) or item.text.in_language(language),
        hint=item.hint.in_language(language),
        section=item.section.in_language(language),
        choices=_choices(item, words, language),
        required=item.required,
        is_critical=item.number in definition.critical_items,
        show_if=item.show_if,
        low=item.low,
        high=item.high,
        low_text=item.low_text.in_language(language),
        high_text=item.high_text.in_language(language),
    )


def _choices(item: Item, words: Texts, language: str) -> tuple[Choice, ...]:
    """In the order of the licensed form, if the text pack has one for this item."""
    if own := words.item_options.get(item.number):
        return tuple(Choice(value, text) for value, text in own)
    return tuple(
        Choice(option.value, option.text.in_language(language) or words.options.get(option.value) or str(option.value))
        for option in item.options
    )
