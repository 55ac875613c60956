"""What one student answered and what it scores, for the counselor."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from schools import audit
from schools.access import reason_to_see, roles
from schools.requests import ViewerRequest
from screening.access import SCREENERS
from screening.models import CriticalAnswer, Response
from screening.results import parts_shown


@require_GET
@roles(*SCREENERS)
@transaction.atomic
def response_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Scales, answers, what is in doubt, and earlier rounds. Opening it is logged."""
    viewer = request.viewer
    rows = Response.objects.visible_to(viewer).select_related(
        "slip__round__school__kind", "slip__student", "slip__class_group__school", "slip__flag"
    )
    response: Response = get_object_or_404(rows, pk=pk)
    student = response.slip.student
    earlier = Response.objects.visible_to(viewer).filter(slip__student=student, at__lt=response.at)
    context: dict[str, Any] = {
        "response": response,
        "student": student,
        "parts": parts_shown(response, get_language() or "zh"),
        "called": CriticalAnswer.objects.visible_to(viewer).filter(slip=response.slip).exists(),
        "earlier": earlier.select_related("slip__round")[:10],
        "why": reason_to_see(viewer),
    }
    audit.record_read(by=viewer, about=response, student=student.pk)
    return render(request, "screening/response_detail.html", context)
