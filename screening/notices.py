"""What notices of this floor say."""

from django.utils.translation import gettext_lazy as _

from schools.work.notices import Kind, declare
from screening.actions.consents import TAKEN_BACK
from screening.asking_families import REMINDER

declare(Kind(REMINDER, _("Some families of your class have not answered about a survey yet: please ask them")))
declare(Kind("interview.planned", _("You are to talk with students after a screening")))
declare(Kind(TAKEN_BACK, _("After a survey a family has taken back its consent: talk with them about the answers")))
