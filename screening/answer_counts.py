"""How the valid answers of a round were given, question by question. What was counted is kept, so that the page of the
questions opens the sealed answers that came since and not all of them again."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max

from schools.access import Viewer
from screening.models import AnonymousSheet, AnswerCounts, Response, Round
from students.access import kept_from


@dataclass
class Counts:
    sheets: int = 0
    answered: Counter[str] = field(default_factory=Counter)  # by key of the question
    given: dict[str, Counter[int]] = field(default_factory=dict)  # of questions with options, scales and numbers

    def add(self, answers: dict[str, Any], by: int = 1) -> None:
        self.sheets += by
        for key, value in answers.items():
            if value is None:
                continue
            self.answered[key] += by
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, int):
                    self.given.setdefault(key, Counter())[one] += by

    def as_text(self) -> str:
        given = {key: list(values.items()) for key, values in self.given.items()}
        return json.dumps({"sheets": self.sheets, "answered": self.answered, "given": given})

    @classmethod
    def from_text(cls, text: str) -> "Counts":
        data = json.loads(text)
        given = {key: Counter(dict(map(tuple, pairs))) for key, pairs in data["given"].items()}
        return cls(data["sheets"], Counter(data["answered"]), given)


def counts_for(viewer: Viewer, round_: Round) -> Counts:
    """Without what stands behind a flag that is kept from the viewer; of an anonymous round only what may be read."""
    if round_.is_anonymous:
        sheets: Any = AnonymousSheet.objects.visible_to(viewer).filter(round=round_)
        return _kept_or_anew(round_, sheets.order_by(), sheets.count(), None)
    valid: Any = Response.objects.filter(slip__round=round_, is_valid=True).order_by()
    now = valid.aggregate(sheets=Count("pk"), last_at=Max("at"))
    counts = _kept_or_anew(round_, valid, now["sheets"], now["last_at"])
    for response in valid.filter(slip__flag__in=kept_from(viewer)).only("answers"):
        counts.add(response.given, -1)
    counts.given = {key: +values for key, values in counts.given.items()}  # an answer of nobody else is not named
    return counts


def _kept_or_anew(round_: Round, rows: Any, sheets: int, last_at: Any) -> Counts:
    kept = AnswerCounts.objects.filter(round=round_).first()
    if kept and (kept.sheets, kept.last_at) == (sheets, last_at):
        return Counts.from_text(kept.counts)
    counts, last_at = _with_new(kept, rows, sheets) or _counted(Counts(), None, rows)
    if kept:
        kept.sheets, kept.last_at, kept.counts = counts.sheets, last_at, counts.as_text()
        kept.save()
    elif counts.sheets:
        made = AnswerCounts(round=round_, sheets=counts.sheets, last_at=last_at, counts=counts.as_text())
        AnswerCounts.objects.bulk_create([made], ignore_conflicts=True)  # somebody else may have been faster
    return counts


def _with_new(kept: AnswerCounts | None, rows: Any, sheets: int) -> tuple[Counts, Any] | None:
    """What was kept and what came since; None if that are not all, as where one was written before and came later."""
    if kept is None or kept.last_at is None or kept.sheets > sheets:
        return None
    found = _counted(Counts.from_text(kept.counts), kept.last_at, rows.filter(at__gt=kept.last_at))
    return found if found[0].sheets >= sheets else None


def _counted(counts: Counts, last_at: Any, rows: Any) -> tuple[Counts, Any]:
    for one in rows.iterator(chunk_size=500):
        counts.add(one.given)
        at = getattr(one, "at", None)  # a sheet without a name has none
        last_at = at if last_at is None else max(last_at, at)
    return counts, last_at
