"""What notices of this floor say."""

from django.utils.translation import gettext_lazy as _

from schools.work.notices import Kind, declare
from screening.actions.center import SET
from screening.actions.consents import TAKEN_BACK
from screening.actions.staff import ASKED
from screening.asking_families import REMINDER

declare(Kind(REMINDER, _("Some families of your class have not answered about a survey yet: please ask them")))
declare(Kind("interview.planned", _("You are to talk with students after a screening")))
declare(Kind(TAKEN_BACK, _("After a survey a family has taken back its consent: talk with them about the answers")))
declare(Kind(ASKED, _("A survey asks you")))
declare(Kind(SET, _("The center has set a screening for your school: date and sign it")))
