"""Accounts and memberships: who gets one, what changes, how it ends.

`by` is the viewer who acts; None stands for whoever runs a command on the machine itself.
Whatever changes or ends what a person may do ends all their sessions: `session_epoch` is part of the session's
hash. One more role does not: nobody takes another out of their work by it.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import (
    SCHOOL_ROLES,
    Viewer,
    check_can_manage,
    check_can_manage_account,
    fitting_roles,
    grantable_roles,
)
from schools.actions import takeover
from schools.common import crypto
from schools.common.errors import Refused
from schools.common.identity import InvalidPhone, check_phone
from schools.models import ClassGroup, Employment, Membership, Person, Role, Unit
from schools.models.people import CLASS_ROLES
from schools.tallies import mark

# Without the letters and digits that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Post:
    """What a person is at a unit: everything about a membership but who and where."""

    role: str
    title: str = ""
    employment: str = Employment.FULL_TIME
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    classes: Sequence[ClassGroup] = ()
    cohort_stage: str = ""
    cohort_year: int | None = None
    department: Unit | None = None
    backup: Membership | None = None


def post_of(membership: Membership) -> Post:
    values = {one.name: getattr(membership, one.name) for one in fields(Post) if one.name != "classes"}
    return Post(**values, classes=list(membership.classes.all()))


@dataclass(frozen=True)
class Invitation:
    """A new account with its first role, and the password to hand over: it is shown once and stored nowhere."""

    person: Person
    membership: Membership
    password: str


def new_first_password() -> str:
    """Twelve random characters in groups, easy to copy from paper: 59 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _g in range(3))


@transaction.atomic
def create_person(
    *,
    by: Viewer | None,
    unit: Unit,
    staff_number: str,
    name: str,
    phone: str = "",
    post: Post,
    password: str = "",
    password_hash: str = "",
) -> Invitation:
    """A new account with a first role. `password_hash` belongs to `password`, for those who hash many at once."""
    _check_post(by, unit, post)
    if Person.objects.filter(staff_number__iexact=staff_number).exists():
        raise Refused(_("This staff number already has an account."))
    if owner_of_phone(staff_number):
        raise Refused(_("This staff number is another account's phone number, which signs in with it. Choose another."))
    password = password or new_first_password()
    person = Person(staff_number=staff_number, name=name, must_change_password=True, password=password_hash)
    if not password_hash:
        person.set_password(password)
    _set_phone(person, phone)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:  # somebody else invited the same person a moment ago
        raise Refused(_("This staff number already has an account.")) from None
    membership = _add_membership(person, unit, post)
    _mark(person)
    audit.record(by=by, verb="person.created", about=person, unit=unit, details={"role": post.role})
    return Invitation(person, membership, password)


@transaction.atomic
def grant_membership(*, by: Viewer | None, person: Person, unit: Unit, post: Post) -> Membership:
    """One more role for someone who has an account."""
    _check_post(by, unit, post)
    if not person.is_active:
        raise Refused(_("This account is closed. Open it again first."))
    if by and person.pk == by.person.pk:
        raise Refused(_("Nobody changes their own role. Ask a colleague who may."))
    _check_not_held(person, unit, post.role)
    membership = _add_membership(person, unit, post)
    _mark(person)
    audit.record(by=by, verb="membership.granted", about=membership, unit=unit, details={"role": post.role})
    return membership


@transaction.atomic
def change_membership(*, by: Viewer | None, membership: Membership, post: Post) -> Membership:
    """Change what a person is here. Another role is another membership: the records of the old one keep theirs."""
    if by:
        check_can_manage(by, membership)
    _check_not_over(membership)
    post = _settled(replace(post, starts_on=post.starts_on or membership.starts_on))
    _check_post(by, membership.unit, post)
    changed = _differences(membership, post)
    if not changed:
        return membership
    details: dict[str, Any] = {"role": post.role, "fields": changed}
    if "role" in changed and membership.starts_on < timezone.localdate():
        details["was"] = membership.pk
        _check_not_held(membership.person, membership.unit, post.role)
        _stop(membership)
        membership = _add_membership(membership.person, membership.unit, replace(post, starts_on=timezone.localdate()))
    else:
        _fill(membership, post).save()
        membership.classes.set(post.classes)
    if set(changed) - {"title", "employment", "backup"}:
        _end_sessions(membership.person)
    _mark(membership.person)
    audit.record(by=by, verb="membership.changed", about=membership, unit=membership.unit, details=details)
    return membership


@transaction.atomic
def end_membership(*, by: Viewer | None, membership: Membership) -> Membership:
    """End it at once: yesterday was the last day."""
    if by:
        check_can_manage(by, membership)
    _check_not_over(membership)
    _stop(membership)
    _end_sessions(membership.person)
    _mark(membership.person)
    audit.record(by=by, verb="membership.ended", about=membership, unit=membership.unit)
    return membership


@transaction.atomic
def deactivate_person(*, by: Viewer, person: Person) -> Person:
    """Close the account: nobody signs in with it any more. Memberships and records stay."""
    check_can_manage_account(by, person)
    if not Person.objects.filter(pk=person.pk, is_active=True).update(
        is_active=False, session_epoch=F("session_epoch") + 1
    ):
        raise Refused(_("This account is closed already."))
    person.refresh_from_db()
    _mark(person)
    audit.record(by=by, verb="person.deactivated", about=person)
    return person


@transaction.atomic
def activate_person(*, by: Viewer, person: Person) -> Person:
    check_can_manage_account(by, person)
    if not Person.objects.filter(pk=person.pk, is_active=False).update(
        is_active=True, session_epoch=F("session_epoch") + 1
    ):
        raise Refused(_("This account is open already."))
    person.refresh_from_db()
    _mark(person)
    audit.record(by=by, verb="person.activated", about=person)
    return person


@transaction.atomic
def reset_password(*, by: Viewer, person: Person) -> str:
    """A new first password, returned to be handed over; the person changes it at the next sign-in."""
    check_can_manage_account(by, person)
    takeover.check_may_reset(by, person)
    password = new_first_password()
    person.set_password(password)
    person.must_change_password = True
    person.session_epoch = F("session_epoch") + 1
    person.save(update_fields=["password", "must_change_password", "session_epoch"])
    person.refresh_from_db()
    takeover.tell(audit.record(by=by, verb="person.password_reset", about=person), person)
    return password


@transaction.atomic
def ask_to_remove_factor(*, by: Viewer, person: Person) -> None:
    """For a lost phone: the first of two managers. Nothing changes until the second one confirms."""
    _check_may_remove_factor(by, person)
    if takeover.asked_for(person):
        raise Refused(_("This has been asked for already: another manager confirms it."))
    takeover.tell(audit.record(by=by, verb="person.factor_removal_asked", about=person), person)


@transaction.atomic
def remove_second_factor(*, by: Viewer, person: Person) -> int:
    """The second of two managers confirms. Not for a school's leader, who may reset passwords."""
    _check_may_remove_factor(by, person)
    asked = takeover.asked_for(person)
    if asked is None:
        raise Refused(_("Nobody has asked for this in the last three days: one manager asks, another confirms."))
    takeover.check_is_second(by, asked)
    removed: int = _factors_of(person).delete()[0]
    _end_sessions(person)
    details = {"from": asked.membership_id}
    takeover.tell(audit.record(by=by, verb="person.factor_removed", about=person, details=details), person)
    return removed


def _check_may_remove_factor(by: Viewer, person: Person) -> None:
    check_can_manage_account(by, person)
    if not can_remove_factors(by):
        raise Refused(_("Only the center above the school or a system administrator takes a second factor away."))
    takeover.check_may_remove(by, person)
    if not _factors_of(person).exists():
        raise Refused(_("This account has no second factor."))


def _factors_of(person: Person) -> Any:
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.filter(user=person)


def can_remove_factors(by: Viewer) -> bool:
    return by.role in (Role.CENTER_STAFF, Role.SYSTEM_ADMIN)


@transaction.atomic
def change_details(*, by: Viewer | None, person: Person, name: str, phone: str, unit: Unit | None = None) -> Person:
    """Correct a name or a phone number. The phone number signs in, so it belongs to the account."""
    if by:
        check_can_manage_account(by, person)
    changed = [field for field, value in (("name", name), ("phone", phone)) if getattr(person, field) != value]
    if not changed:
        return person
    person.name = name
    _set_phone(person, phone)
    person.save(update_fields=["name", "phone", "phone_hash"])
    audit.record(by=by, verb="person.changed", about=person, unit=unit, details={"fields": changed})
    return person


# --- one's own account ------------------------------------------------------------------------------------------------


@transaction.atomic
def set_own_password(*, by: Viewer | None, person: Person, password: str) -> Person:
    """A password of one's own. Every other session ends; the view keeps the one it happened in."""
    person.set_password(password)
    person.must_change_password = False
    person.session_epoch = F("session_epoch") + 1
    person.save(update_fields=["password", "must_change_password", "session_epoch"])
    person.refresh_from_db()
    audit.record(by=by, person=person, verb="person.password_changed", about=person)
    return person


@transaction.atomic
def end_own_sessions(*, by: Viewer | None, person: Person) -> Person:
    _end_sessions(person)
    audit.record(by=by, person=person, verb="person.sessions_ended", about=person)
    return person


def set_own_language(*, by: Viewer | None, person: Person, language: str) -> Person:
    """A preference, not a record: it leaves no audit row."""
    person.language = language
    person.save(update_fields=["language"])
    return person


# --- the steps --------------------------------------------------------------------------------------------------------


def _check_post(by: Viewer | None, unit: Unit, post: Post) -> None:
    allowed = grantable_roles(by, unit) if by else fitting_roles(unit)
    if post.role not in allowed:
        raise Refused(_("You cannot give this role here: it is not below your own, or this unit does not have it."))
    starts = post.starts_on or timezone.localdate()
    if post.ends_on and post.ends_on < starts:
        raise Refused(_("The last day lies before the first."))
    if post.employment == Employment.VISITING and post.ends_on is None:
        raise Refused(_("Someone visiting needs a last day."))
    if post.role == Role.GRADE_HEAD and not (post.department or (post.cohort_stage and post.cohort_year)):
        raise Refused(_("A grade head needs a grade."))
    if post.department and post.department.parent_id != unit.pk:
        raise Refused(_("This college belongs to another school."))
    if any(group.school_id != unit.pk for group in post.classes):
        raise Refused(_("One of these classes belongs to another school."))
    if post.backup and not _may_back_up(post.backup, unit):
        raise Refused(_("Only a counselor or leader of this school can step in."))


def _may_back_up(backup: Membership, unit: Unit) -> bool:
    return backup.unit_id == unit.pk and backup.role in SCHOOL_ROLES and backup.is_current()


def _check_not_held(person: Person, unit: Unit, role: str) -> None:
    if Membership.objects.not_over().filter(person=person, unit=unit, role=role).exists():
        raise Refused(_("This person already has this role here."))


def _check_not_over(membership: Membership) -> None:
    if membership.ends_on and membership.ends_on < timezone.localdate():
        raise Refused(_("This role has ended already."))


def _settled(post: Post) -> Post:
    """Without what the role has no use for."""
    if post.role not in CLASS_ROLES:
        post = replace(post, classes=())
    if post.role != Role.GRADE_HEAD:
        post = replace(post, cohort_stage="", cohort_year=None, department=None)
    return post


def _add_membership(person: Person, unit: Unit, post: Post) -> Membership:
    post = _settled(replace(post, starts_on=post.starts_on or timezone.localdate()))
    membership = _fill(Membership(person=person, unit=unit), post)
    membership.save()
    membership.classes.set(post.classes)
    return membership


def _fill(membership: Membership, post: Post) -> Membership:
    for field in fields(post):
        if field.name != "classes":
            setattr(membership, field.name, getattr(post, field.name))
    return membership


def _differences(membership: Membership, post: Post) -> list[str]:
    """Names of what would change; the audit row keeps them."""
    plain = [
        f.name for f in fields(post) if f.name != "classes" and getattr(membership, f.name) != getattr(post, f.name)
    ]
    classes = set(membership.classes.values_list("pk", flat=True)) != {group.pk for group in post.classes}
    return plain + ["classes"] * classes


def _stop(membership: Membership) -> None:
    membership.ends_on = timezone.localdate() - dt.timedelta(days=1)
    membership.starts_on = min(membership.starts_on, membership.ends_on)
    membership.save(update_fields=["starts_on", "ends_on"])


def _mark(person: Person) -> None:
    """Somebody with roles in several units counts at one of them, so a change of one role may move the count."""
    mark(*person.memberships.values_list("unit_id", flat=True))


def _set_phone(person: Person, phone: str) -> None:
    person.set_phone(phone)
    taken = Person.objects.filter(phone_hash=person.phone_hash).exclude(pk=person.pk)
    if person.phone_hash and taken.exists():
        raise Refused(_("This phone number belongs to another account."))
    if phone and Person.objects.filter(staff_number__iexact=phone).exclude(pk=person.pk).exists():
        raise Refused(_("This phone number is another account's staff number, so it cannot sign in. Leave it empty."))


def owner_of_phone(number: str) -> Person | None:
    """Who signs in with this number as a phone number, however it is written."""
    try:
        dialled = check_phone(number)
    except InvalidPhone:
        return None
    hashed = crypto.lookup_hash(dialled, purpose="phone")
    owner: Person | None = Person.objects.filter(phone_hash=hashed).first()
    return owner


def _end_sessions(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])
