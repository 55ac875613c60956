"""From the text of a file to a `Definition`, with every mistake named by its line. Plain Python without Django.

`read_definition` refuses a file with mistakes as a whole: a key that is nearly right scores wrongly. `BadFile.problems`
lists all of them; their sentences stand in `screening.mistakes`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from schools.common.tables.text import decode
from screening import located
from screening.definition import (
    CHOICES,
    COUNTED,
    Band,
    Contradiction,
    Critical,
    Definition,
    Item,
    Kind,
    Licence,
    Missing,
    Option,
    Quality,
    Rule,
    Scale,
    ShowIf,
    Sign,
    Texts,
    Type,
    Validity,
    Words,
)
from screening.located import BrokenFile, Path
from screening.shape import Shape

CODE = re.compile(r"[a-z][a-z0-9]{1,29}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}")
Found = TypeVar("Found")
MOST_ITEMS = 500
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Mistake:
    line: int
    code: str
    where: str = ""
    found: str = ""


class BadFile(ValueError):
    """The file is no definition of an instrument. `problems` says why, in the order of the lines."""

    def __init__(self, problems: list[Mistake]) -> None:
        super().__init__("; ".join(f"line {one.line}: {one.where} {one.code} {one.found}" for one in problems))
        self.problems = problems


def read_definition(text: str) -> Definition:
    """The instrument that a file describes."""
    return _read(text, _definition)


def read_instrument(content: bytes) -> tuple[dict[str, Any], Definition]:
    """A file as it comes: the data to keep, and the instrument it describes."""
    text = decode(content)
    found = read_definition(text)
    return located.load(text.removeprefix("\ufeff")), found


def read_texts(text: str) -> tuple[str, str, dict[str, Texts]]:
    """A text pack: the code and version of its instrument, and the texts by language."""
    return _read(text, _pack)


def definition_of(data: dict[str, Any]) -> Definition:
    """A definition that was checked when it came in, from the data it is kept as."""
    shape = Shape(data)
    found = _definition(shape)
    if shape.faults:
        raise BadFile([Mistake(0, code, _place(path), what) for path, code, what in shape.faults])
    return found


def texts_of(data: dict[str, Any]) -> Texts:
    """Texts that were checked when they came in, from the data they are kept as."""
    return _texts(Shape(data))


def _read(text: str, build: Callable[[Shape], Found]) -> Found:
    if len(text) > MOST_CHARACTERS:
        raise BadFile([Mistake(1, "too_large")])
    text = text.removeprefix("\ufeff")
    try:
        data = located.load(text)
    except BrokenFile as error:
        raise BadFile([Mistake(error.line, error.code, found=error.found)]) from None
    shape = Shape(data)
    if shape.is_broken or shape.is_absent:
        raise BadFile([Mistake(1, "no_object")])
    found = build(shape)
    if shape.faults:
        told = [Mistake(located.line_of(text, path), code, _place(path), what) for path, code, what in shape.faults]
        raise BadFile(sorted(told, key=lambda one: one.line))
    return found


def _place(path: Path) -> str:
    """`scales[2].bands[0].from`, counted from one as people do."""
    parts = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).lstrip(".")


# --- the instrument ---------------------------------------------------------------------------------------------


def _definition(top: Shape) -> Definition:
    values = top.numbers("values")
    items = _items(top, values)
    licence, age, quality = top.inner("licence"), top.inner("age"), top.inner("quality")
    kind = Kind(top.word("kind", [*Kind], Kind.SCALE))
    missing = _missing(top.inner("missing"), Missing())
    found = Definition(
        code=top.matching("code", CODE),
        version=top.matching("version", VERSION),
        name=_words(top, "name", needed=True),
        kind=kind,
        items=items,
        licence=Licence(licence.word("class", [*Licence], Licence.OWN)),
        evidence=_told(licence, "evidence"),
        notice=_words(licence, "notice"),
        about=_words(top, "about"),
        window=_words(top, "window"),
        age_from=age.number("from"),
        age_to=age.number("to"),
        age_note=_told(age, "note"),
        informant=top.word("informant", ["self", "parent", "teacher"], "self"),
        high_is_bad=top.word("direction", ["high_is_bad", "high_is_good"], "high_is_bad") == "high_is_bad",
        reversed=frozenset(top.numbers("reversed")),
        scales=tuple(_scale(one, missing) for one in top.each("scales")),
        rules=tuple(_rule(one) for one in top.each("rules")),
        rules_source=_told(top, "rules_source"),
        signs=tuple(_sign(one) for one in top.each("signs")),
        validity=tuple(_validity(one) for one in top.each("validity")),
        critical=tuple(_critical(one) for one in top.each("critical")),
        quality=_quality(quality),
        texts={language: _texts(one) for language, one in _languages(top.inner("text"))},
        notes=tuple(Words(*pair) for pair in top.words("notes")),
    )
    for part in (licence, age, quality):
        part.nothing_else()
    top.nothing_else()
    if not top.faults:
        _check(found, top)
    return found


def _words(shape: Shape, name: str, *, needed: bool = False) -> Words:
    """`{"zh": …, "en": …}`."""
    inner = shape.inner(name)
    words = Words(zh=inner.text("zh"), en=inner.text("en"))
    inner.nothing_else()
    if needed and not words and not inner.is_broken:
        shape.fault(name, "missing")
    return words


def _told(shape: Shape, name: str, *, needed: bool = False) -> Words:
    """A source or note: one text for both languages, or `{"zh": …, "en": …}`."""
    if isinstance(shape.data.get(name), dict):
        return _words(shape, name, needed=needed)
    text = shape.text(name, needed=needed)
    return Words(zh=text, en=text)


def _items(top: Shape, values: tuple[int, ...]) -> tuple[Item, ...]:
    """A number of items alike, or a list; `extra` ones stand beside the instrument and are not scored."""
    options = tuple(Option(value) for value in values)
    count = top.count_or_list("items")
    if count is None:
        items = []
    elif isinstance(count, int):
        if len(set(values)) < 2:
            top.fault("values", "two_options")
        if not 1 <= count <= MOST_ITEMS:
            top.fault("items", "out_of_range", str(count))
        items = [Item(number, options) for number in range(1, min(count, MOST_ITEMS) + 1)]
    else:
        items = [_item(one, number, options) for number, one in enumerate(count, start=1)]
        if not 1 <= len(items) <= MOST_ITEMS:
            top.fault("items", "out_of_range", str(len(items)))
    extra = [_item(one, number, options) for number, one in enumerate(top.each("extra"), start=len(items) + 1)]
    return (*items, *(_beside(item) for item in extra))


def _beside(item: Item) -> Item:
    return replace(item, scored=False, required=False)


def _item(one: Shape, number: int, options: tuple[Option, ...]) -> Item:
    type_ = Type(one.word("type", [*Type], Type.SINGLE))
    own = tuple(_option(option) for option in one.each("options"))
    if values := one.numbers("values"):
        own = tuple(Option(value) for value in values)
    if type_ in CHOICES and len({option.value for option in own or options}) < 2:
        one.fault("options", "two_options")
    if len({option.value for option in own}) < len(own):
        one.fault("options", "same_value")
    item = Item(
        number=number,
        type=type_,
        options=(own or options) if type_ in CHOICES else (),
        text=_words(one, "text"),
        hint=_words(one, "hint"),
        section=_words(one, "section"),
        required=one.yes_or_no("required", True),
        show_if=tuple(_show_if(condition, number) for condition in one.each("show_if")),
        low=one.number("low"),
        high=one.number("high"),
        low_text=_words(one, "low_text"),
        high_text=_words(one, "high_text"),
    )
    if type_ == Type.SCALE and not (item.low is not None and item.high is not None and 0 < item.high - item.low <= 20):
        one.fault("low", "scale_ends")
    if type_ == Type.NUMBER and item.low is not None and item.high is not None and item.low >= item.high:
        one.fault("low", "scale_ends")
    one.nothing_else()
    return item


def _option(one: Shape) -> Option:
    option = Option(value=one.number("value", needed=True) or 0, text=_words(one, "text"))
    one.nothing_else()
    return option


def _show_if(one: Shape, number: int) -> ShowIf:
    found = ShowIf(item=one.number("item", needed=True) or 0, any_of=one.numbers("any_of"))
    if not 1 <= found.item < number:
        one.fault("item", "not_earlier", str(found.item))
    one.nothing_else()
    return found


def _missing(one: Shape, otherwise: Missing) -> Missing:
    if one.is_absent:
        return otherwise
    found = Missing(
        rule=one.word("rule", ["all", "leave_out", "prorate"], "all"),
        at_most=one.number("at_most") or 0,
        at_least=one.number("at_least") or 0,
    )
    _told(one, "source")
    one.nothing_else()
    return found


def _scale(one: Shape, missing: Missing) -> Scale:
    reliability = one.inner("reliability")
    scale = Scale(
        code=one.text("code", needed=True),
        name=_words(one, "name"),
        items=one.numbers("items"),
        sum_of=tuple(one.texts("sum_of")),
        score=one.word("score", ["sum", "mean", "times"], "sum"),
        factor=one.decimal("factor") or 1.0,
        missing=_missing(one.inner("missing"), missing),
        recode=tuple((pair[0], pair[1]) for pair in one.pairs("recode")),
        bands=tuple(_band(band) for band in one.each("bands")),
        source=_told(one, "source"),
        also=one.text("also"),
        optional=one.yes_or_no("optional", False),
        interpreted=one.yes_or_no("interpreted", True),
        reliability=reliability.decimal("alpha"),
        deviation=reliability.decimal("deviation"),
        change=reliability.decimal("change"),
        reliability_source=_told(reliability, "source"),
    )
    reliability.nothing_else()
    if bool(scale.items) == bool(scale.sum_of):
        one.fault("items", "items_or_sum_of")
    if any(later.begins < earlier.begins for earlier, later in zip(scale.bands, scale.bands[1:], strict=False)):
        one.fault("bands", "not_ascending")
    if scale.bands and not scale.source:
        one.fault("source", "missing")
    one.nothing_else()
    return scale


def _band(one: Shape) -> Band:
    above = one.decimal("above")
    begins = above if above is not None else one.decimal("from", needed=True)
    band = Band(one.text("code", needed=True), begins or 0, above is not None, _attention(one), _words(one, "text"))
    one.nothing_else()
    return band


def _attention(one: Shape) -> int | None:
    found = one.number("attention")
    if found is not None and not 0 <= found <= 4:
        one.fault("attention", "out_of_range", str(found))
    return found


def _rule(one: Shape) -> Rule:
    rule = Rule(one.text("code", needed=True), one.condition("when"), _attention(one), _words(one, "text"))
    one.nothing_else()
    return rule


def _sign(one: Shape) -> Sign:
    sign = Sign(
        code=one.text("code", needed=True),
        name=_words(one, "name", needed=True),
        rules=tuple(_rule(rule) for rule in one.each("rules")),
        source=_told(one, "source", needed=True),
    )
    one.nothing_else()
    return sign


def _validity(one: Shape) -> Validity:
    found = Validity(
        one.text("scale", needed=True), one.number("at_least", needed=True) or 0, _told(one, "source", needed=True)
    )
    one.nothing_else()
    return found


def _critical(one: Shape) -> Critical:
    found = Critical(
        item=one.number("item", needed=True) or 0,
        at_least=one.number("at_least", needed=True) or 0,
        kind=one.word("kind", ["critical", "review"], "critical"),
        why=_words(one, "why"),
    )
    one.nothing_else()
    return found


def _quality(one: Shape) -> Quality:
    return Quality(
        all_same=one.yes_or_no("all_same", False),
        seconds_per_item=one.decimal("seconds_per_item") or 0.0,
        contradictions=tuple(_contradiction(pair) for pair in one.each("contradictions")),
    )


def _contradiction(one: Shape) -> Contradiction:
    items, least = one.numbers("items"), one.numbers("at_least")
    one.nothing_else()
    if len(items) != 2 or len(least) != 2:
        one.fault("items", "two_items")
        return Contradiction((0, 0), (0, 0))
    return Contradiction((items[0], items[1]), (least[0], least[1]))


# --- texts --------------------------------------------------------------------------------------------------------


def _pack(top: Shape) -> tuple[str, str, dict[str, Texts]]:
    code, version = top.matching("instrument", CODE), top.matching("version", VERSION)
    texts = {language: _texts(one) for language, one in _languages(top.inner("text"))}
    if not texts and not top.faults:
        top.fault("text", "missing")
    top.nothing_else()
    return code, version, texts


def _languages(shape: Shape) -> Iterable[tuple[str, Shape]]:
    for language in ("zh", "en"):
        inner = shape.inner(language)
        if not inner.is_absent:
            yield language, inner
    shape.nothing_else()


def _texts(one: Shape) -> Texts:
    choices = one.by_number("item_options", lambda inner, name: inner.number_texts(name))
    found = Texts(
        intro=one.text("intro"),
        ending=one.text("ending"),
        items=_numbered(one, "items"),
        options=dict(one.number_texts("options")),
        item_options={number: tuple(pairs) for number, pairs in choices.items()},
        source=one.text("source"),
    )
    one.nothing_else()
    return found


def _numbered(one: Shape, name: str) -> dict[int, str]:
    return dict(enumerate(one.texts(name), start=1))


# --- what belongs together --------------------------------------------------------------------------------------


def _check(found: Definition, top: Shape) -> None:
    """References to items and scales that are there, totals after their parts, every answer inside a band."""
    numbers = {item.number for item in found.items if item.type in COUNTED}
    known: set[str] = set()
    _unknown(found.reversed, numbers, top, ("reversed",))
    for at, scale in enumerate(found.scales):
        _check_scale(found, scale, known, top, ("scales", at))
        known.add(scale.code)
    for at, rule in enumerate(found.rules):
        _check_condition(rule.when, numbers, known, top, ("rules", at, "when"))
    for at, sign in enumerate(found.signs):
        for below, rule in enumerate(sign.rules):
            _check_condition(rule.when, numbers, known, top, ("signs", at, "rules", below, "when"))
    for at, one in enumerate(found.critical):
        _unknown([one.item], numbers, top, ("critical", at, "item"))
    for at, doubt in enumerate(found.validity):
        if doubt.scale not in known:
            top.fault_at(("validity", at, "scale"), "no_such_scale", doubt.scale)
    for at, item in enumerate(found.items):
        _check_branch(found, item, top, ("items", at, "show_if"))
    if found.rules and "total" not in known:
        top.fault("rules", "rules_without_total")
    _check_texts(found, top)


def _check_scale(found: Definition, scale: Scale, known: set[str], top: Shape, path: Path) -> None:
    numbers = {item.number for item in found.items if item.type in COUNTED}
    if scale.code in known:
        top.fault_at((*path, "code"), "twice", scale.code)
    if len(set(scale.items)) < len(scale.items):
        top.fault_at((*path, "items"), "item_twice")
    _unknown(scale.items, numbers, top, (*path, "items"))
    for code in scale.sum_of:
        if code not in known:
            top.fault_at((*path, "sum_of"), "no_such_scale", code)
    if scale.bands and scale.items and scale.bands[0].begins > _lowest(found, scale):
        top.fault_at((*path, "bands"), "band_gap")
    if not scale.optional and any(other.optional for other in found.scales[: len(known)]):
        top.fault_at((*path, "optional"), "optional_last")


def _lowest(found: Definition, scale: Scale) -> float:
    """The lowest score of a complete scale: turning items round does not change it."""
    raw = sum(min(found.by_number[number].values) for number in scale.items if number in found.by_number)
    return raw / len(scale.items) if scale.score == "mean" else raw * scale.factor


def _check_branch(found: Definition, item: Item, top: Shape, path: Path) -> None:
    for at, condition in enumerate(item.show_if):
        offered = found.by_number[condition.item].values
        if not condition.any_of or not set(condition.any_of) <= set(offered):
            top.fault_at((*path, at, "any_of"), "no_such_value")


def _check_condition(when: Any, numbers: set[int], scales: set[str], top: Shape, path: Path) -> None:
    if when is None:
        return
    for name in ("all", "any", "count"):
        for at, inner in enumerate(when.get(name, ())):
            _check_condition(inner, numbers, scales, top, (*path, name, at))
    _unknown([*when.get("items", ()), *([when["item"]] if "item" in when else ())], numbers, top, path)
    for code in [*when.get("any_scale", ()), *([when["scale"]] if "scale" in when else ())]:
        if code not in scales:
            top.fault_at(path, "no_such_scale", str(code))


def _check_texts(found: Definition, top: Shape) -> None:
    for language, texts in found.texts.items():
        for problem in text_problems(found, texts):
            top.fault_at(("text", language, problem[0]), problem[1], problem[2])


def text_problems(definition: Definition, texts: Texts) -> list[tuple[str, str, str]]:
    """What keeps these texts from fitting the instrument: (part, code, what was found)."""
    problems = []
    if len(texts.items) not in (len(definition.scored_items), len(definition.items)):
        problems.append(("items", "item_count", f"{len(texts.items)} ≠ {len(definition.scored_items)}"))
    if not all(texts.items.values()):
        problems.append(("items", "empty_text", ""))
    for item in definition.items:
        own = texts.item_options.get(item.number)
        labelled = {value for value, _text in own} if own else set(texts.options)
        if item.number in texts.items and not set(item.values) <= labelled:
            problems.append(("options", "option_without_text", str(item.number)))
            break
    return problems


def _unknown(used: Iterable[int], numbers: set[int], top: Shape, path: Path) -> None:
    if strange := sorted(set(used) - numbers):
        top.fault_at(path, "no_such_item", ", ".join(map(str, strange)))
