"""A flag is kept from somebody: the crisis events behind it are taken out of their hands too."""

from counseling.actions.incidents import mark_figures, take_out
from counseling.models import Incident
from schools.models import Membership
from students.actions.keeping import when_kept
from students.models import RiskFlag


@when_kept
def incidents(flag: RiskFlag, members: list[Membership]) -> None:
    for incident in Incident.objects.filter(people__flag=flag).select_related("school", "started_by"):
        take_out(incident, members)
        mark_figures(incident)
