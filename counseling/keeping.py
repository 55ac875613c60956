"""A flag is kept from somebody: the crisis events behind it are taken out of their hands too, and the flags of all
their people."""

from typing import Any

from counseling.access import barred_events
from counseling.actions.incidents import keep_alike, mark_figures, take_out
from counseling.models import Incident, IncidentReport
from schools.access import Viewer
from schools.models import Membership, Role
from schools.work.notices import withdraw_notices
from students.access import when_counting
from students.actions.keeping import when_kept
from students.models import RiskFlag


@when_kept
def incidents(flag: RiskFlag, members: list[Membership]) -> None:
    for incident in Incident.objects.filter(people__flag=flag).select_related("school", "started_by"):
        take_out(incident, members)
        keep_alike(incident)
        mark_figures(incident)
    # Who also works at a center that was told of an event with this student.
    posts = list(Membership.objects.filter(person__in=[one.person_id for one in members], role=Role.CENTER_STAFF))
    for report in IncidentReport.objects.filter(incident__people__student=flag.student_id) if posts else ():
        withdraw_notices(report, posts)


@when_counting
def barred_incidents(viewer: Viewer) -> list[Any]:
    """Events about nobody of the roster."""
    return [pk for (pk,) in barred_events(viewer).filter(incident__school=viewer.unit.pk).values_list("incident")]
