"""What a request about a flag and one about a plan have in common: how it is written, logged at both units, and ended.
`students.actions.center` builds on it."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Membership, Person, Unit
from schools.on_duty import centers_above, staff_to_call
from schools.tallies import mark
from schools.work.notices import Urgency, end_notices, notify, pulse
from students.access import barriers_about
from students.flag_states import says_something
from students.models import CenterRequest, RegistryEntry, RiskFlag

About = RiskFlag | RegistryEntry
ANSWER_WITHIN = dt.timedelta(minutes=30)
WORDS = ("text", "case", "names", "named_because")


def record(by: Viewer, request: CenterRequest, verb: str) -> None:
    """In the school's log with the student, in the center's without."""
    audit.record(by=by, verb=verb, about=request, student=request.student_id, unit=request.school)
    audit.record(by=by, verb=verb, about=request, unit=request.to)


def ask_for_help(by: Viewer, about: About, values: dict[str, Any], *, urgency: int) -> CenterRequest:
    to, words = values["to"], {name: str(values.get(name, "")).strip() for name in WORDS}
    _check_request(about, to, words)
    request = _create(by, about, to, **words)
    within = timezone.now() + ANSWER_WITHIN if urgency == Urgency.URGENT else None
    kept = set(kept_from_student(request.student_id).values_list("pk", flat=True))
    notify(to=staff_to_call(to, barred=kept), kind="center.asked", about=request, urgency=urgency, answer_by=within)
    pulse({request.school_id})
    record(by, request, "center.asked")
    return request


def _create(by: Viewer, about: About, to: Unit, **values: Any) -> CenterRequest:
    what = {"flag": about} if isinstance(about, RiskFlag) else {"entry": about}
    request = CenterRequest.objects.create(
        school=about.school,
        to=to,
        student_id=about.student_id,
        severity=about.severity,
        by=by.membership,
        **what,
        **values,
    )
    mark(request.school_id)
    return request


def _check_request(about: About, to: Unit, words: dict[str, str]) -> None:
    if about.center_requests.filter(closed_at=None, second=None).exists():
        raise Refused(_("A request to the center is open already. Close or withdraw it before you ask again."))
    if to.pk not in {unit.pk for unit in centers_above(about.school)}:
        raise Refused(_("Choose a center above the school where somebody can answer."), field="to")
    if not says_something(words["text"]):
        raise Refused(_("Write how things stand and what you ask for."), field="text")
    if bool(words["names"]) != bool(words["named_because"]):
        raise Refused(_("A student is named upwards only with a reason: fill in both, or neither."), field="names")


def kept_from_student(student: Any) -> QuerySet[Person, Any]:
    """From whom a flag of this student is kept."""
    found: QuerySet[Person, Any] = Person.objects.filter(pk__in=barriers_about(student).order_by().values("person"))
    return found


# --- the second person of a school that has no other ----------------------------------------------------------------


def seconds_at_center(by: Viewer, student: Any) -> list[Membership]:
    """Who of the nearest center can confirm a decision about this student: those on duty there today. Nobody where the
    school itself has another counselor or leader."""
    kept = kept_from_student(student)
    here = Membership.objects.current().filter(unit=by.unit, role__in=SCHOOL_ROLES, person__is_active=True)
    centers = centers_above(by.unit)
    if not centers or here.exclude(person=by.person).exclude(person__in=kept).exists():
        return []
    barred = {by.person.pk, *kept.values_list("pk", flat=True)}
    return staff_to_call(centers[0], barred=barred)


def check_second_at_center(by: Viewer, about: About, second: Membership, summary: str) -> None:
    """Only where nobody of the school is left to ask, and with a summary that was written for it."""
    if second.pk not in {one.pk for one in seconds_at_center(by, about.student_id)}:
        raise Refused(_("The second person must be another counselor or leader of the school."), field="second")
    if not says_something(summary):
        raise Refused(
            _("Write for the center how things stand: it does not see the flag or the plan."), field="summary"
        )


def ask_second(
    by: Viewer, about: About, second: Membership, *, summary: str, reason: str, urgency: int = Urgency.NORMAL
) -> CenterRequest:
    """Ask the person on duty at the center to confirm: they read this reason and this summary."""
    request = _create(by, about, second.unit, second=second, text=summary.strip(), reason=reason.strip())
    notify(to=[second], kind="center.confirm", about=request, urgency=urgency)
    record(by, request, "center.second_asked")
    return request


def is_asked(by: Viewer, about: About) -> bool:
    """Is this viewer the person of the center who was asked to confirm it?"""
    asked = about.center_requests.filter(closed_at=None, second=by.membership.pk)
    return CenterRequest.objects.visible_to(by).filter(pk__in=asked).exists()


# --- the end ----------------------------------------------------------------------------------------------------------


def end_requests(about: About, *, only_seconds: bool = False) -> None:
    """The flag has ended, the student has left the registry, or the decision no longer waits: the center no longer
    reads what it was asked. The caller's row of the log tells it."""
    found = about.center_requests.filter(closed_at=None)
    for request in found.to_confirm() if only_seconds else found:
        end_request(request)


def end_request(request: CenterRequest) -> None:
    """Answered, it is closed; before an answer it is withdrawn."""
    endings = CenterRequest.Ending
    request.closed_at = timezone.now()
    request.ending = endings.DONE if request.answered_at else endings.WITHDRAWN
    request.save(update_fields=["closed_at", "ending"])
    end_notices(request)
    pulse({request.school_id, request.to_id})
