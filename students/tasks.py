from celery import shared_task

from students.actions.flags import escalate_overdue
from students.actions.retention import lock_handed_over
from students.actions.steps import end_watches


@shared_task(ignore_result=True)
def escalate_overdue_flags() -> None:
    escalate_overdue()


@shared_task(ignore_result=True)
def end_flag_watches() -> None:
    end_watches()


@shared_task(ignore_result=True)
def lock_records_handed_over() -> None:
    lock_handed_over()
