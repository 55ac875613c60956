from pathlib import Path

from celery import shared_task
from django.conf import settings

from config.backups import make_copy


@shared_task(ignore_result=True)
def nightly_copy() -> None:
    if settings.BACKUP_DIR:
        make_copy(Path(settings.BACKUP_DIR), passphrase=settings.BACKUP_PASSPHRASE, keep=settings.BACKUP_KEEP)
