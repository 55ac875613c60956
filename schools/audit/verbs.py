"""What the audit log can say: every act is declared once, with its words, its kind and what its details are called.

Each app declares its own in its `trail.py`; `audit.record` refuses any other. A code is stored with each row, so it is
never changed: an act that no longer happens stays declared, or the rows written before would lose their words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an act does to the data. Limits and watches ask for it, never for how a code ends."""

    CHANGE = "change"
    # Somebody looked at something. With a student in its row it counts among the opens that colleagues watch.
    READ = "read"
    # A list of people left as a file: it counts against what a person may take out in a day, and leaders are told.
    EXPORT = "export"
    # How somebody proves who they are: signing in, passwords, second factors.
    SIGN_IN = "sign-in"
    # The machinery: chains of the log, background jobs, the demo.
    SYSTEM = "system"


@dataclass(frozen=True)
class Verb:
    """One act: `Verb("talk.filed", _("filed a talk"))`. `labels` names details that only this act has, `values` what
    their codes mean."""

    code: str
    words: Any
    kind: Kind = Kind.CHANGE
    labels: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)


class UndeclaredVerb(LookupError):
    """An act was to be logged that no `trail.py` declares."""


@dataclass(frozen=True)
class Topic:
    """What acts are about, for whoever looks for them in the log: the beginnings of their codes, up to the point."""

    code: str
    label: Any
    beginnings: tuple[str, ...]


_verbs: dict[str, Verb] = {}
_topics: dict[str, Topic] = {}


def declare(*verbs: Verb) -> None:
    for verb in verbs:
        if verb.code in _verbs:
            raise ValueError(f"the act {verb.code} is declared twice")
        if len(verb.code) > 40:
            raise ValueError(f"the code {verb.code} is longer than its column")
        _verbs[verb.code] = verb


def verb_of(code: str) -> Verb:
    if code not in _verbs:
        raise UndeclaredVerb(f"{code} is no declared act of the audit log: add it to the trail.py of its app")
    return _verbs[code]


def find_verb(code: str) -> Verb | None:
    """For rows that are stored already, which may be older than the code."""
    return _verbs.get(code)


def codes_of(kind: Kind) -> list[str]:
    return sorted(verb.code for verb in _verbs.values() if verb.kind == kind)


def declare_topic(code: str, label: Any, *beginnings: str) -> None:
    """Called again with the same code, it adds beginnings to the topic."""
    before = _topics[code].beginnings if code in _topics else ()
    _topics[code] = Topic(code, label, (*before, *beginnings))


def topics() -> dict[str, Topic]:
    """In the order of their words."""
    return dict(sorted(_topics.items(), key=lambda one: str(one[1].label)))


def without_topic() -> set[str]:
    """Beginnings of acts that nobody could choose in the log."""
    told = {beginning for topic in _topics.values() for beginning in topic.beginnings}
    return {code.partition(".")[0] for code in _verbs} - told
