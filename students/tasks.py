from celery import shared_task

from students.actions.flags import escalate_overdue
from students.actions.registry import call_for_reviews
from students.actions.steps import end_watches


@shared_task(ignore_result=True)
def escalate_overdue_flags() -> None:
    escalate_overdue()


@shared_task(ignore_result=True)
def end_flag_watches() -> None:
    end_watches()


@shared_task(ignore_result=True)
def call_for_plan_reviews() -> None:
    call_for_reviews()
