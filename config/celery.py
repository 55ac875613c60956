import contextlib
import os

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


# Every entry is safe to run twice and safe to miss: the rows it works on are its memory.
app.conf.beat_schedule = {
    "show life": {"task": "schools.tasks.show_life", "schedule": 30.0},
    "requeue lost jobs": {"task": "schools.tasks.requeue_lost_jobs", "schedule": 30.0},
    "delete expired files": {"task": "schools.tasks.delete_expired_files", "schedule": 600.0},
    "anchor the audit log": {"task": "schools.tasks.anchor_audit", "schedule": 600.0},
    "prove the audit log whole": {"task": "schools.tasks.prove_audit", "schedule": crontab(hour="3", minute="40")},
    "copy everything": {"task": "config.tasks.nightly_copy", "schedule": crontab(hour="2", minute="30")},
    "send what is due outside": {"task": "schools.tasks.send_deliveries", "schedule": 20.0},
    "call the next person": {"task": "schools.tasks.call_next", "schedule": 60.0},
    "send reminders": {"task": "schools.tasks.send_reminders", "schedule": 60.0},
    "recount what is marked": {"task": "schools.tasks.recount_marked", "schedule": 30.0},
    # After midnight: terms begin, roles end, things fall due.
    "recount all": {"task": "schools.tasks.recount_all", "schedule": crontab(hour=0, minute=10)},
    "escalate overdue flags": {"task": "students.tasks.escalate_overdue_flags", "schedule": 30.0},
    "remind of reports of incidents": {"task": "counseling.tasks.remind_of_incident_reports", "schedule": 60.0},
    "count who is silent": {"task": "reports.tasks.mark_hours_of_reports", "schedule": crontab(minute=5)},
    "end watches of flags": {"task": "students.tasks.end_flag_watches", "schedule": 600.0},
}
