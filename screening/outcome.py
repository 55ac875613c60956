"""The answers of one student in one round, taken apart by instrument and scored.

An answer's key names the place of the instrument in the round and the item: "1.9" is item 9 of the first. Null is an
item that was left out on purpose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from screening import quality
from screening.definition import COUNTED, Kind
from screening.models import Instrument, Round, RoundInstrument
from screening.scoring import Scored, score


@dataclass(frozen=True)
class PartOutcome:
    instrument: Instrument
    scored: Scored
    doubts: tuple[str, ...]
    is_valid: bool


@dataclass(frozen=True)
class Outcome:
    parts: tuple[PartOutcome, ...]

    @property
    def is_valid(self) -> bool:
        return all(part.is_valid for part in self.parts)

    @property
    def is_scored(self) -> bool:
        return any(part.instrument.kind == Kind.SCALE for part in self.parts)

    @property
    def attention(self) -> int:
        """What the valid results ask for; an answer that is critical counts also where the rest is in doubt."""
        asked = [part.scored.attention for part in self.parts if part.is_valid or part.scored.is_critical]
        return max(asked, default=0)


# By round: what is asked changes no more once it may be answered. Nothing here is about a student.
_known: dict[UUID, list[RoundInstrument]] = {}
KEPT = 64


def parts_of(round_: Round) -> list[RoundInstrument]:
    """In their order, with their instruments; of a running round asked once for each process. A planned one may still
    change, and a closed one be scored anew with a corrected version."""
    if round_.state != Round.State.OPEN:
        return list(round_.parts.all())
    if round_.pk not in _known:
        if len(_known) >= KEPT:
            _known.clear()
        _known[round_.pk] = list(round_.parts.select_related("instrument"))
    return _known[round_.pk]


def split(round_: Round, answers: Mapping[str, Any]) -> Iterator[tuple[RoundInstrument, dict[int, Any]]]:
    for part in parts_of(round_):
        prefix = f"{part.position}."
        yield part, {int(key.removeprefix(prefix)): value for key, value in answers.items() if key.startswith(prefix)}


def outcome_of(round_: Round, answers: Mapping[str, Any], seconds: int) -> Outcome:
    """The time is shared out among the instruments by their numbers of items."""
    found = list(split(round_, answers))
    asked = sum(len(part.instrument.parsed.items) for part, _given in found) or 1
    return Outcome(
        tuple(
            _part(part.instrument, given, seconds * len(part.instrument.parsed.items) / asked if seconds else None)
            for part, given in found
        )
    )


def _part(instrument: Instrument, given: Mapping[int, Any], seconds: float | None) -> PartOutcome:
    definition = instrument.parsed
    counted = {item.number for item in definition.items if item.type in COUNTED}
    scored = score(definition, {number: value for number, value in given.items() if number in counted})
    doubts = (*scored.doubts, *quality.doubts(definition, given, seconds))
    is_valid = not doubts and (scored.valid or definition.kind == Kind.SURVEY)
    return PartOutcome(instrument, scored, doubts, is_valid)
