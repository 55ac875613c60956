"""Who reads which opens and exports."""

from schools.access import Viewer
from schools.models import Role
from schools.models.units import UnitQuerySet

WATCHERS = (Role.SCHOOL_LEADER, Role.AUDITOR)


def watched_by(schools: UnitQuerySet, viewer: Viewer) -> UnitQuerySet:
    """A leader watches over the own school, an auditor over those they audit."""
    if viewer.role == Role.SCHOOL_LEADER:
        return schools.filter(pk=viewer.unit.pk)
    return schools.within(viewer.unit) if viewer.role == Role.AUDITOR else schools.none()


def may_meet_students(viewer: Viewer) -> bool:
    """An auditor learns whose records were opened by number, not by name."""
    return viewer.role == Role.SCHOOL_LEADER
