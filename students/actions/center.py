"""A school asks a center for help, or to confirm a decision. Each act stands in the log of both.

The center reads the school's own summary, never the flag or the plan behind it.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.work.notices import Urgency, end_notices, notify, pulse
from students.actions.asking import ask_for_help, end_request, record
from students.actions.calling import urgency_of
from students.actions.decisions import confirm_flag, send_back_flag
from students.actions.moving import add_step, locked
from students.actions.registry import check_listed, check_may_keep, confirm_review, send_back_review
from students.actions.registry import locked as locked_entry
from students.actions.steps import begin_step
from students.flag_states import says_something
from students.models import CenterRequest, FlagStep, RegistryEntry, RiskFlag


@transaction.atomic
def ask_center(*, by: Viewer, flag: RiskFlag, **values: Any) -> CenterRequest:
    """Ask for help from a flag: a step of it. It is no measure."""
    flag = begin_step(by, flag)
    request = ask_for_help(by, flag, values, urgency=urgency_of(flag))
    add_step(by=by, flag=flag, kind=FlagStep.Kind.REQUEST, words={}, request=request)
    return request


@transaction.atomic
def ask_center_of_plan(*, by: Viewer, entry: RegistryEntry, **values: Any) -> CenterRequest:
    """Ask for help from an entry of the registry."""
    check_may_keep(by, entry)
    entry = locked_entry(entry)
    check_listed(entry)
    return ask_for_help(by, entry, values, urgency=Urgency.NORMAL)


# --- the center -------------------------------------------------------------------------------------------------------


def _begin(by: Viewer, request: CenterRequest) -> CenterRequest:
    """The request as it is now, locked; its flag first, as every act on a flag does."""
    if by.role != Role.CENTER_STAFF or not CenterRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise Refused(_("Only the staff of the center that was asked can do this, while the request is open."))
    if request.flag:
        locked(request.flag)
    elif request.entry:
        locked_entry(request.entry)
    row = CenterRequest.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=request.pk)
    if not row.is_open:
        raise Refused(_("The school has closed this request."))
    return row


RELATED = ("school", "to", "flag__assignee__person", "entry__counselor__person", "by__person")


@transaction.atomic
def acknowledge_request(*, by: Viewer, request: CenterRequest) -> CenterRequest:
    """Somebody of the center has read it and sees to it. Once; the school learns of it."""
    row = _begin(by, request)
    if row.acknowledged_at or row.second:
        raise Refused(_("A colleague has acknowledged it already."))
    row.acknowledged_at, row.acknowledged_by = timezone.now(), by.membership
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    end_notices(row, "center.asked")
    _tell_school(row, "acknowledged")
    record(by, row, "center.acknowledged")
    return row


@transaction.atomic
def answer_request(*, by: Viewer, request: CenterRequest, text: str) -> CenterRequest:
    """What the center says to it: a step on the flag. An answer acknowledges too, and stands as it was given."""
    row = _begin(by, request)
    if row.answered_at or row.second:
        raise Refused(_("A colleague has answered already."))
    if not says_something(text):
        raise Refused(_("Write what the school can do with."), field="text")
    _answer(by, row, text)
    if row.flag:
        asked = row.steps.filter(kind=FlagStep.Kind.REQUEST).first()
        add_step(by=by, flag=row.flag, kind=FlagStep.Kind.ANSWER, words={}, request=row, answers=asked)
    end_notices(row, "center.asked")
    _tell_school(row, "answered")
    record(by, row, "center.answered")
    return row


def _answer(by: Viewer, row: CenterRequest, text: str) -> None:
    now = timezone.now()
    row.acknowledged_at, row.acknowledged_by = row.acknowledged_at or now, row.acknowledged_by or by.membership
    row.answered_at, row.answered_by, row.answer = now, by.membership, text.strip()
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "answered_at", "answered_by", "answer"])


@transaction.atomic
def confirm_for_school(*, by: Viewer, request: CenterRequest) -> CenterRequest:
    """The person on duty at the center agrees as the second person: the decision counts."""
    row = _begin(by, request)
    _answer(by, row, "")
    if row.flag:
        confirm_flag(by=by, flag=row.flag)
        _tell_school(row, "confirmed")  # after it: a flag that ends ends what was told of it
    elif row.entry:
        confirm_review(by=by, entry=row.entry)
    record(by, row, "center.confirmed")
    return row


@transaction.atomic
def send_back_to_school(*, by: Viewer, request: CenterRequest, text: str) -> CenterRequest:
    """They do not agree, and say why: everything is as it was before."""
    row = _begin(by, request)
    if not says_something(text):
        raise Refused(_("Write what is missing."), field="text")
    _answer(by, row, text)
    if row.flag:
        send_back_flag(by=by, flag=row.flag, text=text)
    elif row.entry:
        send_back_review(by=by, entry=row.entry, text=text)
    record(by, row, "center.sent_back")
    return row


def _tell_school(request: CenterRequest, what: str) -> None:
    """Who asked, and whoever has the student in hand now; only those who may still see it."""
    about, in_hand = request.flag or request.entry, request.flag.assignee if request.flag else None
    if request.entry:
        in_hand = request.entry.counselor
    to = {one.pk: one for one in (request.by, in_hand) if one and one.is_current() and _may_see(request, one)}
    subject, act = "flag" if request.flag else "plan", "acknowledged" if what == "acknowledged" else "answered"
    notify(to=to.values(), kind=f"{subject}.center_{act}", about=about, occasion=f"{request.pk} {what}")
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
    if row.second_id:
        raise Refused(_("Take the proposal back instead."))
    end_request(row)
    record(by, row, "center.closed")
    return row
