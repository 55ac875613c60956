from celery import shared_task

from schools import recounting
from schools.actions.audit import anchor_log, prove_log
from schools.work import alarms, channels, jobs, notices, reminders


@shared_task(ignore_result=True)
def show_life() -> None:
    """The worker lives; that the scheduler does, is noted where it hands this out (`config.celery`)."""
    alarms.beat(alarms.WORKER)
    alarms.ring()


@shared_task(ignore_result=True)
def run_waiting_jobs() -> None:
    jobs.run_waiting()


@shared_task(ignore_result=True)
def delete_expired_files() -> None:
    jobs.delete_expired()


@shared_task(ignore_result=True)
def anchor_audit() -> None:
    anchor_log()


@shared_task(ignore_result=True)
def prove_audit() -> None:
    prove_log()


@shared_task(ignore_result=True)
def send_deliveries() -> None:
    channels.send_due()


@shared_task(ignore_result=True)
def call_next() -> None:
    notices.call_next()


@shared_task(ignore_result=True)
def send_reminders() -> None:
    reminders.dispatch()


@shared_task(ignore_result=True)
def end_met_reminders() -> None:
    reminders.end_met()


@shared_task(ignore_result=True)
def recount_marked() -> None:
    recounting.recount_marked()


@shared_task(ignore_result=True)
def recount_all() -> None:
    recounting.recount_all()
