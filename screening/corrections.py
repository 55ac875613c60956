"""Corrected versions of instruments: which may score a round anew."""

from schools.access import Viewer
from screening.definition import Definition
from screening.models import Instrument, Round
from screening.outcome import parts_of
from screening.queries import instruments_seen


def asks_the_same(one: Definition, other: Definition) -> bool:
    """Answers to the one are answers to the other: as many items, of the same kinds, with the same values, and the same
    scales, so that what was said of them stays readable."""

    def shape(definition: Definition) -> list[object]:
        items = [(item.number, item.type, tuple(item.values), item.low, item.high) for item in definition.items]
        return [items, [scale.code for scale in definition.scales]]

    return shape(one) == shape(other)


def corrections_of(viewer: Viewer, round_: Round) -> list[tuple[Instrument, Instrument]]:
    """Of a closed round: each instrument with the newest later version that may score it anew, in one query."""
    if round_.state != Round.State.CLOSED or round_.is_anonymous:
        return []
    asked = {part.instrument.code: part.instrument for part in parts_of(round_)}
    rows = instruments_seen(viewer.unit).filter(state=Instrument.State.READY, code__in=asked).order_by("pk")
    newer = {
        one.code: one
        for one in rows
        if one.pk > asked[one.code].pk
        and one.unit_id == asked[one.code].unit_id
        and asks_the_same(asked[one.code].parsed, one.parsed)
    }
    return [(asked[code], one) for code, one in newer.items()]
