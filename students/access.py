"""Which students and flags a viewer sees."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from schools.access import SCHOOL_ROLES, STAFF_ROLES, Viewer, once
from schools.common.floors import ask_apps
from schools.models import Membership, Role, Unit
from schools.models.people import CLASS_ROLES, ROLES_WITH_CLASSES
from schools.models.visible import rule
from schools.prepared_for import prepared_for
from students.models.center import CenterRequest, CenterRequestQuerySet
from students.models.flag_steps import FlagStep, FlagStepQuerySet, GuardianContact, GuardianContactQuerySet
from students.models.flags import (
    FlagReport,
    FlagReportQuerySet,
    KeptFrom,
    KeptFromQuerySet,
    RiskFlag,
    RiskFlagQuerySet,
)
from students.models.glass import BreakGlass, BreakGlassQuerySet
from students.models.groups import GroupMember, GroupMemberQuerySet
from students.models.hand_over import HandOver, HandOverQuerySet
from students.models.registry import (
    PlanMeasure,
    PlanMeasureQuerySet,
    PlanPart,
    PlanPartQuerySet,
    PlanReview,
    PlanReviewQuerySet,
    RegistryEntry,
    RegistryEntryQuerySet,
)
from students.models.roster import RosterImport, RosterImportQuerySet
from students.models.states import StudentState, StudentStateQuerySet
from students.models.students import Guardian, GuardianQuerySet, Student, StudentQuerySet


@rule(Student)
def students_of(students: StudentQuerySet, viewer: Viewer) -> StudentQuerySet:
    """Own classes, taught classes, grade, or school; nobody's students above and beside the school."""
    return students.filter(_of_seen_student(viewer, ""))


def _of_seen_student(viewer: Viewer, path: str) -> Q:
    """The condition that a viewer sees the student to whom `path` leads from a row."""
    here = Q(**{f"{path}school_id": viewer.unit.pk, f"{path}locked_on": None})  # docs/adr/0019
    if viewer.role in SCHOOL_ROLES:
        return here
    if viewer.role in ROLES_WITH_CLASSES:
        return here & Q(**{f"{path}class_group__in": viewer.class_ids})
    return Q(pk__in=[])


@rule(Guardian)
def guardians_of(guardians: GuardianQuerySet, viewer: Viewer) -> GuardianQuerySet:
    return guardians.filter(_of_seen_student(viewer, "student__"))


@rule(GroupMember)
def group_members_of(members: GroupMemberQuerySet, viewer: Viewer) -> GroupMemberQuerySet:
    return members.filter(_of_seen_student(viewer, "student__"))


@rule(RiskFlag)
def flags_of(flags: RiskFlagQuerySet, viewer: Viewer) -> RiskFlagQuerySet:
    """A subject teacher sees what they raised; center staff see counts (`reports`), not flags. A flag is
    invisible to everybody it is kept from, whatever their role."""
    here = flags.filter(school_id=viewer.unit.pk, student__locked_on=None).exclude(pk__in=kept_from(viewer))
    if viewer.role in SCHOOL_ROLES:
        return here
    if viewer.role in (Role.CLASS_TEACHER, Role.GRADE_HEAD):
        own = Q(student__class_group__in=viewer.class_ids)
        return here.filter(own | Q(raised_by__person=viewer.person))
    if viewer.role == Role.SUBJECT_TEACHER:
        return here.filter(raised_by__person=viewer.person)
    return flags.none()


@rule(StudentState)
def states_of(states: StudentStateQuerySet, viewer: Viewer) -> StudentStateQuerySet:
    """Of the students one sees; which columns of them, says STATE_COLUMNS."""
    return states.filter(_of_seen_student(viewer, "student__"))


@rule(RosterImport)
def imports_of(imports: RosterImportQuerySet, viewer: Viewer) -> RosterImportQuerySet:
    """A school's own, for those who see all of its students."""
    return imports.filter(school_id=viewer.unit.pk) if viewer.role in SCHOOL_ROLES else imports.none()


@rule(FlagReport)
def reports_of(reports: FlagReportQuerySet, viewer: Viewer) -> FlagReportQuerySet:
    """Why a flag stands is read by counselors, leaders and the grade head; everybody else reads what they wrote."""
    here = reports.filter(flag__school_id=viewer.unit.pk, flag__student__locked_on=None)
    here = here.exclude(flag__in=kept_from(viewer))
    own = Q(by__person=viewer.person)
    if viewer.role in SCHOOL_ROLES:
        return here
    if viewer.role == Role.GRADE_HEAD:
        return here.filter(own | Q(flag__student__class_group__in=viewer.class_ids))
    return here.filter(own) if viewer.role in CLASS_ROLES else reports.none()


def kept_from(viewer: Viewer) -> QuerySet[KeptFrom, Any]:
    """The flags that are kept from this person, as a subquery."""
    return KeptFrom.objects.filter(person=viewer.person).order_by().values("flag")


Unseen = Callable[[Viewer], Iterable[Any]]
_unseen: list[Unseen] = []


def when_counting(unseen: Unseen) -> Unseen:
    """Register what an upper floor keeps from one person besides flags (its `keeping.py`)."""
    _unseen.append(unseen)
    return unseen


@once
def unseen_by(viewer: Viewer) -> frozenset[Any]:
    """The flags of the own school that are kept from this person, and what upper floors keep from them: counts that
    are made for this person leave them out (`Scope.unseen`)."""
    ask_apps("keeping")
    flags = [pk for (pk,) in kept_from(viewer).filter(flag__school=viewer.unit.pk).values_list("flag")]
    return frozenset(flags).union(*(unseen(viewer) for unseen in _unseen))


@rule(KeptFrom)
def barriers_of(barriers: KeptFromQuerySet, viewer: Viewer) -> KeptFromQuerySet:
    """From whom a flag is kept: for counselors and leaders who see the flag. The auditor reads it in the log."""
    seen = RiskFlag.objects.visible_to(viewer)
    return barriers.filter(flag__in=seen) if viewer.role in SCHOOL_ROLES else barriers.none()


@rule(FlagStep)
def steps_of_flags(steps: FlagStepQuerySet, viewer: Viewer) -> FlagStepQuerySet:
    """Counselors and leaders read every step; everybody else what was addressed to them and what they answered."""
    here = steps.filter(Exists(RiskFlag.objects.visible_to(viewer).filter(pk=OuterRef("flag")).order_by()))
    if viewer.role in SCHOOL_ROLES:
        return here
    return here.filter(Q(to__person=viewer.person) | Q(by__person=viewer.person))


@rule(GuardianContact)
def contacts_of(contacts: GuardianContactQuerySet, viewer: Viewer) -> GuardianContactQuerySet:
    """One's own; the school's for counselors and leaders. What belongs to a flag is kept with it."""
    is_kept = Q(flag__in=kept_from(viewer))
    here = contacts.filter(school_id=viewer.unit.pk, student__locked_on=None)
    here = here.exclude(Q(flag__isnull=False) & is_kept)
    if viewer.role in SCHOOL_ROLES:
        return here
    return here.filter(by__person=viewer.person) if viewer.role in STAFF_ROLES else contacts.none()


# --- break-glass (docs/adr/0017) --------------------------------------------------------------------------------------

GLASS_ROLES = SCHOOL_ROLES | {Role.AUDITOR}


@rule(BreakGlass)
def openings_of(openings: BreakGlassQuerySet, viewer: Viewer) -> BreakGlassQuerySet:
    """Counselors and leaders see the openings of their school, an auditor those of the subtree. Nobody sees their own
    (it would tell them who was called), nor one about a student of whom a flag is kept from them."""
    if viewer.role == Role.AUDITOR:
        return openings.filter(school__in=Unit.objects.within(viewer.unit))
    if viewer.role not in SCHOOL_ROLES:
        return openings.none()
    here = openings.filter(school_id=viewer.unit.pk, student__locked_on=None).exclude(by__person=viewer.person)
    return here.exclude(_is_kept(viewer))


def opened_students(viewer: Viewer) -> QuerySet[BreakGlass, Any]:
    """The students whose closed records this viewer may read at present, as a subquery; never one of whom a flag is
    kept from the viewer."""
    running = BreakGlass.objects.running(viewer.now).filter(by=viewer.membership).order_by()
    return running.exclude(_is_kept(viewer)).values("student")


def _is_kept(viewer: Viewer, student: str = "student") -> Q:
    """About a student of whom a flag is kept from this person, here or in the school that handed them over."""
    kept = KeptFrom.objects.filter(person=viewer.person).order_by().values("flag__student")
    came = HandOver.objects.filter(student__in=kept, student_there__isnull=False).order_by().values("student_there")
    return Q(**{f"{student}__in": kept}) | Q(**{f"{student}__in": came})


def barriers_about(student: Any) -> QuerySet[KeptFrom]:
    """From whom a flag of this student is kept, here or in the school that handed them over."""
    before = HandOver.objects.filter(student_there=student).order_by().values("student")
    return KeptFrom.objects.filter(Q(flag__student=student) | Q(flag__student__in=before))


def can_break_glass(viewer: Viewer) -> bool:
    """A leader. To counselors no record of their school is closed."""
    return viewer.role == Role.SCHOOL_LEADER and viewer.unit.is_school


def can_review_glass(viewer: Viewer, opening: BreakGlass) -> bool:
    """An auditor, or another leader of the school."""
    return viewer.role in (Role.AUDITOR, Role.SCHOOL_LEADER) and viewer.person.pk != opening.by.person_id


def student_named(viewer: Viewer, student: Student) -> str:
    """By name within the school; to an auditor a student is a number, as in the log."""
    return student.name if viewer.role in SCHOOL_ROLES else student.student_number or "—"


# --- the registry and its plans ---------------------------------------------------------------------------------------

# Who reads a plan as a whole; a class teacher reads the part that is addressed to them.
PLAN_ROLES = SCHOOL_ROLES | {Role.GRADE_HEAD}


@rule(RegistryEntry)
def entries_of(entries: RegistryEntryQuerySet, viewer: Viewer) -> RegistryEntryQuerySet:
    """The school's for counselors and leaders, the grade's for its head; a class teacher those of the own class, for
    as long as they stand. A person from whom a flag of the student is kept does not see the entry either."""
    here = entries.filter(school_id=viewer.unit.pk, student__locked_on=None).exclude(_is_kept(viewer))
    if viewer.role in SCHOOL_ROLES:
        return here
    if viewer.role == Role.GRADE_HEAD:
        return here.filter(student__class_group__in=viewer.class_ids)
    if viewer.role == Role.CLASS_TEACHER:
        return here.open().filter(student__class_group__in=viewer.class_ids)
    return entries.none()


@rule(PlanMeasure)
def measures_of(measures: PlanMeasureQuerySet, viewer: Viewer) -> PlanMeasureQuerySet:
    """All of the plan, or those that one is to do oneself."""
    here = measures.filter(entry__in=RegistryEntry.objects.visible_to(viewer))
    return here if viewer.role in PLAN_ROLES else here.filter(who__person=viewer.person)


@rule(PlanPart)
def parts_of(parts: PlanPartQuerySet, viewer: Viewer) -> PlanPartQuerySet:
    """Each reads the own part; who answers for the plan reads what everybody is told."""
    here = parts.filter(entry__in=RegistryEntry.objects.visible_to(viewer))
    if viewer.role in PLAN_ROLES:
        return here
    own = (PlanPart.Audience.CLASS_TEACHER, PlanPart.Audience.SUBJECT_TEACHERS)
    return here.filter(audience__in=own) if viewer.role == Role.CLASS_TEACHER else parts.none()


@rule(PlanReview)
def reviews_of(reviews: PlanReviewQuerySet, viewer: Viewer) -> PlanReviewQuerySet:
    here = reviews.filter(entry__in=RegistryEntry.objects.visible_to(viewer))
    return here if viewer.role in PLAN_ROLES else reviews.none()


@rule(CenterRequest)
def requests_to_centers(requests: CenterRequestQuerySet, viewer: Viewer) -> CenterRequestQuerySet:
    """The school's for those who see the flag or the entry behind it. Of a center exactly the unit that was asked, and
    only as long as the request is open, a decision to confirm only the person named; not for whom a flag of the student
    is kept from, whatever their role."""
    if viewer.role in SCHOOL_ROLES:
        flags, entries = RiskFlag.objects.visible_to(viewer), RegistryEntry.objects.visible_to(viewer)
        return requests.filter(Q(flag__in=flags) | Q(entry__in=entries), school_id=viewer.unit.pk)
    if viewer.role != Role.CENTER_STAFF:
        return requests.none()
    mine = Q(second=None) | Q(second=viewer.membership.pk)
    return requests.open().filter(mine, to_id=viewer.unit.pk).exclude(_is_kept(viewer))


def can_keep_registry(viewer: Viewer) -> bool:
    """Put on the registry, plan, review, take off: counselors and leaders of the school."""
    return viewer.role in SCHOOL_ROLES and viewer.unit.is_school


def reads_plan(viewer: Viewer) -> bool:
    return viewer.role in PLAN_ROLES


# --- handed over to another school ------------------------------------------------------------------------------------


@rule(HandOver)
def hand_overs_of(offers: HandOverQuerySet, viewer: Viewer) -> HandOverQuerySet:
    """The old school's counselors and leaders see what it offered. At the new school the named person, their backup and
    the leaders see an offer that waits, and all counselors and leaders one that is accepted. Somebody from whom a flag
    of the student is kept sees only offers of their own."""
    if viewer.role not in SCHOOL_ROLES:
        return offers.none()
    named = Q(to=viewer.membership) | Q(to__backup=viewer.membership)
    if viewer.role == Role.SCHOOL_LEADER:
        named = Q()
    arrives = Q(to_school_id=viewer.unit.pk)
    waits = arrives & Q(state=HandOver.State.OFFERED) & named
    came = arrives & Q(state=HandOver.State.ACCEPTED) & ~_is_kept(viewer, "student_there")
    came &= Q(student_there__locked_on=None)
    own = Q(by__person=viewer.person)
    return offers.filter(Q(school_id=viewer.unit.pk) | waits | came).exclude(_is_kept(viewer) & ~own)


def can_answer_hand_over(viewer: Viewer, offer: HandOver) -> bool:
    """Accept it or send it back: the named person, who steps in for them, a leader there. On paper somebody of the own
    school records the receipt, never who has offered it."""
    if viewer.role not in SCHOOL_ROLES or not offer.is_waiting:
        return False
    place = offer.to_school_id or offer.school_id
    is_named = viewer.membership.pk in (offer.to_id, offer.to.backup_id) or viewer.role == Role.SCHOOL_LEADER
    return place == viewer.unit.pk and is_named and offer.by.person_id != viewer.person.pk


def can_hand_over(viewer: Viewer) -> bool:
    """Offer a student to another school, and take an offer back."""
    return viewer.role in SCHOOL_ROLES and viewer.unit.is_school


def can_read_decision(viewer: Viewer, flag: RiskFlag) -> bool:
    """Why a flag was closed. A class teacher learns how it ended, and before that its level and what to do."""
    if viewer.role == Role.GRADE_HEAD:
        return flag.student.class_group_id in viewer.class_ids
    return viewer.role in SCHOOL_ROLES


def can_confirm(viewer: Viewer, flag: RiskFlag) -> bool:
    """The second person who was named; where they have left, any counselor or leader but whoever decided."""
    if flag.state != RiskFlag.State.PROPOSED or flag.waits_for_id == viewer.membership.pk:
        return flag.state == RiskFlag.State.PROPOSED
    if not can_handle_flags(viewer) or Membership.objects.working().filter(pk=flag.waits_for_id or 0).exists():
        return False
    decision = flag.steps.filter(kind=FlagStep.Kind.DECISION, corrects=None).select_related("by").last()
    return decision is not None and decision.by.person_id != viewer.person.pk


def can_handle_flags(viewer: Viewer) -> bool:
    """Take in hand, assign and close: counselors and leaders of the school."""
    return viewer.role in SCHOOL_ROLES


def can_keep_from(viewer: Viewer, flag: RiskFlag) -> bool:
    """Keep it from somebody: whoever handles flags, and whoever has reported this one."""
    return can_handle_flags(viewer) or has_reported(viewer, flag)


def has_reported(viewer: Viewer, flag: RiskFlag) -> bool:
    """Raised it, or reported the same again."""
    is_raiser = flag.raised_by is not None and flag.raised_by.person_id == viewer.person.pk
    return is_raiser or flag.reports.filter(by__person=viewer.person).exists()


# --- what is kept beside each student ---------------------------------------------------------------------------------

# Who may know everything about a student except what is for counselors only.
LOOKING_AFTER = SCHOOL_ROLES | {Role.CLASS_TEACHER, Role.GRADE_HEAD}
# Which role may see, filter, sort or export by a column of StudentState. A subject teacher knows of talks and flags
# only their own, so for them they are read from the records.
FLAG_COLUMNS = frozenset({"flag_severity", "registry_severity", "is_key"})
STATE_COLUMNS = {
    "last_talk_at": LOOKING_AFTER,
    "last_any_talk_at": frozenset({Role.COUNSELOR}),
    "in_group": STAFF_ROLES,
    "flag_severity": LOOKING_AFTER,
    "registry_severity": SCHOOL_ROLES | {Role.GRADE_HEAD},
    "is_key": LOOKING_AFTER,
    "last_screened_at": frozenset({Role.COUNSELOR}),
    "screening_severity": frozenset({Role.COUNSELOR}),
}


def can_use(viewer: Viewer, column: str) -> bool:
    """May this viewer see, filter, sort or export by this column of StudentState? From whom a flag is kept, for them
    the flags that they may see are asked instead of the column."""
    if viewer.role not in STATE_COLUMNS[column]:
        return False
    return column not in FLAG_COLUMNS or not is_kept_from_a_flag(viewer)


@once
def is_kept_from_a_flag(viewer: Viewer) -> bool:
    return bool(_kept_one(viewer))


@prepared_for()
def _kept_one(viewer: Viewer) -> Any:
    return kept_from(viewer).values_list("pk")[:1]


# --- one student ----------------------------------------------------------------------------------------------------

# A subject teacher meets the student in class: name, class and groups, but not the family or the papers.
CARING_ROLES = STAFF_ROLES - {Role.SUBJECT_TEACHER}
# Who knows the family: the class teacher for the own class, counselor and leader for the school.
FAMILY_ROLES = SCHOOL_ROLES | {Role.CLASS_TEACHER}


# Who keeps the list of special groups of a unit.
GROUP_KEEPERS = SCHOOL_ROLES | {Role.CENTER_STAFF}


def can_keep_groups(viewer: Viewer) -> bool:
    return viewer.role in GROUP_KEEPERS


def can_read_base_data(viewer: Viewer) -> bool:
    """Papers, contact data, health and guardians."""
    return viewer.role in CARING_ROLES


def can_correct(viewer: Viewer) -> bool:
    """Correct base data, and read who opened the student's page."""
    return viewer.role in SCHOOL_ROLES


def can_open_closed(viewer: Viewer) -> bool:
    """Open the closed records of a student who is back (docs/adr/0019)."""
    return viewer.role == Role.SCHOOL_LEADER


def sees_counts_only(viewer: Viewer) -> bool:
    """A center hands in the file of all its schools; what the schools hold already it sees as counts."""
    return viewer.role == Role.CENTER_STAFF and not viewer.unit.is_school


def can_import(viewer: Viewer) -> bool:
    return sees_counts_only(viewer) or (can_correct(viewer) and viewer.unit.is_school)


def can_keep_family(viewer: Viewer) -> bool:
    """Set special groups and guardians of a student one sees."""
    return viewer.role in FAMILY_ROLES
