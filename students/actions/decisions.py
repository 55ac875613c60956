"""How a flag ends: by a person's decision with a reason; on the two upper levels by two persons, after an interview."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Person
from schools.work.notices import end_notices, notify, pulse, this_once
from students.access import can_confirm
from students.actions.asking import ask_second, check_second_at_center
from students.actions.calling import in_place_of, stop_calling, urgency_of
from students.actions.flags import can_be_given
from students.actions.moving import (
    add_step,
    check_may_confirm,
    check_may_handle,
    check_move,
    locked,
    mark_figures,
    move,
)
from students.flag_states import ends, says_something
from students.models import FlagStep, RiskFlag
from students.models.flags import ENDINGS
from students.states import flags, keep
from students.step_words import unpack

Kind = FlagStep.Kind
DECIDED = [code for code, _label in ENDINGS]


@transaction.atomic
def close_flag(
    *,
    by: Viewer,
    flag: RiskFlag,
    outcome: str,
    seen: str,
    done: str,
    second: Membership | None = None,
    summary: str = "",
    **more: str,
) -> RiskFlag:
    """Decide how it ends: the lower levels end at once, the two upper ones when the second person confirms.

    `seen` and `done` are the reason, `summary` is for a second person at the center. `more` are the fields of a
    referral: to whom, who goes along, what comes back.
    """
    check_may_handle(by, flag)
    if outcome not in DECIDED:
        raise Refused(_("Choose how this ended."))
    flag = locked(flag)
    reason = seen if says_something(seen) and says_something(done) else ""
    name = ends(flag.severity)
    is_outside = second is not None and second.unit_id != flag.school_id
    if second and not is_outside and (second.person_id == by.person.pk or not can_be_given(flag, second)):
        raise Refused(_("The second person must be another counselor or leader of the school."))
    check_move(name, flag, reason=reason, second=second)
    if second and is_outside:
        check_second_at_center(by, flag, second, summary)
    words = {"seen": seen, "done": done, **more, "summary": summary if is_outside else ""}
    add_step(
        by=by, flag=flag, kind=Kind.DECISION, words=words, outcome=outcome, to=second if name == "propose" else None
    )
    if name == "close":
        return _end(by, flag, "close", by.person, outcome, f"{seen}\n{done}")
    _propose(by, flag, outcome, second)
    if second and is_outside:
        ask_second(by, flag, second, summary=summary, reason=f"{seen}\n{done}", urgency=urgency_of(flag))
    return flag


def _propose(by: Viewer, flag: RiskFlag, outcome: str, second: Membership | None) -> None:
    move("propose", flag, waits_for=second, outcome=outcome)
    if second and second.unit_id == flag.school_id:
        notify(to=[second], kind="flag.confirm", about=flag, urgency=urgency_of(flag), occasion=this_once())
    details = {"outcome": outcome, "to": second.pk if second else None}
    audit.record(by=by, verb="flag.proposed", about=flag, student=flag.student_id, details=details)


@transaction.atomic
def confirm_flag(*, by: Viewer, flag: RiskFlag) -> RiskFlag:
    """The second person agrees, or another in their place: it ends, by the decision of both."""
    check_may_confirm(by, flag)
    flag = locked(flag)
    check_move("confirm", flag, is_named=can_confirm(by, flag))
    decision = last_decision(flag)
    words = _reason_of(decision)
    return _end(by, flag, "confirm", decision.by.person, decision.outcome, words)


def last_decision(flag: RiskFlag) -> FlagStep:
    found = flag.steps.filter(kind=Kind.DECISION, corrects=None).select_related("by__person").last()
    if found is None:
        raise Refused(_("Nobody has decided on this flag yet."))
    return found


def _reason_of(decision: FlagStep) -> str:
    words = unpack(decision)
    return f"{words.get('seen', '')}\n{words.get('done', '')}"


def _end(by: Viewer, flag: RiskFlag, name: str, decided: Person, outcome: str, reason: str) -> RiskFlag:
    now = timezone.now()
    move(
        name,
        flag,
        taken_at=flag.taken_at or now,
        acted_at=flag.acted_at or now,
        settled_at=now,
        closed_by=decided,
        outcome=outcome,
        watch_until=None,
        waits_for=None,
        call_at=None,
    )
    flag.closing_reason = reason.strip()
    flag.save(update_fields=["closing_reason"])
    keep([flag.student_id], flags)
    mark_figures(flag)
    stop_calling(flag)
    end_notices(flag, beginning="flag.")  # what a crisis event calls for hangs on it too, and goes on
    details = {"outcome": outcome}
    audit.record(by=by, verb="flag.closed", about=flag, student=flag.student_id, unit=flag.school, details=details)
    return flag


@transaction.atomic
def send_back_flag(*, by: Viewer, flag: RiskFlag, text: str) -> RiskFlag:
    """The second person does not agree, and says why: it is in hand again."""
    check_may_confirm(by, flag)
    flag = locked(flag)
    check_move("send_back", flag, reason=text, is_named=can_confirm(by, flag))
    decision = last_decision(flag)
    add_step(by=by, flag=flag, kind=Kind.SENT_BACK, words={"text": text}, to=decision.by)
    move("send_back", flag, waits_for=None, outcome="")
    end_notices(flag, "flag.confirm")
    decided = in_place_of(decision.by, flag)
    notify(to=decided, kind="flag.sent_back", about=flag, urgency=urgency_of(flag), occasion=str(decision.number))
    audit.record(by=by, verb="flag.sent_back", about=flag, student=flag.student_id, unit=flag.school)
    return flag


@transaction.atomic
def take_back_proposal(*, by: Viewer, flag: RiskFlag) -> RiskFlag:
    """Whoever proposed it thinks again, or something new came up."""
    check_may_handle(by, flag)
    flag = locked(flag)
    check_move("take_back", flag)
    move("take_back", flag, waits_for=None, outcome="")
    end_notices(flag, "flag.confirm")
    pulse({flag.school_id})
    audit.record(by=by, verb="flag.taken_back", about=flag, student=flag.student_id)
    return flag


@transaction.atomic
def reopen_flag(*, by: Viewer, flag: RiskFlag, text: str) -> RiskFlag:
    """Open a closed one again, with a reason: in the hands of whoever does so. An interview is needed anew."""
    check_may_handle(by, flag)
    flag = locked(flag)
    if flag.outcome == RiskFlag.Outcome.MOVED:
        raise Refused(_("It was handed over to another school, and goes on there. Raise a new one if it is needed."))
    has_place = not RiskFlag.objects.open().filter(student=flag.student_id).exists()
    check_move("reopen", flag, reason=text, has_open_place=has_place)
    add_step(by=by, flag=flag, kind=Kind.REOPENED, words={"text": text})
    move(
        "reopen",
        flag,
        settled_at=None,
        closed_by=None,
        outcome="",
        assignee=by.membership,
        interviewed_at=None,
    )
    keep([flag.student_id], flags)
    mark_figures(flag)
    pulse({flag.school_id})
    audit.record(by=by, verb="flag.reopened", about=flag, student=flag.student_id)
    return flag


@transaction.atomic
def record_return(*, by: Viewer, flag: RiskFlag, text: str) -> FlagStep:
    """What came back of a referral that ended the flag: a note; the flag stays closed."""
    check_may_handle(by, flag)
    flag = locked(flag)
    if flag.outcome != RiskFlag.Outcome.REFERRED:
        raise Refused(_("Something comes back only after a referral."))
    check_move("came_back", flag, reason=text)
    step = add_step(by=by, flag=flag, kind=Kind.NOTE, words={"came_back": text})
    details = {"number": step.number, "kind": step.kind}
    audit.record(by=by, verb="flag.step", about=flag, student=flag.student_id, details=details)
    return step


@transaction.atomic
def close_together(*, by: Viewer, chosen: Iterable[RiskFlag], outcome: str, seen: str, done: str) -> int:
    """Several of the lowest level at once, with one reason. All of them or none."""
    closed = 0
    for flag in sorted(chosen, key=lambda one: str(one.pk)):
        check_may_handle(by, flag)
        flag = locked(flag)
        reason = seen if says_something(seen) and says_something(done) else ""
        check_move("close_together", flag, reason=reason)
        add_step(by=by, flag=flag, kind=Kind.DECISION, words={"seen": seen, "done": done}, outcome=outcome)
        _end(by, flag, "close_together", by.person, outcome, f"{seen}\n{done}")
        closed += 1
    return closed
