"""Who reads summaries, opens, daily reports, sweeps and barometers, and who signs them."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from reports.models import (
    AUTHORS,
    Barometer,
    BarometerLink,
    DailyReport,
    ReportVersion,
    StandIn,
    Summary,
    SummaryQuerySet,
    Sweep,
    SweepNote,
    SweepSignature,
)
from reports.models.daily import UNIT_SIGNERS
from reports.parts import part_of_head
from schools.access import SCHOOL_ROLES, Viewer, once
from schools.models import ClassGroup, Role, Unit
from schools.models.units import UnitQuerySet
from schools.models.visible import rule
from schools.prepared_for import prepared_for
from students.access import CARING_ROLES, FAMILY_ROLES, kept_from

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


# --- daily reports ----------------------------------------------------------------------------------------------------

# Whom a class may be given to while its teacher is away.
SIGNERS = frozenset({Role.CLASS_TEACHER, Role.SUBJECT_TEACHER, Role.GRADE_HEAD, Role.COUNSELOR})


@rule(DailyReport)
def daily_reports_of(reports: Any, viewer: Viewer) -> Any:
    """Own classes, the grade or college, or the school; a center reads what schools signed, never what a class or grade
    did."""
    if viewer.role in SCHOOL_ROLES:
        return reports.filter(unit_id=viewer.unit.pk)
    if viewer.role == Role.CENTER_STAFF:
        return reports.filter(unit__path__startswith=viewer.unit.path, class_group=None, part="")
    seen = Q(class_group__in=report_class_ids(viewer))
    if viewer.role == Role.GRADE_HEAD:
        seen |= Q(unit_id=viewer.unit.pk, class_group=None, part=part_of_head(viewer.membership))
    return reports.filter(seen)


@rule(ReportVersion)
def report_versions_of(versions: Any, viewer: Viewer) -> Any:
    return versions.filter(report__in=DailyReport.objects.visible_to(viewer).order_by().values("pk"))


@rule(StandIn)
def stand_ins_of(rows: Any, viewer: Viewer) -> Any:
    """For the school's counselors and leaders, and for whoever stands in."""
    if viewer.role in SCHOOL_ROLES:
        return rows.filter(class_group__school_id=viewer.unit.pk)
    return rows.filter(membership=viewer.membership)


@once
def stood_in_for(viewer: Viewer) -> list[ClassGroup]:
    """The classes that this person signs for today in place of their teacher."""
    if viewer.role not in SIGNERS:
        return []
    return [row.class_group for row in _stands_in(viewer)]


@prepared_for()
def _stands_in(viewer: Viewer) -> Any:
    rows = StandIn.objects.on(timezone.localdate()).filter(membership=viewer.membership)
    return rows.select_related("class_group__school")


@once
def classes_to_sign(viewer: Viewer) -> list[ClassGroup]:
    """Of whom somebody reports: the own classes of a class teacher, and those that they stand in for."""
    own = viewer.class_groups if viewer.role == Role.CLASS_TEACHER else []
    return list({group.pk: group for group in [*own, *stood_in_for(viewer)]}.values())


@once
def report_class_ids(viewer: Viewer) -> list[int]:
    """The classes whose reports somebody reads."""
    grade = viewer.class_groups if viewer.role in SCHOOL_ROLES | {Role.GRADE_HEAD} else []
    return [group.pk for group in [*grade, *classes_to_sign(viewer)]]


def can_sign_class(viewer: Viewer, group: ClassGroup) -> bool:
    return group.pk in {one.pk for one in classes_to_sign(viewer)}


def can_sign_unit(viewer: Viewer, unit: Unit) -> bool:
    """A school's report is its leader's, a center's that of its staff."""
    return unit.pk == viewer.unit.pk and viewer.role in UNIT_SIGNERS


def can_sign_part(viewer: Viewer) -> bool:
    """The report of a grade or college is its head's."""
    return viewer.role == Role.GRADE_HEAD and bool(part_of_head(viewer.membership))


def can_remind(viewer: Viewer) -> bool:
    return viewer.role in SCHOOL_ROLES | {Role.GRADE_HEAD, Role.CENTER_STAFF}


def can_except(viewer: Viewer, unit: Unit, group: ClassGroup | None, part: str = "") -> bool:
    """Who receives the report: of a class, grade or college its school, of a unit a center above it."""
    if group is not None:
        return viewer.role in SCHOOL_ROLES and group.school_id == viewer.unit.pk
    if part:
        return viewer.role in SCHOOL_ROLES and unit.pk == viewer.unit.pk
    return viewer.role == Role.CENTER_STAFF and unit.is_within(viewer.unit) and unit.pk != viewer.unit.pk


def can_name_stand_in(viewer: Viewer) -> bool:
    return viewer.role in SCHOOL_ROLES


# --- sweeps -----------------------------------------------------------------------------------------------------------

# Who goes through a class: its teacher, counselors and leaders; others of the school only while they stand in.
SWEEPERS = FAMILY_ROLES | SIGNERS
# Who calls one, for the own unit and all below it.
CALLERS = SCHOOL_ROLES | {Role.CENTER_STAFF}


@rule(Sweep)
def sweeps_of(sweeps: Any, viewer: Viewer) -> Any:
    """Those that ask the own unit; a center also those that centers below it have called. A call names nobody."""
    if viewer.role not in CARING_ROLES | {Role.CENTER_STAFF} and not stood_in_for(viewer):
        return sweeps.none()
    seen = Q(unit__code__in=viewer.unit.ancestor_codes)
    if viewer.role == Role.CENTER_STAFF:
        seen |= Q(unit__path__startswith=viewer.unit.path, unit__kind__is_school=False)
    return sweeps.filter(seen)


@rule(SweepNote)
def sweep_notes_of(notes: Any, viewer: Viewer) -> Any:
    """Of the classes one looks after. Whether one raised a flag is asked through `reports.sweeps.known_flags`."""
    return notes.filter(class_group__in=swept_class_ids(viewer))


@rule(SweepSignature)
def sweep_signatures_of(signatures: Any, viewer: Viewer) -> Any:
    """A center reads what schools signed, never what a class did."""
    if viewer.role == Role.CENTER_STAFF:
        return signatures.filter(unit__path__startswith=viewer.unit.path, class_group=None)
    here = signatures.filter(unit_id=viewer.unit.pk)
    return here if viewer.role in SCHOOL_ROLES else here.filter(class_group__in=swept_class_ids(viewer))


def can_call_sweep(viewer: Viewer) -> bool:
    return viewer.role in CALLERS


def can_end_sweep(viewer: Viewer, sweep: Sweep) -> bool:
    """Whoever might have called it."""
    return viewer.role in CALLERS and sweep.unit_id == viewer.unit.pk


@once
def swept_class_ids(viewer: Viewer) -> frozenset[int]:
    """The classes whose answers somebody reads: those they look after, a subject teacher those they stand in for."""
    if viewer.role in CARING_ROLES:
        return viewer.class_ids
    return viewer.class_ids & {group.pk for group in stood_in_for(viewer)}


def can_sweep(viewer: Viewer, class_id: int | None) -> bool:
    """Go through a class and sign for it: its teacher, a counselor or leader where there is none, who stands in."""
    if class_id not in viewer.class_ids:
        return False
    return viewer.role in FAMILY_ROLES or class_id in {group.pk for group in stood_in_for(viewer)}


def can_sign_sweep(viewer: Viewer) -> bool:
    """For the school: its leader."""
    return viewer.role == Role.SCHOOL_LEADER


# --- the class barometer ----------------------------------------------------------------------------------------------


@rule(Barometer)
def barometers_of(rows: Any, viewer: Viewer) -> Any:
    """Those of the classes one looks after; not one whose flag is kept from the viewer, nor once the records of the
    student whom it names are closed."""
    if viewer.role not in SCHOOL_ROLES | {Role.CLASS_TEACHER, Role.GRADE_HEAD}:
        return rows.none()
    is_wide = viewer.role in SCHOOL_ROLES
    own = Q(class_group__school_id=viewer.unit.pk) if is_wide else Q(class_group__in=viewer.class_ids)
    here = rows.filter(own).exclude(flag__student__locked_on__isnull=False)
    return here.exclude(Q(flag__isnull=False) & Q(flag__in=kept_from(viewer)))


@rule(BarometerLink)
def barometer_links_of(rows: Any, viewer: Viewer) -> Any:
    if viewer.role not in SCHOOL_ROLES | {Role.CLASS_TEACHER}:
        return rows.none()
    return rows.filter(class_group__in=viewer.class_ids)


def can_give_link(viewer: Viewer, group: ClassGroup) -> bool:
    return viewer.role in SCHOOL_ROLES | {Role.CLASS_TEACHER} and group.pk in viewer.class_ids


def can_read_barometer_words(viewer: Viewer) -> bool:
    """What a delegate wrote and whom they named: a teacher may be who it is about, so it is for the others."""
    return viewer.role in SCHOOL_ROLES
