"""What is wrong with the copies of everything."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from config import backups
from schools.work.alarms import Alarm, alarms


@alarms
def copies() -> Iterator[Alarm]:
    for sentence in backups.alarms():
        code, _colon, hint = sentence.partition(": ")
        yield Alarm(code, hint, _("There is no good copy of everything from the last day."))
