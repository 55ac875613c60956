"""What an administrator does about a background job that failed."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Job, Role
from schools.work import jobs


@transaction.atomic
def retry_job(*, by: Viewer, pk: UUID) -> Job:
    """Try it again for its owner, who alone sees what comes of it."""
    if by.role != Role.SYSTEM_ADMIN:
        raise Refused(_("Only a system administrator tries a job again."))
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
    transaction.on_commit(lambda: jobs.send(row.pk))
    return row
