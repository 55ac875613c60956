"""What a form sends becomes an answer of the item's type, or is refused."""

import pytest

from screening.answers import parse
from screening.definition import Item, Option, Type
from screening.scoring import BadAnswer

OPTIONS = (Option(0), Option(1), Option(3))


def item(kind, **more):
    return Item(number=1, type=kind, options=OPTIONS if kind in ("single", "multiple") else (), **more)


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        (Type.SINGLE, ["3"], 3),
        (Type.SINGLE, [""], None),
        (Type.MULTIPLE, ["3", "0", "3"], [0, 3]),
        (Type.SCALE, ["10"], 10),
        (Type.NUMBER, ["7"], 7),
        (Type.TEXT, [" 想家 "], "想家"),
        (Type.DATE, ["2026-03-01"], "2026-03-01"),
    ],
)
def test_answer_is_read_by_type(kind, given, answer):
    assert parse(item(kind, low=0, high=10), given) == answer


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Type.SINGLE, ["2"]),
        (Type.SINGLE, ["0", "1"]),
        (Type.SINGLE, ["１"]),
        (Type.MULTIPLE, ["0", "2"]),
        (Type.SCALE, ["11"]),
        (Type.NUMBER, ["-1"]),
        (Type.NUMBER, ["1e3"]),
        (Type.TEXT, ["a\0b"]),
        (Type.TEXT, ["x" * 2001]),
        (Type.DATE, ["2026-02-30"]),
    ],
)
def test_answer_that_is_not_offered_is_refused(kind, given):
    with pytest.raises(BadAnswer):
        parse(item(kind, low=0, high=10), given)
