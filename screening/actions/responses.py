"""A result leaves on paper: with a row in the log that says so, and a mark of who took it on every page."""

from django.db import transaction
from django.utils.translation import get_language

from schools import audit
from schools.access import Viewer
from schools.models import Job
from schools.work.jobs import start_job
from screening.models import Response


@transaction.atomic
def start_pdf(*, by: Viewer, response: Response) -> Job:
    """`response` is one that the viewer may open."""
    audit.record(by=by, verb="response.printed", about=response, student=response.slip.student_id)
    params = {"response": str(response.pk), "language": get_language() or "zh-hans"}
    return start_job(by=by, kind="response_pdf", params=params)
