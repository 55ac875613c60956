"""An instrument as its page shows it: words instead of codes, and where each number comes from."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from screening.definition import Definition, Scale
from screening.paper import Paper
from screening.words import INFORMANTS, attention_word, how_scored, numbers_told


@dataclass(frozen=True)
class ShownBand:
    begins: str
    word: str  # the manual's
    attention: int | None
    asks: str  # ours


@dataclass(frozen=True)
class ShownScale:
    name: str
    code: str
    items: str
    scored: str
    bands: list[ShownBand]
    source: str


@dataclass(frozen=True)
class ShownItem:
    number: int
    text: str
    options: str
    section: str
    is_turned: bool
    alert: str  # "critical", "review" or nothing
    beside: bool  # not part of the instrument's scales


def scales_of(definition: Definition) -> list[ShownScale]:
    return [_scale(definition, scale) for scale in definition.scales]


def _scale(definition: Definition, scale: Scale) -> ShownScale:
    language = get_language() or ""
    bands = [
        ShownBand(
            f">{band.begins:g}" if band.above else f"{band.begins:g}",
            band.code,
            band.attention,
            attention_word(band.attention),
        )
        for band in scale.bands
    ]
    source = scale.source
    if scale.code == "total" and definition.rules:
        bands = [ShownBand("", rule.code, rule.attention, attention_word(rule.attention)) for rule in definition.rules]
        source = definition.rules_source
    parts = [definition.scale(code).name.in_language(language) or code for code in scale.sum_of]
    return ShownScale(
        name=scale.name.in_language(language) or scale.code,
        code=scale.code,
        items=" + ".join(parts) or numbers_told(scale.items),
        scored=how_scored(scale),
        bands=bands,
        source=source.in_language(language),
    )


def items_of(definition: Definition, paper: Paper) -> list[ShownItem]:
    alerts = {one.item: one.kind for one in definition.critical}
    shown = {question.number: question for question in paper.questions}
    found = []
    for item in definition.items:
        question = shown.get(item.number)
        texts = [choice.text for choice in question.choices] if question else []
        found.append(
            ShownItem(
                number=item.number,
                text=question.text if question else "",
                options=" / ".join(texts) or " / ".join(str(value) for value in item.values),
                section=question.section if question else "",
                is_turned=item.number in definition.reversed,
                alert=alerts.get(item.number, ""),
                beside=not item.scored,
            )
        )
    return found


def options_alike(items: list[ShownItem]) -> str:
    """The options, if all items offer the same: then they are told once."""
    found = {item.options for item in items if not item.beside}
    return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class First:
    """What is looked at before any score: a doubt or an answer that calls."""

    what: str
    then: str
    why: str


def first_of(definition: Definition) -> list[First]:
    language = get_language() or ""
    doubts = [
        First(
            f"{definition.scale(one.scale).name.in_language(language)} ≥ {one.at_least}",
            _("not to be trusted: ask again"),
            one.source.in_language(language),
        )
        for one in definition.validity
    ]
    then = {"critical": _("calls somebody at once"), "review": _("stands beside the result")}
    calls = [
        First(
            _("Question %(number)s") % {"number": one.item} + f" ≥ {one.at_least}",
            then[one.kind],
            one.why.in_language(language),
        )
        for one in definition.critical
    ]
    return doubts + calls


def facts_of(definition: Definition) -> list[tuple[str, Any]]:
    """Label and value of what a user must know before choosing it."""
    language = get_language() or ""
    facts = [
        (_("Time asked about"), definition.window.in_language(language)),
        (_("Ages"), ages_told(definition)),
        (_("Who answers"), INFORMANTS[definition.informant]),
        (_("Direction"), _direction(definition)),
    ]
    return [(label, value) for label, value in facts if value]


def _direction(definition: Definition) -> str:
    if not definition.scales:
        return ""
    return _("high is bad") if definition.high_is_bad else _("high is good")


def ages_told(definition: Definition) -> str:
    low, high = definition.age_from, definition.age_to
    if low is not None and high is not None:
        told = _("%(low)s to %(high)s") % {"low": low, "high": high}
    elif low is not None:
        told = _("from %(low)s") % {"low": low}
    elif high is not None:
        told = _("up to %(high)s") % {"high": high}
    else:
        told = ""
    return f"{told} {definition.age_note.in_language(get_language() or '')}".strip()
