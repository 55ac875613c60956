"""What keeps one pair of hands from taking over an account: it takes a password and a second factor to be its owner.

Who gave an account a new password does not remove its second factor, and the other way round, for 30 days; removing a
factor takes two managers. Two accounts are two managers only if nobody, directly or through others, has lately given
both what they act with: account, role or password.
The person, auditors and, of a counselor, the other counselors of the school are told.
The log knows who did what: no second memory of it could disagree.
"""

import datetime as dt
from collections.abc import Iterable
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
# By which one manager makes, or takes over, an account that could act in the place of a second one.
MADE = ("person.created", "membership.granted", "membership.changed", RESET)
# What the people concerned are told, by the act: the kind of notice.
TOLD = {RESET: "account.reset", ASKED: "account.factor_asked", REMOVED: "account.factor_removed"}


def _about(person: Person, *verbs: str) -> "QuerySet[AuditEntry]":
    found = AuditEntry.objects.filter(verb__in=verbs, subject_type=person._meta.label_lower, subject_id=str(person.pk))
    return found.filter(at__gte=timezone.now() - APART)


def check_may_reset(by: Viewer, person: Person) -> None:
    refused = _(
        "You had a part in removing this account's second factor. For 30 days another manager gives it a new password."
    )
    _check_is_apart(by, _about(person, ASKED, REMOVED), refused)


def check_may_remove(by: Viewer, person: Person) -> None:
    refused = _("You gave this account a new password. For 30 days other managers take its second factor away.")
    _check_is_apart(by, _about(person, RESET), refused)


def asked_for(person: Person) -> AuditEntry | None:
    """The request to remove the second factor that a second manager may confirm now."""
    entries = _about(person, ASKED, REMOVED).select_related("person").order_by("-at", "-pk")
    last = entries.first()
    waits = last is not None and last.verb == ASKED and last.at >= timezone.now() - WAITS
    return last if waits else None


def check_is_second(by: Viewer, first: AuditEntry) -> None:
    _check_is_apart(by, [first], _("You asked for this yourself: another manager confirms it."))


def _check_is_apart(by: Viewer, entries: Iterable[AuditEntry], refused: str) -> None:
    """These acts were another person's: no account has acted both in them and now, and none that stands behind one of
    theirs stands behind the viewer's."""
    done = [(entry.at, entry.person_id) for entry in entries if entry.person_id]
    if by.person.pk in [person for _at, person in done]:
        raise Refused(refused)
    if not done:
        return
    since = min(at for at, _person in done) - APART
    if _hands({by.person.pk}, since) & _hands({person for _at, person in done}, since):
        raise Refused(
            _(
                "An account that acted here is tied to yours: one of you gave the other an account, a role or a "
                "password in the last 30 days, or a third person gave them to both. Ask somebody else."
            )
        )


def _hands(people: set[UUID], since: dt.datetime) -> set[UUID]:
    """Who may be behind these accounts: they themselves, whoever gave one of them its account, role or password since
    then, whoever gave those theirs, and so on."""
    found: set[UUID] = set()
    while people:
        found |= people
        people = _makers(people, since) - found
    return found


def _makers(people: set[UUID], since: dt.datetime) -> set[UUID]:
    roles = Membership.objects.filter(person__in=people).order_by().values_list("pk", flat=True)
    account = Q(subject_type=Person._meta.label_lower, subject_id__in=[str(pk) for pk in people])
    role = Q(subject_type=Membership._meta.label_lower, subject_id__in=[str(pk) for pk in roles])
    acts = AuditEntry.objects.filter(account | role, at__gte=since, verb__in=MADE, person__isnull=False)
    return set(acts.order_by().values_list("person", flat=True))


# --- telling ----------------------------------------------------------------------------------------------------------


def tell(entry: AuditEntry, person: Person) -> None:
    """Call the person, the auditors above and the other counselors, in the transaction of the act."""
    own = list(Membership.objects.current().filter(person=person).select_related("unit"))
    posts = [*own, *auditors_above(*(post.unit for post in own)), *_counselors(own, person)]
    occasion = f"{entry.chain.scope} {entry.number}"  # each act is told, also a second one of its kind
    notify(to=posts, kind=TOLD[entry.verb], about=person, urgency=Urgency.NORMAL, occasion=occasion)


def _counselors(posts: list[Membership], person: Person) -> "QuerySet[Membership]":
    schools = [post.unit_id for post in posts if post.role == Role.COUNSELOR]
    colleagues = Membership.objects.current().filter(role=Role.COUNSELOR, unit__in=schools, person__is_active=True)
    return colleagues.exclude(person=person).select_related("unit")
