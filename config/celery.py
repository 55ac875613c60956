import contextlib
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, before_task_publish, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("xinyu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def look_at_database(**kwargs: object) -> None:
    """Celery logs what a signal raises and goes on, but for the end of the process."""
    from django.core.exceptions import ImproperlyConfigured

    from config.start import refuse_demo

    try:
        refuse_demo()
    except ImproperlyConfigured as refusal:
        raise SystemExit(str(refusal)) from refusal


@before_task_publish.connect
def note_scheduler(sender: str = "", **kwargs: object) -> None:
    """Whoever hands out this task is the scheduler. A database that does not answer must not end it."""
    if sender != "schools.tasks.show_life":
        return
    from django.db import DatabaseError, close_old_connections

    from schools.work import alarms

    close_old_connections()
    with contextlib.suppress(DatabaseError):
        alarms.beat(alarms.SCHEDULER)


def every(seconds: float, task: str) -> dict[str, Any]:
    """A message that nobody took until the next one is thrown away: a worker that was dead for a night does in the
    morning what is due once, not a thousand times."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


# Every entry is safe to run twice and safe to miss: the rows it works on are its memory.
app.conf.beat_schedule = {
    "show life": every(30, "schools.tasks.show_life"),
    "take up waiting jobs": every(30, "schools.tasks.run_waiting_jobs"),
    "delete expired files": every(600, "schools.tasks.delete_expired_files"),
    "anchor the audit log": every(600, "schools.tasks.anchor_audit"),
    "prove the audit log whole": {"task": "schools.tasks.prove_audit", "schedule": crontab(hour="3", minute="40")},
    "look at the tables": {"task": "config.tasks.look_at_tables", "schedule": crontab(hour="3", minute="10")},
    "copy everything": {"task": "config.tasks.nightly_copy", "schedule": crontab(hour="2", minute="30")},
    "send what is due outside": every(20, "schools.tasks.send_deliveries"),
    "call the next person": every(60, "schools.tasks.call_next"),
    "send reminders": every(60, "schools.tasks.send_reminders"),
    "end reminders that are met": every(300, "schools.tasks.end_met_reminders"),
    "recount what is marked": every(30, "schools.tasks.recount_marked"),
    # After midnight: terms begin, roles end, things fall due.
    "recount all": {"task": "schools.tasks.recount_all", "schedule": crontab(hour=0, minute=10)},
    "escalate overdue flags": every(30, "students.tasks.escalate_overdue_flags"),
    "remind of reports of incidents": every(60, "counseling.tasks.remind_of_incident_reports"),
    "count who is silent": {"task": "reports.tasks.mark_hours_of_reports", "schedule": crontab(minute=5)},
    "lock records that were handed over": {
        "task": "students.tasks.lock_records_handed_over",
        "schedule": crontab(hour=0, minute=40),
    },
    "end watches of flags": every(600, "students.tasks.end_flag_watches"),
}
