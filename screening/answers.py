"""From what a form sends to an answer of the item's type. Plain Python without Django."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from screening.definition import Item, Type
from screening.scoring import BadAnswer

LONGEST = 2000


def parse(item: Item, given: Sequence[str]) -> Any:
    """The answer as it is kept and scored: a whole number, a list of them, a text or an ISO date; None for nothing.

    Raises `BadAnswer` for what the item does not offer.
    """
    texts = [text.strip() for text in given if text.strip()]
    if not texts:
        return None
    if item.type == Type.MULTIPLE:
        return sorted({_offered(item, text) for text in texts})
    if len(texts) > 1:
        raise BadAnswer(item.number, texts)
    return _READ[item.type](item, texts[0])


def _offered(item: Item, text: str) -> int:
    value = _whole(item, text)
    if value not in item.values:
        raise BadAnswer(item.number, text)
    return value


def _whole(item: Item, text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise BadAnswer(item.number, text)
    return int(text)


def _number(item: Item, text: str) -> int:
    value = _whole(item, text)
    if (item.low is not None and value < item.low) or (item.high is not None and value > item.high):
        raise BadAnswer(item.number, text)
    return value


def _text(item: Item, text: str) -> str:
    if len(text) > LONGEST or "\0" in text:
        raise BadAnswer(item.number, f"{text[:20]}…")
    return text


def _date(item: Item, text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadAnswer(item.number, text) from None


_READ = {
    Type.SINGLE: _offered,
    Type.SCALE: _offered,
    Type.NUMBER: _number,
    Type.TEXT: _text,
    Type.DATE: _date,
}
