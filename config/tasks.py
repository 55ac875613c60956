from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import connection

from config import databases
from config.backups import make_copy


@shared_task(ignore_result=True)
def nightly_copy() -> None:
    if settings.BACKUP_DIR:
        make_copy(Path(settings.BACKUP_DIR), passphrase=settings.BACKUP_PASSPHRASE, keep=settings.BACKUP_KEEP)


@shared_task(ignore_result=True)
def look_at_tables() -> None:
    databases.look_at_tables(connection)
