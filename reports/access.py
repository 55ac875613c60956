"""Who reads which opens and exports."""

from schools.access import Viewer, audit_of
from schools.models import Role
from schools.models.audit import AuditEntryQuerySet

WATCHERS = (Role.SCHOOL_LEADER, Role.AUDITOR)


def watched_by(entries: AuditEntryQuerySet, viewer: Viewer) -> AuditEntryQuerySet:
    """A leader watches over the own school, an auditor over what they audit."""
    if viewer.role == Role.SCHOOL_LEADER:
        return entries.filter(chain__scope=viewer.unit.code)
    return audit_of(entries, viewer)


def may_meet_students(viewer: Viewer) -> bool:
    """An auditor learns whose records were opened by number, not by name."""
    return viewer.role == Role.SCHOOL_LEADER
