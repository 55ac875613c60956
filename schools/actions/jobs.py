"""What an administrator does about a background job, or reminders, that failed."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Job, Reminder, Role
from schools.work import jobs


@transaction.atomic
def retry_job(*, by: Viewer, pk: UUID) -> Job:
    """Try it again for its owner, who alone sees what comes of it."""
    _check_may_retry(by)
    failed = Job.objects.filter(pk=pk, state=Job.State.FAILED)
    if not failed.update(
        state=Job.State.QUEUED,
        attempts=0,
        finished_at=None,
        message="",
        cause="",
        expires_at=timezone.now() + jobs.KEEP,
    ):
        raise Refused(_("This job is gone, or runs again already."))
    row = Job.objects.get(pk=pk)
    audit.record(by=by, verb="job.retried", about=row, details={"kind": row.kind})
    jobs.send(row.pk)
    return row


@transaction.atomic
def retry_reminders(*, by: Viewer) -> int:
    """All of the last day that were given up go out with the next minute, to whoever has still to be called."""
    _check_may_retry(by)
    found = Reminder.objects.failed().update(state=Reminder.State.WAITING, tries=0, error="")
    if not found:
        raise Refused(_("There is no reminder to be tried again."))
    audit.record(by=by, verb="reminders.retried", about=by.unit, details={"reminders": found})
    return int(found)


def _check_may_retry(by: Viewer) -> None:
    if by.role != Role.SYSTEM_ADMIN:
        raise Refused(_("Only a system administrator tries a job again."))
