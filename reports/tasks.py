from celery import shared_task
from django.conf import settings

from reports.board import refresh_boards


@shared_task(ignore_result=True)
def refresh_published_boards() -> None:
    if settings.REDIS_URL:  # without it each process keeps boards of its own
        refresh_boards()
