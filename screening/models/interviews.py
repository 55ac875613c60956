"""When somebody is talked to after a screening, and by whom. What was said is a step of the flag."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.common.ids import new_id
from schools.models import Membership, Unit
from schools.models.visible import Visible
from students.models import RiskFlag


class PlannedTalkQuerySet(Visible["PlannedTalk"]):
    pass


class PlannedTalk(models.Model):
    """One slot. It is over once an interview of the flag is recorded; whoever did not come gets another one."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        MISSED = "missed", _("did not come")
        MOVED = "moved", _("moved")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flag = models.ForeignKey(RiskFlag, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)

    objects = PlannedTalkQuerySet.as_manager()

    class Meta:
        ordering = ["planned_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["flag"], condition=Q(state="planned"), name="one_planned_talk_per_flag"),
        ]

    def __str__(self) -> str:
        return f"planned talk {self.pk}"
