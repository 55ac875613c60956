"""Reminders that went out, or will: one row for a kind, a unit, a day and a step of its ladder."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.models.units import Unit


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def failed(self) -> "ReminderQuerySet":
        """Those of the last day: an older one would remind of what is over."""
        day_ago = timezone.now() - dt.timedelta(days=1)
        return self.filter(state=Reminder.State.FAILED, at__gte=day_ago).order_by()


class Reminder(models.Model):
    """One step of a ladder. It exists once for what is due at one hour, and everybody it calls is called in the
    transaction that marks it sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        NEEDLESS = "needless", _("nobody had to be reminded")
        FAILED = "failed", _("failed")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=40)
    day = models.DateField()
    step = models.IntegerField()  # minutes before (-) or after what is due
    whom = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, blank=True)  # by which it calls, if not as each person chose
    due_at = models.DateTimeField()  # of the thing itself
    at = models.DateTimeField()  # of the reminder
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "unit_id"]
        indexes = [
            models.Index(fields=["at"], condition=Q(state="waiting"), name="reminder_waits"),
            models.Index(fields=["unit", "-at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unit", "day", "due_at", "step", "whom"], name="one_reminder_per_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {self.day:%Y-%m-%d} {self.step:+d}"

    @property
    def occasion(self) -> str:
        """What makes the notices of this step unlike those of any other."""
        return f"{self.day:%Y-%m-%d} {self.step:+d} {self.whom} {timezone.localtime(self.due_at):%m-%d %H:%M}"
