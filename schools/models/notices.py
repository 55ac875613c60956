"""Notices: what calls a person. The row is written in the transaction of its cause (see `schools.work.notices`)."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.ids import new_id
from schools.models.people import Membership
from schools.models.units import Unit
from schools.models.visible import Visible

NO_SUBJECT = UUID(int=0)  # not null: a null would be unlike every other null, and the call not once


class NoticeQuerySet(Visible["Notice"]):
    def standing(self) -> "NoticeQuerySet":
        """What has not been taken back: who may no longer know of the cause does not know of the notice either."""
        return self.filter(withdrawn_at=None)

    def calling(self) -> "NoticeQuerySet":
        """What still asks for its person: neither seen nor over. An urgent one calls until it is acknowledged."""
        is_seen = Q(read_at__isnull=False) & Q(urgency__lt=Notice.Urgency.URGENT)
        return self.standing().filter(acknowledged_at=None, over_at=None).exclude(is_seen)


class Notice(models.Model):
    """One call to one person in one role. It holds no name, level or reason: its page tells those."""

    class Urgency(models.IntegerChoices):
        LOW = 0, _("for your information")
        NORMAL = 1, _("to do")
        URGENT = 2, _("urgent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.NORMAL)
    # The row it is about, where there is one, and the page that it leads to.
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(default=NO_SUBJECT)
    url = models.CharField(max_length=200, blank=True)
    # The same cause calls a person again only under another occasion (a day, a step of a call).
    occasion = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    # If nobody acknowledges it until then, the next person is called.
    answer_by = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["membership", "over_at", "-created_at"]),
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["unit", "-created_at"]),
            models.Index(fields=["answer_by"], condition=Q(answer_by__isnull=False), name="notice_waits_for_an_answer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "kind", "subject_type", "subject_id", "occasion"],
                name="notice_calls_once_for_an_occasion",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def is_urgent(self) -> bool:
        return self.urgency == self.Urgency.URGENT

    @property
    def is_new(self) -> bool:
        return not (self.read_at or self.acknowledged_at or self.over_at)


class Pulse(models.Model):
    """Counted up when something changes that an open page of this unit shows: the page then asks for itself anew."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="+")
    beats = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.beats}"


class OnDutyQuerySet(Visible["OnDuty"]):
    pass


class OnDuty(models.Model):
    """Who is called first: on a weekday, or on one day, which then counts instead."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)  # 0 is Monday
    day = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=1)

    objects = OnDutyQuerySet.as_manager()

    class Meta:
        ordering = ["unit_id", "day", "weekday", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday=None, day__isnull=False) | Q(weekday__range=(0, 6), day=None),
                name="on_duty_on_a_weekday_or_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} on duty"
