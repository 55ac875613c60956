"""What this floor knows of why a flag stands: the class barometer that named the student."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from reports.access import can_read_barometer_words
from reports.models import Barometer
from schools.access import Viewer
from students.evidence import evidence
from students.file import Entry
from students.models import RiskFlag


@evidence
def barometer_behind(viewer: Viewer, flag: RiskFlag) -> Iterator[Entry]:
    """For counselors and leaders; to others the flag stands without a reason."""
    if not can_read_barometer_words(viewer):
        return
    for row in Barometer.objects.visible_to(viewer).filter(flag=flag):
        lines = ((_("What a student delegate wrote"), row.words),) if row.words else ()
        yield Entry(at=row.filed_at, title=_("Class barometer"), by="", lines=lines, icon="sun")
