"""What waits of break-glass: openings that an auditor has still to review."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.models import Role
from schools.prepared_for import prepared_for
from schools.work.inbox import Waiting, waits
from students.models import BreakGlass


@waits
def openings_to_review(viewer: Viewer) -> Iterator[Waiting]:
    if viewer.role != Role.AUDITOR:
        return
    for opening in _unreviewed(viewer):
        text = _("Emergency opening at {school}: review it").format(school=opening.school.name)
        yield Waiting(text=text, url=opening.get_absolute_url())


@prepared_for(by_class=False)
def _unreviewed(viewer: Viewer) -> Any:
    return BreakGlass.objects.visible_to(viewer).unreviewed().select_related("school").order_by("opened_at")
