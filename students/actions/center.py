"""A school asks a center for help: asked, acknowledged, answered, closed. Each act stands in the log of both.

The center reads the school's own summary, never the flag or the plan behind it.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role, Unit
from schools.on_duty import centers_above, staff_to_call
from schools.tallies import mark
from schools.work.notices import Urgency, end_notices, notify, pulse
from students.actions.calling import urgency_of
from students.actions.center_ends import end_request
from students.actions.moving import add_step, locked
from students.actions.registry import check_listed, check_may_keep
from students.actions.registry import locked as locked_entry
from students.actions.steps import begin_step
from students.flag_states import says_something
from students.models import CenterRequest, FlagStep, KeptFrom, RegistryEntry, RiskFlag

ANSWER_WITHIN = dt.timedelta(minutes=30)


def _record(by: Viewer, request: CenterRequest, verb: str) -> None:
    """In the school's log with the student, in the center's without."""
    audit.record(by=by, verb=verb, about=request, student=request.student_id, unit=request.school)
    audit.record(by=by, verb=verb, about=request, unit=request.to)


@transaction.atomic
def ask_center(*, by: Viewer, flag: RiskFlag, **values: Any) -> CenterRequest:
    """Ask from a flag: a step of it. It is no measure."""
    flag = begin_step(by, flag)
    request = _ask(by, flag, values, flag=flag, urgency=urgency_of(flag))
    add_step(by=by, flag=flag, kind=FlagStep.Kind.REQUEST, words={}, request=request)
    _record(by, request, "center.asked")
    return request


@transaction.atomic
def ask_center_of_plan(*, by: Viewer, entry: RegistryEntry, **values: Any) -> CenterRequest:
    """Ask from an entry of the registry."""
    check_may_keep(by, entry)
    entry = locked_entry(entry)
    check_listed(entry)
    request = _ask(by, entry, values, entry=entry, urgency=Urgency.NORMAL)
    _record(by, request, "center.asked")
    return request


def _ask(
    by: Viewer, about: RiskFlag | RegistryEntry, values: dict[str, Any], *, urgency: int, **what: Any
) -> CenterRequest:
    to, words = values["to"], {name: str(values.get(name, "")).strip() for name in WORDS}
    _check_request(about, to, words)
    request = CenterRequest.objects.create(
        school=about.school,
        to=to,
        student_id=about.student_id,
        severity=about.severity,
        by=by.membership,
        **what,
        **words,
    )
    within = timezone.now() + ANSWER_WITHIN if urgency == Urgency.URGENT else None
    notify(to=_able(request), kind="center.asked", about=request, urgency=urgency, answer_by=within)
    mark(request.school_id)
    pulse({request.school_id})
    return request


WORDS = ("text", "case", "names", "named_because")


def _check_request(about: RiskFlag | RegistryEntry, to: Unit, words: dict[str, str]) -> None:
    if about.center_requests.filter(closed_at=None).exists():
        raise Refused(_("A request to the center is open already. Close or withdraw it before you ask again."))
    if to.pk not in {unit.pk for unit in centers_above(about.school)}:
        raise Refused(_("Choose a center above the school where somebody can answer."), field="to")
    if not says_something(words["text"]):
        raise Refused(_("Write how things stand and what you ask for."), field="text")
    if bool(words["names"]) != bool(words["named_because"]):
        raise Refused(_("A student is named upwards only with a reason: fill in both, or neither."), field="names")


def _able(request: CenterRequest) -> list[Membership]:
    """Who is called at the center; nobody from whom a flag of the student is kept."""
    kept = set(KeptFrom.objects.filter(flag__student=request.student_id).values_list("person", flat=True))
    return [one for one in staff_to_call(request.to) if one.person_id not in kept]


# --- the center -------------------------------------------------------------------------------------------------------


def _begin(by: Viewer, request: CenterRequest) -> CenterRequest:
    """The request as it is now, locked; its flag first, as every act on a flag does."""
    if by.role != Role.CENTER_STAFF or not CenterRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise Refused(_("Only the staff of the center that was asked can do this, while the request is open."))
    if request.flag:
        locked(request.flag)
    row = CenterRequest.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=request.pk)
    if not row.is_open:
        raise Refused(_("The school has closed this request."))
    return row


RELATED = ("school", "to", "flag__assignee__person", "entry__counselor__person", "by__person")


@transaction.atomic
def acknowledge_request(*, by: Viewer, request: CenterRequest) -> CenterRequest:
    """Somebody of the center has read it and sees to it. Once; the school learns of it."""
    row = _begin(by, request)
    if row.acknowledged_at:
        raise Refused(_("A colleague has acknowledged it already."))
    row.acknowledged_at, row.acknowledged_by = timezone.now(), by.membership
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    end_notices(row, "center.asked")
    _tell_school(row, "acknowledged")
    _record(by, row, "center.acknowledged")
    return row


@transaction.atomic
def answer_request(*, by: Viewer, request: CenterRequest, text: str) -> CenterRequest:
    """What the center says to it: a step on the flag. An answer acknowledges too, and stands as it was given."""
    row = _begin(by, request)
    if row.answered_at:
        raise Refused(_("A colleague has answered already."))
    if not says_something(text):
        raise Refused(_("Write what the school can do with."), field="text")
    now = timezone.now()
    row.acknowledged_at, row.acknowledged_by = row.acknowledged_at or now, row.acknowledged_by or by.membership
    row.answered_at, row.answered_by, row.answer = now, by.membership, text.strip()
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "answered_at", "answered_by", "answer"])
    if row.flag:
        asked = row.steps.filter(kind=FlagStep.Kind.REQUEST).first()
        add_step(by=by, flag=row.flag, kind=FlagStep.Kind.ANSWER, words={}, request=row, answers=asked)
    end_notices(row, "center.asked")
    _tell_school(row, "answered")
    _record(by, row, "center.answered")
    return row


def _tell_school(request: CenterRequest, what: str) -> None:
    """Who asked, and whoever has the student in hand now; only those who may still see it."""
    about, in_hand = request.flag or request.entry, request.flag.assignee if request.flag else None
    if request.entry:
        in_hand = request.entry.counselor
    to = {one.pk: one for one in (request.by, in_hand) if one and one.is_current() and _may_see(request, one)}
    kind = "flag.center_answered" if request.flag else "plan.center_answered"
    notify(to=to.values(), kind=kind, about=about, occasion=f"{request.pk} {what}")
    pulse({request.school_id, request.to_id})


def _may_see(request: CenterRequest, member: Membership) -> bool:
    viewer = Viewer(person=member.person, membership=member)
    return CenterRequest.objects.visible_to(viewer).filter(pk=request.pk).exists()


# --- the school -------------------------------------------------------------------------------------------------------


@transaction.atomic
def close_request(*, by: Viewer, request: CenterRequest) -> CenterRequest:
    """The school closes it, or withdraws it before an answer: the center no longer reads it."""
    if by.unit.pk != request.school_id or not CenterRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise Refused(_("Only the school that asked can close a request."))
    row = CenterRequest.objects.select_for_update(of=("self",)).select_related("school", "to").get(pk=request.pk)
    if not row.is_open:
        raise Refused(_("This request is closed already."))
    end_request(row)
    _record(by, row, "center.closed")
    return row
