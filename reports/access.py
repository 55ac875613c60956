"""Who reads which opens and exports."""

from reports.models import AUTHORS, Summary, SummaryQuerySet
from schools.access import Viewer
from schools.models import Role
from schools.models.units import UnitQuerySet
from schools.models.visible import rule

WATCHERS = (Role.SCHOOL_LEADER, Role.AUDITOR)


@rule(Summary)
def summaries_of(summaries: SummaryQuerySet, viewer: Viewer) -> SummaryQuerySet:
    """A unit's own summaries, for those who write and sign them."""
    return summaries.filter(unit_id=viewer.unit.pk) if viewer.role in AUTHORS else summaries.none()


def watched_by(schools: UnitQuerySet, viewer: Viewer) -> UnitQuerySet:
    """A leader watches over the own school, an auditor over those they audit."""
    if viewer.role == Role.SCHOOL_LEADER:
        return schools.filter(pk=viewer.unit.pk)
    return schools.within(viewer.unit) if viewer.role == Role.AUDITOR else schools.none()


def may_meet_students(viewer: Viewer) -> bool:
    """An auditor learns whose records were opened by number, not by name."""
    return viewer.role == Role.SCHOOL_LEADER
