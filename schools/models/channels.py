"""Channels outside of the application: which a unit has, which a person wants, and what became of each sending."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common.fields import SealedTextField
from schools.common.ids import new_id
from schools.models.notices import Notice
from schools.models.people import Person
from schools.models.units import Unit
from schools.models.visible import Visible


class ChannelQuerySet(Visible["Channel"]):
    pass


class Channel(models.Model):
    """One way out of a unit and everything below it that has none of this kind itself."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("mail to the person")
        SMS = "sms", _("text message to the person")
        WECOM = "wecom", _("robot of a WeCom group")
        DINGTALK = "dingtalk", _("robot of a DingTalk group")
        FEISHU = "feishu", _("robot of a Feishu group")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The address of a robot holds its key; for text messages the address of the gateway and, below it, the body.
    target = SealedTextField(_("where to"))
    is_on = models.BooleanField(pgettext_lazy("of a channel", "in use"), default=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind"], name="one_channel_of_a_kind_per_unit")]

    def __str__(self) -> str:
        return self.kind

    @property
    def is_personal(self) -> bool:
        return self.kind in (self.Kind.MAIL, self.Kind.SMS)


class ChannelChoiceQuerySet(Visible["ChannelChoice"]):
    pass


class ChannelChoice(models.Model):
    """What a person wants outside of the application. Urgent notices break through quiet hours."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="channel_choice")
    mail = models.BooleanField(default=False)
    sms = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.BooleanField(default=True)
    mail_address = SealedTextField(_("mail address"))

    objects = ChannelChoiceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"choice of {self.person_id}"


class DeliveryQuerySet(Visible["Delivery"]):
    pass


class Delivery(models.Model):
    """One sending, planned in the transaction of its notice: never lost, and never twice after an answer."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENT = "sent", _("delivered")
        GIVEN_UP = "given_up", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    # One message per person and notice; to a group one per cause, however many people are called for it.
    once = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=120, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-next_at"]
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state}"
