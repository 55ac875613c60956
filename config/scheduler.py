"""Celery's scheduler, for a clock that is set back."""

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """An entry that ran at a time that is still to come would wait until then, and reminders with it."""

    def tick(self, *arguments: Any, **named: Any) -> Any:
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > now + timedelta(seconds=1)]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # it is sorted by the old clock
        return super().tick(*arguments, **named)
