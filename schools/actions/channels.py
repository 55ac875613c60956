"""What a unit and a person set about channels outside."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from schools import audit
from schools.access import MANAGING_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Channel, ChannelChoice
from schools.work.sending import NotSent, check_host, send


def _check(by: Viewer) -> None:
    if by.role not in MANAGING_ROLES:
        raise Refused(_("Only the unit's own leader, the center above it or a system administrator may change this."))


@transaction.atomic
def set_channel(*, by: Viewer, kind: str, target: str, is_on: bool) -> Channel:
    """An empty target keeps the one that is stored: it is never shown again."""
    _check(by)
    if kind not in Channel.Kind.values:
        raise Refused(_("There is no such channel."))
    channel = Channel.objects.filter(unit=by.unit, kind=kind).first() or Channel(unit=by.unit, kind=kind)
    if target.strip():
        channel.target = target.strip()
    if is_on and kind != Channel.Kind.MAIL:
        _check_target(channel.target)
    channel.is_on = is_on
    channel.save()
    audit.record(by=by, verb="unit.channel", about=by.unit, details={"kind": kind, "is_on": is_on})
    return channel


def _check_target(target: str) -> None:
    address = target.partition("\n")[0].strip()
    if len(address.split()) > 1:
        raise Refused(_("The first line is the address alone; the body begins on the second line."), field="target")
    try:
        check_host(address)
    except NotSent as failure:
        raise Refused(_("This address cannot be used: {why}.").format(why=_(str(failure))), field="target") from None


def try_channel(*, by: Viewer, kind: str) -> tuple[bool, str]:
    """Send a sentence of trial; whether it arrived, and what came back."""
    _check(by)
    channel = Channel.objects.filter(unit=by.unit, kind=kind).first()
    if channel is None:
        raise Refused(_("Save the channel first."))
    choice = ChannelChoice.objects.filter(person=by.person).first()
    to = by.person.phone if kind == Channel.Kind.SMS else choice.mail_address if choice else ""
    try:
        said = True, send(channel, _("Xinyu: this is a trial of the channel"), to=to or "")
    except NotSent as failure:
        said = False, str(failure)
    with transaction.atomic():
        audit.record(by=by, verb="unit.channel_tried", about=by.unit, details={"kind": kind, "arrived": said[0]})
    return said


@transaction.atomic
def choose_channels(*, by: Viewer, values: dict[str, Any]) -> ChannelChoice:
    """One's own: which channels, quiet hours, what waits for the morning."""
    choice = ChannelChoice.objects.filter(person=by.person).first() or ChannelChoice(person=by.person)
    for name, value in values.items():
        setattr(choice, name, value)
    choice.save()
    audit.record(by=by, verb="person.channels", about=by.person)
    return choice
