"""The states of a risk flag and every way from one to another: one table, plain Python without Django.

`docs/flags.md` has a diagram that is made from it (`manage.py flag_diagram`). The actions ask `obstacle` before they
change anything; what it answers is a code: its sentence stands in `students.actions.moving.SENTENCES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

LOWEST, UPPER, WORST = 1, 3, 4


class State(StrEnum):
    RAISED = "raised"
    IN_HAND = "acknowledged"
    WATCHED = "watched"
    PROPOSED = "proposed"
    CLOSED = "closed"


class Need(StrEnum):
    """What a move asks for. Each is an obstacle while it is missing."""

    REASON = "reason"  # what was seen and what was done, in words that say something
    INTERVIEW = "interview"  # recorded since the flag was raised, called again or opened again
    SECOND = "second"  # a second person, named beforehand
    NAMED = "named"  # whoever acts is that second person
    MEASURE = "measure"  # something was done with the student; on the two upper levels the interview
    LOWER_LEVELS = "lower_levels"  # the two upper levels go another way
    LOWEST_LEVEL = "lowest_level"
    ACCEPTED = "accepted"  # a named person of another school has accepted it
    OPEN_PLACE = "open_place"  # the student has no other open flag


@dataclass(frozen=True)
class Facts:
    """What is known when somebody wants to move a flag."""

    state: State
    severity: int
    is_interviewed: bool = False
    has_reason: bool = False
    has_second: bool = False
    is_named: bool = False
    has_open_place: bool = True
    is_accepted: bool = False
    is_acted: bool = False

    def lacks(self, need: Need) -> bool:
        return not {
            Need.REASON: self.has_reason,
            Need.INTERVIEW: self.is_interviewed,
            Need.SECOND: self.has_second,
            Need.NAMED: self.is_named,
            Need.MEASURE: self.is_interviewed if self.severity >= UPPER else self.is_acted,
            Need.LOWER_LEVELS: self.severity < UPPER,
            Need.LOWEST_LEVEL: self.severity == LOWEST,
            Need.OPEN_PLACE: self.has_open_place,
            Need.ACCEPTED: self.is_accepted,
        }[need]


@dataclass(frozen=True)
class Move:
    """One way: from which states, to which (None: it stays where it is), and what it needs."""

    name: str
    before: tuple[State, ...]
    after: State | None
    needs: tuple[Need, ...] = ()
    label: str = field(default="", compare=False)


OPEN = (State.RAISED, State.IN_HAND, State.WATCHED, State.PROPOSED)
HELD = (State.IN_HAND, State.WATCHED)
MOVES = {
    move.name: move
    for move in (
        Move("take", (State.RAISED,), State.IN_HAND, label="taken in hand"),
        Move("hand_over", OPEN, None, label="handed over"),
        # A first measure stops the clock of a flag that nobody took in hand first: whoever acts has it in hand.
        Move("step", (State.RAISED, State.IN_HAND), State.IN_HAND, label="a step is written down"),
        Move("step_while_watched", (State.WATCHED, State.PROPOSED), None, label="a step is written down"),
        Move("watch", HELD, State.WATCHED, (Need.MEASURE, Need.REASON), label="watched until a day"),
        Move("watch_over", (State.WATCHED,), State.IN_HAND, label="the day has come"),
        Move(
            "call_again",
            OPEN,
            State.RAISED,
            label="reported again: a higher level, a critical answer, an emergency",
        ),
        Move("report_again", (State.WATCHED, State.PROPOSED), State.IN_HAND, label="reported again"),
        Move("lower", HELD, None, (Need.REASON, Need.INTERVIEW), label="level lowered"),
        Move("close", (State.RAISED, *HELD), State.CLOSED, (Need.LOWER_LEVELS, Need.REASON), label="decided"),
        Move("close_together", (State.RAISED, *HELD), State.CLOSED, (Need.LOWEST_LEVEL, Need.REASON), label="decided"),
        Move("propose", HELD, State.PROPOSED, (Need.INTERVIEW, Need.REASON, Need.SECOND), label="decision proposed"),
        Move("confirm", (State.PROPOSED,), State.CLOSED, (Need.NAMED, Need.INTERVIEW), label="second person confirms"),
        Move(
            "send_back", (State.PROPOSED,), State.IN_HAND, (Need.NAMED, Need.REASON), label="second person sends back"
        ),
        Move("take_back", (State.PROPOSED,), State.IN_HAND, label="proposal taken back"),
        Move("hand_on", OPEN, State.CLOSED, (Need.ACCEPTED,), label="goes along to another school"),
        Move("came_back", (State.CLOSED,), None, (Need.REASON,), label="what came back of a referral is written down"),
        Move("reopen", (State.CLOSED,), State.IN_HAND, (Need.REASON, Need.OPEN_PLACE), label="opened again"),
    )
}


def obstacle(name: str, facts: Facts) -> str:
    """Why this move is not possible now: "state", or the need that is missing; empty when nothing is in the way."""
    move = MOVES[name]
    if facts.state not in move.before:
        return "state"
    return next((need.value for need in move.needs if facts.lacks(need)), "")


def ends(severity: int) -> str:
    """The move by which a decision ends a flag of this level: at once, or proposed to a second person."""
    return "propose" if severity >= UPPER else "close"


# What people may judge an empty answer to be: no reason says something if it is one of these.
IN_CHINESE = (
    "无 没有 没 暂无 不详 略 同上 正常 无异常 没事 没问题 已处理 处理了 已解决 已谈话 谈了 好 好的 可以 结案"  # zh
)
IN_ENGLISH = "none no nothing ok okay done n/a na test same closed fine"
EMPTY_WORDS = frozenset(f"{IN_CHINESE} {IN_ENGLISH}".split())
MARKS = " \t\r\n.,;:!?-_/\\·。，；：！？、…~—"


def says_something(text: str) -> bool:
    """Not empty, not a word that stands for an empty answer, not one sign again and again."""
    bare = text.strip(MARKS).lower()
    return bool(bare) and bare not in EMPTY_WORDS and len(set(bare) - set(MARKS)) > 2


def diagram() -> str:
    """The table as a state diagram (Mermaid)."""
    return "\n".join(["stateDiagram-v2", "    [*] --> raised: somebody raises it", *_arrows()])


def _arrows() -> Iterator[str]:
    names = {State.IN_HAND: "in_hand"}
    for move in MOVES.values():
        after = move.after
        if after is None:
            continue
        needs = f" [{', '.join(need.value.replace('_', ' ') for need in move.needs)}]" if move.needs else ""
        for before in move.before:
            yield f"    {names.get(before, before.value)} --> {names.get(after, after.value)}: {move.label}{needs}"
