"""Records of the work that wait: for confirmation by a keeper, and certificates that run out soon."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer
from schools.common.days import midnight
from schools.models import Certificate
from schools.models.certificates import CertificateQuerySet
from schools.registers import all_registers
from schools.registers.certificates import certificates
from schools.work.inbox import Waiting, waits

SOON = dt.timedelta(days=60)


@waits
def records_to_confirm(viewer: Viewer) -> Iterator[Waiting]:
    """Of the own unit, so that a center's page never counts what is below it. Nobody is asked about their own."""
    for register in all_registers():
        if not register.own or viewer.role not in register.keeps:
            continue
        waiting = (
            register.model.objects.waiting().filter(unit_id=viewer.unit.pk).exclude(**{register.own: viewer.person})
        )
        if count := waiting.count():
            text = ngettext("{title}: {n} waits for confirmation", "{title}: {n} wait for confirmation", count)
            yield Waiting(
                text=text.format(title=register.title, n=count),
                url=f"{reverse(register.url_name)}?state=waiting",
                count=count,
            )


@waits
def own_certificates_ending(viewer: Viewer) -> Iterator[Waiting]:
    """To the holder, until a newer one is there."""
    if viewer.role not in certificates.sees:
        return
    for one in ending().filter(holder=viewer.person).select_related("level"):
        last = one.expires_on or timezone.localdate()
        yield Waiting(
            text=_("Your certificate runs out: {level}").format(level=one.level.label),
            url=reverse(certificates.page("detail"), args=[one.pk]),
            due_at=midnight(last + dt.timedelta(days=1)),
        )


@waits
def certificates_ending(viewer: Viewer) -> Iterator[Waiting]:
    """To the keepers of a school: how many of their staff."""
    if viewer.role not in certificates.keeps or not viewer.unit.is_school:
        return
    count = ending().filter(unit_id=viewer.unit.pk).exclude(holder=viewer.person).count()
    if count:
        today = timezone.localdate()
        text = ngettext(
            "{n} certificate of your staff runs out within 60 days",
            "{n} certificates of your staff run out within 60 days",
            count,
        )
        days = f"from={today.isoformat()}&until={(today + SOON).isoformat()}"
        yield Waiting(text=text.format(n=count), url=f"{reverse(certificates.url_name)}?{days}", count=count)


def ending() -> CertificateQuerySet:
    """What is valid today, ends soon, and has no follower."""
    today = timezone.localdate()
    longer = Q(expires_on=None) | Q(expires_on__gt=today + SOON)
    newer = Certificate.objects.valid(today).filter(longer, holder=OuterRef("holder"), level=OuterRef("level"))
    found: CertificateQuerySet = Certificate.objects.valid(today).filter(expires_on__lte=today + SOON)
    return found.filter(~Exists(newer))
