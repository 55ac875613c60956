"""Long work: a row with a lease. The message to a worker carries only its id (see `schools.work.jobs`)."""

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.ids import new_id
from schools.models.people import Membership, Person
from schools.models.visible import Visible

LONG = dt.timedelta(minutes=1)


class JobQuerySet(Visible["Job"]):
    pass


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    # For administrators: where it broke, or that it was refused; never what it says.
    cause = models.CharField(max_length=120, blank=True)
    result = models.JSONField(default=dict)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "leased_until"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def waits_long(self) -> bool:
        """Nobody has taken it up; one that waits for another try has a worker."""
        return self.state == self.State.QUEUED and not self.attempts and timezone.now() - self.created_at > LONG

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)
