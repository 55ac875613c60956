"""Who chooses, makes and brings instruments. An instrument holds no data of people: what a unit may use is a query."""

from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Role
from screening.models import Instrument

# Who reads the keys: bands and items are not for those who answer or teach.
INSTRUMENT_ROLES = SCHOOL_ROLES | {Role.CENTER_STAFF, Role.SYSTEM_ADMIN}
# Who makes own ones and answers for a licence.
KEEPER_ROLES = frozenset({Role.COUNSELOR, Role.CENTER_STAFF, Role.SYSTEM_ADMIN})


def can_keep_instruments(viewer: Viewer) -> bool:
    """Make and import instruments and texts for the own unit; a center's hold in every school below it."""
    return viewer.role in KEEPER_ROLES


def check_can_keep_instruments(viewer: Viewer) -> None:
    if not can_keep_instruments(viewer):
        raise Refused(_("Only counselors, center staff and administrators make and import instruments."))


def check_can_change(viewer: Viewer, instrument: Instrument) -> None:
    """Raise unless this is the own unit's instrument."""
    check_can_keep_instruments(viewer)
    if instrument.unit_id != viewer.unit.pk:
        raise Refused(_("This instrument belongs to another unit. Make a copy of your own to change it."))


def can_change(viewer: Viewer, instrument: Instrument) -> bool:
    return can_keep_instruments(viewer) and instrument.unit_id == viewer.unit.pk
