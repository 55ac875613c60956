"""What keeps one pair of hands from taking over an account: it takes a password and a second factor to be its owner.

Who gave an account a new password does not remove its second factor, and the other way round, for 30 days; removing a
factor takes two managers. The person, auditors and, of a counselor, the other counselors of the school are told.
The log knows who did what: no second memory of it could disagree.
"""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry, Membership, Person, Role
from schools.on_duty import auditors_above
from schools.work.notices import Urgency, notify

APART = dt.timedelta(days=30)
# So long a second manager may confirm what the first one asked for.
WAITS = dt.timedelta(days=3)
RESET, ASKED, REMOVED = "person.password_reset", "person.factor_removal_asked", "person.factor_removed"
# By which one manager makes, or takes over, the account that would have to confirm.
MADE = ("person.created", "membership.granted", "membership.changed", RESET)
# What the people concerned are told, by the act: the kind of notice.
TOLD = {RESET: "account.reset", ASKED: "account.factor_asked", REMOVED: "account.factor_removed"}


def _about(person: Person, *verbs: str) -> "QuerySet[AuditEntry]":
    found = AuditEntry.objects.filter(verb__in=verbs, subject_type=person._meta.label_lower, subject_id=str(person.pk))
    return found.filter(at__gte=timezone.now() - APART)


def check_may_reset(by: Viewer, person: Person) -> None:
    if _about(person, ASKED, REMOVED).filter(person=by.person).exists():
        raise Refused(
            _(
                "You had a part in removing this account's second factor. For 30 days another manager gives it a new "
                "password."
            )
        )


def check_may_remove(by: Viewer, person: Person) -> None:
    if _about(person, RESET).filter(person=by.person).exists():
        raise Refused(
            _("You gave this account a new password. For 30 days other managers take its second factor away.")
        )


def asked_for(person: Person) -> AuditEntry | None:
    """The request to remove the second factor that a second manager may confirm now."""
    entries = _about(person, ASKED, REMOVED).select_related("person").order_by("-at", "-pk")
    last = entries.first()
    waits = last is not None and last.verb == ASKED and last.at >= timezone.now() - WAITS
    return last if waits else None


def check_is_second(by: Viewer, first: AuditEntry) -> None:
    """Two people: not the same one, and not two accounts of which one made the other."""
    if first.person_id == by.person.pk:
        raise Refused(_("You asked for this yourself: another manager confirms it."))
    if first.person_id and (_has_made(first.person_id, by.person.pk) or _has_made(by.person.pk, first.person_id)):
        raise Refused(_("One of you gave the other their account, role or password in the last 30 days. Ask a third."))


def _has_made(maker: UUID, made: UUID) -> bool:
    acts = AuditEntry.objects.filter(person=maker, at__gte=timezone.now() - APART, verb__in=MADE)
    roles = [str(pk) for pk in Membership.objects.filter(person=made).values_list("pk", flat=True)]
    account = Q(subject_type="schools.person", subject_id=str(made))
    role = Q(subject_type="schools.membership", subject_id__in=roles)
    return acts.filter(account | role).exists()


# --- telling ----------------------------------------------------------------------------------------------------------


def tell(entry: AuditEntry, person: Person) -> None:
    """Call the person, the auditors above and the other counselors, in the transaction of the act."""
    own = list(Membership.objects.current().filter(person=person).select_related("unit"))
    posts = [*own, *auditors_above(*(post.unit for post in own)), *_counselors(own, person)]
    notify(to=posts, kind=TOLD[entry.verb], about=person, urgency=Urgency.NORMAL, occasion=str(entry.pk))


def _counselors(posts: list[Membership], person: Person) -> "QuerySet[Membership]":
    schools = [post.unit_id for post in posts if post.role == Role.COUNSELOR]
    colleagues = Membership.objects.current().filter(role=Role.COUNSELOR, unit__in=schools, person__is_active=True)
    return colleagues.exclude(person=person).select_related("unit")
