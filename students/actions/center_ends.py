"""Requests to a center end with what they are about: then the center no longer reads them."""

from django.utils import timezone

from schools.work.notices import end_notices, pulse
from students.models import CenterRequest, RegistryEntry, RiskFlag


def end_requests(about: RiskFlag | RegistryEntry) -> None:
    """The flag has ended, or the student has left the registry. The caller's row of the log tells it."""
    for request in about.center_requests.filter(closed_at=None):
        end_request(request)


def end_request(request: CenterRequest) -> None:
    """Answered, it is closed; before an answer it is withdrawn."""
    endings = CenterRequest.Ending
    request.closed_at = timezone.now()
    request.ending = endings.DONE if request.answered_at else endings.WITHDRAWN
    request.save(update_fields=["closed_at", "ending"])
    end_notices(request)
    pulse({request.school_id, request.to_id})
