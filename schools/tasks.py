from pathlib import Path
from uuid import UUID

from celery import shared_task
from django.conf import settings

from schools import audit
from schools.work import jobs, notices


@shared_task(ignore_result=True)
def run_job(job_id: str) -> None:
    jobs.run(UUID(job_id))


@shared_task(ignore_result=True)
def requeue_lost_jobs() -> None:
    jobs.requeue_lost()


@shared_task(ignore_result=True)
def delete_expired_files() -> None:
    jobs.delete_expired()


@shared_task(ignore_result=True)
def anchor_audit() -> None:
    audit.write_anchor(Path(settings.AUDIT_ANCHORS))


@shared_task(ignore_result=True)
def call_next() -> None:
    notices.call_next()
