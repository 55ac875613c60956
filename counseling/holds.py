"""A crisis event that is still open keeps the records of all its students open."""

from django.utils.translation import gettext as _

from counseling.models import Incident
from students.holds import Hold, holds_back

holds_back(Hold(Incident.objects.open, "people__student", lambda _incident: _("An open crisis event")))
