"""When each student was last screened, and what the result asks of the school."""

from collections.abc import Iterable
from uuid import UUID

from screening.models import Response
from students.states import Values, source


@source("last_screened_at", "screening_severity")
def screenings(students: Iterable[UUID]) -> dict[UUID, Values]:
    """The last one handed in whose answers can be trusted, or that holds an answer that called somebody."""
    rows = Response.objects.exclude(is_valid=False, attention__lt=4).filter(slip__student__in=students).order_by("at")
    found = rows.values_list("slip__student_id", "at", "attention")
    return {pk: {"last_screened_at": at, "screening_severity": attention} for pk, at, attention in found}
