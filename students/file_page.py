"""The file as its page and its paper show it: chosen by kind and term, and what is new since the viewer's last look."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.db.models import DateTimeField, UUIDField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.models import AuditEntry, Term
from schools.prepared_for import prepared_for
from schools.queries import last_begun
from students.file import KINDS, FileEntry, Kind, file_of
from students.models import Student

PER_PAGE = 40
# Pages opened within it belong to one look: what is new stays marked while somebody goes to and fro.
SITTING = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Choice:
    """What of the file is shown: a kind, a term, only what is new. Nothing chosen is everything."""

    kind: Kind | None = None
    term: Term | None = None
    only_new: bool = False

    @classmethod
    def of(cls, viewer: Viewer, said: QueryDict | dict[str, str]) -> "Choice":
        """As an address says it. A name that nobody knows is refused, never guessed."""
        kind, term = said.get("kind", ""), said.get("term", "")
        terms = {one.code: one for one in viewer.terms}
        if (kind and kind not in KINDS) or (term and term not in terms) or said.get("new", "") not in ("", "1"):
            raise BadRequest("no such kind or term")
        return cls(KINDS.get(kind), terms.get(term), said.get("new", "") == "1")

    @property
    def params(self) -> dict[str, str]:
        """For an address and for a job."""
        found = {"kind": self.kind.code if self.kind else "", "term": self.term.code if self.term else ""}
        return {name: value for name, value in found.items() if value}


def last_look(viewer: Viewer, student: Student) -> dt.datetime | None:
    """When this viewer, in this role, last opened the student's page before the present sitting: the log has it."""
    return next(iter(_opened(viewer, student=student.pk, before=timezone.now() - SITTING)), None)


@prepared_for(student=UUIDField(), before=DateTimeField())
def _opened(viewer: Viewer, student: Any, before: Any) -> Any:
    opened = AuditEntry.objects.filter(
        student_id=student,
        person=viewer.person,
        membership_id=viewer.membership.pk,
        verb="student.opened",
        at__lt=before,
    )
    return opened.order_by("-at").values_list("at")[:1]


class FileShown:
    """The file of one student for one viewer."""

    def __init__(self, viewer: Viewer, student: Student, choice: Choice, *, page: str | None = None) -> None:
        self.viewer, self.choice = viewer, choice
        self.since = last_look(viewer, student)
        self.entries = file_of(viewer, student)
        self.page = page

    def is_new(self, entry: FileEntry) -> bool:
        """Written by somebody else since this viewer's last look."""
        return self.since is not None and entry.came_at > self.since and entry.by_id != self.viewer.person.pk

    @cached_property
    def new_count(self) -> int:
        return sum(map(self.is_new, self.entries))

    @cached_property
    def of_term(self) -> list[FileEntry]:
        if self.choice.term is None:
            return self.entries
        return [one for one in self.entries if self._term_of(one) == self.choice.term]

    def _term_of(self, entry: FileEntry) -> Term | None:
        """The one that had begun: the holidays after a term belong to it."""
        return last_begun(self.viewer.terms, timezone.localdate(entry.at))

    @cached_property
    def chosen(self) -> list[FileEntry]:
        found = [one for one in self.of_term if self.choice.kind is None or one.kind == self.choice.kind.code]
        return [one for one in found if self.is_new(one)] if self.choice.only_new else found

    @cached_property
    def page_obj(self) -> Page[Any]:
        return Paginator(self.rows(), PER_PAGE).get_page(self.page)

    def rows(self) -> list[tuple[FileEntry, str, bool]]:
        """Each with the word of its level, and whether it is new."""
        return [(one, self.viewer.scheme.word(one.severity), self.is_new(one)) for one in self.chosen]

    @property
    def chips(self) -> list[dict[str, Any]]:
        """The kinds there are entries of, as links that keep the term. A kind without entries is not named."""
        counts = Counter(one.kind for one in self.of_term)
        term = self.choice.params.get("term", "")
        kinds = [kind for kind in KINDS.values() if counts[kind.code] or kind == self.choice.kind]
        if len(kinds) < 2 and self.choice.kind is None:
            return []
        every = _chip(None, len(self.of_term), term, on=self.choice.kind is None)
        return [every, *(_chip(kind, counts[kind.code], term, on=kind == self.choice.kind) for kind in kinds)]

    @cached_property
    def terms(self) -> list[Term]:
        """Those of which there are entries, the newest first."""
        there = {term.code for one in self.entries if (term := self._term_of(one))}
        return [term for term in reversed(self.viewer.terms) if term.code in there or term == self.choice.term]


def _chip(kind: Kind | None, count: int, term: str, *, on: bool) -> dict[str, Any]:
    address = QueryDict(mutable=True)
    if kind:
        address["kind"] = kind.code
    if term:
        address["term"] = term
    return {"label": kind.label if kind else _("All"), "url": f"?{address.urlencode()}", "on": on, "count": count}
