"""What is done about a flag, step by step. Each act checks, writes one step under the next number, and logs it.

Asking somebody, and taking it in hand, are no measures; an interview begun, a contact with a guardian, or a note of
what was done with the student is one.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Membership, Role
from schools.severity import WORST
from schools.work.notices import about_this, notify, pulse, this_once
from schools.work.steadily import each
from students.actions.calling import begin_ladder_anew, call_for, call_worse, in_place_of, ladder_anew, urgency_of
from students.actions.moving import (
    SENTENCES,
    add_step,
    check_may_handle,
    check_move,
    contact_of,
    locked,
    mark_figures,
    move,
    times_of,
)
from students.flag_states import UPPER, Need, State, says_something
from students.models import FlagStep, GuardianContact, RiskFlag
from students.states import flags, keep

Kind = FlagStep.Kind


def begin_step(by: Viewer, flag: RiskFlag) -> RiskFlag:
    """The flag as it is now, locked, and open for a step."""
    check_may_handle(by, flag)
    flag = locked(flag)
    name = "step_while_watched" if flag.state in (State.WATCHED, State.PROPOSED) else "step"
    check_move(name, flag)
    return flag


def _finish(by: Viewer, flag: RiskFlag, step: FlagStep, verb: str = "flag.step") -> FlagStep:
    pulse({flag.school_id})
    details = {"number": step.number, "kind": step.kind}
    audit.record(by=by, verb=verb, about=flag, student=flag.student_id, details=details)
    return step


def _check_words(text: str) -> None:
    if not says_something(text):
        raise Refused(_("Write what happened: somebody who was not there must understand it."))


@transaction.atomic
def add_note(
    *, by: Viewer, flag: RiskFlag, text: str, is_measure: bool, happened_at: dt.datetime | None = None
) -> FlagStep:
    """A note; with `is_measure` of something that was done with the student."""
    flag = begin_step(by, flag)
    _check_words(text)
    step = add_step(
        by=by, flag=flag, kind=Kind.NOTE, words={"text": text}, happened_at=happened_at, is_measure=is_measure
    )
    return _finish(by, flag, step)


@transaction.atomic
def begin_interview(*, by: Viewer, flag: RiskFlag) -> FlagStep:
    """One tap when the talk begins: the first measure. What was said is recorded afterwards."""
    flag = begin_step(by, flag)
    begun = flag.steps.filter(
        kind=Kind.BEGUN, by=by.membership, happened_at__gte=timezone.now() - dt.timedelta(hours=3)
    )
    if last := begun.last():
        return last
    step = add_step(by=by, flag=flag, kind=Kind.BEGUN, words={}, is_measure=True)
    return _finish(by, flag, step)


@transaction.atomic
def record_interview(
    *, by: Viewer, flag: RiskFlag, words: Mapping[str, Any], severity: int, happened_at: dt.datetime | None = None
) -> FlagStep:
    """The structured interview. The level that it judges raises the flag at once; lowering is an act of its own."""
    flag = begin_step(by, flag)
    _check_words(words.get("happened", ""))
    step = add_step(
        by=by,
        flag=flag,
        kind=Kind.INTERVIEW,
        words=words,
        happened_at=happened_at,
        is_measure=True,
        severity=severity,
    )
    RiskFlag.objects.filter(pk=flag.pk).update(interviewed_at=step.recorded_at)
    flag.refresh_from_db()
    if severity > flag.severity:
        _set_level(by, flag, severity)
    return _finish(by, flag, step)


@transaction.atomic
def log_contact(*, by: Viewer, flag: RiskFlag, values: Mapping[str, Any]) -> FlagStep:
    """A contact with a guardian. Somebody who could not be reached is no measure yet."""
    flag = begin_step(by, flag)
    guardian = values.get("guardian")
    if guardian and guardian.student_id != flag.student_id:
        raise Refused(_("Choose a guardian of this student."))
    if guardian and guardian.do_not_call:
        raise Refused(_("This guardian is marked “do not call”. Choose somebody else, or take the mark away first."))
    _check_words(values.get("said", ""))
    contact = contact_of(by, flag, {**values, "flag": flag})
    step = add_step(
        by=by,
        flag=flag,
        kind=Kind.CONTACT,
        words={},
        happened_at=contact.happened_at,
        is_measure=contact.channel != GuardianContact.Channel.UNREACHED,
        contact=contact,
    )
    return _finish(by, flag, step)


@transaction.atomic
def ask_teacher(*, by: Viewer, flag: RiskFlag, to: Membership, text: str) -> FlagStep:
    """A question to the class teacher, or what to do now. It calls them; it is no measure."""
    flag = begin_step(by, flag)
    if flag.state == State.PROPOSED:
        raise Refused(_("Take the proposal back first."))
    _check_words(text)
    if not can_be_asked(flag, to):
        raise Refused(_("Choose a class teacher of this student."))
    step = add_step(by=by, flag=flag, kind=Kind.QUESTION, words={"text": text}, to=to)
    RiskFlag.objects.filter(pk=flag.pk).update(waits_for=to)
    notify(to=[to], kind="flag.question", about=flag, urgency=urgency_of(flag), occasion=str(step.number))
    return _finish(by, flag, step, "flag.asked")


def can_be_asked(flag: RiskFlag, to: Membership) -> bool:
    """A class teacher of the student's class at present, from whom the flag is not kept."""
    teaches = to.role == Role.CLASS_TEACHER and to.is_current() and to.unit_id == flag.school_id
    group = flag.student.class_group_id
    in_class = group is not None and to.classes.filter(pk=group).exists()
    return teaches and in_class and not flag.kept_from.filter(person=to.person_id).exists()


@transaction.atomic
def answer_question(*, by: Viewer, flag: RiskFlag, question: FlagStep, text: str) -> FlagStep:
    """The teacher's answer. Only who was asked; the question must belong to this flag."""
    is_asked = question.flag_id == flag.pk and question.kind == Kind.QUESTION and question.to == by.membership
    if not is_asked or not RiskFlag.objects.visible_to(by).filter(pk=flag.pk).exists():
        raise Refused(
            _("This question was put to somebody else, or to you in another role: change to that role, then answer.")
        )
    flag = locked(flag)
    if flag.state == State.CLOSED:
        raise Refused(_("The flag is closed. Raise a new one if something worries you."))
    _check_words(text)
    step = add_step(by=by, flag=flag, kind=Kind.ANSWER, words={"text": text}, answers=question)
    # Other questions to them still wait.
    asked = about_this(flag, "flag.question").filter(occasion=str(question.number), over_at=None)
    asked.update(over_at=timezone.now(), answer_by=None)
    RiskFlag.objects.filter(pk=flag.pk, waits_for=by.membership).update(waits_for=None)
    askers = [*in_place_of(question.by, flag), *in_place_of(flag.assignee or question.by, flag)]
    notify(to=askers, kind="flag.answered", about=flag, urgency=urgency_of(flag), occasion=str(step.number))
    return _finish(by, flag, step, "flag.answered")


@transaction.atomic
def change_level(*, by: Viewer, flag: RiskFlag, severity: int, text: str) -> FlagStep:
    """Raise or lower it, with a reason. Lowering needs an interview: the first step never lowers a level. From an upper
    level to a lower one needs two persons: they decide on how it ends."""
    flag = begin_step(by, flag)
    if not 1 <= severity <= WORST or severity == flag.severity:
        raise Refused(_("Choose another level than it has now."))
    if severity < flag.severity:
        check_move("lower", flag, reason=text)
    if flag.severity >= UPPER > severity:
        raise Refused(str(SENTENCES[Need.LOWER_LEVELS]))
    _check_words(text)
    step = add_step(by=by, flag=flag, kind=Kind.LEVEL, words={"text": text}, severity=severity)
    _set_level(by, flag, severity)
    return _finish(by, flag, step, "flag.level_set")


def _set_level(by: Viewer, flag: RiskFlag, severity: int) -> None:
    """A higher level begins both targets anew, and without a measure the ladder of calls, as a report of that level
    would; a lower one leaves the times. Others are called for the worst level, or if nothing was done yet."""
    is_raised, is_untouched = severity > flag.severity, flag.acted_at is None
    times = _times_of_higher(flag, severity) if is_raised else {}
    RiskFlag.objects.filter(pk=flag.pk).update(severity=severity, **times)
    flag.refresh_from_db()
    keep([flag.student_id], flags)
    mark_figures(flag)
    if is_raised and is_untouched:
        begin_ladder_anew(flag)
    if not is_raised or not (severity == WORST or (severity >= UPPER and is_untouched)):
        return
    if flag.state == State.RAISED:
        call_for(flag, occasion=f"level {this_once()}")
    else:
        call_worse(flag, by.person)


def _times_of_higher(flag: RiskFlag, severity: int) -> dict[str, Any]:
    times = times_of(school=flag.school, severity=severity, known_at=timezone.now())
    if flag.acted_at:
        return {"take_by": times.take_by}
    due_at = min(times.due_at, flag.due_at)
    call_at = min(times.take_by, due_at) if flag.state == State.RAISED else due_at
    return {"take_by": times.take_by, "due_at": due_at, "call_at": call_at, **ladder_anew(flag)}


@transaction.atomic
def watch_flag(*, by: Viewer, flag: RiskFlag, until: dt.date, text: str) -> FlagStep:
    """Watch until a day, once something was done; on that day it is in hand again."""
    check_may_handle(by, flag)
    flag = locked(flag)
    check_move("watch", flag, reason=text)
    if not timezone.localdate() < until <= timezone.localdate() + dt.timedelta(days=90):
        raise Refused(_("Choose a day within the next 90 days."))
    step = add_step(by=by, flag=flag, kind=Kind.WATCH, words={"text": text}, until=until)
    move("watch", flag, watch_until=until)
    return _finish(by, flag, step, "flag.watched")


def end_watches(*, today: dt.date | None = None) -> int:
    """The day has come: it is in hand again, and its person is called. Returns how many."""
    today = today or timezone.localdate()
    due = RiskFlag.objects.filter(state=State.WATCHED, watch_until__lte=today).select_related("assignee", "school")
    return each("end a watch", due[:500], lambda flag: _end_watch(flag, today))


@transaction.atomic
def _end_watch(flag: RiskFlag, today: dt.date) -> bool:
    moved = RiskFlag.objects.filter(pk=flag.pk, state=State.WATCHED, watch_until__lte=today).update(
        state=State.IN_HAND.value, watch_until=None
    )
    if moved:
        to = in_place_of(flag.assignee, flag)
        notify(to=to, kind="flag.watch_over", about=flag, occasion=f"{today:%Y%m%d}")
        pulse({flag.school_id})
        audit.record(by=None, verb="flag.watch_over", about=flag, student=flag.student_id, unit=flag.school)
    return bool(moved)


@transaction.atomic
def record_report(*, by: Viewer, flag: RiskFlag, authority: str, text: str) -> FlagStep:
    """The mandatory report was made: to whom, when, what was answered."""
    flag = begin_step(by, flag)
    _check_words(authority)
    _check_words(text)
    words = {"authority": authority, "text": text}
    return _finish(by, flag, add_step(by=by, flag=flag, kind=Kind.REPORT, words=words, is_measure=True))


@transaction.atomic
def correct_step(*, by: Viewer, step: FlagStep, text: str) -> FlagStep:
    """What was wrong stays, struck through; the correction names its number. Only by who wrote it."""
    flag = step.flag
    check_may_handle(by, flag)
    if step.by.person_id != by.person.pk:
        raise Refused(_("Only who wrote a step corrects it."))
    if step.request_id:
        raise Refused(_("The center has read this as it stands: close the request and ask again."))
    flag = locked(flag)
    _check_words(text)
    new = add_step(by=by, flag=flag, kind=step.kind, words={"text": text}, corrects=step, happened_at=step.happened_at)
    return _finish(by, flag, new, "flag.step_corrected")
