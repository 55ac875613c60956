"""The table of states by itself: no way to an end without what it needs, from anywhere, in any order."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from students.flag_states import MOVES, UPPER, Facts, Need, State, diagram, ends, obstacle, says_something

DOCS = Path(__file__).parents[2] / "docs" / "flags.md"


@settings(max_examples=300)
@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.booleans(), st.booleans(), st.booleans()), max_size=25),
)
def test_no_path_leads_to_closed_without_what_it_needs(severity, tried):
    """Somebody tries moves in any order; an interview counts only while it is in hand or waits for somebody."""
    state, is_interviewed, was_proposed = State.RAISED, False, False
    for name, has_reason, has_second, is_named in tried:
        if state in (State.IN_HAND, State.WATCHED) and has_second:
            is_interviewed = True
        facts = Facts(state, severity, is_interviewed, has_reason, has_second, is_named, is_acted=is_interviewed)
        if obstacle(name, facts):
            continue
        after = MOVES[name].after or state
        if after == State.CLOSED and state != State.CLOSED and severity >= UPPER:
            assert (name, is_interviewed, was_proposed, is_named) == ("confirm", True, True, True)
        if name == "watch":
            assert is_interviewed
        if after == State.CLOSED and severity < UPPER and name != "confirm":
            assert has_reason
        if name in ("reopen", "call_again"):
            is_interviewed, was_proposed = False, False
        was_proposed = was_proposed or name == "propose"
        state = after


def test_every_way_to_closed_is_a_decision_with_a_reason_or_a_second_person():
    closing = {name: set(move.needs) for name, move in MOVES.items() if move.after == State.CLOSED}
    assert closing == {
        "close": {Need.LOWER_LEVELS, Need.REASON},
        "close_together": {Need.LOWEST_LEVEL, Need.REASON},
        "confirm": {Need.NAMED, Need.INTERVIEW},
        "hand_on": {Need.ACCEPTED},
    }
    assert {severity: ends(severity) for severity in (1, 2, 3, 4)} == {
        1: "close",
        2: "close",
        3: "propose",
        4: "propose",
    }


def test_every_state_is_reached_and_left():
    reached = {State.RAISED} | {move.after for move in MOVES.values() if move.after}
    left = {state for move in MOVES.values() for state in move.before}
    assert reached == left == set(State)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", False),
        ("  ", False),
        ("无", False),
        ("没有。", False),
        ("OK!", False),
        ("啊啊啊啊", False),
        ("……", False),
        ("她和同桌和好了", True),
        ("slept well for two weeks", True),
    ],
)
def test_a_reason_says_something(text, says):
    assert says_something(text) == says


def test_the_diagram_of_the_docs_is_made_from_the_table():
    assert diagram() in DOCS.read_text(encoding="utf-8")
