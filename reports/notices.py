"""What notices of this floor say."""

from django.utils.translation import gettext_lazy as _

from schools.work.notices import Kind, declare

declare(
    Kind("summary.due", _("The semester summary is to be written and exported")),
    Kind("school.reminded", _("The center reminds you of what waits at your school")),
    Kind("daily.class", _("The daily report of your class is waiting: “nothing today” takes one tap")),
    Kind("sweep.class", _("A sweep is waiting: child by child, or “none” for the whole class")),
    Kind("sweep.moved", _("A sweep has another day: look until when, and why")),
    Kind("sweep.school", _("A sweep is waiting for the signature of the school")),
    Kind("barometer.worry", _("A class barometer gives cause for concern, and names nobody")),
    Kind("daily.grade", _("The daily report of your grade or college is waiting for your signature")),
    Kind("daily.unit", _("The daily report of your unit is waiting for your signature")),
)
