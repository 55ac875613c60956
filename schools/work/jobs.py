"""Long work that survives a killed worker.

A job is a row with a lease; the message carries its id. A worker takes the lease with one conditional update, renews
it as long as it lives, and a sweep takes up what was lost. What a job does is a function registered by name:

    @job("semester_report")
    def export_summary(work: Work) -> None: ...
"""

import datetime as dt
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from celery import shared_task
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from schools import audit
from schools.access import Viewer
from schools.common import files
from schools.common.errors import Refused
from schools.common.floors import ask_apps
from schools.models import Job
from schools.work.remedies import OWNER_READS_WHY, ROLE_ENDED, WORKER_DIED

logger = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=5)
RENEW = dt.timedelta(minutes=1)
LONGEST = dt.timedelta(hours=1)
KEEP = dt.timedelta(days=1)
ATTEMPTS = 3
_kinds: dict[str, Callable[["Work"], None]] = {}


@dataclass
class Work:
    """A running job, for the function that does it."""

    job: Job

    @property
    def viewer(self) -> Viewer:
        return Viewer(person=self.job.owner, membership=self.job.membership)

    @property
    def params(self) -> dict[str, Any]:
        return dict(self.job.params)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is and renew the lease. Inside of a transaction it shows only at the end."""
        _held(self.job).update(done=done, total=total, leased_until=timezone.now() + LEASE)
        _tell(self.job, None)

    def tell(self, done: int, total: int) -> None:
        """Tell how far it is from inside a transaction; it counts until `progress` is called again."""
        _tell(self.job, (done, total))

    def hold(self, seconds: float) -> None:
        """Keep the lease that much longer: for a transaction in which it cannot be renewed."""
        _held(self.job).update(leased_until=timezone.now() + LEASE + dt.timedelta(seconds=seconds))

    def keep(self, content: bytes, *, name: str, content_type: str) -> None:
        """Store the file the job made, for its owner only, for a day."""
        if _held(self.job).update(file_name=name, content_type=content_type):
            files.keep_file(self.job.pk, content)


def _held(job: Job) -> QuerySet[Job]:
    """The row, as long as the lease is still that of this attempt: who lost it must change nothing."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def progress_of(job: Job) -> tuple[int, int]:
    """Steps done, and all of them."""
    told = caches["progress"].get(_progress_key(job))
    return (told[0], told[1]) if told else (job.done, job.total)


def _tell(job: Job, steps: tuple[int, int] | None) -> None:
    """A cache that cannot be reached costs the bar on the page, not the work of a whole transaction."""
    try:
        caches["progress"].set(_progress_key(job), steps, LEASE.seconds)
    except Exception:
        logger.exception("how far job %s is could not be told", job.pk)


def _progress_key(job: Job) -> str:
    return f"job-progress-{job.pk}"


def job(kind: str) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Register the function that does jobs of this kind. It stands in the app's `jobs.py`, which is found by name."""

    def register(function: Callable[[Work], None]) -> Callable[[Work], None]:
        _kinds[kind] = function
        return function

    return register


def start_job(*, by: Viewer, kind: str, params: dict[str, Any], content: bytes | None = None) -> Job:
    """Queue a job; `content` is a file it reads with `files.open_file(job.pk)`."""
    with transaction.atomic():
        row = Job.objects.create(
            kind=kind,
            owner=by.person,
            membership=by.membership,
            params=params,
            expires_at=timezone.now() + KEEP,
        )
        if content is not None:
            files.keep_file(row.pk, content)
        audit.record(by=by, verb=f"{kind}.started", about=row)
        send(row.pk)
    return row


def send(job_id: UUID) -> None:
    """Once it is committed. A broker that is down costs half a minute, not the job: the sweep finds the row."""
    transaction.on_commit(lambda: run_job.delay(str(job_id)), robust=True)


@shared_task(name="schools.tasks.run_job", ignore_result=True)
def run_job(job_id: str) -> None:
    """Stands here and not among the tasks, because whoever starts a job sends it."""
    run(UUID(job_id))


def run(job_id: UUID) -> None:
    """Take the lease and do the work. A job somebody else holds, or that is over, is left alone."""
    ask_apps("jobs")
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, leased_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id).update(
        state=Job.State.RUNNING, leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return
    row = Job.objects.select_related("owner", "membership__unit__kind", "membership__person").get(pk=job_id)
    with override(row.params.get("language") or "zh-hans"), _renewed(row):
        _finish(row, *_do(row))


@contextmanager
def _renewed(row: Job) -> Iterator[None]:
    """While this process lives the job is its own, also through a step that takes longer than the lease; for an hour
    at most, since what never ends is no work."""
    over = threading.Event()

    def renew() -> None:
        for _minute in range(LONGEST // RENEW):
            if over.wait(RENEW.total_seconds()):
                return
            until = timezone.now() + LEASE
            try:
                _held(row).filter(leased_until__lt=until).update(leased_until=until)
            except DatabaseError:  # SQLite, while the work itself writes: it holds the lease for so long
                logger.warning("the lease of job %s could not be renewed just now", row.pk)
            finally:
                connection.close()

    keeper = threading.Thread(target=renew, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _do(row: Job) -> tuple[str, str, str]:
    """The state it ends in, with the sentence for the owner, and the cause for administrators."""
    if not (row.owner.is_active and row.membership.is_current()):
        return Job.State.FAILED, _("The role this was started in has ended."), ROLE_ENDED
    try:
        _kinds[row.kind](Work(row))
    except Refused as refusal:
        return Job.State.FAILED, str(refusal), OWNER_READS_WHY
    except Exception as error:
        # The text of an exception may hold data of a row, so only its place goes to the log.
        logger.exception("job %s of kind %s failed", row.pk, row.kind)
        if row.attempts < ATTEMPTS:
            return Job.State.QUEUED, "", place_of(error)
        message = _("Something went wrong here. Nothing was changed; please try again.")
        return Job.State.FAILED, message, place_of(error)
    return Job.State.DONE, "", ""


def place_of(error: BaseException) -> str:
    """What broke and where; its text may hold data of a row."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"[:120]


def _finish(row: Job, state: str, message: str, cause: str) -> None:
    over = state != Job.State.QUEUED
    _held(row).update(
        state=state, message=message, cause=cause, leased_until=None, finished_at=timezone.now() if over else None
    )


def run_waiting() -> int:
    """Do what no worker holds: jobs whose message was lost, and those whose worker died."""
    now = timezone.now()
    waiting = Q(state=Job.State.QUEUED, created_at__lt=now - dt.timedelta(seconds=30))
    lost = Q(state=Job.State.RUNNING, leased_until__lt=now)
    worn_out = Job.objects.filter(lost, attempts__gte=ATTEMPTS)
    worn_out.update(
        state=Job.State.FAILED,
        finished_at=now,
        leased_until=None,
        message=_("Stopped after several tries."),
        cause=WORKER_DIED,
    )
    found = list(Job.objects.filter(waiting | lost).order_by("created_at").values_list("pk", flat=True)[:100])
    for job_id in found:
        run(job_id)
    return len(found)


def delete_expired() -> int:
    """Delete jobs past their day, with their files."""
    expired = Job.objects.filter(expires_at__lt=timezone.now())
    for row in expired:
        files.delete_file(row.pk)
    return expired.delete()[0]
