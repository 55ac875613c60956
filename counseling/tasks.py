from celery import shared_task

from counseling.actions.incident_reports import remind_of_reports


@shared_task(ignore_result=True)
def remind_of_incident_reports() -> None:
    remind_of_reports()
