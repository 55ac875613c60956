"""A center reminds its schools of what waits there."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.school_map import waiting_at
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.work.notices import notify


@transaction.atomic
def remind_schools(*, by: Viewer) -> int:
    """Call the leaders of every school where something waits, each once a day. Returns how many people were called."""
    if by.role != Role.CENTER_STAFF or by.unit.is_school:
        raise Refused(_("Only a center reminds its schools."))
    leaders = Membership.objects.current().filter(role=Role.SCHOOL_LEADER, person__is_active=True)
    called = notify(
        to=leaders.filter(unit__in=[unit.pk for unit in waiting_at(by)]).select_related("unit"),
        kind="school.reminded",
        about=by.unit,
        url=reverse("reports:workbench"),
        occasion=timezone.localdate().isoformat(),
    )
    audit.record(by=by, verb="school.reminded", about=by.unit, details={"called": called})
    return called
