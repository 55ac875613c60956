from celery import shared_task
from django.utils import timezone

from reports.daily_missing import mark_hours


@shared_task(ignore_result=True)
def mark_hours_of_reports() -> None:
    mark_hours(timezone.now())
