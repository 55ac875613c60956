"""What one student answered and what it scores, for the counselor."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from schools import audit
from schools.access import reason_to_see, roles
from schools.requests import ViewerRequest
from schools.views.jobs import to_job
from screening.access import SCREENERS
from screening.actions.responses import start_pdf
from screening.models import Response
from screening.response_page import responses_to_show, shown


def _response(request: ViewerRequest, pk: UUID) -> Response:
    found: Response = get_object_or_404(responses_to_show(request.viewer), pk=pk)
    return found


@require_GET
@roles(*SCREENERS)
def response_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Scales, answers, what is in doubt, earlier rounds, what the interview said. Opening it is logged."""
    viewer, response = request.viewer, _response(request, pk)
    context: dict[str, Any] = {
        **shown(viewer, response, get_language() or "zh"),
        "why": reason_to_see(viewer),
    }
    with transaction.atomic():
        audit.record_read(by=viewer, about=response, student=response.slip.student_id)
    return render(request, "screening/response_detail.html", context)


@require_POST
@roles(*SCREENERS)
def response_pdf(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """A worker makes it."""
    response = _response(request, pk)
    job = start_pdf(by=request.viewer, response=response)
    return to_job(job, back=response.get_absolute_url())
