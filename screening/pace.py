"""How fast one slip, or one guardian's link, may ask. Whoever holds a paper may answer and no more: a program that
sends without end is told to wait, and writes nothing. Counted by paper and never by address,
because a whole school sits behind one; in the memory of each web process, because a limit need not be exact to the
request."""

from collections import Counter
from uuid import UUID

from django.utils import timezone

# In a minute. A page sends every ten seconds or ten answers; one that was without a network for an hour sends what
# waited, one request after the other, and waits by itself where it is told to.
MOST = 300

_taken: dict[int, Counter[UUID]] = {}  # by minute; only the running one is kept


class TooFast(Exception):
    """This paper has sent too much within a minute. Nothing of it is lost: the page keeps it and sends it again."""


def check_pace(paper: UUID) -> None:
    minute = int(timezone.now().timestamp() // 60)
    for old in list(_taken):
        if old != minute:
            _taken.pop(old, None)
    counts = _taken.setdefault(minute, Counter())
    counts[paper] += 1
    if counts[paper] > MOST:
        raise TooFast
