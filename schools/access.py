"""Who may do what and see whom, and why. Every decision about access is made here or asks here.

A person acts through one active membership at a time: the `Viewer`. Views declare who may use them with `public`,
`signed_in` or `roles`; reads go through `visible_to(viewer)`, whose rules for the models of this floor stand below and
for the upper floors in their own `access.py`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.calendar import SchoolCalendar
from schools.common.errors import Refused
from schools.models.audit import AuditEntry, AuditEntryQuerySet
from schools.models.certificates import Certificate, CertificateQuerySet
from schools.models.channels import (
    Channel,
    ChannelChoice,
    ChannelChoiceQuerySet,
    ChannelQuerySet,
    Delivery,
    DeliveryQuerySet,
)
from schools.models.classes import ClassGroup, ClassGroupQuerySet
from schools.models.jobs import Job, JobQuerySet
from schools.models.notices import Notice, NoticeQuerySet, OnDuty, OnDutyQuerySet
from schools.models.people import (
    CLASS_ROLES,
    ROLES_WITH_CLASSES,
    Membership,
    MembershipQuerySet,
    Person,
    PersonQuerySet,
    Role,
)
from schools.models.records import Attachment, RecordVersion
from schools.models.rooms import CounselingRoom
from schools.models.terms import Term
from schools.models.units import Unit, UnitQuerySet
from schools.models.visible import rule
from schools.prepared_for import prepared_for
from schools.queries import calendar_of, last_begun, terms_of
from schools.settings_of import settings_of
from schools.severity import Scheme, scheme_named

View = Callable[..., HttpResponseBase]
Answer = TypeVar("Answer")

SCHOOL_ROLES = frozenset({Role.COUNSELOR, Role.SCHOOL_LEADER})
# Those who meet students and may log a talk.
STAFF_ROLES = ROLES_WITH_CLASSES | SCHOOL_ROLES
# Those who see more than their own class; they need a second factor unless the unit says otherwise.
WIDE_ROLES = frozenset(Role) - CLASS_ROLES
MANAGING_ROLES = frozenset({Role.SCHOOL_LEADER, Role.CENTER_STAFF, Role.SYSTEM_ADMIN})


@dataclass(frozen=True)
class Viewer:
    """A person acting through one current membership. What it has been asked it knows: it lives for one request."""

    person: Person
    membership: Membership

    @property
    def role(self) -> str:
        return self.membership.role

    @property
    def unit(self) -> Unit:
        return self.membership.unit

    @cached_property
    def classes(self) -> ClassGroupQuerySet:
        """The classes whose students this viewer sees, as a subquery."""
        return ClassGroup.objects.visible_to(self)

    @cached_property
    def class_groups(self) -> list[ClassGroup]:
        """These classes as rows, in their order."""
        groups: list[ClassGroup] = _classes_seen(self)
        for group in groups:
            group.school = self.unit
        return groups

    @cached_property
    def class_ids(self) -> "frozenset[int]":
        return frozenset(group.pk for group in self.class_groups)

    @cached_property
    def terms(self) -> list[Term]:
        """The terms in force for the unit, oldest first."""
        return terms_of(self.unit)

    @cached_property
    def term(self) -> Term | None:
        """The current one."""
        return last_begun(self.terms, timezone.localdate())

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The rules in force for the unit."""
        return settings_of(self.unit)

    @cached_property
    def scheme(self) -> Scheme:
        """The levels of attention the unit works with."""
        return scheme_named(self.settings["severity_scheme"])

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """The school days of the unit."""
        return calendar_of(self.unit, self.terms, self.settings)

    @cached_property
    def answers(self) -> dict[Any, Any]:
        """What functions marked with `once` have found out for this viewer."""
        return {}

    @property
    def now(self) -> dt.datetime:
        """For rules that end at a moment: a prepared read is given it anew each time (schools.prepared_for)."""
        return timezone.now()

    def sees_whole_school(self) -> bool:
        return self.role in SCHOOL_ROLES


@prepared_for(by_class=False)
def _classes_seen(viewer: Viewer) -> Any:
    return ClassGroup.objects.visible_to(viewer)


def once(ask: Callable[[Viewer], Answer]) -> Callable[[Viewer], Answer]:
    """For a question that several parts of a page ask: the database hears it once.

    A viewer is made for one request, so nobody sees an older answer or another person's. Not for what the same request
    is about to change.
    """

    @wraps(ask)
    def asked(viewer: Viewer) -> Answer:
        if ask not in viewer.answers:
            viewer.answers[ask] = ask(viewer)
        return cast(Answer, viewer.answers[ask])

    return asked


# --- who may use a view ---------------------------------------------------------------------------------------


def declare_access(view: View, access: str | frozenset[str]) -> View:
    """Say on the view itself who may use it; `schools.middleware` refuses a view that says nothing."""
    vars(view)["access"] = access
    return view


def public(view: View) -> View:
    """Anyone, signed in or not."""
    return declare_access(view, "public")


def signed_in(view: View) -> View:
    """Any person with an account, also one without a current membership."""
    return declare_access(view, "signed_in")


def roles(*allowed: str) -> Callable[[View], View]:
    """Only people acting in one of these roles; others get 403."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer = getattr(request, "viewer", None)
            if viewer is None or viewer.role not in allowed:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare_access(guarded, frozenset(allowed))

    return declare


# --- which rows of this floor a viewer sees -------------------------------------------------------------------


@rule(Unit)
def units_of(units: UnitQuerySet, viewer: Viewer) -> UnitQuerySet:
    """The viewer's unit and all below it; the whole tree for a system administrator."""
    if viewer.role == Role.SYSTEM_ADMIN:
        return units
    if viewer.role == Role.CENTER_STAFF:
        return units.within(viewer.unit)
    return units.filter(pk=viewer.unit.pk)


@rule(ClassGroup)
def classes_of(classes: ClassGroupQuerySet, viewer: Viewer) -> ClassGroupQuerySet:
    """The classes whose students the viewer may see. Center staff see counts of classes, never a class's students."""
    here = classes.filter(school_id=viewer.unit.pk)
    if viewer.role in SCHOOL_ROLES:
        return here
    if viewer.role == Role.GRADE_HEAD and viewer.membership.department_id:
        return here.filter(department=viewer.membership.department_id)
    if viewer.role == Role.GRADE_HEAD:
        return here.filter(stage=viewer.membership.cohort_stage, entry_year=viewer.membership.cohort_year or 0)
    if viewer.role in CLASS_ROLES:
        return here.filter(memberships=viewer.membership)
    return classes.none()


@rule(Membership)
def memberships_of(memberships: MembershipQuerySet, viewer: Viewer) -> MembershipQuerySet:
    """The memberships a viewer manages; everyone else sees their own."""
    if viewer.role == Role.SYSTEM_ADMIN:
        return memberships
    if viewer.role == Role.CENTER_STAFF:
        return memberships.filter(unit__path__startswith=viewer.unit.path)
    if viewer.role == Role.SCHOOL_LEADER:
        return memberships.filter(unit=viewer.unit)
    return memberships.filter(person=viewer.person)


@rule(Person)
def people_of(people: PersonQuerySet, viewer: Viewer) -> PersonQuerySet:
    """Everyone with a membership the viewer sees, of today or of former days; always oneself."""
    if viewer.role == Role.SYSTEM_ADMIN:
        return people
    seen = Membership.objects.visible_to(viewer)
    return people.filter(Q(pk=viewer.person.pk) | Q(pk__in=seen.values("person")))


@rule(AuditEntry)
def audit_of(entries: AuditEntryQuerySet, viewer: Viewer) -> AuditEntryQuerySet:
    """An auditor reads the chains of their unit and all below it; at the top also the system's own."""
    if viewer.role != Role.AUDITOR:
        return entries.none()
    scopes = Q(chain__scope__in=Unit.objects.within(viewer.unit).values("code"))
    if viewer.unit.parent_id is None:
        scopes |= Q(chain__scope="system")
    return entries.filter(scopes)


@rule(Job)
def jobs_of(jobs: JobQuerySet, viewer: Viewer) -> JobQuerySet:
    """A job and its file belong to whoever started it, in the role they started it in."""
    return jobs.filter(owner=viewer.person, membership=viewer.membership)


@rule(Notice)
def notices_of(notices: NoticeQuerySet, viewer: Viewer) -> NoticeQuerySet:
    """One's own, in every role one holds at present: whoever acts in one of them is called for the others too."""
    own = Membership.objects.current().filter(person=viewer.person)
    return notices.standing().filter(membership__in=own)


def records_of(records: Any, viewer: Viewer, *, own: str = "") -> Any:
    """Rows of a register (rooms, certificates, trainings …): a school's for its counselors and leaders, those
    of the subtree for centers, one's own for everybody who works in a school. `own` is the field that names whose."""
    mine = Q(**{own: viewer.person}) if own else Q(pk__in=[])
    if viewer.role in SCHOOL_ROLES:
        return records.filter(mine | Q(unit_id=viewer.unit.pk))
    if viewer.role == Role.CENTER_STAFF:
        return records.filter(unit__path__startswith=viewer.unit.path)
    return records.filter(mine) if viewer.role in ROLES_WITH_CLASSES else records.none()


@rule(Certificate)
def certificates_of(certificates: CertificateQuerySet, viewer: Viewer) -> CertificateQuerySet:
    """Also of those who came from elsewhere: a certificate goes with its holder."""
    entered: CertificateQuerySet = records_of(certificates, viewer, own="holder")
    if viewer.role not in SCHOOL_ROLES | {Role.CENTER_STAFF}:
        return entered
    here = Membership.objects.current().within(viewer.unit).values("person")
    return certificates.filter(Q(pk__in=entered.values("pk")) | Q(holder__in=here))


def carries_files(model: type[Model]) -> None:
    """Rows of this model may have files and versions: whoever sees the row sees them."""
    _carriers.append(model)


_carriers: list[type[Model]] = []
carries_files(Certificate)
carries_files(CounselingRoom)


@rule(CounselingRoom)
def rooms_of(rooms: Any, viewer: Viewer) -> Any:
    return records_of(rooms, viewer)


@rule(Attachment)
def attachments_of(attachments: Any, viewer: Viewer) -> Any:
    return attachments.filter(_about_seen(viewer))


@rule(RecordVersion)
def versions_of(versions: Any, viewer: Viewer) -> Any:
    return versions.filter(_about_seen(viewer))


def _about_seen(viewer: Viewer) -> Q:
    """Rows about a record that the viewer sees."""
    found = Q(pk__in=[])
    for model in _carriers:
        rows: Any = model._default_manager
        seen = rows.visible_to(viewer).order_by().values("pk")
        found |= Q(subject_type=model._meta.label_lower, subject_id__in=seen)
    return found


@rule(Channel)
def channels_of(channels: ChannelQuerySet, viewer: Viewer) -> ChannelQuerySet:
    """Those of one's unit, for whoever sets them."""
    return channels.filter(unit_id=viewer.unit.pk) if viewer.role in MANAGING_ROLES else channels.none()


@rule(ChannelChoice)
def channel_choices_of(choices: ChannelChoiceQuerySet, viewer: Viewer) -> ChannelChoiceQuerySet:
    return choices.filter(person=viewer.person)


@rule(Delivery)
def deliveries_of(deliveries: DeliveryQuerySet, viewer: Viewer) -> DeliveryQuerySet:
    """Of one's own notices; those of the unit go through `schools.work.notices.known_to`."""
    return deliveries.filter(notice__in=Notice.objects.visible_to(viewer))


@rule(OnDuty)
def duty_of(rows: OnDutyQuerySet, viewer: Viewer) -> OnDutyQuerySet:
    """Who is on duty is told to everybody of the unit: they are to be called."""
    return rows.filter(unit_id=viewer.unit.pk)


# --- who may grant which role ---------------------------------------------------------------------------------

_BELOW_LEADER = STAFF_ROLES - {Role.SCHOOL_LEADER}


def grantable_roles(viewer: Viewer, unit: Unit) -> list[Role]:
    """The roles this viewer may give in this unit; nobody grants their own role or one above it."""
    fits = fitting_roles(unit)
    if viewer.role == Role.SYSTEM_ADMIN:
        return fits
    if viewer.role == Role.CENTER_STAFF and unit.is_within(viewer.unit) and unit.pk != viewer.unit.pk:
        return [role for role in fits if role in STAFF_ROLES | {Role.CENTER_STAFF}]
    if viewer.role == Role.SCHOOL_LEADER and unit.pk == viewer.unit.pk:
        return [role for role in fits if role in _BELOW_LEADER]
    return []


def fitting_roles(unit: Unit) -> list[Role]:
    return [role for role in Role if _fits(role, unit)]


def _fits(role: Role, unit: Unit) -> bool:
    """Does this role exist in a unit of this kind?"""
    if role in STAFF_ROLES:
        return unit.is_school
    if role == Role.CENTER_STAFF:
        return not unit.is_school
    return True


def check_can_manage(viewer: Viewer, membership: Membership) -> None:
    """Raise unless the viewer may change or end this membership."""
    if membership.role not in grantable_roles(viewer, membership.unit):
        raise Refused(_("You cannot change a role that is not below your own."))
    if membership.person_id == viewer.person.pk:
        raise Refused(_("Nobody changes their own role. Ask a colleague who may."))


def can_manage(viewer: Viewer, membership: Membership) -> bool:
    try:
        check_can_manage(viewer, membership)
    except Refused:
        return False
    return True


def check_can_manage_account(viewer: Viewer, person: Person) -> None:
    """Raise unless the viewer may give a new password to this account, or close it.

    Whoever holds the password holds every role of the account, so the viewer must be above all of them.
    """
    if person.pk == viewer.person.pk:
        raise Refused(_("For your own account use the page “My account”."))
    memberships = list(Membership.objects.not_over().filter(person=person).select_related("unit__kind"))
    if not memberships and viewer.role != Role.SYSTEM_ADMIN:
        raise Refused(_("This person has no role at present. Give them one first, or ask the system administrator."))
    if any(m.role not in grantable_roles(viewer, m.unit) for m in memberships):
        raise Refused(_("This person also has a role that is not below your own. Ask whoever is responsible for it."))


def can_manage_account(viewer: Viewer, person: Person) -> bool:
    try:
        check_can_manage_account(viewer, person)
    except Refused:
        return False
    return True


def check_can_lead_unit(viewer: Viewer, unit: Unit) -> None:
    """Raise unless the viewer may set this unit's rules and calendar."""
    if not can_lead_unit(viewer, unit):
        raise Refused(_("Only the unit's own leader, the center above it or a system administrator may change this."))


def can_lead_unit(viewer: Viewer, unit: Unit) -> bool:
    if viewer.role == Role.SCHOOL_LEADER:
        return unit.pk == viewer.unit.pk
    if viewer.role == Role.CENTER_STAFF:
        return unit.is_within(viewer.unit)
    return viewer.role == Role.SYSTEM_ADMIN


# --- why ------------------------------------------------------------------------------------------------------


def reason_to_see(viewer: Viewer, *, class_id: int | None = None) -> str:
    """The sentence a page shows: because of which membership its content is visible."""
    role = viewer.membership.get_role_display()
    if class_id is not None and not viewer.sees_whole_school() and class_id in viewer.class_ids:
        group = next(one for one in viewer.class_groups if one.pk == class_id)
        return _("You can see this because you are %(role)s of %(place)s.") % {"role": role, "place": group.name}
    return _("You can see this because you are %(role)s at %(place)s.") % {"role": role, "place": viewer.unit.name}
