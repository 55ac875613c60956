from celery import shared_task

from students.actions.flags import escalate_overdue


@shared_task(ignore_result=True)
def escalate_overdue_flags() -> None:
    escalate_overdue()
