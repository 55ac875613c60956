"""Records of the work that wait: for confirmation by a keeper, and certificates that run out soon."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer
from schools.common.days import midnight
from schools.models import Certificate
from schools.models.certificates import CertificateQuerySet
from schools.prepared_for import prepared_for
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
        if count := len(_to_confirm(viewer, model=register.model, own=register.own)):
            text = ngettext("{title}: {n} waits for confirmation", "{title}: {n} wait for confirmation", count)
            yield Waiting(
                text=text.format(title=register.title, n=count),
                url=f"{reverse(register.url_name)}?state=waiting",
                count=count,
            )


@prepared_for()
def _to_confirm(viewer: Viewer, model: Any, own: str) -> Any:
    waiting = model.objects.waiting().filter(unit_id=viewer.unit.pk).exclude(**{own: viewer.person})
    return waiting.order_by().values_list("pk")


@waits
def certificates_ending(viewer: Viewer) -> Iterator[Waiting]:
    """To the holder, until a newer one is there; to the keepers of a school, how many of their staff. One query."""
    if viewer.role not in certificates.sees:
        return
    keeps = viewer.role in certificates.keeps and viewer.unit.is_school
    found = _ending(viewer, keeps=keeps)
    own = [expires_on for holder, expires_on in found if holder == viewer.person.pk]
    staff = len(found) - len(own)
    today = timezone.localdate()
    url = f"{reverse(certificates.url_name)}?from={today.isoformat()}&until={(today + SOON).isoformat()}"
    if own:
        last = midnight(min(own) + dt.timedelta(days=1))
        yield Waiting(text=_("A certificate of yours runs out"), url=url, due_at=last)
    if staff:
        text = ngettext(
            "{n} certificate of your staff runs out within 60 days",
            "{n} certificates of your staff run out within 60 days",
            staff,
        )
        yield Waiting(text=text.format(n=staff), url=url, count=staff)


@prepared_for()
def _ending(viewer: Viewer, keeps: bool) -> Any:
    """Holder and last day of one's own, for a keeper of all of the school."""
    own = Q(holder=viewer.person)
    found = ending().filter(own | Q(unit_id=viewer.unit.pk) if keeps else own)
    return found.order_by().values_list("holder_id", "expires_on")


def ending() -> CertificateQuerySet:
    """What is valid today, ends soon, and has no follower."""
    today = timezone.localdate()
    longer = Q(expires_on=None) | Q(expires_on__gt=today + SOON)
    newer = Certificate.objects.valid(today).filter(longer, holder=OuterRef("holder"), level=OuterRef("level"))
    found: CertificateQuerySet = Certificate.objects.valid(today).filter(expires_on__lte=today + SOON)
    return found.filter(~Exists(newer))
