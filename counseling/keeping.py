"""A flag is kept from somebody: the crisis events behind it are taken out of their hands too."""

from django.utils import timezone

from counseling.actions.incidents import call_people, flag_of
from counseling.models import Incident
from schools.models import Membership
from schools.work.notices import about_this
from students.actions.keeping import when_kept
from students.models import RiskFlag

KINDS = ("incident.started", "incident.report_due", "incident.acknowledged")


@when_kept
def incidents(flag: RiskFlag, members: list[Membership]) -> None:
    """Their calls are withdrawn, whichever flag these hang on; an event that they led calls the others again."""
    for incident in Incident.objects.filter(people__flag=flag).select_related("school", "started_by"):
        for about in filter(None, [incident, flag_of(incident)]):
            calls = about_this(about, *KINDS).filter(membership__in=members, withdrawn_at=None)
            calls.filter(url=incident.get_absolute_url()).update(withdrawn_at=timezone.now(), answer_by=None)
        led = Incident.objects.open().filter(pk=incident.pk, lead__in=members)
        if led.update(lead=None):
            call_people(incident, occasion=f"nobody leads {timezone.now():%Y%m%d%H%M%S%f}")
