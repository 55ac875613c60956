"""What this floor knows of why a flag stands: the class barometer that named the student."""

from collections.abc import Iterator
from typing import Any

from django.db.models import UUIDField
from django.utils.translation import gettext as _

from reports.access import can_read_barometer_words
from reports.models import Barometer
from schools.access import Viewer
from schools.prepared_for import prepared_for
from students.evidence import evidence
from students.file import FileEntry
from students.models import RiskFlag


@evidence
def barometer_behind(viewer: Viewer, flag: RiskFlag) -> Iterator[FileEntry]:
    """For counselors and leaders; to others the flag stands without a reason."""
    if not can_read_barometer_words(viewer):
        return
    for row in _barometers(viewer, flag=flag.pk):
        lines = ((_("What a student delegate wrote"), row.words),) if row.words else ()
        yield FileEntry(at=row.filed_at, title=_("Class barometer"), by="", lines=lines, icon="sun")


@prepared_for(flag=UUIDField())
def _barometers(viewer: Viewer, flag: Any) -> Any:
    return Barometer.objects.visible_to(viewer).filter(flag=flag)
