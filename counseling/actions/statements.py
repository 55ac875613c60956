"""A leader signs that there was no crisis event in a term."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from counseling.models import CrisisFreeTerm, Incident
from counseling.models.incidents import IncidentQuerySet
from schools import audit
from schools.access import Viewer
from schools.common.days import midnight
from schools.common.errors import Refused
from schools.models import Role, Term
from schools.tallies import mark

# Nobody can sign early for days that are still to come.
BEFORE_THE_END = dt.timedelta(days=14)


def incidents_in(viewer: Viewer, term: Term) -> IncidentQuerySet:
    """Of the term, as this viewer knows them."""
    after = midnight(term.ends + dt.timedelta(days=1))
    return Incident.objects.visible_to(viewer).filter(known_at__gte=midnight(term.starts), known_at__lt=after)


def signable_from(term: Term) -> dt.date:
    return term.ends - BEFORE_THE_END


@transaction.atomic
def sign_crisis_free(*, by: Viewer, term: Term) -> CrisisFreeTerm:
    """Refused while there is one. Who signs knows of none; an event that is entered later makes it void."""
    if by.role != Role.SCHOOL_LEADER or not by.unit.is_school:
        raise Refused(_("Only a leader of the school signs this."))
    if timezone.localdate() < signable_from(term):
        day = date_format(signable_from(term), _("M j, Y"))
        raise Refused(_("This can be signed from {day} on, when the term is nearly over.").format(day=day))
    if incidents_in(by, term).exists():
        raise Refused(_("There was a crisis event this term: this cannot be signed."))
    signed, is_new = CrisisFreeTerm.objects.get_or_create(
        unit=by.unit, term_code=term.code, defaults={"by": by.membership}
    )
    if is_new:
        mark(by.unit.pk, since=term.ends)
        audit.record(by=by, verb="crisis_free.signed", about=by.unit, details={"term": term.code})
    return signed
