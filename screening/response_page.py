"""A result with everything that belongs to it: the same for the page and for paper."""

from typing import Any

from schools.access import Viewer
from screening.consents import said_of
from screening.models import CriticalAnswer, Response
from screening.results import earlier_of, parts_shown
from students.models import FlagStep
from students.step_words import lines


def responses_to_show(viewer: Viewer) -> Any:
    return Response.objects.visible_to(viewer).select_related(
        "slip__round__school__kind",
        "slip__round__consent_text",
        "slip__student",
        "slip__class_group__school",
        "slip__flag",
    )


def shown(viewer: Viewer, response: Response, language: str) -> dict[str, Any]:
    earlier, known = earlier_of(viewer, response, language)
    return {
        "response": response,
        "student": response.slip.student,
        "parts": parts_shown(response, language, known),
        "called": CriticalAnswer.objects.visible_to(viewer).filter(slip=response.slip).exists(),
        "earlier": earlier,
        "is_taken_back": False in said_of(response.slip.round, response.slip.student_id).values(),
        "interviews": _interviews(viewer, response),
    }


def _interviews(viewer: Viewer, response: Response) -> list[tuple[FlagStep, list[tuple[str, str]]]]:
    """What was recorded of talks about the flag behind this result, the last first."""
    if response.slip.flag_id is None:
        return []
    steps = FlagStep.objects.visible_to(viewer).filter(flag=response.slip.flag_id, kind=FlagStep.Kind.INTERVIEW)
    return [(step, lines(step)) for step in steps.select_related("by__person").order_by("-number")[:3]]
