"""Which parts of talks a viewer sees, and who may change one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from counseling.models.incidents import (
    Incident,
    IncidentAct,
    IncidentActQuerySet,
    IncidentBarrier,
    IncidentPerson,
    IncidentPersonQuerySet,
    IncidentQuerySet,
    IncidentReport,
    IncidentReportQuerySet,
    IncidentVersion,
    IncidentVersionQuerySet,
    SafetyPlan,
    SafetyPlanQuerySet,
)
from counseling.models.statements import CrisisFreeTerm, CrisisFreeTermQuerySet
from counseling.models.talks import (
    TalkDraft,
    TalkDraftQuerySet,
    TalkLog,
    TalkLogQuerySet,
    TalkPart,
    TalkPartQuerySet,
    TalkRevision,
    TalkRevisionQuerySet,
)
from schools.access import SCHOOL_ROLES, Viewer, reason_to_see
from schools.models import Role
from schools.models.visible import rule
from students.access import kept_from, opened_students
from students.models import KeptFrom, RegistryEntry

WORDING_ROLES = SCHOOL_ROLES | {Role.CENTER_STAFF}


@rule(TalkPart)
def parts_of(parts: TalkPartQuerySet, viewer: Viewer) -> TalkPartQuerySet:
    """Own talks; those of own classes, grade or school unless restricted; restricted ones for counselors only, and by
    break-glass for a leader. What others wrote behind a flag is not there for whom the flag is kept from."""
    own = Q(talk__author=viewer.person)
    is_kept = Q(flag__isnull=False) & Q(flag__in=kept_from(viewer))
    here = parts.filter(talk__school_id=viewer.unit.pk, student__locked_on=None).exclude(is_kept & ~own)
    open_to_others = Q(talk__is_restricted=False)
    if viewer.role == Role.COUNSELOR:
        return here
    if viewer.role == Role.SCHOOL_LEADER:
        return here.filter(own | open_to_others | Q(student__in=opened_students(viewer)))
    if viewer.role in (Role.CLASS_TEACHER, Role.GRADE_HEAD):
        return here.filter(own | open_to_others & Q(student__class_group__in=viewer.class_ids))
    if viewer.role == Role.SUBJECT_TEACHER:
        return here.filter(own)
    return parts.none()


@rule(TalkLog)
def talks_of(talks: TalkLogQuerySet, viewer: Viewer) -> TalkLogQuerySet:
    """Talks of which the viewer sees at least one part. Read their parts through `TalkPart.visible_to` too."""
    return talks.filter(pk__in=TalkPart.objects.visible_to(viewer).values("talk_id"))


@rule(TalkRevision)
def revisions_of(revisions: TalkRevisionQuerySet, viewer: Viewer) -> TalkRevisionQuerySet:
    """Who sees a part sees how it read before."""
    return revisions.filter(part__in=TalkPart.objects.visible_to(viewer))


@rule(TalkDraft)
def drafts_of(drafts: TalkDraftQuerySet, viewer: Viewer) -> TalkDraftQuerySet:
    """A draft is its writer's alone, and of the role it was written in."""
    return drafts.filter(person=viewer.person, membership=viewer.membership)


def can_change_part(viewer: Viewer, part: TalkPart) -> bool:
    """Only who held the talk corrects or deletes its record."""
    is_own = part.talk.author_id == viewer.person.pk and part.talk.school_id == viewer.unit.pk
    return is_own and part.deleted_at is None


def can_restrict(viewer: Viewer) -> bool:
    """Keep a talk for counselors only."""
    return viewer.role == Role.COUNSELOR


def can_set_options(viewer: Viewer) -> bool:
    """Themes, kinds, places, moods and text templates of the own unit; a center's hold in every school below it."""
    return viewer.role in WORDING_ROLES


def can_export(viewer: Viewer) -> bool:
    """Take the list of talks out as a file."""
    return viewer.role in SCHOOL_ROLES


def can_remind(viewer: Viewer) -> bool:
    """Remind a class teacher of the talks that are still to be held."""
    return viewer.role in SCHOOL_ROLES or viewer.role == Role.GRADE_HEAD


def readers_of(*, is_restricted: bool) -> str:
    """Who reads a record besides the one who held the talk, as a sentence."""
    if is_restricted:
        return _("Besides you, only the counselors of the school can read this.")
    return _(
        "Besides you, the class teacher, the grade head, the counselors and the leaders of the school can read this."
    )


def reason_to_read(viewer: Viewer, part: TalkPart) -> str:
    """Why this viewer sees a part."""
    if part.talk.author_id == viewer.person.pk:
        return _("You can see this because you held the talk.")
    if part.talk.is_restricted and viewer.role == Role.SCHOOL_LEADER:
        return _("You opened this in an emergency, for an hour. The counselors and the auditor know it.")
    return reason_to_see(viewer, class_id=part.student.class_group_id)


# --- incidents --------------------------------------------------------------------------------------------------------

# Class teacher and grade head know of the incidents of their students.
NEAR_ROLES = (Role.CLASS_TEACHER, Role.GRADE_HEAD)


@rule(Incident)
def incidents_of(incidents: IncidentQuerySet, viewer: Viewer) -> IncidentQuerySet:
    """A school's for its counselors and leaders; of own classes for class teacher and grade head; a subject teacher's
    are those that they started, and of students whose plan names them. It is not there for whom it, or the flag of one
    of its people, is kept from, whatever their role, nor once the records of all its students are closed. A center
    reads what was reported to it (`reports_of_incidents`), never the incident."""
    kept = IncidentPerson.objects.filter(flag__in=kept_from(viewer)).order_by().values("incident")
    here = incidents.filter(school_id=viewer.unit.pk).exclude(pk__in=kept).exclude(pk__in=barred_events(viewer))
    here = here.exclude(whose_records_are_closed())
    if viewer.role in SCHOOL_ROLES:
        return here
    own = Q(started_by__person=viewer.person)
    if viewer.role in NEAR_ROLES:
        near = IncidentPerson.objects.filter(student__class_group__in=viewer.class_ids).order_by().values("incident")
        return here.filter(own | Q(pk__in=near))
    if viewer.role != Role.SUBJECT_TEACHER:
        return incidents.none()
    named = IncidentPerson.objects.filter(student__in=named_for(viewer)).order_by().values("incident")
    return here.filter(own | Q(pk__in=named))


def whose_records_are_closed() -> Q:
    """Of its students, all were handed over and have closed records (docs/adr/0019)."""
    people = IncidentPerson.objects.exclude(student=None).order_by()
    closed, others = people.exclude(student__locked_on=None), people.filter(student__locked_on=None)
    return Q(pk__in=closed.values("incident")) & ~Q(pk__in=others.values("incident"))


def named_for(viewer: Viewer) -> QuerySet[RegistryEntry, Any]:
    """The students whose plan names this teacher, as a subquery: who is called must see to what."""
    return RegistryEntry.objects.open().filter(teacher__person=viewer.person).order_by().values("student")


def barred_events(viewer: Viewer) -> QuerySet[IncidentBarrier, Any]:
    """Events about nobody of the roster that are kept from this person, as a subquery."""
    return IncidentBarrier.objects.filter(person=viewer.person).order_by().values("incident")


@rule(IncidentBarrier)
def barriers_of_incidents(barriers: Any, viewer: Viewer) -> Any:
    """From whom an event is kept: for counselors and leaders who see the event."""
    seen = Incident.objects.visible_to(viewer)
    return barriers.filter(incident__in=seen) if viewer.role in SCHOOL_ROLES else barriers.none()


@rule(CrisisFreeTerm)
def statements_of(statements: CrisisFreeTermQuerySet, viewer: Viewer) -> CrisisFreeTermQuerySet:
    """The school's own, and those of the schools below a center."""
    if viewer.role in SCHOOL_ROLES:
        return statements.filter(unit=viewer.unit)
    if viewer.role == Role.CENTER_STAFF:
        return statements.filter(unit__path__startswith=viewer.unit.path)
    return statements.none()


@rule(IncidentVersion)
def versions_of_incidents(versions: IncidentVersionQuerySet, viewer: Viewer) -> IncidentVersionQuerySet:
    """How an incident read before: for those who can correct it."""
    seen = versions.filter(incident__in=Incident.objects.visible_to(viewer))
    return seen if viewer.role in SCHOOL_ROLES else versions.none()


@rule(IncidentPerson)
def people_of_incidents(people: IncidentPersonQuerySet, viewer: Viewer) -> IncidentPersonQuerySet:
    """Each apart: teachers see their own students, or those whose plan names them, and whom they entered."""
    here = people.filter(incident__in=Incident.objects.visible_to(viewer), student__locked_on=None)
    if viewer.role in SCHOOL_ROLES:
        return here
    own = Q(added_by__person=viewer.person)
    near = (
        Q(student__class_group__in=viewer.class_ids) if viewer.role in NEAR_ROLES else Q(student__in=named_for(viewer))
    )
    return here.filter(own | near)


# What only those read who lead: to whom it went, why it was corrected or opened again, that it was closed.
HIDDEN_ACTS = (
    IncidentAct.Kind.EXCEPTION,
    IncidentAct.Kind.REPORT,
    IncidentAct.Kind.ANSWER,
    IncidentAct.Kind.PASSED,
    IncidentAct.Kind.CORRECTED,
    IncidentAct.Kind.CLOSED,
    IncidentAct.Kind.REOPENED,
)


@rule(IncidentAct)
def acts_of_incidents(acts: IncidentActQuerySet, viewer: Viewer) -> IncidentActQuerySet:
    """Counselors and leaders read all; class teacher and grade head what concerns the event or their students, but no
    exception to confidentiality; a subject teacher the list of the first minutes and what they wrote."""
    here = acts.filter(incident__in=Incident.objects.visible_to(viewer), person__student__locked_on=None)
    if viewer.role in SCHOOL_ROLES:
        return here
    own = Q(by__person=viewer.person)
    if viewer.role in NEAR_ROLES:
        seen = IncidentPerson.objects.visible_to(viewer).order_by().values("pk")
        about = Q(person=None) | Q(person__in=seen)
        return here.filter(own | about & ~Q(kind__in=HIDDEN_ACTS))
    return here.filter(own | Q(kind=IncidentAct.Kind.TICK))


@rule(IncidentReport)
def reports_of_incidents(reports: IncidentReportQuerySet, viewer: Viewer) -> IncidentReportQuerySet:
    """The school what it made itself, and the very unit they were made to. What a center wrote to the unit above it
    is read there; the school learns from the timeline that it was passed on, and that it was acknowledged. There is
    none for whom a flag of one of its people is kept from, also at a center."""
    if viewer.role in SCHOOL_ROLES:
        return reports.filter(incident__in=Incident.objects.visible_to(viewer), passes_on=None)
    if viewer.role != Role.CENTER_STAFF:
        return reports.none()
    kept = KeptFrom.objects.filter(person=viewer.person).order_by().values("flag__student")
    theirs = IncidentPerson.objects.filter(student__in=kept).order_by().values("incident")
    here = reports.filter(to_id=viewer.unit.pk).exclude(incident__in=theirs)
    return here.exclude(incident__in=barred_events(viewer))


@rule(SafetyPlan)
def safety_plans_of(plans: SafetyPlanQuerySet, viewer: Viewer) -> SafetyPlanQuerySet:
    """Who looks after the person must know it: counselors, leaders, class teacher and grade head."""
    here = plans.filter(person__in=IncidentPerson.objects.visible_to(viewer))
    return here if viewer.role in SCHOOL_ROLES or viewer.role in NEAR_ROLES else plans.none()


def can_lead_incident(viewer: Viewer) -> bool:
    """Take the lead, report up, close: counselor and leader."""
    return viewer.role in SCHOOL_ROLES


def can_keep_incident(viewer: Viewer, incident: Incident) -> bool:
    """Keep it from somebody: whoever leads, and whoever started it."""
    return can_lead_incident(viewer) or incident.started_by.person_id == viewer.person.pk
