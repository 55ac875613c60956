"""The machinery, for system administrators: heartbeats, queue, failures with their cause, another try."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from schools.access import roles
from schools.actions.jobs import retry_job, retry_reminders
from schools.audit.verbs import find_verb
from schools.models import Channel, Role
from schools.requests import ViewerRequest
from schools.work.alarms import alarms_now, is_silent, last_beats, queue_now
from schools.work.remedies import SECTION, about_answer, about_failure
from schools.work.reminders import all_sources


@roles(Role.SYSTEM_ADMIN)
@require_GET
def system(request: ViewerRequest) -> HttpResponse:
    names = {"scheduler": _("Scheduler"), "worker": _("Worker")}
    now = timezone.now()
    beats = [(names[name], at, is_silent(at, now)) for name, at in last_beats().items()]
    queue, sources = queue_now(), all_sources()
    failed = [(_job_words(job.kind), job, _said(job.cause), about_failure(job.cause)) for job in queue.failed]
    reminders = [
        (sources[kind].title if kind in sources else kind, error, n, about_failure(error))
        for kind, error, n in queue.reminders
    ]
    sendings = [
        (Channel.Kind(kind).label, _said(answer), n, about_answer(answer)) for kind, answer, n in queue.sendings
    ]
    context = {
        "alarms": alarms_now(),
        "beats": beats,
        "queue": queue,
        "failed": failed,
        "reminders": reminders,
        "sendings": sendings,
        "section": SECTION,
    }
    return render(request, "schools/system.html", context)


def _said(cause: str) -> str:
    """Kept in English, told in the language of whoever reads it."""
    return _(cause) if cause else ""


def _job_words(kind: str) -> Any:
    """As the log tells that it was started."""
    verb = find_verb(f"{kind}.started")
    return verb.words if verb else kind


@roles(Role.SYSTEM_ADMIN)
@require_POST
def job_retry(request: ViewerRequest) -> HttpResponse:
    """Which one is posted: its address belongs to its owner."""
    try:
        pk = UUID(request.POST.get("job", ""))
    except ValueError:
        messages.error(request, _("This job is gone."))
    else:
        retry_job(by=request.viewer, pk=pk)
        messages.success(request, _("It is tried again."))
    return redirect("schools:system")


@roles(Role.SYSTEM_ADMIN)
@require_POST
def reminders_retry(request: ViewerRequest) -> HttpResponse:
    retry_reminders(by=request.viewer)
    messages.success(request, _("It is tried again."))
    return redirect("schools:system")
