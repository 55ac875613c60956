"""Where the pages of this floor stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.common.places import Place, add_places
from students.access import can_handle_flags
from students.queries import flag_counts


def _waiting(viewer: Viewer) -> int:
    """Flags that nobody has in hand, for those who may take them."""
    return int(flag_counts(viewer)["waiting"]) if can_handle_flags(viewer) else 0


add_places(
    Place(20, _("Students"), "students:student_list", "users", "tabs"),
    Place(22, _("Classes"), "students:class_list", "rectangle-stack"),
    Place(50, _("Risk flags"), "students:flag_list", "flag", count=_waiting),
    Place(70, _("Import roster"), "students:roster_import", "arrow-up-tray"),
)
