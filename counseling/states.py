"""When each student was last talked to."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from counseling.models import TalkPart
from students.states import OfStudents, Values, source


def _last(students: Any) -> Any:
    parts = TalkPart.objects.standing().filter(student__in=students).order_by()
    known = Max("talk__happened_at", filter=Q(talk__is_restricted=False))
    return parts.values_list("student_id").annotate(known=known, any=Max("talk__happened_at"))


_LAST = OfStudents(_last)


@source("last_talk_at", "last_any_talk_at")
def talks(students: Iterable[UUID]) -> dict[UUID, Values]:
    return {pk: {"last_talk_at": known, "last_any_talk_at": last} for pk, known, last in _LAST.rows(students)}
