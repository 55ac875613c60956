"""The list of talks: what its address says, and the rows that follow from it."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counseling.models import TalkPart
from counseling.queries import follow_ups_due, words_of
from schools.access import Viewer
from schools.common.days import day_in, on_days
from schools.models import ClassGroup, Membership, Person, Role
from students.models import Student
from students.queries import matching

SORTS = {
    "when": ("talk__happened_at", "pk"),
    "student": ("student__search_keys", "talk__happened_at"),
    "level": ("severity", "talk__happened_at"),
    "follow_up": ("follow_up_on", "talk__happened_at"),
}
SHOWS: dict[str, str | Promise] = {
    "": _("All"),
    "mine": _("Held by me"),
    "follow_up": _("Follow-up due"),
    "attention": _("Need attention"),
    "restricted": _("For counselors only"),
}


class TalkFilter:
    """Reads the filters it knows by name; a value that cannot be meant is refused, never guessed."""

    def __init__(self, viewer: Viewer, params: Any) -> None:
        self.viewer = viewer
        self.q = params.get("q", "").strip()[:60]
        self.show = _one_of(params.get("show", ""), SHOWS)
        self.sort = params.get("sort", "") or "-when"
        _one_of(self.sort.removeprefix("-"), SORTS)
        self.class_id = _whole(params.get("class", ""))
        self.teacher_id = _uuid(params.get("teacher", ""))
        self.theme = _known(params.get("theme", ""), self.words.lists["theme"])
        self.kind = _known(params.get("kind", ""), self.words.lists["kind"])
        self.first, self.last = day_in(params.get("from", "")), day_in(params.get("to", ""))
        self.is_set = any(
            (self.q, self.show, self.class_id, self.teacher_id, self.theme, self.kind, self.first, self.last)
        )

    @cached_property
    def words(self) -> Any:
        return words_of(self.viewer.unit)

    def parts(self) -> QuerySet[TalkPart]:
        parts: QuerySet[TalkPart] = TalkPart.objects.visible_to(self.viewer).standing()
        parts = parts.select_related("talk__author", "student", "class_group__school")
        for narrow in (self._people, self._kinds, self._days, self._shows):
            parts = narrow(parts)
        names = SORTS[self.sort.removeprefix("-")]
        down = self.sort.startswith("-")
        return parts.order_by(*(f"-{name}" if down else name for name in names))

    def _people(self, parts: QuerySet[TalkPart]) -> QuerySet[TalkPart]:
        if self.q:
            found = matching(Student.objects.visible_to(self.viewer), self.q)
            parts = parts.filter(student__in=found.order_by().values("pk"))
        if self.class_id:
            parts = parts.filter(class_group_id=self.class_id)
        if self.teacher_id:
            parts = parts.filter(talk__author_id=self.teacher_id)
        return parts

    def _kinds(self, parts: QuerySet[TalkPart]) -> QuerySet[TalkPart]:
        if self.kind:
            parts = parts.filter(talk__kind=self.kind)
        if self.theme:
            # A code in a JSON list: codes are plain words, so the quoted form is found in its text on both databases.
            parts = parts.alias(themes_text=Cast("themes", TextField())).filter(themes_text__contains=f'"{self.theme}"')
        return parts

    def _days(self, parts: QuerySet[TalkPart]) -> QuerySet[TalkPart]:
        return on_days(parts, "talk__happened_at", self.first, self.last)

    def _shows(self, parts: QuerySet[TalkPart]) -> QuerySet[TalkPart]:
        if self.show == "mine":
            return parts.filter(talk__author=self.viewer.person)
        if self.show == "follow_up":
            return parts.filter(pk__in=follow_ups_due(self.viewer).order_by().values("pk"))
        if self.show == "attention":
            return parts.filter(severity__gt=0)
        if self.show == "restricted":
            return parts.filter(talk__is_restricted=True)
        return parts

    # --- what the page offers to choose from -------------------------------------------------------------------------

    def shows(self) -> list[tuple[str, Any]]:
        may = self.viewer.role == Role.COUNSELOR
        return [(code, label) for code, label in SHOWS.items() if may or code != "restricted"]

    def classes(self) -> list[ClassGroup]:
        return self.viewer.class_groups

    def teachers(self) -> QuerySet[Person]:
        """Who works here; for those who see less than the school, who works in the classes they see."""
        here = Membership.objects.current().filter(unit=self.viewer.unit)
        if not self.viewer.sees_whole_school():
            here = here.filter(Q(classes__in=self.viewer.class_ids) | Q(person=self.viewer.person))
        people: QuerySet[Person] = Person.objects.filter(pk__in=here.values("person_id"))
        return people.order_by("name")

    def themes(self) -> list[tuple[str, str]]:
        return list(self.words.lists["theme"].items())

    def kinds(self) -> list[tuple[str, str]]:
        return list(self.words.lists["kind"].items())


def _one_of(value: str, known: Any) -> str:
    if value not in known:
        raise BadRequest("unknown filter")
    return value


def _known(value: str, known: Any) -> str:
    return _one_of(value, known) if value else ""


def _whole(value: str) -> int | None:
    if not value:
        return None
    if not value.isdecimal() or len(value) > 12:
        raise BadRequest("unknown filter")
    return int(value)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        raise BadRequest("unknown filter") from None
