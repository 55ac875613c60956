"""Where the pages of this floor stand in the navigation."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.access import Viewer
from schools.common.places import Place, add_places
from schools.prepared_for import prepared_for
from students.access import can_handle_flags, can_keep_registry
from students.models import RegistryEntry
from students.queries import flag_counts


def _waiting(viewer: Viewer) -> int:
    """Flags that nobody has in hand, for those who may take them."""
    return int(flag_counts(viewer)["waiting"]) if can_handle_flags(viewer) else 0


def _due(viewer: Viewer) -> int:
    """Reviews past their day, for those who keep the registry."""
    if not can_keep_registry(viewer):
        return 0
    return len(_overdue(viewer))


@prepared_for()
def _overdue(viewer: Viewer) -> Any:
    return RegistryEntry.objects.visible_to(viewer).overdue(timezone.localdate()).order_by().values_list("severity")


add_places(
    Place(20, _("Students"), "students:student_list", "users", "tabs"),
    Place(22, _("Classes"), "students:class_list", "rectangle-stack", rare=True),
    Place(50, _("Risk flags"), "students:flag_list", "flag", count=_waiting),
    Place(46, _("Requests for help"), "students:center_request_list", "lifebuoy"),
    Place(55, _("Registry"), "students:registry_list", "book-open", count=_due),
    Place(58, _("Hand-overs"), "students:hand_over_list", "arrows-right-left", rare=True),
    Place(125, _("Special groups"), "students:group_list", "tag", rare=True),
    Place(65, _("Emergency openings"), "students:glass_list", "lock-open", rare=True),
    Place(70, _("Import roster"), "students:roster_import", "arrow-up-tray", rare=True),
)
