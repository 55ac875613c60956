"""What is wrong with the copies of everything, and with the audit log."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from config import backups
from schools.actions.audit import has_faults
from schools.work.alarms import Alarm, alarms, declare_alarm

COPIES = "Copies of everything"
NO_COPY = declare_alarm(
    Alarm(
        "no copy",
        "no copy that was read back",
        _("There is no good copy of everything."),
        _("Make one now: “manage.py backup” with the folder of BACKUP_DIR. It says what is in the way."),
        COPIES,
    )
)
OLD_COPY = declare_alarm(
    Alarm(
        "old copy",
        "the newest good copy is old",
        _("There is no good copy of everything from the last day."),
        _("Make one now with “manage.py backup”, then see in the log of the worker why none was made at night."),
        COPIES,
    )
)
LOG_BROKEN = declare_alarm(
    Alarm(
        "audit log",
        "not whole, run verify_audit",
        _("The audit log is not whole: rows may be missing or changed."),
        _("Run “manage.py verify_audit”, delete nothing, and tell the auditor and those who answer for the data."),
    )
)


@alarms
def copies() -> Iterator[Alarm]:
    known = {alarm.code: alarm for alarm in (NO_COPY, OLD_COPY)}
    for sentence in backups.alarms():
        code, _colon, hint = sentence.partition(": ")
        yield replace(known[code], hint=hint)


@alarms
def log() -> Iterator[Alarm]:
    if has_faults():
        yield LOG_BROKEN
