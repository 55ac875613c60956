"""When each student was last screened, and what the result asks of the school."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, PositiveSmallIntegerField, Q, UUIDField

from schools.common.prepared import PreparedUpdate
from screening.models import Response
from screening.models.responses import counts
from students.models import StudentState
from students.states import OfStudents, Values, keep, source


def _trusted(students: Any) -> Any:
    """The first handed in first."""
    rows = Response.objects.with_level().filter(slip__student__in=students).order_by("at")
    return rows.values_list("slip__student_id", "at", "attention")


_TRUSTED = OfStudents(_trusted)


@source("last_screened_at", "screening_severity")
def screenings(students: Iterable[UUID]) -> dict[UUID, Values]:
    """The last one handed in whose answers can be trusted, or that holds an answer that called somebody. A survey that
    asks no scale screens nobody."""
    found = _TRUSTED.rows(students)
    return {pk: {"last_screened_at": at, "screening_severity": attention} for pk, at, attention in found}


_SCREENED = PreparedUpdate(
    lambda student, at, attention: (
        StudentState.objects.filter(Q(last_screened_at=None) | Q(last_screened_at__lt=at), pk=student),
        {"last_screened_at": at, "screening_severity": attention},
    ),
    student=UUIDField(),
    at=DateTimeField(),
    attention=PositiveSmallIntegerField(),
)


def note(response: Response) -> None:
    """What `keep` would write after this hand-in, in one statement: it is the last one, if it can be trusted."""
    student = response.slip.student_id
    if not counts(response.attention, is_valid=response.is_valid):
        return
    if not _SCREENED.run(student=student, at=response.at, attention=response.attention):
        keep([student], screenings)
