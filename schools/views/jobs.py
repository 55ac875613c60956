"""Long work: how far it is, and its file for whoever started it, for a day."""

from io import BytesIO
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from schools import audit
from schools.access import roles
from schools.accounts.second_factor import confirm_first, is_confirmed
from schools.common import files
from schools.models import Job, Role
from schools.requests import ViewerRequest
from schools.work.jobs import progress_of

EVERYONE = tuple(Role)
# Their files hold what is worth stealing (first passwords, answers): who takes one has just proved who they are.
PERSONAL = frozenset({"staff_commit", "round_table", "staff_table", "response_pdf"})


def _own(request: ViewerRequest, pk: UUID) -> Job:
    """A job of this person in this role that has not run out; to everybody else it does not exist."""
    jobs = Job.objects.visible_to(request.viewer).filter(expires_at__gt=timezone.now())
    return get_object_or_404(jobs, pk=pk)


def to_job(job: Job, *, back: str) -> HttpResponse:
    """To the page that tells how far the job is; from there to `back`, a page of ours."""
    return redirect(f"{reverse('schools:job_detail', args=[job.pk])}?{urlencode({'back': back})}")


@roles(*EVERYONE)
@require_GET
def job_detail(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """The page, or for htmx the part of it that changes."""
    job = _own(request, pk)
    is_part = bool(getattr(request, "htmx", False))
    result = job.result.get("url", "") if job.state == Job.State.DONE else ""
    if result:  # what came out is a page, not a file
        return HttpResponseClientRedirect(result) if is_part else redirect(result)
    template = "schools/job_progress.html" if is_part else "schools/job_detail.html"
    done, total = progress_of(job)
    return render(request, template, {"job": job, "done": done, "total": total, "back": _back(request)})


def _back(request: ViewerRequest) -> str:
    """Where this person came from, if that is a page of ours."""
    back = request.GET.get("back", "")
    return back if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


@roles(*EVERYONE)
@require_GET
def job_file(request: ViewerRequest, pk: UUID) -> HttpResponseBase:
    """The file, under the name the job gave it, as an attachment."""
    job = _own(request, pk)
    if job.state != Job.State.DONE or not job.file_name:
        raise Http404
    if job.kind in PERSONAL and not is_confirmed(request):
        return confirm_first(request, then=reverse("schools:job_detail", args=[job.pk]))
    try:
        content = files.open_file(job.pk)
    except FileNotFoundError as gone:
        raise Http404 from gone
    with transaction.atomic():
        audit.record_read(by=request.viewer, about=job, verb="job.file_taken")
    return FileResponse(BytesIO(content), as_attachment=True, filename=job.file_name, content_type=job.content_type)
