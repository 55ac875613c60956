"""What an instrument is: its items, scales, bands, rules and texts, as data. Plain Python without Django.

`screening.reading` makes a `Definition` from a file and says what is wrong with it line by line; `screening.scoring`
scores answers with it; `screening.paper` lays it out for answering. Files stand in `screening/instruments/`, and
docs/instruments.md explains each word of them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class Kind(StrEnum):
    SCALE = "scale"  # has scales and bands that come from a manual
    SURVEY = "survey"  # own questions: what was answered is counted, nothing is interpreted


class Licence(StrEnum):
    FREE = "free"  # the text may be reproduced by anybody
    NOTICE = "notice"  # free, with a notice beside it
    CONDITIONAL = "conditional"  # free under conditions that this software cannot keep for the school
    IMPORT = "import"  # the school needs a licence of its own and brings the text
    OWN = "own"  # made here


class Type(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"


CHOICES = frozenset({Type.SINGLE, Type.MULTIPLE})
# Types whose answer is one whole number, which a scale can add up.
COUNTED = frozenset({Type.SINGLE, Type.SCALE})


@dataclass(frozen=True)
class Words:
    """A text in both languages. Either may be empty, not both."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        chosen = self.zh if language.startswith("zh") else self.en
        return chosen or self.zh or self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True)
class Option:
    value: int
    text: Words = Words()


@dataclass(frozen=True)
class ShowIf:
    """An earlier item whose answer is one of these."""

    item: int
    any_of: tuple[int, ...]


@dataclass(frozen=True)
class Item:
    number: int
    options: tuple[Option, ...] = ()
    type: Type = Type.SINGLE
    text: Words = Words()
    hint: Words = Words()
    section: Words = Words()  # the heading of the part that begins here
    required: bool = True
    scored: bool = True  # False: beside the instrument, such as the tenth item of the PHQ-9
    show_if: tuple[ShowIf, ...] = ()  # shown if one of these holds; always if there is none
    low: int | None = None  # of a scale or number
    high: int | None = None
    low_text: Words = Words()
    high_text: Words = Words()

    @cached_property
    def values(self) -> tuple[int, ...]:
        """The whole numbers that answer this item."""
        if self.type == Type.SCALE and self.low is not None and self.high is not None:
            return tuple(range(self.low, self.high + 1))
        return tuple(option.value for option in self.options)


@dataclass(frozen=True)
class Band:
    """From this score on (`above`: from the next one on) until the band that begins next."""

    code: str
    begins: float
    above: bool = False
    attention: int | None = None  # 0 none … 4: what the band asks of the school
    text: Words = Words()


@dataclass(frozen=True)
class Missing:
    """What happens when answers are missing: the scale has none (`all`), they are left out, or it is prorated."""

    rule: str = "all"  # all, leave_out, prorate
    at_most: int = 0  # leave_out: so many may be missing
    at_least: int = 0  # prorate: so many must be there


@dataclass(frozen=True)
class Scale:
    code: str
    name: Words
    items: tuple[int, ...] = ()
    sum_of: tuple[str, ...] = ()  # a total of other scales, instead of items
    score: str = "sum"  # sum, mean, times
    factor: float = 1.0
    missing: Missing = Missing()
    recode: tuple[tuple[int, int], ...] = ()  # the value answered → the value added
    bands: tuple[Band, ...] = ()
    source: Words = Words()  # of the cut-offs
    also: str = ""  # another name that the `score` command lists the same scale under
    optional: bool = False  # left out where none of its items is answered
    interpreted: bool = True  # False: a validity scale, or one that only feeds a rule
    reliability: float | None = None  # for change beyond measurement error
    deviation: float | None = None
    change: float | None = None  # a published difference from which on two scores truly differ
    reliability_source: Words = Words()


@dataclass(frozen=True)
class Validity:
    """From this score of this scale on, the answers are not to be trusted."""

    scale: str
    at_least: int
    source: Words = Words()


@dataclass(frozen=True)
class Critical:
    """An answer that a person must look at, whatever the scores say."""

    item: int
    at_least: int
    kind: str = "critical"  # "critical" calls at once, "review" stands beside the result
    why: Words = Words()


@dataclass(frozen=True)
class Rule:
    """The band of the total, or a sign, if the condition holds. The first that holds decides.

    A condition is the mapping of the file, as docs/instruments.md lists it; `scoring` evaluates it.
    """

    code: str
    when: dict[str, Any] | None  # None: otherwise
    attention: int | None = None
    text: Words = Words()


@dataclass(frozen=True)
class Sign:
    """Something else that the answers show, found by rules, such as the pattern of symptoms of the PHQ-9."""

    code: str
    name: Words
    rules: tuple[Rule, ...]
    source: Words = Words()


@dataclass(frozen=True)
class Contradiction:
    """Two items that nobody answers both in the affirmative."""

    items: tuple[int, int]
    at_least: tuple[int, int]


@dataclass(frozen=True)
class Quality:
    """What makes answers doubtful besides the instrument's own validity scales."""

    all_same: bool = False
    seconds_per_item: float = 0.0
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True)
class Texts:
    """The words of an instrument in one language: a text pack."""

    intro: str = ""
    ending: str = ""
    items: dict[int, str] = field(default_factory=dict)
    options: dict[int, str] = field(default_factory=dict)  # by value
    item_options: dict[int, tuple[tuple[int, str], ...]] = field(default_factory=dict)  # in the order of the form
    source: str = ""


@dataclass(frozen=True, eq=False)  # one object is one instrument: the prepared scorer is kept by it
class Definition:
    code: str
    version: str
    name: Words
    items: tuple[Item, ...]
    kind: Kind = Kind.SCALE
    licence: Licence = Licence.OWN
    evidence: Words = Words()
    notice: Words = Words()
    about: Words = Words()
    window: Words = Words()
    age_from: int | None = None
    age_to: int | None = None
    age_note: Words = Words()
    informant: str = "self"
    high_is_bad: bool = True
    reversed: frozenset[int] = frozenset()
    scales: tuple[Scale, ...] = ()
    rules: tuple[Rule, ...] = ()
    rules_source: Words = Words()
    signs: tuple[Sign, ...] = ()
    validity: tuple[Validity, ...] = ()
    critical: tuple[Critical, ...] = ()
    quality: Quality = Quality()
    texts: dict[str, Texts] = field(default_factory=dict)
    notes: tuple[Words, ...] = ()

    @cached_property
    def by_number(self) -> dict[int, Item]:
        return {item.number: item for item in self.items}

    @cached_property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.scored)

    @cached_property
    def critical_items(self) -> frozenset[int]:
        """The items whose answer is saved and looked at at once."""
        return frozenset(one.item for one in self.critical if one.kind == "critical")

    def scale(self, code: str) -> Scale:
        return next(scale for scale in self.scales if scale.code == code)

    def band(self, scale: str, code: str) -> Band | Rule | None:
        """The band of a result by its word."""
        bands: list[Band | Rule] = [*self.scale(scale).bands, *(self.rules if scale == "total" else ())]
        return next((band for band in bands if band.code == code), None)
