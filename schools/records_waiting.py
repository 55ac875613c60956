"""Records of the work that wait: for confirmation by a keeper, and certificates that run out soon."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer
from schools.common.days import midnight
from schools.models import Certificate, Membership, Role
from schools.models.certificates import CertificateQuerySet
from schools.prepared_for import prepared_for
from schools.registers import all_registers
from schools.registers.certificates import certificates
from schools.work.inbox import Waiting, waits

SOON = dt.timedelta(days=60)


@waits
def records_to_confirm(viewer: Viewer) -> Iterator[Waiting]:
    """Of those who work in the own unit, and nobody is asked about their own: what has no other keeper there waits for
    the nearest center above that has one."""
    for register in all_registers():
        if not register.own or viewer.role not in register.keeps:
            continue
        asked = {"model": register.model, "own": register.own, "keeps": register.keeps, "path": viewer.unit.path}
        if count := len(_to_confirm(viewer, **asked)):
            text = ngettext("{title}: {n} waits for confirmation", "{title}: {n} wait for confirmation", count)
            yield Waiting(
                text=text.format(title=register.title, n=count),
                url=f"{reverse(register.url_name)}?state=waiting",
                count=count,
            )


@prepared_for(path=CharField())
def _to_confirm(viewer: Viewer, model: Any, own: str, keeps: frozenset[Role], path: Any) -> Any:
    waits: Any = Q(**{f"{own}__in": _work_in(viewer)})
    # Of somebody who has no post now it is told where it was entered.
    waits |= Q(unit_id=viewer.unit.pk) & ~Exists(Membership.objects.current().filter(person=OuterRef(own)))
    if not viewer.unit.is_school:
        waits |= Exists(_without_keeper(viewer, keeps, path).filter(person=OuterRef(own)))
    waiting = model.objects.waiting().filter(waits).exclude(**{own: viewer.person})
    return waiting.order_by().values_list("pk")


def _work_in(viewer: Viewer) -> Any:
    """A record goes with whom it is about: it is told where they work now, not where it was entered."""
    return Membership.objects.current().filter(unit_id=viewer.unit.pk).order_by().values("person")


def _without_keeper(viewer: Viewer, keeps: frozenset[Role], path: Any) -> Any:
    """Posts below the viewer's center where nobody else is a keeper, nor at a center in between."""
    below = Membership.objects.filter(unit__path__startswith=path).exclude(unit_id=viewer.unit.pk).order_by()
    keepers = below.working().filter(role__in=sorted(keeps)).exclude(person=OuterRef("person"))
    place = ExpressionWrapper(OuterRef("unit__path"), output_field=CharField())
    nearer = keepers.annotate(place=place).filter(place__startswith=F("unit__path"))
    return below.current().filter(~Exists(nearer))


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
    found = ending().filter(own | Q(holder__in=_work_in(viewer)) if keeps else own)
    return found.order_by().values_list("holder_id", "expires_on")


def ending() -> CertificateQuerySet:
    """What is valid today, ends soon, and has no follower."""
    today = timezone.localdate()
    longer = Q(expires_on=None) | Q(expires_on__gt=today + SOON)
    newer = Certificate.objects.valid(today).filter(longer, holder=OuterRef("holder"), level=OuterRef("level"))
    found: CertificateQuerySet = Certificate.objects.valid(today).filter(expires_on__lte=today + SOON)
    return found.filter(~Exists(newer))
