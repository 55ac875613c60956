"""Where the pages of this floor stand in the navigation."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer, once
from schools.common.places import Place, add_places
from schools.models import Notice
from schools.prepared_for import prepared_for


@once
def calling(viewer: Viewer) -> int:
    """Notices that want an answer."""
    return len(_ids_of_calling(viewer))


@prepared_for(by_class=False)
def _ids_of_calling(viewer: Viewer) -> Any:
    return Notice.objects.visible_to(viewer).calling().order_by().values_list("pk")


add_places(
    Place(95, _("Work records"), "schools:register_list", "rectangle-stack"),
    Place(55, _("Notices"), "schools:notice_list", "bell", count=calling, key="notices"),
    Place(127, _("Channels"), "schools:channel_list", "megaphone", rare=True),
    Place(128, _("Reminders"), "schools:reminder_list", "bell-alert", rare=True),
    Place(125, _("Who is called"), "schools:duty_list", "phone", rare=True),
    Place(100, _("People"), "schools:person_list", "identification", rare=True),
    Place(110, _("Units"), "schools:unit_list", "building-library", rare=True),
    Place(115, _("Kinds of certificates"), "schools:certificate_level_list", "academic-cap", rare=True),
    Place(120, _("Calendar"), "schools:calendar", "calendar-days", rare=True),
    Place(145, _("Machinery"), "schools:system", "cpu-chip"),
    Place(150, _("Audit log"), "schools:audit_list", "clipboard-document-list"),
)
