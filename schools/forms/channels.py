"""Forms about channels outside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common.typed import MailField, area
from schools.models import Channel, ChannelChoice


class ChannelForm(forms.Form):
    quiet = True
    target = area(
        _("Where to"), 2, _("The address (webhook) that the group gives its robot."), max_length=2000, required=False
    )
    is_on = forms.BooleanField(label=pgettext_lazy("of a channel", "In use"), required=False)

    def __init__(self, *args: Any, kind: str, channel: Channel | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": f"id_{kind}_%s"})
        self.kind, self.channel = kind, channel
        self.initial["is_on"] = channel.is_on if channel else False
        if kind == Channel.Kind.MAIL:
            del self.fields["target"]
        elif kind == Channel.Kind.SMS:
            self.fields["target"].help_text = _(
                "The address of the gateway; from the second line on the body, with {phone} and {text}."
            )
        if channel and channel.target and "target" in self.fields:
            self.fields["target"].help_text = _("An address is stored; it is not shown. Leave it empty to keep it.")


def clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class ChoiceForm(forms.Form):
    quiet = True
    sms = forms.BooleanField(label=_("Text messages to my phone"), required=False)
    mail = forms.BooleanField(label=_("Mail"), required=False)
    mail_address = MailField(label=_("Mail address"), required=False)
    quiet_from = clock(_("Quiet from"))
    quiet_until = clock(_("Quiet until"))
    digest = forms.BooleanField(label=_("What is only for information comes once, in the morning"), required=False)

    def __init__(self, *args: Any, choice: ChannelChoice | None, **kwargs: Any) -> None:
        shown = choice or ChannelChoice(mail_address="")
        super().__init__(*args, **kwargs | {"initial": {name: getattr(shown, name) for name in self.base_fields}})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mail") and not data.get("mail_address"):
            self.add_error("mail_address", _("Write the address that the mail goes to."))
        if bool(data.get("quiet_from")) != bool(data.get("quiet_until")):
            self.add_error("quiet_until", _("Quiet hours have a beginning and an end."))
        return data
