"""From answers to scores, bands, validity and alerts. Plain Python without Django: the best-tested code here.

    scored = score(definition, {1: 2, 2: 0, …})      # answers by number of item; what is missing is missing
    scored.scales       one `ScaleScore` per scale: raw, score, band, attention, valid
    scored.alerts       answers that a person must look at, also where the form is incomplete
    scored.valid        complete enough, and no validity scale says otherwise
    scored.attention    what the result asks of the school, 0 to 4; 4 for a critical answer

An answer that is not there is never counted as zero: a scale with too few answers has no score and no band. The rules
and their sources stand in the instrument's file. `Scorer` is the same for many answer sheets of one instrument.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from screening.conditions import holds
from screening.definition import COUNTED, Band, Definition, Missing, Rule, Scale

Values = Sequence[int | None]


class ScaleScore(NamedTuple):
    scale: str
    raw: int | None  # the sum after reversing
    score: float | None  # what is interpreted: the sum, mean, doubled or standard score
    band: str = ""
    attention: int | None = None
    valid: bool = True
    missing: int = 0


class Alert(NamedTuple):
    item: int
    value: int
    kind: str  # "critical" or "review"


class Scored(NamedTuple):
    scales: tuple[ScaleScore, ...]
    alerts: tuple[Alert, ...] = ()
    doubts: tuple[str, ...] = ()  # the validity scales that say the answers are not to be trusted
    signs: tuple[tuple[str, str], ...] = ()

    @property
    def valid(self) -> bool:
        return not self.doubts and all(scale.valid for scale in self.scales)

    @property
    def is_critical(self) -> bool:
        return any(alert.kind == "critical" for alert in self.alerts)

    @property
    def attention(self) -> int:
        """The highest that any band asks for; a critical answer is always the highest of all."""
        return 4 if self.is_critical else max((scale.attention or 0 for scale in self.scales), default=0)


class BadAnswer(ValueError):
    """A value that the item does not offer."""

    def __init__(self, item: int, value: object) -> None:
        super().__init__(f"item {item}: {value!r} is none of its options")
        self.item, self.value = item, value


def score(definition: Definition, answers: Mapping[int, Any]) -> Scored:
    """Score the answers of one person. Items that hold no number of an option (text, dates) are not scored."""
    scorer = scorer_of(definition)
    return scorer.score([_value(answers.get(item.number), item.number, item.values) for item in scorer.items])


def critical_answers(definition: Definition, answers: Mapping[int, Any]) -> tuple[Alert, ...]:
    """The alerts alone, for a page of answers that is saved before the rest."""
    return tuple(
        Alert(one.item, answers[one.item], one.kind)
        for one in definition.critical
        if isinstance(answers.get(one.item), int) and answers[one.item] >= one.at_least
    )


def is_shown(definition: Definition, number: int, answers: Mapping[int, Any]) -> bool:
    """Is this item asked, given what was answered before it?"""
    conditions = definition.by_number[number].show_if
    return not conditions or any(_chosen(answers.get(one.item), one.any_of) for one in conditions)


def _chosen(answer: Any, values: Iterable[int]) -> bool:
    given = answer if isinstance(answer, (list, tuple, set, frozenset)) else [answer]
    return any(value in given for value in values)


def _value(answer: Any, number: int, values: tuple[int, ...]) -> int | None:
    if answer is None:
        return None
    if isinstance(answer, bool) or answer not in values:
        raise BadAnswer(number, answer)
    return int(answer)


@lru_cache(maxsize=128)
def scorer_of(definition: Definition) -> "Scorer":
    return Scorer(definition)


class Scorer:
    """One instrument, prepared for many answer sheets: a score and its band are looked up by the sum."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.items = [item for item in definition.items if item.type in COUNTED]
        self.place = {item.number: place for place, item in enumerate(self.items)}
        # Those beside the instrument come last: a sheet is complete without them.
        self.scored_count = sum(item.scored for item in self.items)
        self._skips = [
            (self.place[item.number], [(self.place[one.item], one.any_of) for one in item.show_if])
            for item in self.items
            if item.show_if
        ]
        self._scales = [_Compiled(scale, self) for scale in definition.scales]
        self._validity = [(one, self._compiled(one.scale)) for one in definition.validity]
        self._critical = [(self.place[one.item], one) for one in definition.critical]
        self._total = next((n for n, scale in enumerate(definition.scales) if scale.code == "total"), None)

    def _compiled(self, code: str) -> "_Compiled":
        return next(scale for scale in self._scales if scale.scale.code == code)

    def score(self, values: Values) -> Scored:
        """Score one sheet: a value or None for each of `items`, in their order."""
        if self._skips:
            values = self._with_skips(values)
        complete = None not in values[: self.scored_count]
        scores: list[ScaleScore] = []
        for compiled in self._scales:
            found = compiled.score(values, scores, complete)
            if found is not None:
                scores.append(found)
        if self.definition.rules:
            self._decide(values, scores)
        doubts = tuple(one.scale for one, compiled in self._validity if compiled.highest(values) >= one.at_least)
        if doubts:
            scores = [found._replace(valid=False) for found in scores]
        signs = self._signs(values, scores) if self.definition.signs else ()
        return Scored(tuple(scores), self._alerts(values), doubts, signs)

    def _with_skips(self, values: Values) -> Values:
        """An item that was rightly not asked counts as its lowest answer, not as a missing one."""
        filled = list(values)
        for place, conditions in self._skips:
            if filled[place] is None and not any(filled[at] in any_of for at, any_of in conditions):
                asked_for = any(filled[at] is None for at, _any_of in conditions)
                filled[place] = None if asked_for else min(self.items[place].values)
        return filled

    def _decide(self, values: Values, scores: list[ScaleScore]) -> None:
        """The band of the total where several things decide it together."""
        if self._total is None:
            return
        rule = self._first(self.definition.rules, values, scores)
        if rule is not None:
            scores[self._total] = scores[self._total]._replace(band=rule.code, attention=rule.attention)

    def _first(self, rules: Sequence[Rule], values: Values, scores: Sequence[ScaleScore]) -> Rule | None:
        """The first rule that holds; none as soon as a missing answer could still make one hold."""
        known = {found.scale: found.score for found in scores}
        for rule in rules:
            verdict = True if rule.when is None else holds(rule.when, self.place, values, known)
            if verdict:
                return rule
            if verdict is None:
                return None
        return None

    def _signs(self, values: Values, scores: Sequence[ScaleScore]) -> tuple[tuple[str, str], ...]:
        found = ((sign.code, self._first(sign.rules, values, scores)) for sign in self.definition.signs)
        return tuple((code, rule.code) for code, rule in found if rule is not None)

    def _alerts(self, values: Values) -> tuple[Alert, ...]:
        given = ((one, value) for place, one in self._critical if (value := values[place]) is not None)
        return tuple(Alert(one.item, value, one.kind) for one, value in given if value >= one.at_least)


class _Compiled:
    """One scale, prepared."""

    def __init__(self, scale: Scale, scorer: Scorer) -> None:
        self.scale = scale
        self.places = [scorer.place[number] for number in scale.items]
        self._parts = [
            next(n for n, other in enumerate(scorer.definition.scales) if other.code == code) for code in scale.sum_of
        ]
        reverse = scorer.definition.reversed
        recode = dict(scale.recode)
        # For each item, what an answer adds to the sum.
        self.adds: list[dict[int, int]] = []
        for number in scale.items:
            offered = scorer.definition.by_number[number].values
            turn = min(offered) + max(offered)
            self.adds.append({v: turn - v if number in reverse else recode.get(v, v) for v in offered})
        self._is_plain = not scale.recode and all(place < scorer.scored_count for place in self.places)
        self._straight, self._turned, self._constant = self._sums(scorer)
        self._known: dict[int, ScaleScore] = {}
        self.top = sum(max(added.values()) for added in self.adds)

    def _sums(self, scorer: Scorer) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None, int]:
        """Ways to pick the items of a complete sheet that add, and those that subtract from a constant."""
        reverse = scorer.definition.reversed
        straight = [scorer.place[n] for n in self.scale.items if n not in reverse]
        turned = [n for n in self.scale.items if n in reverse]
        constant = 0
        for number in turned:
            offered = scorer.definition.by_number[number].values
            constant += min(offered) + max(offered)
        return _picker(straight), _picker([scorer.place[n] for n in turned]), constant

    def score(self, values: Values, before: Sequence[ScaleScore], complete: bool) -> ScaleScore | None:
        if self._parts:
            return self._total([before[n] for n in self._parts])
        if complete and self._is_plain:
            raw = self._constant
            if self._straight:
                raw += sum(self._straight(values))
            if self._turned:
                raw -= sum(self._turned(values))
            return self._result(raw)
        return self._with_gaps(values)

    def _with_gaps(self, values: Values) -> ScaleScore | None:
        pairs = zip(self.places, self.adds, strict=True)
        given = [added[value] for place, added in pairs if (value := values[place]) is not None]
        raw, there, wanted = sum(given), len(given), len(self.places)
        if self.scale.optional and not there:
            return None
        if there == wanted:
            return self._result(raw)
        gaps, missing = wanted - there, self.scale.missing
        if missing.rule == "leave_out" and gaps <= missing.at_most and there:
            return self._result(raw)._replace(missing=gaps)
        if missing.rule == "prorate" and there >= missing.at_least:
            filled = _half_up(raw * wanted, there)
            return self._result(filled)._replace(raw=raw, missing=gaps)
        return ScaleScore(self.scale.code, None, None, valid=False, missing=gaps)

    def _total(self, parts: Sequence[ScaleScore]) -> ScaleScore:
        there = [part for part in parts if part.score is not None]
        gaps = len(parts) - len(there)
        missing = sum(part.missing for part in parts)
        if not gaps:
            found = self._result(int(sum(part.score or 0 for part in parts)))
            return found._replace(raw=sum(part.raw or 0 for part in parts), missing=missing)
        rule: Missing = self.scale.missing
        if rule.rule == "prorate" and len(there) >= rule.at_least:
            known = int(sum(part.score or 0 for part in there))
            found = self._result(_half_up(known * len(parts), len(there)))
            return found._replace(raw=sum(part.raw or 0 for part in there), missing=missing)
        return ScaleScore(self.scale.code, None, None, valid=False, missing=missing)

    def _result(self, raw: int) -> ScaleScore:
        """A sum has few values: each one's score and band are found once."""
        found = self._known.get(raw)
        if found is None:
            found = self._known[raw] = self._interpret(raw)
        return found

    def _interpret(self, raw: int) -> ScaleScore:
        score: float = raw
        if self.scale.score == "mean":
            score = raw / len(self.scale.items)
        elif self.scale.score == "times":
            score = int(raw * self.scale.factor)  # Zung's standard score is cut off, not rounded
        band = band_of(self.scale, score)
        return ScaleScore(self.scale.code, raw, score, band.code if band else "", band.attention if band else None)

    def highest(self, values: Values) -> int:
        """The sum if what is missing were answered in the worst way: doubt is not waved through by leaving gaps."""
        total = 0
        for place, added in zip(self.places, self.adds, strict=True):
            value = values[place]
            total += max(added.values()) if value is None else added[value]
        return total


def band_of(scale: Scale, score: float) -> Band | None:
    """The band that a score falls into: the last one that has begun."""
    found = None
    for band in scale.bands:
        if score > band.begins or (score == band.begins and not band.above):
            found = band
    return found


def _half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest whole number, halves up: never Python's rounding to the even one."""
    return (2 * numerator + denominator) // (2 * denominator)


def _picker(places: list[int]) -> Callable[..., Any] | None:
    if not places:
        return None
    first, *rest = places
    if not rest:
        return lambda values: (values[first],)
    return itemgetter(*places)
